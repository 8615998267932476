"""Who is editing what, and what Save would make of it: asked again with every answer of the form (web/edit/form.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from offers.access import policy
from offers.access.permissions import Actor
from offers.document.merge import merge
from offers.document.validate import validate
from offers.document.values import Document
from offers.document.words.describe import Change, describe
from offers.forms.kinds import Form, document_of, form_for, form_problems
from offers.forms.offer import OfferForm, Placement
from offers.ledger.heads import head_of_item
from offers.lists.names import names_in
from offers.models import LibraryItem
from offers.web.edit.choices import LibraryChoices, library_choices
from offers.web.edit.form_page import NOT_CHOSEN, Choices, form_page
from offers.web.edit.saving import Plan, people, plan_for, since, verdict
from offers.web.edit.wanted import Begun, own
from offers.web.edit.warnings import has_ended, warnings
from offers.web.frame.curl import patch_curl
from offers.web.frame.sections import OFFERS, SECTION_OF, Section
from offers.web.item.proposals.made_of import made_of
from offers.web.item.proposals.requested import Requested, requested_of
from offers.web.item.template import Brand, by_brand


@dataclass
class Desk:
    """Who is editing what: `item` as it is now (None for a new offer), opened at `etag`, of which `form.before` is the
    document."""

    request: HttpRequest
    actor: Actor
    item: LibraryItem | None
    etag: int
    form: Form
    search: str = ""
    # What a new offer is begun from, and copies.
    template: LibraryItem | None = None
    # What an edit began with, where that is what the reader's own request makes of the item (web/edit/wanted.py).
    begun: Begun | None = None

    @cached_property
    def choices(self) -> Choices | LibraryChoices:
        """What the form offers to choose from; of placements and rules those with all words of `search`."""
        if isinstance(self.form, OfferForm):
            return Choices(self.actor, self.form, self.search)
        return library_choices(self.actor, self.form)

    @property
    def document(self) -> Document:
        """What the form makes."""
        return self._made(self.choices.placements if isinstance(self.choices, Choices) else {})

    @property
    def saved_document(self) -> Document:
        """The same, without asking for what only the page shows."""
        return self._made(self.choices.chosen_placements() if isinstance(self.choices, Choices) else {})

    def _made(self, placements: Mapping[str, Placement]) -> Document:
        made = document_of(self.form, placements)
        if self.begun is None:
            return made
        # What it began with has things that no input shows, and the item has them not: nobody has taken them out.
        begun = self.begun.document
        channels = {one["placement"]: Placement("", one["channel"], "") for one in begun.get("representations", ())}
        form = form_for(self.form.kind, begun, self.form.zone, before=self.form.before)
        whole = merge(document_of(form, channels), made, begun).document
        assert isinstance(whole, dict), "three objects merge into an object"
        return whole

    @cached_property
    def requested(self) -> list[Requested]:
        """What open requests would change of the document that the form was opened with."""
        return requested_of(self.actor, self.item, self.form.before) if self.item else []

    @cached_property
    def brands(self) -> list[Brand]:
        """The offers that a new one can be begun from, by brand, for as long as it is begun from none."""
        is_new_offer = self.item is None and self.template is None and self.section == OFFERS
        return by_brand(self.actor) if is_new_offer else []

    @property
    def section(self) -> Section:
        return SECTION_OF[self.form.kind]


def preview(desk: Desk) -> dict[str, Any]:
    """What Save would do now: changes in words, the very patch, the call, problems, warnings."""
    return _preview_of_new(desk) if desk.item is None else _preview_of_edit(desk, desk.item)


def _preview_of_new(desk: Desk) -> dict[str, Any]:
    document = desk.document
    names = names_in(desk.actor.sandbox.pk, desk.form.kind, [document]) | NOT_CHOSEN
    changes = [change for change in describe({}, document, names=names) if not _is_default(change)]
    shown = form_page(desk.actor, desk.form, desk.choices)
    shown.add_problems([*form_problems(desk.form), *validate(desk.form.kind, document)], document)
    return {
        "changes": changes,
        "page": shown,
        "warnings": warnings({}, document, timezone.now()),
        "ended": has_ended(document, timezone.now()),
    }


def _is_default(change: Change) -> bool:
    """What a new item has by itself, and nobody chose."""
    return (change.pointer, change.new) == ("/status", "draft") or change.pointer in (
        "/condition/type",
        "/condition/format",
    )


def _preview_of_edit(desk: Desk, item: LibraryItem) -> dict[str, Any]:
    document = desk.document
    head = head_of_item(item)
    if head.deleted_at is not None:
        back = policy.ruling(desk.actor, desk.form.kind, head.id, None, item.document).is_offered
        return {"gone": item, "may_return": back}
    plan = plan_for(head, desk.form.before, document)
    said = verdict(desk.actor, plan)
    stale = head.etag != desk.etag
    shown = form_page(desk.actor, desk.form, desk.choices)
    shown.add_problems(form_problems(desk.form), document)
    shown.add_problems(said.problems, plan.document, elsewhere=stale)
    names = names_in(item.sandbox_id, head.kind, [head.document, plan.document]) | NOT_CHOSEN
    return {
        "changes": describe(head.document, plan.document, names=names),
        # What Save refuses is no patch to copy.
        "patch": None if shown.listed else plan.patch,
        "curl": patch_curl(desk.request, desk.actor.sandbox, head.kind, head.id, plan.patch, head.etag),
        "page": shown,
        "refusal": said.refusal,
        "review": said.review,
        "nothing_left": nothing_left(desk, asks) if not plan.patch and (asks := still_asks(desk)) else "",
        "warnings": warnings(head.document, plan.document, timezone.now()),
        "ended": has_ended(plan.document, timezone.now()),
        **(_meanwhile(desk, item, plan) if stale else {}),
    }


def still_asks(desk: Desk) -> int:
    """The number of the reader's own request of which the form was made, in whatever version, as long as it is under way; else 0."""
    if desk.begun:
        return desk.begun.made_of.number
    made = made_of(desk.request)
    return made.number if made and own(desk.actor, made.number) else 0


def nothing_left(desk: Desk, number: int) -> SafeString:
    """Everything that the request of this number asked for was set back: where that is done."""
    said = _("With that, request {number} would change nothing here.").format(number=number)
    address = reverse("review", args=[desk.actor.sandbox.name, number])
    return format_html('{} <a href="{}">{}</a>', said, address, _("Leave it out there, or withdraw the request"))


def _meanwhile(desk: Desk, item: LibraryItem, plan: Plan) -> dict[str, Any]:
    """That others saved since the form was opened: who, up to which version, and how many fields are contested."""
    return {"others": people(since(item, desk.etag)), "head": plan.head, "contested": len(plan.conflicts)}


def why_proposed(desk: Desk) -> str:
    """Why this form proposes rather than saves, whatever it changes; "" where it saves. What it makes live is told as it is typed."""
    before = desk.item.document if desk.item else None
    after = desk.item.document if desk.item else desk.form.before
    found = policy.ruling(desk.actor, desk.form.kind, desk.item.id if desk.item else "", before, after)
    return found.review
