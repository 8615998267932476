"""A text of an item that is taken out of its whole history, and out of everything that was said or asked about it.

It is found as text: wherever it is part of what people wrote in any version of the item, for lists are reordered and texts move.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from offers.access.members import Refused
from offers.document.erased import holds, mark, number_of, patch_without, stuck, text_at, without
from offers.document.values import Document, canonical_text
from offers.erasure import texts as steps
from offers.ledger import erasing
from offers.ledger.history import document_at, versions
from offers.models import (
    BulkRow,
    BulkRun,
    ChangeRequest,
    Erasure,
    ErasureStep,
    IdempotencyKey,
    LibraryItem,
    Notice,
    RequestComment,
    RequestedChange,
    RequestEvent,
    Revision,
)

# One character alone is part of everything.
SHORTEST = 2
AT_ONCE = 200
# Members of what a step of a request is about (review/records.py) that say what it is about, and nothing that people wrote.
_NO_TEXTS = frozenset({"id", "kind", "path", "trouble", "why", "applyAt", "until"})
# Titles of requests, and what people are told of them, are cut off at this length at the least.
_CUT = 200
_BUSY = (BulkRun.State.PLANNING, BulkRun.State.PLANNED, BulkRun.State.RUNNING)


@dataclass(slots=True)
class Touched:
    """What an erasure touches, in numbers, and the texts of the item that go, the first of them."""

    versions: int = 0
    notes: int = 0
    requests: int = 0
    answers: int = 0
    bulk: int = 0
    texts: list[str] = field(default_factory=list)


def texts_of(item: LibraryItem, pointer: str, etags: Sequence[int]) -> list[str]:
    """What stood at the pointer in these versions. Raises Refused: nothing, no text, or too short a one; NoSuchRevision."""
    found = {text for etag in etags if (text := text_at(document_at(item, etag), pointer))}
    wanted = sorted(text for text in found if text.strip() and number_of(text) is None)
    if not wanted:
        raise Refused(_("In that version, nothing stands there that people write as they like."), "pointer")
    if any(len(text) < SHORTEST for text in wanted):
        raise Refused(_("That is part of nearly every text: erase something longer."), "pointer")
    return wanted


def check(item: LibraryItem, wanted: Sequence[str]) -> None:
    """Refuse what is still said now, or asked for: that is changed first, as everything is changed. Raises Refused."""
    if item.deleted_at is None and holds(item.document, wanted):
        raise Refused(
            _("The item still says it. Change that first, as any other change: it is shown and reviewed like one.")
        )
    under_way = _changes(item).filter(request__state__in=ChangeRequest.UNDER_WAY).select_related("request")
    asking = {one.request.number for one in under_way if holds([one.base, one.patch], wanted)}
    if asking:
        listed = ", ".join(f"#{number}" for number in sorted(asking))
        raise Refused(
            _("Change requests under way say it: {requests}. Decide or withdraw them first.").format(requests=listed)
        )
    if any(holds([row.run.action, row.patch], wanted) for row in _rows(item).filter(run__state__in=_BUSY)):
        raise Refused(_("A bulk edit under way says it. Let it end, or discard it, first."))


def touched(item: LibraryItem, wanted: Sequence[str]) -> Touched:
    """What would go. Raises Refused where it stands in something that cannot be erased."""
    found = Touched()
    shown: dict[str, None] = {}
    for made, was, becomes in _versions(item, wanted, 0):
        shown.update(dict.fromkeys(_leaves(was, becomes)))
        found.notes += holds(made.note, wanted)
        found.versions += was != becomes or made.patch != _patch(made, wanted, 0)
    found.texts = list(shown)[:10]
    found.requests = sum(_says(request, item, wanted) for request in _requests(item))
    found.bulk = sum(holds([row.patch, row.changes, row.problems, row.run.action], wanted) for row in _rows(item))
    found.answers = len(_answers(item, wanted))
    return found


def hold(item: LibraryItem) -> LibraryItem:
    """The item, held with the requests about it until the transaction ends, in the order in which a request that is applied holds them."""
    list(_requests(item).select_for_update().order_by("key").values_list("key"))
    return erasing.lock(item.key)


def carry_out(item: LibraryItem, erasure: Erasure, step: ErasureStep) -> int:
    """Take the texts out of an item that is held, in the transaction that stored the step; how many. Raises Refused."""
    wanted, number = texts_of(item, erasure.pointer, erasure.etags), erasure.key
    # What stands beside history is found by what history says, which goes last.
    answers = _answers(item, wanted)
    for request in _requests(item):
        _of_request(request, item, wanted, mark(number))
    _of_notices(item, wanted, mark(number))
    count = _of_steps(item, wanted, step)
    _of_bulk(item, wanted, number)
    IdempotencyKey.objects.filter(pk__in=answers).delete()
    count += _of_history(item, wanted, step)
    if item.deleted_at is not None:
        erasing.forget_deleted(item, cast(Document, without(item.document, wanted, mark(number))))
    erasing.rename_past(item, number, wanted)
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
                _("Version {etag} says it at {pointer}, too, which is no text that can be erased.").format(
                    etag=made.etag, pointer=place
                )
            )
        yield made, document, cast(Document | None, without(document, wanted, mark(number)))


def _patch(made: Revision, wanted: Sequence[str], number: int) -> str:
    return canonical_text(patch_without(orjson.loads(made.patch), wanted, mark(number)))


def _leaves(was: Any, becomes: Any) -> Iterator[str]:
    """The texts that differ."""
    if isinstance(was, str):
        if was != becomes:
            yield was
    elif isinstance(was, list):
        for one, other in zip(was, becomes, strict=True):
            yield from _leaves(one, other)
    elif isinstance(was, dict):
        for name, one in was.items():
            yield from _leaves(one, becomes[name])


def _changes(item: LibraryItem) -> QuerySet[RequestedChange]:
    return RequestedChange.objects.filter(request__sandbox=item.sandbox_id, id=item.id)


def _requests(item: LibraryItem) -> QuerySet[ChangeRequest]:
    return ChangeRequest.objects.filter(key__in=_changes(item).values("request"))


def _rows(item: LibraryItem) -> QuerySet[BulkRow]:
    return BulkRow.objects.filter(item=item).select_related("run")


def _says(request: ChangeRequest, item: LibraryItem, wanted: Sequence[str]) -> bool:
    changes = _changes(item).filter(request=request)
    said = RequestComment.objects.filter(request=request).values_list("text", "suggestion")
    return (
        holds([request.title, request.reason], wanted)
        or any(holds([one.base, one.patch], wanted) for one in changes)
        or any(holds(list(one), wanted) for one in said)
        or any(holds([one.text, one.about], wanted) for one in RequestEvent.objects.filter(request=request))
    )


def _of_request(request: ChangeRequest, item: LibraryItem, wanted: Sequence[str], instead: str) -> None:
    """A request about the item: what it says and asks, what was said to it and told of it. Other items' changes stay."""
    for change in _changes(item).filter(request=request):
        change.base = without(change.base, wanted, instead)
        change.patch = patch_without(change.patch, wanted, instead)
        change.save(update_fields=["base", "patch"])
    request.title = instead if _says_of_it(request.title, wanted) else request.title
    request.reason = instead if holds(request.reason, wanted) else request.reason
    request.save(update_fields=["title", "reason"])
    for comment in RequestComment.objects.filter(request=request):
        # A digest of a value, which has no salt, would let somebody guess it.
        comment.value_digest = "" if comment.item_id == item.id else comment.value_digest
        comment.text = without(comment.text, wanted, instead, None)
        comment.suggestion = without(comment.suggestion, wanted, instead, None)
        comment.save(update_fields=["value_digest", "text", "suggestion"])


def _of_steps(item: LibraryItem, wanted: Sequence[str], step: ErasureStep) -> int:
    """Steps of requests about the item, and of others that tell of those; and why it was asked to erase it."""
    instead = mark(step.erasure_id or 0)
    rows: list[tuple[steps.Step, dict[str, Any]]] = []
    for event in RequestEvent.objects.filter(_telling(item, wanted, "request__sandbox")):
        about = _about(event.about, item, wanted, instead)
        said: dict[str, Any] = {"text": instead} if _says_of_it(event.text, wanted) else {}
        rows.append((event, said | ({"about": about} if about != event.about else {})))
    whys: list[tuple[steps.Step, dict[str, Any]]] = [
        (one, {"text": instead}) for one in ErasureStep.objects.filter(item=item) if holds(one.text, wanted)
    ]
    return steps.erase(step, [row for row in rows if row[1]]) + steps.erase(step, whys)


def _telling(item: LibraryItem, wanted: Sequence[str], sandbox: str) -> Q:
    """What is told of requests about the item, and of these to people of others: steps, and notices of them."""
    told = Q(request__in=_requests(item))
    for text in wanted:
        told |= Q(text__contains=text, **{sandbox: item.sandbox_id})
    return told


def _of_notices(item: LibraryItem, wanted: Sequence[str], instead: str) -> None:
    found = Notice.objects.filter(_telling(item, wanted, "sandbox")).values_list("key", "text")
    said = [key for key, text in found if _says_of_it(text, wanted)]
    Notice.objects.filter(key__in=said).update(text=instead)


def _about(value: Any, item: LibraryItem, wanted: Sequence[str], instead: str) -> Any:
    """What an event is about, without the texts: a patch of the item as its request has it now, one of another item as it was."""
    if isinstance(value, list):
        return [_about(one, item, wanted, instead) for one in value]
    if isinstance(value, dict):
        if "patch" in value and "id" in value:
            is_its = value["id"] == item.id
            return {**value, "patch": patch_without(value["patch"], wanted, instead)} if is_its else value
        return {name: one if name in _NO_TEXTS else _about(one, item, wanted, instead) for name, one in value.items()}
    return without(value, wanted, instead, None)


def _of_bulk(item: LibraryItem, wanted: Sequence[str], number: int) -> None:
    for row in _rows(item):
        row.patch = None if row.patch is None else patch_without(row.patch, wanted, mark(number))
        row.changes = [_change(one, wanted, mark(number)) for one in row.changes]
        row.problems = [one | _params(one, "params", wanted, mark(number)) for one in row.problems]
        row.save(update_fields=["patch", "changes", "problems"])
        run = row.run
        run.action, run.filter = _action(run.action, wanted, mark(number)), _filter(run.filter, wanted, mark(number))
        run.note, run.request_title = (
            without(one, wanted, mark(number), None) for one in (run.note, run.request_title)
        )
        run.save(update_fields=["action", "filter", "note", "request_title"])


def _change(change: dict[str, Any], wanted: Sequence[str], instead: str) -> dict[str, Any]:
    """A change in words (bulk/rows.py), without the texts: only what it shows is said by anybody, the rest says how."""
    shown = {name: instead for name in ("old_text", "new_text") if _says_of_it(change.get(name, ""), wanted)}
    return change | shown | _params(change, "label_params", wanted, instead)


def _params(told: dict[str, Any], name: str, wanted: Sequence[str], instead: str) -> dict[str, Any]:
    return {name: without(told[name], wanted, instead, None)} if name in told else {}


def _says_of_it(text: str, wanted: Sequence[str]) -> bool:
    """Whether it says one of these texts, or ends, where it was cut off, with the beginning of one."""
    shown = text.removesuffix("…")
    is_cut = shown != text or len(text) >= _CUT
    return holds(text, wanted) or (is_cut and any(_ends_with(shown, one) for one in wanted))


def _ends_with(text: str, wanted: str) -> bool:
    lengths = range(min(len(text), len(wanted)), SHORTEST - 1, -1)
    return any(text.endswith(wanted[:length].rstrip()) for length in lengths)


def _action(action: dict[str, Any], wanted: Sequence[str], instead: str) -> dict[str, Any]:
    """What a bulk edit does (bulk/actions.py), without the texts: what it is, a status or the id of a tag is none."""
    value = action["value"]
    return action | {
        "name": without(action["name"], wanted, instead, None),
        "value": patch_without(value, wanted, instead) if isinstance(value, list) else value,
    }


def _filter(filter: str, wanted: Sequence[str], instead: str) -> str:
    """The filter that offers were selected with, without the texts that were searched for."""
    asked = QueryDict(filter.removeprefix("?"), mutable=True)
    if not holds(asked.getlist("q"), wanted):
        return filter
    asked.setlist("q", [str(without(one, wanted, instead, None)) for one in asked.getlist("q")])
    return f"?{asked.urlencode()}"


def _answers(item: LibraryItem, wanted: Sequence[str]) -> list[int]:
    """Answers to programs that are kept for a day, and say it."""
    parts = {part for text in wanted for part in (text.encode(), orjson.dumps(text)[1:-1])}
    kept = IdempotencyKey.objects.filter(sandbox=item.sandbox_id, body__isnull=False)
    found = kept.values_list("pk", "body").iterator()
    return [key for key, body in found if body is not None and any(part in bytes(body) for part in parts)]
