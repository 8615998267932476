"""Who last changed each field of an item, and who removed what is not there any more: as a page, and as cards beside the fields."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from django.http import HttpRequest, HttpResponse

from offers import asked
from offers.document.blame import leaves
from offers.document.kinds.reading import position
from offers.document.kinds.registry import Kind
from offers.document.words.describe import Change, describe
from offers.erasure import told
from offers.ledger import history as past
from offers.ledger.blamed import Blamed, blame_of
from offers.lists.names import names_in
from offers.models import LibraryItem, Revision
from offers.review.changes.approvals import approvals_of
from offers.web.frame import sections as frame
from offers.web.frame.moment import item_then
from offers.web.frame.respond import answer
from offers.web.item.entries import item_context
from offers.web.item.history.values import plain
from offers.web.item.shown import fields

SHOWN = 2_000
# Versions that removed something whose words are looked for, each with two short replays; and cards that a page has.
LOOKED_AT = 8
CARDS = 80
# Further versions that a card names.
MORE = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the form, and the revision that made it so. `says_why` where that is not as in the row above.

    `around` are the items that it is in, where the row above is not in them.

    `anchors` are the places that begin here: what leads to a field, or to what it is part of, leads to this row.
    """

    line: fields.Line
    made: Revision
    says_why: bool
    anchors: list[str]
    around: str = ""
    # Where every value that it had is told; "" for what stands in a list, or is several fields.
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of one section of the form."""

    title: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Removed:
    """Something that is not there any more, and the revision that took it away."""

    change: Change
    made: Revision


@dataclass(frozen=True, slots=True)
class Card:
    """What is said beside a field: its last change, others of what is in it, and what was removed from it."""

    last: Revision | None
    others: list[Revision]
    removed: list[Removed]
    # Of a field that stands once in a document: where every value that it had is told.
    pointer: str = ""


def blame(request: HttpRequest, sandbox: str, section: frame.Section, id: str) -> HttpResponse:
    """Of the present version, of the moment `?at=`, or of a `?version=` before, for what is older than it looks back.

    htmx and a page's script get the cards of the places that they ask for (`of`, several).
    """
    then = item_then(request, sandbox, id, kinds=section.kinds)
    version = asked.number(request.GET.get("version"))
    if version and version > then.item.etag:
        raise past.NoSuchRevision
    found = blame_of(then.now, version or then.item.etag)
    removed = list(_removed(then.now, found))
    context = item_context(
        then.item,
        "blame",
        version=version,
        moment=then.moment,
        removed=removed,
        approvals=approvals_of(then.item.sandbox_id, [*found.made.values(), *(one.made for one in removed)]),
        since=0 if found.is_whole else found.since,
        erased=told.of_item(then.item),
        looked_back=found.since if found.since > 1 else 0,
    )
    if "of" in request.GET:
        context["cards"] = [_card(found, removed, place) for place in request.GET.getlist("of")[:CARDS]]
        return answer(request, "item/history/_who.html", context)
    context |= _parts(then.item, found)
    context["more"] = max(0, len(found.lines) - SHOWN)
    return answer(request, "item/history/blame.html", context)


def anchor(pointer: str) -> str:
    """The id of a place on the page of who changed what."""
    return "at" + quote(pointer, safe="/~")


def _parts(item: LibraryItem, found: Blamed) -> dict[str, Any]:
    """What was changed, and apart from it, where there is such, what still is as it was made; as many fields as a page can hold."""
    names = names_in(item.sandbox_id, Kind(item.kind), [found.document])
    lines = sorted(found.lines, key=lambda line: position(line.path))[:SHOWN]
    leaves = (fields.Leaf(line.path, line.pointer, line.value, line.etag) for line in lines)
    told = fields.sections(found.document, leaves, names)
    first, anchors = 1 if found.is_whole else found.since, set[str]()
    changed = [part for one in told if (part := _section(one, found, anchors, lambda line: line.etag != first))]
    as_made = [part for one in told if (part := _section(one, found, anchors, lambda line: line.etag == first))]
    return {
        "sections": changed or as_made,
        "as_made": as_made if changed else [],
        "as_made_count": sum(len(section.rows) for section in as_made),
    }


def _section(
    section: fields.Section, found: Blamed, anchors: set[str], is_in: Callable[[fields.Line], bool]
) -> Section | None:
    """These lines of a section, in their order; None without any. A row takes the `anchors` that none has before it."""
    rows: list[Row] = []
    for line in filter(is_in, section.lines):
        new = list(dict.fromkeys(one for one in _anchors(line.pointers) if one not in anchors))
        anchors.update(new)
        before = rows[-1].line if rows else None
        around = line.around if before is None or line.around != before.around else ""
        says_why = before is None or line.etag != before.etag
        rows.append(Row(line, found.made[line.etag], says_why, new, around, _alone(line)))
    return Section(section.title, rows) if rows else None


def _alone(line: fields.Line) -> str:
    """The pointer of the one declared field that a line is about; "" for what is several, or stands in a list of items."""
    places = {"/tags" if one.startswith("/tags/") else one for one in line.pointers}
    return next(iter(places)) if len(places) == 1 and plain(next(iter(places))) else ""


def _anchors(pointers: Iterable[str]) -> Iterator[str]:
    for pointer in pointers:
        parts = pointer.split("/")
        yield from (anchor("/".join(parts[:end])) for end in range(2, len(parts) + 1))


def _removed(item: LibraryItem, found: Blamed) -> Iterator[Removed]:
    """What the newest versions that removed something took away and what has not come back, the newest first."""
    present = {line.path for line in found.lines}
    etags = found.removing[: -LOOKED_AT - 1 : -1]
    made = {one.etag: one for one in Revision.objects.filter(item=item, etag__in=etags)}
    for etag in etags:
        documents = past.documents(item, max(1, etag - 1), etag)
        before, after = documents.get(etag - 1), documents[etag]
        if before is None or after is None:
            continue  # All of it was deleted, which is a change that everybody sees.
        names = names_in(item.sandbox_id, Kind(item.kind), [before])
        places = [(path, pointer) for path, pointer, _value in leaves(before)]
        for change in describe(before, after, names=names, by_field=True):
            gone = [path for path, pointer in places if _is_in(pointer, change.old_pointer or change.pointer)]
            if change.action == "removed" and gone and not present.intersection(gone):
                present.update(gone)  # Who removed it before is not asked.
                yield Removed(change, made[etag])


def _is_in(pointer: str, place: str) -> bool:
    return pointer == place or pointer.startswith(f"{place}/")


def _card(found: Blamed, removed: list[Removed], asked_for: str) -> Card:
    """`asked_for` are the pointers of one field, each quoted, with a space between."""
    places = [unquote(one) for one in asked_for.split(" ")]
    lines = [line for line in found.lines if any(_is_in(line.pointer, place) for place in places)]
    made = sorted({line.etag for line in lines if line.etag > found.since or found.is_whole}, reverse=True)
    revisions = [found.made[etag] for etag in made[: MORE + 1]]
    # A place in a list is known by its number, which what was removed does not keep.
    whole = [place for place in places if not any(part.isdecimal() for part in place.split("/"))]
    gone = [one for one in removed if any(_is_in(one.change.pointer, place) for place in whole)]
    told = next((place for place in places if plain(place)), "")
    return Card(revisions[0] if revisions else None, revisions[1:], gone, told)
