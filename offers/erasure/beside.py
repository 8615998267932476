"""What was asked, told and kept about an item beside its history, and says a text that is to be erased: requests, comments, notices, bulk
edits, views of lists. The texts of steps go as those of history do (texts.py).
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from offers.access.members import Refused
from offers.document.erased import holds, mark, patch_without, without
from offers.erasure import texts as steps
from offers.erasure.answers import answers_saying
from offers.erasure.wordings import SHORTEST
from offers.models import (
    BulkRow,
    BulkRun,
    ChangeRequest,
    ErasureStep,
    IdempotencyKey,
    LibraryItem,
    Notice,
    RequestComment,
    RequestedChange,
    RequestEvent,
    SavedView,
)

# Members of what a step of a request is about (review/records.py) that say what it is about, and nothing that people wrote.
_NO_TEXTS = frozenset({"id", "kind", "path", "trouble", "why", "applyAt", "until"})
# Titles of requests, and what people are told of them, are cut off at this length at the least.
_CUT = 200
_BUSY = (BulkRun.State.PLANNING, BulkRun.State.PLANNED, BulkRun.State.RUNNING)


def check(item: LibraryItem, wanted: Sequence[str]) -> None:
    """Refuse what is asked for by something under way. Raises Refused."""
    under_way = changes_of(item).filter(request__state__in=ChangeRequest.UNDER_WAY).select_related("request")
    asking = {one.request.number for one in under_way if holds([one.base, one.patch], wanted)}
    if asking:
        listed = ", ".join(f"#{number}" for number in sorted(asking))
        raise Refused(
            _("Change requests under way say it: {requests}. Decide or withdraw them first.").format(requests=listed)
        )
    busy = rows_of(item).filter(run__state__in=_BUSY)
    if any(holds(row.patch, wanted) or run_without(row.run, wanted, mark(0)) for row in busy):
        raise Refused(_("A bulk edit under way says it. Let it end, or discard it, first."))


def touched(item: LibraryItem, wanted: Sequence[str]) -> dict[str, int]:
    """How many of each say it."""
    bulk = (row_without(row, wanted, mark(0)) or run_without(row.run, wanted, mark(0)) for row in rows_of(item))
    return {
        "requests": sum(_says(request, item, wanted) for request in requests_about(item)),
        "notices": len(notices_saying(item, wanted)),
        "bulk": sum(map(bool, bulk)),
        "views": len(views_saying(item, wanted)),
        "answers": len(answers_saying(item.sandbox_id, wanted)),
    }


def erase(item: LibraryItem, wanted: Sequence[str], step: ErasureStep) -> int:
    """Take it out of all of these, found by what history says, which goes last; how many texts of steps went."""
    instead = mark(step.erasure_id or 0)
    answers = answers_saying(item.sandbox_id, wanted)
    for request in requests_about(item):
        _of_request(request, item, wanted, instead)
    Notice.objects.filter(key__in=notices_saying(item, wanted)).update(text=instead)
    count = erase_steps(item, wanted, step)
    _of_bulk(item, wanted, instead)
    for view in views_saying(item, wanted):
        view.query = _without_search(view.query, wanted, instead)
        view.save(update_fields=["query"])
    IdempotencyKey.objects.filter(pk__in=answers).delete()
    return count


def changes_of(item: LibraryItem) -> QuerySet[RequestedChange]:
    return RequestedChange.objects.filter(request__sandbox=item.sandbox_id, id=item.id)


def requests_about(item: LibraryItem) -> QuerySet[ChangeRequest]:
    return ChangeRequest.objects.filter(key__in=changes_of(item).values("request"))


def rows_of(item: LibraryItem) -> QuerySet[BulkRow]:
    return BulkRow.objects.filter(item=item).select_related("run")


def _says(request: ChangeRequest, item: LibraryItem, wanted: Sequence[str]) -> bool:
    changes = changes_of(item).filter(request=request)
    said = RequestComment.objects.filter(request=request).values_list("text", "suggestion")
    return (
        holds([request.title, request.reason], wanted)
        or any(holds([one.base, one.patch], wanted) for one in changes)
        or any(holds(list(one), wanted) for one in said)
        or any(holds([one.text, one.about], wanted) for one in RequestEvent.objects.filter(request=request))
    )


def _of_request(request: ChangeRequest, item: LibraryItem, wanted: Sequence[str], instead: str) -> None:
    """A request about the item: what it says and asks, what was said to it and told of it. Other items' changes stay."""
    for change in changes_of(item).filter(request=request):
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


def erase_steps(item: LibraryItem, wanted: Sequence[str], step: ErasureStep) -> int:
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
    told = Q(request__in=requests_about(item))
    for text in wanted:
        told |= Q(text__contains=text, **{sandbox: item.sandbox_id})
    return told


def notices_saying(item: LibraryItem, wanted: Sequence[str]) -> list[int]:
    found = Notice.objects.filter(_telling(item, wanted, "sandbox")).values_list("key", "text")
    return [key for key, text in found if _says_of_it(text, wanted)]


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


def _of_bulk(item: LibraryItem, wanted: Sequence[str], instead: str) -> None:
    """Only what says it is written, and so held: a run that is at work on the item waits for it, and is not waited for."""
    for row in rows_of(item):
        if said := row_without(row, wanted, instead):
            BulkRow.objects.filter(pk=row.pk).update(**said)
        if said := run_without(row.run, wanted, instead):
            BulkRun.objects.filter(pk=row.run_id).update(**said)


def row_without(row: BulkRow, wanted: Sequence[str], instead: str) -> dict[str, Any]:
    """What becomes of what a row of a bulk edit says; only what is another one then."""
    patch = None if row.patch is None else patch_without(row.patch, wanted, instead)
    changes = [_change(one, wanted, instead) for one in row.changes]
    problems = [one | _params(one, "params", wanted, instead) for one in row.problems]
    return _new(row, {"patch": patch, "changes": changes, "problems": problems})


def run_without(run: BulkRun, wanted: Sequence[str], instead: str) -> dict[str, Any]:
    said = {name: without(getattr(run, name), wanted, instead, None) for name in ("note", "request_title")}
    action, filter = _action(run.action, wanted, instead), _without_search(run.filter, wanted, instead)
    return _new(run, said | {"action": action, "filter": filter})


def _new(stored: Any, values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value != getattr(stored, name)}


def views_saying(item: LibraryItem, wanted: Sequence[str]) -> list[SavedView]:
    """Lists that somebody kept and that search for it."""
    kept = SavedView.objects.filter(sandbox=item.sandbox_id).exclude(query="")
    return [view for view in kept if holds(QueryDict(view.query).getlist("q"), wanted)]


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


def _without_search(query: str, wanted: Sequence[str], instead: str) -> str:
    """The query of a list, without the texts that were searched for."""
    asked = QueryDict(query.removeprefix("?"), mutable=True)
    if not holds(asked.getlist("q"), wanted):
        return query
    asked.setlist("q", [str(without(one, wanted, instead, None)) for one in asked.getlist("q")])
    return f"{'?' if query.startswith('?') else ''}{asked.urlencode()}"
