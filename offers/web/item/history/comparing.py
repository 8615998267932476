"""Two versions of an item beside each other, picked by when they were made, by whom and what they changed."""

from collections.abc import Iterable
from datetime import timedelta

import orjson
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from offers import asked
from offers.document.diff import diff
from offers.document.kinds.reading import MAPS
from offers.document.kinds.registry import Kind
from offers.document.values import unescape
from offers.document.words.describe import CREATED, DELETED, describe
from offers.document.words.naming import label_of
from offers.erasure import told
from offers.ledger import history as past
from offers.ledger.history import NoSuchRevision
from offers.lists.names import names_in
from offers.models import LibraryItem, Revision
from offers.review.changes.approvals import approvals_of
from offers.web.frame.access import item_for
from offers.web.frame.moment import at_of
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.frame.times import day
from offers.web.item.entries import item_context

# Versions to pick from, the newest; older ones are found by their time.
LISTED = 50
# What a version changed, as much of it as a line holds.
SAID = 2
# A field for a moment has no seconds: it means the whole minute.
MINUTE = timedelta(minutes=1, microseconds=-1)
SIDES = ("from", "to")


def compare(request: HttpRequest, sandbox: str, section: Section, id: str) -> HttpResponse:
    """Any two versions: `?from=1&to=5`; without, the last two. `from-at` and `to-at` find those of a moment."""
    _actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    if any(request.GET.get(f"{side}-at") for side in SIDES):
        return HttpResponseRedirect(f"{request.path}?{_found_by_time(request, item).urlencode()}")
    to = asked.number(request.GET.get("to")) or item.etag
    source = asked.number(request.GET.get("from")) or max(1, to - 1)
    made_from, made_to = past.revision(item, source), past.revision(item, to)
    before, after = past.document_at(item, source), past.document_at(item, to)
    names = names_in(item.sandbox_id, Kind(item.kind), [before, after])
    context = item_context(
        item,
        "history",
        made_from=made_from,
        made_to=made_to,
        erased=told.of_item(item),
        versions=_versions(item, (made_from, made_to)),
        approvals=approvals_of(item.sandbox_id, [made_from, made_to]),
        changes=describe(before, after, names=names),
        compared=(source, to),
        patch=diff(before, after) if before is not None and after is not None else [],
    )
    return answer(request, "item/history/compare.html", context)


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


def _versions(item: LibraryItem, chosen: Iterable[Revision]) -> list[tuple[int, str]]:
    """The newest versions and those that are chosen, newest first, each as a line: "14 · 3 Nov 09:12 · Minji · End date"."""
    newest = Revision.objects.filter(item=item).defer("snapshot").order_by("-etag")[:LISTED]
    found = {made.etag: made for made in (*newest, *chosen)}
    return [(etag, _line(found[etag])) for etag in sorted(found, reverse=True)]


def _line(made: Revision) -> str:
    when = f"{day(made.created_at)} {timezone.localtime(made.created_at):%H:%M}"
    return f"{made.etag} · {when} · {made.actor_label} · {_changed(made)}"


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
