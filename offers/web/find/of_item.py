"""What can be done with the item of the page that a person is on: what its own pages offer (web/item/offered.py), and no more."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from offers.access.permissions import Actor
from offers.models import LibraryItem
from offers.web.find.commands import Command
from offers.web.frame.addresses import address_of
from offers.web.frame.moment import typed
from offers.web.frame.sections import OFFERS, SECTION_OF
from offers.web.item.entries import last_entry
from offers.web.item.offered import Offered

END_DATE = "#f-selectionConstraint-endDate"
A_WEEK = timedelta(days=7)
# The words of the steps that one button takes, and of those that are asked about first, by status.
STEPS = {
    "approved": (_("Approve"), "circle-check"),
    "live": (_("Go live"), "circle-check"),
    "draft": (_("Back to draft"), "arrow-back-up"),
}
ASKED = {
    "approved": (_("Propose to go live…"), "circle-check"),
    "live": (_("Propose to go live…"), "circle-check"),
    "draft": (_("Propose to unpublish…"), "arrow-back-up"),
    "complete": (_("Complete…"), "check"),
    "archived": (_("Archive…"), "archive"),
}


def commands(actor: Actor, item: LibraryItem, *, reads: bool) -> list[Command]:
    """What this person may do with the item as it stands; with `reads` only what changes nothing, for pages of a moment."""
    if reads or item.deleted_at is not None:
        return list(_reading(actor, item))
    can = Offered(actor, item)
    return [*_changing(can), *_reading(actor, item), *_ending(can)]


def _changing(can: Offered) -> Iterator[Command]:
    item = can.item
    if can.edit:
        edit = _to(can, "edit")
        yield Command(_("Propose a change") if can.proposes else _("Edit"), "pencil", edit)
        if item.ends_at is not None:
            yield Command(_("Change end date"), "calendar", edit + END_DATE)
    for status, (text, icon) in STEPS.items():
        if status in can.steps - can.asked_steps:
            said = _("Bring back as a draft") if item.status == "archived" else text
            yield Command(said, icon, post=_to(can, "set_status", status=status), name="etag", value=str(item.etag))
    for status in can.asked_steps & {"approved", "live", "draft"}:
        yield Command(*ASKED[status], _to(can, "set_status", status=status))
    last = last_entry(item)
    if can.undo(last):
        yield Command(_("Undo last change"), "arrow-back-up", _to(can, "undo", etag=item.etag))
    if can.duplicate:
        yield Command(_("Duplicate"), "copy", post=_to(can, "duplicate_item"))


def _reading(actor: Actor, item: LibraryItem) -> Iterator[Command]:
    def to(page: str, **more: int | str) -> str:
        return address_of(actor.sandbox.name, item, page, **more)

    if item.etag > 1:
        week_ago = typed(timezone.now() - A_WEEK)
        since = f"{to('compare')}?from-at={week_ago}&to={item.etag}"
        yield Command(_("Compare with last week"), "arrows-diff", since)
    yield Command(_("History"), "history", to("history"))
    if item.deleted_at is None:
        yield Command(_("Who changed what"), "user-search", to("blame"))
    yield Command(_("Receipt of the last change"), "shield-check", to("proof", etag=item.etag))
    if SECTION_OF[item.kind] == OFFERS and item.deleted_at is None:
        yield Command(_("Evidence sheet"), "file-text", to("evidence"))
    if item.deleted_at is None:
        yield Command(_("Copy as curl"), "terminal-2", to("item_api"))


def _ending(can: Offered) -> Iterator[Command]:
    """What nobody does often, and nobody should choose by a slip of the finger: each has a page that asks."""
    for status in ("complete", "archived"):
        if status in can.steps:
            yield Command(*ASKED[status], _to(can, "set_status", status=status))
    if can.delete:
        yield Command(_("Delete…"), "trash", _to(can, "delete_item"))


def _to(can: Offered, page: str, **more: int | str) -> str:
    return address_of(can.actor.sandbox.name, can.item, page, **more)
