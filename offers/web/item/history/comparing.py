"""Two versions of an item beside each other, picked by when they were made, by whom and what they changed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import orjson
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from offers import asked
from offers.access.people import readable
from offers.access.permissions import Actor
from offers.document.diff import diff
from offers.document.kinds.reading import MAPS
from offers.document.kinds.registry import KINDS, OFFER_KINDS, Kind
from offers.document.values import Document, unescape
from offers.document.words.describe import CREATED, DELETED, Change, describe
from offers.document.words.naming import label_of
from offers.erasure import told
from offers.ledger import history as past
from offers.ledger.history import NoSuchRevision
from offers.lists.names import names_in
from offers.models import LibraryItem, LogEntry, Revision
from offers.review.changes.approvals import approvals_of
from offers.web.frame.access import item_for
from offers.web.frame.moment import at_of
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.frame.times import day
from offers.web.frame.words import version_name
from offers.web.item.entries import Entry, item_context
from offers.web.item.offered import Offered
from offers.web.item.shown.fields import all_of, unchanged
from offers.web.item.shown.looks import Version
from offers.web.item.shown.whole import difference_of

# Versions to pick from, the newest; older ones are found by their time.
LISTED = 50
# What a version changed, as much of it as a line holds.
SAID = 2
# A field for a moment has no seconds: it means the whole minute.
MINUTE = timedelta(minutes=1, microseconds=-1)
SIDES = ("from", "to")
# Changes in between of which the people are counted, and people who are named.
COUNTED, PEOPLE = 200, 6
# Of the changes of its status that the log knows, as many are looked at for when it went live.
STEPS = 10


@dataclass(frozen=True, slots=True)
class Quick:
    """A comparison that people often want, one click away."""

    title: str
    source: int
    to: int


@dataclass(frozen=True, slots=True)
class Between:
    """How many versions lead from one to the other, and who made them, with how many of the newest each."""

    versions: int
    first: Revision
    last: Revision
    people: list[tuple[str, str, int]]
    # Whether older ones than those that were looked at are among them.
    more: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its revision, its document (None where that deleted it), and whether this person may restore it."""

    made: Revision
    document: Document | None
    restores: bool

    @property
    def status(self) -> str | None:
        return (self.document or {}).get("status")


def compare(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Any two versions: `?from=1&to=5`; without, the last two. `from-at` and `to-at` find those of a moment.

    404 for a version that it never had, with the page to choose another one.
    """
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    if any(request.GET.get(f"{side}-at") for side in SIDES):
        return HttpResponseRedirect(f"{request.path}?{_found_by_time(request, item).urlencode()}")
    to, no_to = _asked(request, item, "to", item.etag)
    source, no_source = _asked(request, item, "from", max(1, to - 1))
    sides = [_side(actor, item, etag) for etag in (source, to)]
    before, after = (side.document for side in sides)
    names = names_in(item.sandbox_id, Kind(item.kind), [before, after])
    changes = describe(before, after, names=names)
    newest = list(Revision.objects.filter(item=item).defer("snapshot").order_by("-etag")[:LISTED])
    context = item_context(
        item,
        "history",
        sides=sides,
        wrong=[text for text in (no_source, no_to) if text],
        erased=told.of_item(item),
        versions=_versions(newest, [side.made for side in sides]),
        quick=_quick(item, newest),
        between=_between(item, *sorted((side.made for side in sides), key=lambda made: made.etag)),
        approvals=approvals_of(item.sandbox_id, [side.made for side in sides]),
        changes=changes,
        patch=diff(before, after) if before is not None and after is not None else [],
        is_version=True,
        **_beside(request, item, sides, names, changes),
    )
    return answer(request, "item/history/compare.html", context, status=404 if context["wrong"] else 200)


def _asked(request: HttpRequest, item: LibraryItem, side: str, otherwise: int) -> tuple[int, str]:
    """The etag that the address asks for; where it asks for none that there is, another one, and what is said of that."""
    text = request.GET.get(side, "")
    etag = asked.number(text)
    if not text or (etag and etag <= item.etag):
        return etag or otherwise, ""
    said = _("There is no version “{text}”: it has {n}. Here is version {other} instead.")
    return otherwise, said.format(text=text[:20], n=item.etag, other=otherwise)


def _side(actor: Actor, item: LibraryItem, etag: int) -> Side:
    made, document = past.revision(item, etag), past.document_at(item, etag)
    return Side(made, document, Offered(actor, item).restore(Entry(made, [], None, document, None)))


def _beside(
    request: HttpRequest, item: LibraryItem, sides: Sequence[Side], names: Mapping[str, str], changes: Sequence[Change]
) -> dict[str, Any]:
    """What both have, folded; and of an offer the contents that differ, as they look."""
    source, to = sides
    if source.document is None or to.document is None:
        return {}
    same = unchanged(all_of(to.document, names), changes)
    context: dict[str, Any] = {"same": same, "same_count": sum(len(section.lines) for section in same)}
    if Kind(item.kind) in OFFER_KINDS:
        version = Version(item.sandbox.name, item.id, to.made.etag, to.document, names)
        before = replace(version, etag=source.made.etag, document=source.document)
        context |= difference_of(request, version, before)
    return context


def _quick(item: LibraryItem, newest: Sequence[Revision]) -> list[Quick]:
    """From when it was otherwise to what it is now."""
    found = [
        (_("Last change"), item.etag - 1),
        (_("Since last week"), _week_ago(item)),
        (_("Since it last went live"), _went_live(item, newest)),
        (_("Since the last approval"), next((one.etag for one in newest if "request" in one.refers_to), 0)),
        (_("Since creation"), 1),
    ]
    # Several may be one and the same: the first one says it.
    named: dict[int, str] = {}
    for title, etag in found:
        if 0 < etag < item.etag:
            named.setdefault(etag, title)
    return [Quick(title, etag, item.etag) for etag, title in named.items()]


def _week_ago(item: LibraryItem) -> int:
    try:
        return past.revision_at(item, timezone.now() - timedelta(days=7)).etag
    except NoSuchRevision:
        return 0


def _went_live(item: LibraryItem, newest: Sequence[Revision]) -> int:
    """The version that it last went live with; 0 for none. Of a long history the log knows which ones touched the status."""
    live = KINDS[Kind(item.kind)].live
    if not live:
        return 0
    if found := next((one.etag for one in newest if _takes_to(one, live)), 0):
        return found
    logged = LogEntry.objects.filter(sandbox_id=item.sandbox_id, item_id=item.key, fields__overlap=["status"])
    rows = list(logged.order_by("-created_at", "-index").values_list("row", flat=True)[:STEPS])
    older = Revision.objects.filter(key__in=rows).defer("snapshot").order_by("-etag")
    return next((one.etag for one in older if _takes_to(one, live)), 0)


def _takes_to(made: Revision, status: str) -> bool:
    return any(
        step.get("value") == status if step["path"] == "/status" else step["path"] == "" and _status(step) == status
        for step in orjson.loads(made.patch)
    )


def _status(step: dict[str, Any]) -> object:
    value = step.get("value")
    return value.get("status") if isinstance(value, dict) else None


def _between(item: LibraryItem, first: Revision, last: Revision) -> Between | None:
    """The changes that lead from one to the other, whichever came first; None where they are the same."""
    versions = last.etag - first.etag
    if not versions:
        return None
    made = Revision.objects.filter(item=item, etag__gt=first.etag, etag__lte=last.etag).order_by("-etag")
    people = Counter(made.values_list("actor_label", "client_id")[:COUNTED])
    return Between(versions, first, last, [(*one, n) for one, n in people.most_common(PEOPLE)], versions > COUNTED)


def _found_by_time(request: HttpRequest, item: LibraryItem) -> QueryDict:
    """The address of the same comparison, with the versions that were there at the moments that it asks for."""
    query = QueryDict(mutable=True)
    for side in SIDES:
        etag = _etag_at(request, item, f"{side}-at") or asked.number(request.GET.get(side))
        if etag:
            query[side] = str(etag)
    return query


def _etag_at(request: HttpRequest, item: LibraryItem, name: str) -> int:
    """The version of the moment of this name in the address, 0 without one.

    The first one for a moment before it, the present one for what is no moment.
    """
    try:
        instant = at_of(request, name)
    except BadRequest:
        messages.warning(request, _("This is no date and time. Here is the present version instead."))
        return item.etag
    if instant is None:
        return 0
    try:
        return past.revision_at(item, instant if instant.second else instant + MINUTE).etag
    except NoSuchRevision:
        messages.info(request, _("There was no version yet at that time. Here is the first one instead."))
        return 1


def _versions(newest: Iterable[Revision], chosen: Iterable[Revision]) -> list[tuple[int, str]]:
    """The newest versions and those that are chosen, newest first, each as a line: "version 4 · 3 Nov, 09:12 · Minji · End date"."""
    found = {made.etag: made for made in (*newest, *chosen)}
    return [(etag, _line(found[etag])) for etag in sorted(found, reverse=True)]


def _line(made: Revision) -> str:
    when = f"{day(made.created_at)}, {timezone.localtime(made.created_at):%H:%M}"
    return f"{version_name(made.etag)} · {when} · {readable(made.actor_label)} · {_changed(made)}"


def _changed(made: Revision) -> str:
    """The fields that a version changed. Its patch says which: nothing is replayed for a line of a list."""
    labels = list(dict.fromkeys(_label(operation) for operation in orjson.loads(made.patch)))
    more = f" +{len(labels) - SAID}" if len(labels) > SAID else ""
    return ", ".join(labels[:SAID]) + more


def _label(operation: dict[str, str]) -> str:
    names = [unescape(part) for part in operation["path"].split("/")[1:]]
    if not names:
        return _(DELETED if operation["op"] == "remove" else CREATED)
    # As far as its members have names: a list, or an object whose members people name, is one field here.
    ends = (index for index, name in enumerate(names) if name in MAPS or _is_item(names[index + 1 : index + 2]))
    field = names[: next(ends, len(names) - 1) + 1]
    return _(label_of(tuple(field))).format(name=field[-1])


def _is_item(rest: list[str]) -> bool:
    return any(name == "-" or name.isdecimal() for name in rest)
