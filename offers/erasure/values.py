"""A text of an item that is taken out of its whole history, and out of everything that was said or asked about it.

It is found as text: wherever it is part of what people wrote in any version of the item, for lists are reordered and texts move.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from offers import asked
from offers.access.members import Refused
from offers.document.erased import holds, mark, patch_without, stuck, without
from offers.document.kinds.registry import Kind
from offers.document.values import Document, canonical_text, escape
from offers.document.words.naming import Place, place_at
from offers.erasure import beside
from offers.erasure.wordings import still_said, texts_of
from offers.ledger import erasing
from offers.ledger.history import versions
from offers.lists.filters import has_word
from offers.lists.names import names_in
from offers.models import Erasure, ErasureStep, LibraryItem, Listing, Revision

AT_ONCE = 200
# Versions that are read while somebody waits: half a second.
COUNTED = 5_000
# Of texts that go along, and of other items.
SHOWN = 20


@dataclass(slots=True)
class Touched:
    """What an erasure touches, in numbers (`is_long`: of the history that was not counted, for nobody waits for that); `texts` are the texts of the item that go along because they have one of those in them, each
    with where it stood, and `others` other items that say one now: they stay. Both are the first of them.
    """

    is_long: bool = False
    versions: int = 0
    notes: int = 0
    beside: dict[str, int] = field(default_factory=dict)
    texts: list[tuple[Place, str]] = field(default_factory=list)
    more: int = 0
    others: list[Listing] = field(default_factory=list)


def check(item: LibraryItem, wanted: Sequence[str]) -> None:
    """Refuse what is still said now, or asked for: that is changed first, as everything is changed. Raises Refused."""
    if still_said(item, wanted):
        raise Refused(
            _("The item still says it. Change that first, as any other change: it is shown and reviewed like one.")
        )
    beside.check(item, wanted)


def touched(item: LibraryItem, wanted: Sequence[str]) -> Touched:
    """What would go. Raises Refused where it stands in something that cannot be erased; of a long history that is found when it goes."""
    found = Touched(is_long=item.etag > COUNTED)
    along: dict[str, Place] = {}
    for made, was, becomes in () if found.is_long else _versions(item, wanted, 0):
        for pointer, text in _leaves(was, becomes) if was != becomes else ():
            if text not in wanted and text not in along:
                names = names_in(item.sandbox_id, Kind(item.kind), [was]) if len(along) < SHOWN else {}
                along[text] = place_at(was, pointer, names)
        found.notes += holds(made.note, wanted)
        found.versions += was != becomes or made.patch != _patch(made, wanted, 0)
    texts = [(place, text) for text, place in along.items()]
    found.texts, found.more = texts[:SHOWN], len(texts[SHOWN:])
    found.beside = beside.touched(item, wanted)
    found.others = others_saying(item, wanted)
    return found


def ready(item: LibraryItem, wanted: Sequence[str]) -> Touched:
    """The same of what can be erased as things are. Raises Refused, where it cannot."""
    check(item, wanted)
    return touched(item, wanted)


def hold(item: LibraryItem) -> LibraryItem:
    """The item, held with the requests about it until the transaction ends, in the order in which a request that is applied holds them."""
    list(beside.requests_about(item).select_for_update().order_by("key").values_list("key"))
    return erasing.lock(item.key)


def carry_out(item: LibraryItem, erasure: Erasure, step: ErasureStep) -> int:
    """Take the texts out of an item that is held, in the transaction that stored the step; how many. Raises Refused."""
    wanted, number = texts_of(item, erasure.pointer, erasure.etags), erasure.key
    count = beside.erase(item, wanted, step)
    count += _of_history(item, wanted, step)
    if item.deleted_at is not None:
        erasing.forget_deleted(item, cast(Document, without(item.document, wanted, mark(number))))
    erasing.rename_past(item, number, wanted)
    erasing.looked_at_before(item.key, number)
    return count


def _of_history(item: LibraryItem, wanted: Sequence[str], step: ErasureStep) -> int:
    assert step.erasure_id is not None, "a step of an erasure"
    count = 0
    rows: list[dict[str, Any]] = []
    gone: list[erasing.Gone] = []
    for made, was, becomes in _versions(item, wanted, step.erasure_id):
        texts = {"patch": _patch(made, wanted, step.erasure_id), "note": made.note}
        if holds(made.note, wanted):
            texts["note"] = mark(step.erasure_id)
        said = {name: text for name, text in texts.items() if text != getattr(made, name)}
        documents = (canonical_text(was), canonical_text(becomes)) if was != becomes else None
        if said or documents:
            gone += erasing.of_revision(made, said, documents)
            rows.append(erasing.revision_row(made))
        if len(rows) >= AT_ONCE:
            count += erasing.let_go(step, "revision", rows, gone)
            rows, gone = [], []
    return count + erasing.let_go(step, "revision", rows, gone)


def _versions(
    item: LibraryItem, wanted: Sequence[str], number: int
) -> Iterator[tuple[Revision, Document | None, Document | None]]:
    """Every revision with the document after it, as it is and without the texts. Raises Refused where it would still say one."""
    for made, document in versions(item, 1, item.etag):
        if place := next(stuck(document, wanted), ""):
            raise Refused(
                _("Version {etag} says it at {pointer}, too, which is no text that can be erased: {text}").format(
                    etag=made.etag, pointer=place, text=_at_fault(document, wanted)
                )
            )
        yield made, document, cast(Document | None, without(document, wanted, mark(number)))


def _at_fault(document: Document | None, wanted: Sequence[str]) -> str:
    """Which of the texts that is, in short."""
    return Truncator(next(text for text in wanted if next(stuck(document, [text]), ""))).chars(60)


def _patch(made: Revision, wanted: Sequence[str], number: int) -> str:
    return canonical_text(patch_without(orjson.loads(made.patch), wanted, mark(number)))


def _leaves(was: Any, becomes: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """The texts that differ, with where they stand."""
    if isinstance(was, str):
        if was != becomes:
            yield pointer, was
    elif isinstance(was, list):
        for place, (one, other) in enumerate(zip(was, becomes, strict=True)):
            yield from _leaves(one, other, f"{pointer}/{place}")
    elif isinstance(was, dict):
        for name, one in was.items():
            yield from _leaves(one, becomes[name], f"{pointer}/{escape(name)}")


def others_saying(item: LibraryItem, wanted: Sequence[str]) -> list[Listing]:
    """The first other items of the sandbox that say one of these now, in whatever letters, in a text that is searched."""
    found: dict[int, Listing] = {}
    for text in wanted:
        there = Listing.objects.filter(has_word(asked.composed(text)), sandbox=item.sandbox_id, deleted_at=None)
        found |= {one.pk: one for one in there.exclude(pk=item.key)[:SHOWN]}
        if len(found) >= SHOWN:
            break
    return list(found.values())[:SHOWN]
