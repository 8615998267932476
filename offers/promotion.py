"""Items of one sandbox brought to another: what of them is new there, changed or the same, and what somebody has to decide first.

It ends in a change request of the target, under the target's rules. What is newer there is merged, with what was promoted last
as the base: each change remembers what it was promoted from (`refers_to.promoted_from`). What both sides changed is contested, and
so is what differs where nothing was promoted before; nothing of the target is ever overwritten unasked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from django.db.models import Count, F, Min
from jsonpointer import JsonPointer

from offers.access.permissions import Actor, NotFound, check_edit
from offers.document.diff import diff
from offers.document.errors import JSON
from offers.document.kinds.registry import KINDS, Kind
from offers.document.merge import Conflict, resolve
from offers.document.validate import Reference, references
from offers.document.values import Document, clone, equal
from offers.ledger.heads import Head, read_each
from offers.ledger.history import document_at, last_instant
from offers.ledger.leaf import PromotedFrom, RefersTo
from offers.models import LibraryItem, Listing, Revision, Sandbox
from offers.review.requests import Proposal, new_item, proposal

# How far back it is looked for what was promoted last: a page has to end.
LOOKED_AT = 1_000
# So many promotions of one item are told.
MOST_TOLD = 50
SOURCE, TARGET = "source", "target"


class State(StrEnum):
    """What becomes of an item in the target, or what is in the way."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    KEPT = "kept"
    CONTESTED = "contested"
    MISSING = "missing"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Choices:
    """What was decided: for what a reference leads to (an id of the source) the item of the target that takes its place, and of a
    contested field (`Conflict.key`, by item) whose value stays. `statuses`: what is new arrives with its status, not as a draft.
    """

    references: Mapping[str, str] = field(default_factory=dict)
    picks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    statuses: bool = False


@dataclass(frozen=True, slots=True)
class Promoted:
    """An item of the source (`here`) beside that of the target, if it is there; `document` is what is asked for: of what is still
    to be decided, it has what is there. `conflicts` are all that are contested, `undecided` those of them of which nobody has said.
    """

    here: Head
    there: Head | None
    state: State
    document: Document
    conflicts: tuple[Conflict, ...] = ()
    # What it refers to and the target does not have; and what has another id there, by the source's.
    missing: tuple[Reference, ...] = ()
    replaced: Mapping[str, str] = field(default_factory=dict)
    undecided: tuple[Conflict, ...] = ()

    @property
    def is_ready(self) -> bool:
        return self.state in (State.NEW, State.CHANGED)


def planned(source: Actor, target: Actor, ids: Sequence[str], choices: Choices) -> list[Promoted]:
    """What promoting these items would do, in their order. Raises NotAllowed (who may not propose there), NotFound."""
    check_edit(target)
    if source.sandbox.pk == target.sandbox.pk:
        raise NotFound
    found = read_each(source.sandbox.pk, ids)
    heads = [found[id] for id in dict.fromkeys(ids) if id in found and found[id].deleted_at is None]
    if len(heads) < len(set(ids)):
        raise NotFound
    there = read_each(target.sandbox.pk, ids)
    mapping = _mapping(source.sandbox, target.sandbox, heads, choices.references)
    return [_one(source.sandbox, here, there.get(here.id), mapping, choices) for here in heads]


def proposals(plan: Iterable[Promoted], source: Sandbox, door: str) -> list[Proposal]:
    """What is to be proposed of a plan: all that is new or changed."""
    return [_proposal(one, source, door) for one in plan if one.is_ready]


def _proposal(one: Promoted, source: Sandbox, door: str) -> Proposal:
    here, there = one.here, one.there
    origin = PromotedFrom(sandbox=source.name, id=here.id, etag=here.etag, digest=here.digest)
    # It says what stood here: so it is stored only where that was not erased meanwhile.
    seen = {here.key: here.last_erasure}
    if there is None:
        return replace(new_item(here.kind, here.id, one.document, door, {"promoted_from": origin}), seen=seen)
    if there.deleted_at is not None:
        patch = [{"op": "add", "path": "", "value": one.document}]
    else:
        patch = diff(there.document, one.document)
    wanted = proposal(there, patch, door, RefersTo(promoted_from=origin))
    return replace(wanted, seen={**wanted.seen, **seen})


def _one(source: Sandbox, here: Head, there: Head | None, mapping: Mapping[str, str], choices: Choices) -> Promoted:
    if there is not None and there.kind != here.kind:
        return Promoted(here, there, State.TAKEN, here.document)
    named = references(here.kind, here.document)
    missing = tuple(one for one in named if one.id not in mapping)
    replaced = {one.id: mapping[one.id] for one in named if mapping.get(one.id, one.id) != one.id}
    ours = _mapped(here.kind, here.document, mapping)
    if there is None or there.deleted_at is not None:
        if KINDS[here.kind].steps and not choices.statuses:
            ours["status"] = "draft"
        return Promoted(here, there, State.MISSING if missing else State.NEW, ours, (), missing, replaced)
    base = _promoted_last(source, here, there, mapping)
    if not choices.statuses:
        # What is there keeps its status: a draft of it would take it off the air.
        ours, base = _with_status(ours, there.document), _with_status(base, there.document) if base else {}
    conflicts = resolve(base, ours, there.document, {}).conflicts
    sides = choices.picks.get(here.id, {})
    picks = {one.key: one.ours if sides.get(one.key) == SOURCE else one.theirs for one in conflicts}
    undecided = tuple(one for one in conflicts if sides.get(one.key) not in (SOURCE, TARGET))
    document: JSON = resolve(base, ours, there.document, picks).document
    assert isinstance(document, dict)
    state = State.MISSING if missing else State.CONTESTED if undecided else State.CHANGED
    if state == State.CHANGED and equal(document, there.document):
        state = State.SAME if equal(ours, there.document) else State.KEPT
    # All that is contested is told, also what was decided: somebody may think again.
    return Promoted(here, there, state, document, conflicts, missing, replaced, undecided)


def _with_status(document: Document, other: Document) -> Document:
    return {**document, "status": other["status"]} if "status" in other else document


def _promoted_last(source: Sandbox, here: Head, there: Head, mapping: Mapping[str, str]) -> Document:
    """The document that was promoted last, as the target calls what it refers to; {} where none was: nothing is common then."""
    came = (one for one in _not_taken_back(there) if (one["sandbox"], one["id"]) == (source.name, here.id))
    before = next(came, None)
    if before is None:
        return {}
    item = LibraryItem.objects.get(pk=here.key)
    known = Revision.objects.filter(item=item, etag=before["etag"], digest=before["digest"]).exists()
    document = document_at(item, before["etag"]) if known else None
    return _mapped(here.kind, document, mapping) if document is not None else {}


def _not_taken_back(there: Head) -> Iterator[PromotedFrom]:
    """What was promoted to an item, the newest first, without what an undo or a restore took back: that is not there any more."""
    gone: set[int] = set()
    made = Revision.objects.filter(
        item=there.key,
        etag__gt=there.etag - LOOKED_AT,
        refers_to__has_any_keys=["promoted_from", "undoes", "restores"],
    )
    for etag, refers_to in made.order_by("-etag").values_list("etag", "refers_to"):
        if etag in gone:
            continue
        if "promoted_from" in refers_to:
            yield refers_to["promoted_from"]
        if "restores" in refers_to:
            gone.update(range(refers_to["restores"] + 1, etag))
        if "undoes" in refers_to:
            gone.add(refers_to["undoes"])


def promoted(item: LibraryItem, person: int | None, until: datetime | None = None) -> list[Revision]:
    """The changes that brought versions of this item to other sandboxes of this person, the newest first, each with its `sandbox`.

    One query, two where there are any. With `until`, those that there were at that moment.
    """
    made = Revision.objects.filter(
        # What is promoted keeps its id.
        item__id=item.id,
        sandbox__membership__user_id=person or 0,
        etag__gt=F("item__etag") - LOOKED_AT,
        refers_to__promoted_from__sandbox=item.sandbox.name,
    ).exclude(item=item.key)
    if until:
        made = made.filter(created_at__lte=last_instant(until))
    found = list(made.select_related("item", "sandbox").defer("snapshot").order_by("-created_at")[:MOST_TOLD])
    etags = [_origin(one)["etag"] for one in found]
    here = dict(Revision.objects.filter(item=item.key, etag__in=etags).values_list("etag", "digest")) if found else {}
    # Another item may have had this id, in a library that was there before.
    return [one for one, etag in zip(found, etags, strict=True) if here.get(etag) == _origin(one)["digest"]]


def by_digest(found: Iterable[Revision]) -> dict[str, list[Revision]]:
    """The same by the digest of the version that was promoted."""
    told: dict[str, list[Revision]] = {}
    for one in found:
        told.setdefault(_origin(one)["digest"], []).append(one)
    return told


def _origin(made: Revision) -> PromotedFrom:
    origin: PromotedFrom = made.refers_to["promoted_from"]
    return origin


def _mapped(kind: Kind, document: Document, mapping: Mapping[str, str]) -> Document:
    made: Document = clone(document)
    for one in references(kind, document):
        if one.id in mapping:
            JsonPointer(one.pointer).set(made, mapping[one.id])
    return made


def _mapping(source: Sandbox, target: Sandbox, heads: Sequence[Head], chosen: Mapping[str, str]) -> dict[str, str]:
    """The target's ids of what these items refer to, by the source's: as chosen, else the same id, else the only one of that name.

    What is promoted along is there by then. What has none is left out. All are of the kind that the reference asks for.
    """
    wanted = {one.id: one.kind for head in heads for one in references(head.kind, head.document)}
    found = read_each(target.pk, {*wanted, *(chosen[id] for id in wanted if id in chosen)})
    kinds = {id: head.kind for id, head in found.items() if head.deleted_at is None}
    kinds |= {head.id: head.kind for head in heads if head.id not in found or found[head.id].kind == head.kind}
    mapping = {}
    for id, kind in wanted.items():
        known = chosen.get(id, id)
        if kinds.get(known) == kind:
            mapping[id] = known
    return {**_by_name(source, target, {id: kind for id, kind in wanted.items() if id not in mapping}), **mapping}


def _by_name(source: Sandbox, target: Sandbox, wanted: Mapping[str, Kind]) -> dict[str, str]:
    names = {
        id: (kind, name)
        for id, kind, name in Listing.objects.filter(sandbox=source, id__in=list(wanted), deleted_at=None).values_list(
            "id", "kind", "name"
        )
    }
    rows = Listing.objects.filter(sandbox=target, deleted_at=None, name__in={name for _kind, name in names.values()})
    counted = rows.values_list("kind", "name").annotate(number=Count("id"), only=Min("id"))
    only = {(kind, name): id for kind, name, number, id in counted if number == 1}
    return {id: only[names[id]] for id in wanted if names.get(id) in only}
