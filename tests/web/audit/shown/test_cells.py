"""The lines of the audit page as HTML: whole, escaped, and for little."""

from datetime import UTC, datetime
from functools import partial

from django.template import engines
from django.test import RequestFactory

from offers.access.asking import asking
from offers.access.permissions import Actor, Role
from offers.log.audit import Found
from offers.log.found.worded import AuditPage
from offers.models import (
    ChangeRequest,
    ErasureStep,
    LibraryImport,
    LibraryItem,
    Listing,
    LogEntry,
    RequestEvent,
    Revision,
    Sandbox,
)
from offers.review.changes.approvals import Approval, Bypass
from offers.web.access.changes import Line as AccessLine
from offers.web.access.changes import Row
from offers.web.audit.shown.cells import drawn
from offers.web.audit.shown.folding import Fold
from offers.web.audit.shown.lines import Line
from offers.web.frame.respond import Frame
from tests.measure import seconds

NOW = datetime.now(UTC)
HOSTILE = "<script>'\"&{name}{}"
ESCAPED = "&lt;script&gt;&#x27;&quot;&amp;{name}{}"
KIND = "personalized-offer"


def an_entry(**more: object) -> LogEntry:
    return LogEntry(**{"index": 7, "event": 2, "created_at": NOW, "fields": [], "status": "", **more})


def a_change(number: int = 1, text: str = "Sale", **refers_to: object) -> Line:
    item = LibraryItem(key=number, id=f"sale-{number}", kind=KIND)
    item.listing = Listing(item=item, id=item.id, kind=KIND, name=f"{text} {number}")
    made = Revision(key=number, item=item, etag=3, source="form", refers_to=refers_to, note=text, client_id="")
    line = Line(an_entry(status="approved", item_id=number), text, now=f"{text} now", what=["Status", text], note=text)
    line.revision, line.theirs, line.its = made, f"?q={text}&by=user-1", f"?q={text}&item=sale"
    return line


def lines_of(text: str) -> list[Line]:
    """One of each kind of event, with what people typed wherever they can."""
    item = a_change(9, text).revision
    assert item is not None
    step = RequestEvent(what="approve", request=ChangeRequest(number=4, title=text))
    rows = [Row("Role", text, text)]
    return [
        a_change(1, text, request=4),
        Line(an_entry(event=1), text, step=step, note=text),
        Line(an_entry(event=0), text, access=AccessLine(None, text, "", rows), note=text),  # type: ignore[arg-type]
        Line(an_entry(event=3), text, erasure=ErasureStep(what="asked", erasure_id=2, item=item.item), note=text),
        Line(an_entry(event=4), text, brought=LibraryImport(items=2, origin=text, sha256="f00"), note=text),
        Line(an_entry(event=1), step=step),
    ]


def page_of(folds: list[Fold], *, signed: bool = True, beyond: bool = False) -> str:
    request = RequestFactory().get("/")
    asking(request).actor = Actor(Sandbox(name="prod"), Role.ADMIN, "Mina Park")
    approvals = {4: Approval(4, HOSTILE, (HOSTILE,), Bypass(HOSTILE, HOSTILE, ""))}
    found = Found(AuditPage([], "", "", 0), [], newer_belong=beyond, older_belong=beyond)
    return drawn(Frame(request), folds, approvals, found, signed=signed)


def test_every_kind_of_event_has_its_line_and_nothing_that_people_typed_is_markup() -> None:
    text = page_of([Fold([line]) for line in lines_of(HOSTILE)])
    assert "<script>" not in text
    assert text.count(ESCAPED) >= 20
    assert text.count('<li class="audit-line"') == 6
    assert text.count("<li") == text.count("</li>") == 7, "the day has a heading"
    for part in ("Approved", "#4", "(#2)", "Imported 2 items with their history", "<del>", "Automatic", "approved by"):
        assert part in text, part
    assert text.count('href="/s/prod/offers/sale-1/history/') == 3
    assert text.count('/s/prod/audit/7/receipt"') == 5
    assert "receipt" not in page_of([Fold(lines_of("x")[1:2])], signed=False)


def test_several_edits_are_one_line_that_holds_them() -> None:
    text = page_of([Fold([a_change(1, HOSTILE) for _edit in range(3)])])
    assert "<script>" not in text
    assert (text.count("<summary"), text.count('<li class="audit-line"')) == (1, 3)
    assert "3 edits" in text
    beyond = page_of([Fold([a_change() for _edit in range(3)])], beyond=True)
    assert "and newer ones on the page before" in beyond
    assert "and older ones on the next page" in beyond
    bulk = page_of([Fold([a_change(number, bulk=8) for number in range(3)])])
    assert "Bulk edit 8" in bulk
    assert "3 edits of 3 objects" in bulk


# As much work as it takes anybody to write 50 lines of so many words: a template without a tag in its line.
REFERENCE = "{% for line in lines %}" + "{{ line.theirs }}" * 20 + "{% endfor %}"


def test_fifty_lines_cost_no_more_than_a_few_times_their_words() -> None:
    """A ratio, so that it holds on any machine. A template of filters and includes takes more than ten times the words."""
    lines = [a_change(number, f"Offer & {number}") for number in range(50)]
    template = engines["django"].from_string(REFERENCE)
    draw = partial(page_of, [Fold([line]) for line in lines])
    write = partial(template.render, {"lines": lines})
    assert min(seconds(draw) / seconds(write) for _try in range(8)) < 4
