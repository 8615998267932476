"""The audit page's list as a file: CSV for spreadsheets, NDJSON for programs. Exactly what the filters show, all of it."""

import csv
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from offers import asked
from offers.document.kinds.registry import Kind
from offers.document.validate import references
from offers.document.words.describe import describe
from offers.ledger.around import around
from offers.lists.names import names
from offers.log import audit
from offers.log.found.wanted import Wanted
from offers.log.taken import downloads
from offers.models import ErasureStep, LogEntry, Revision
from offers.web.audit.filters import asked_of, unread
from offers.web.audit.shown.lines import Line, approvals_for, lines_of
from offers.web.frame.access import actor_for, while_allowed
from offers.web.frame.middleware import zone_of
from offers.web.frame.respond import answer

COLUMNS = (
    *("index", "time", "event", "what", "who", "who_key", "client", "door", "kind", "id", "name", "etag", "fields"),
    *(
        "status",
        "request",
        "erasure",
        "approved_by",
        "bypass",
        "note",
        "subject",
        "before",
        "after",
        "digest",
        "origin",
        "sha256",
    ),
)
# Of so many changes at once the documents before and after are held: a file of a million takes no more memory than one of these.
AT_ONCE = 200
# What the last line of a file has in the place of an event.
END = "end"
MAX_TOKEN = 40
# How often it is asked for a file that has not begun.
MOST_WAITED = 60
# A cell that begins so is a formula for a spreadsheet; with an input method for Korean or Japanese also in full width.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


Text = Generator[str, None, None]


class _Echo:
    """A file for csv that gives back what is written."""

    def write(self, text: str) -> str:
        return text


@require_safe
def as_csv(request: HttpRequest, sandbox: str) -> HttpResponseBase:
    writer = csv.writer(_Echo())

    def text(rows: Iterable[dict[str, Any]]) -> Text:
        # Else spreadsheets take UTF-8 for something else.
        yield "\ufeff" + writer.writerow(COLUMNS)
        for row in rows:
            yield writer.writerow([_cell(row.get(name)) for name in COLUMNS])

    return _file(request, sandbox, "text/csv; charset=utf-8", "csv", text)


@require_safe
def as_ndjson(request: HttpRequest, sandbox: str) -> HttpResponseBase:
    def text(rows: Iterable[dict[str, Any]]) -> Text:
        yield from (orjson.dumps(row).decode() + "\n" for row in rows)

    return _file(request, sandbox, "application/x-ndjson", "ndjson", text)


def _cell(value: Any) -> str:
    """A value as a cell that no spreadsheet calculates."""
    if isinstance(value, list):
        text = ", ".join(value)
    elif isinstance(value, dict):
        text = "; ".join(f"{name}: {one}" for name, one in value.items())
    else:
        text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _file(
    request: HttpRequest,
    sandbox: str,
    type: str,
    ending: str,
    text: Callable[[Iterable[dict[str, Any]]], Text],
) -> HttpResponseBase:
    actor = actor_for(request, sandbox)
    wanted, _item = asked_of(request.GET, actor, zone_of(request))
    # A page shows what filters it has. Who takes a file home would take all of it for what they asked for.
    if unread(request.GET, wanted):
        raise BadRequest("a filter that is none")
    found = _all_rows(actor.sandbox.pk, wanted, get_language() or "en", zone_of(request))
    if token := asked.text(request.GET.get("download"), MAX_TOKEN):
        total, exactly = audit.expected(actor.sandbox.pk, wanted)
        begun = downloads.begin(token, actor.user_id or 0, actor.sandbox.pk, total, exactly=exactly)
        found = downloads.counted(found, begun) if begun else found
    found = _ended(found)
    response = StreamingHttpResponse(while_allowed(request, actor, text(found)), content_type=type)
    response["Content-Disposition"] = f'attachment; filename="audit-{actor.sandbox.name}.{ending}"'
    return response


def _ended(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows, and one that says how many they were: a file without it was broken off."""
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007  # the last one
        yield row
    yield {"event": END, "what": f"{number} entries", "entries": number}


@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest, sandbox: str, token: str) -> HttpResponse:
    """How far the file has come that a link with this token leads to; a POST cancels it."""
    actor = actor_for(request, sandbox)
    key = token, actor.user_id or 0, actor.sandbox.pk
    if request.method == "POST":
        downloads.cancel(*key)
    waited = (asked.number(request.GET.get("waited")) or 0) + 1
    context: dict[str, object] = {
        "token": token,
        "download": downloads.found(*key),
        "waited": waited,
        "given_up": waited > MOST_WAITED,
    }
    return answer(request, "audit/_download.html", context)


def _all_rows(sandbox_id: int, wanted: Wanted, language: str, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """They are made while they are sent, by a thread that knows nothing of who asked (offeradmin/door)."""
    for entries in audit.every(sandbox_id, wanted, AT_ONCE):
        with translation.override(language), timezone.override(zone):
            rows = list(_rows(sandbox_id, entries))
        yield from rows


def _rows(sandbox_id: int, entries: list[LogEntry]) -> Iterator[dict[str, Any]]:
    lines = lines_of(entries)
    approvals = approvals_for(sandbox_id, lines)
    values = values_of(sandbox_id, [line.revision for line in lines if line.revision])
    for line in lines:
        approved = approvals.get(line.entry.request) if line.entry.request else None
        said = values.get(line.revision.key, ({}, {})) if line.revision else ({}, {})
        yield _row(line, list(approved.approved_by) if approved and line.revision else [], said)


def values_of(sandbox_id: int, made: Sequence[Revision]) -> dict[int, tuple[dict[str, str], dict[str, str]]]:
    """What each of these changes replaced, and by what, as people read it: field by field, by the key of the revision.

    Nothing of what made or removed an item: it replaced all of it.
    """
    found = around((one.item_id, one.etag) for one in made)
    used = {
        reference.id
        for one in made
        for document in found[one.item_id, one.etag]
        if document is not None
        for reference in references(Kind(one.item.kind), document)
    }
    known = names(sandbox_id, used)
    said: dict[int, tuple[dict[str, str], dict[str, str]]] = {}
    for one in made:
        before, after = found[one.item_id, one.etag]
        changes = (
            describe(before, after, names=known, compared=False, by_field=True)
            if before is not None and after is not None
            else []
        )
        said[one.key] = (
            {change.title: change.old_text for change in changes if change.old_text},
            {change.title: change.new_text for change in changes if change.new_text},
        )
    return said


def _kept(step: ErasureStep) -> tuple[dict[str, str], dict[str, str]]:
    """The retention class that a step is about, and its length in months, as they were and are; nothing for another step."""
    about = step.about
    if step.what == ErasureStep.What.CLASS_GIVEN:
        sides = {"class": about.get("was")}, {"class": about.get("is")}
    elif step.what == ErasureStep.What.CLASS_SET:
        was = about.get("was")
        sides = (
            {"class": was and about.get("name"), "months": was},
            {"class": about.get("name"), "months": about.get("months")},
        )
    else:
        sides = {"class": about.get("name")}, {}
    before, after = ({name: str(one) for name, one in side.items() if one} for side in sides)
    return before, after


def _row(line: Line, approved_by: list[str], said: tuple[dict[str, str], dict[str, str]]) -> dict[str, Any]:
    entry, made, step = line.entry, line.revision, line.erasure
    item = made.item if made else step.item if step else None
    if step:
        said = _kept(step)
    return {
        "index": entry.index,
        "time": entry.created_at.isoformat(),
        "event": LogEntry.Event(entry.event).label,
        "what": entry.what or ", ".join(line.what),
        "who": line.who,
        "who_key": entry.actor_key,
        "client": line.client,
        "door": entry.door,
        "kind": item.kind if item else entry.kind,
        "id": item.id if item else "",
        "name": item.listing.name if item else "",
        "etag": made.etag if made else None,
        "fields": entry.fields,
        "status": entry.status,
        "request": entry.request,
        "erasure": step.erasure_id if step else None,
        "approved_by": approved_by,
        "bypass": entry.bypass,
        "note": line.note,
        # Whom a change of access is about; of that and of a change, what was so before and after.
        "subject": line.access.change.subject_label if line.access else "",
        "before": line.access.change.before if line.access else said[0],
        "after": line.access.change.after if line.access else said[1],
        "digest": made.digest if made else "",
        # Of an import: from which log it came, and SHA-256 of its file.
        "origin": line.brought.origin if line.brought else "",
        "sha256": line.brought.sha256 if line.brought else "",
    }
