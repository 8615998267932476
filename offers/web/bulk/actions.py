"""What to do with many offers, as a form says it and as people read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers import asked
from offers.access.permissions import Actor
from offers.access.policy import ruling
from offers.bulk.actions import MAX_DAYS, Action, Dates, Do
from offers.document import patch as patches
from offers.document.errors import DocumentError, Problem
from offers.document.kinds.fields import MAX_COUNT
from offers.document.kinds.reading import WORDS
from offers.document.kinds.registry import KINDS, Kind
from offers.document.parse import parse
from offers.lists.filters import Wanted
from offers.lists.names import names, of_ids
from offers.models import BulkRun, Listing
from offers.web.lists.filters import words_of

STATUSES = tuple(KINDS[Kind.PERSONALIZED_OFFER].steps)
TAGS_OFFERED = 1_000


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form says nothing that can be done: what is missing or wrong; for a patch, its problems by operation."""

    text: str
    problems: tuple[Problem, ...] = ()


def read_action(actor: Actor, form: Mapping[str, str]) -> Action | Refused:
    """The action that a form asks for (fields: `do` and, by what it is, `status`, `tag`, `days`, ...), or why not."""
    reader = _READERS.get(form.get("do", ""))
    return reader(actor, form) if reader else Refused(_("Choose what to do."))


def statuses(actor: Actor) -> list[tuple[str, str]]:
    """The statuses that this person may give to some offer, or propose, each with its word."""
    offered = (
        status for status in STATUSES if ruling(actor, Kind.PERSONALIZED_OFFER, "", None, {"status": status}).is_offered
    )
    return [(status, _(WORDS["status"][status])) for status in offered]


def tags_of(actor: Actor) -> list[tuple[str, str]]:
    """The sandbox's tags as (id, name), by name."""
    tags = Listing.objects.filter(sandbox=actor.sandbox, kind=Kind.TAG, deleted_at=None)
    return list(tags.order_by("name", "pk").values_list("id", "name")[:TAGS_OFFERED])


def _read_status(actor: Actor, form: Mapping[str, str]) -> Action | Refused:
    status = form.get("status", "")
    return Action(Do.STATUS, status) if status in STATUSES else Refused(_("Choose a status."))


def _read_tag(do: Do) -> Callable[[Actor, Mapping[str, str]], Action | Refused]:
    def read(actor: Actor, form: Mapping[str, str]) -> Action | Refused:
        wanted = of_ids(actor.sandbox.pk, [asked.text(form.get(do.value.replace("-", "_")), 64)])
        tag = wanted.filter(kind=Kind.TAG, deleted_at=None).first()
        return Action(do, tag.id, name=tag.name) if tag else Refused(_("Choose a tag."))

    return read


def _read_shift(actor: Actor, form: Mapping[str, str]) -> Action | Refused:
    days, which = asked.signed(form.get("days"), MAX_DAYS), form.get("dates", "")
    if not days:
        return Refused(_("Enter a number of days, like 7 or -1."))
    if which not in list(Dates):
        return Refused(_("Choose which dates to move."))
    return Action(Do.SHIFT, days, Dates(which), zone=str(timezone.get_current_timezone()))


def _read_priority(actor: Actor, form: Mapping[str, str]) -> Action | Refused:
    priority = asked.signed(form.get("priority"), MAX_COUNT)
    if priority is None or priority < 0:
        return Refused(_("Enter a priority: a whole number from 0 up."))
    return Action(Do.PRIORITY, priority)


def _read_patch(actor: Actor, form: Mapping[str, str]) -> Action | Refused:
    try:
        patch = parse(form.get("patch", "").encode(errors="surrogatepass"))
        return Action(Do.PATCH, patches.check(patch))
    except DocumentError as error:
        return Refused(_(error.title), error.problems)


_READERS: Mapping[str, Callable[[Actor, Mapping[str, str]], Action | Refused]] = {
    Do.STATUS: _read_status,
    Do.ADD_TAG: _read_tag(Do.ADD_TAG),
    Do.REMOVE_TAG: _read_tag(Do.REMOVE_TAG),
    Do.SHIFT: _read_shift,
    Do.PRIORITY: _read_priority,
    Do.PATCH: _read_patch,
    Do.DELETE: lambda actor, form: Action(Do.DELETE),
}


def title_of(run: BulkRun, action: Action) -> str:
    """What a run does, as its title."""
    match action.do:
        case Do.STATUS:
            return _("Set status to {status}").format(status=_(WORDS["status"][action.value]))
        case Do.ADD_TAG:
            return _("Add the tag {name}").format(name=action.name)
        case Do.REMOVE_TAG:
            return _("Remove the tag {name}").format(name=action.name)
        case Do.SHIFT:
            return _shift_title(action)
        case Do.PRIORITY:
            return _("Set priority to {priority}").format(priority=action.value)
        case Do.PATCH:
            n = len(action.value)
            return ngettext("Apply a JSON Patch of {n} operation", "Apply a JSON Patch of {n} operations", n).format(
                n=n
            )
        case Do.DELETE:
            return _("Delete offers")
        case Do.UNDO:
            return _("Undo bulk edit {number}").format(number=run.undoes_id)


def _shift_title(action: Action) -> str:
    n = abs(action.value)
    days = ngettext("{n} day later", "{n} days later", n) if action.value > 0 else ""
    days = days or ngettext("{n} day earlier", "{n} days earlier", n)
    titles = {
        Dates.WINDOW: _("Move start and end {days}"),
        Dates.WINDOW_AND_LIMITS: _("Move start and end, and the dates of limits, {days}"),
        Dates.START: _("Move the start {days}"),
        Dates.END: _("Move the end {days}"),
    }
    return titles[action.dates].format(days=days.format(n=n))


def filter_words(actor: Actor, wanted: Wanted) -> list[str]:
    """A filter in words, one for each of its parts; none where it leaves nothing out."""
    known = names(actor.sandbox.pk, wanted.named)
    return [text for text, _names in words_of(actor.sandbox.pk, wanted, known)]
