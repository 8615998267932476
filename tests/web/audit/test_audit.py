"""The audit page and its files: what happened, by filters."""

import csv
import dataclasses
import io
from typing import Any, Literal
from unicodedata import normalize

import orjson
import pytest
from django.template.loader import render_to_string
from django.test import Client

from offers.access.changes import Author, Subject, What, record
from offers.access.permissions import Actor, Role
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.records import Stamp
from offers.log import audit, sequencer
from offers.log.found.wanted import Wanted
from offers.models import LogEntry, Sandbox
from tests.cast import FORM, actor, make, make_placement, offer, patch, replace, shown_in
from tests.review.asking import agree, ask
from tests.review.conftest import member
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import flat, text_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/s/prod/audit/"


@pytest.fixture
def lived(sandbox: Sandbox) -> Sandbox:
    """A sandbox in which something of everything has happened, all of it in the log but the last change."""
    mina, jisoo = actor(sandbox), actor(sandbox, label="Jisoo Kim")
    sale = make(mina, offer(name="=Gold sale"), id="sale")
    ended = [*replace("/selectionConstraint/endDate", "2026-05-01T00:00:00Z")]
    writes.change(jisoo, list(Kind), sale.id, ended, Stamp("form", note="Legal asked to end it"))
    patch(mina, sale, replace("/status", "approved"))
    tag = make(jisoo, {"name": "설날"}, Kind.TAG, "seollal")
    writes.delete(jisoo, list(Kind), tag.id, FORM)
    sequencer.keep()
    patch(jisoo, sale, replace("/rank/priority", 77))
    return sandbox


def lines(client: Client, query: str = "") -> list[tuple[str, str]]:
    """Who did what, the newest first."""
    return lines_in(client.get(PAGE + query))


def lines_in(answer: Any) -> list[tuple[str, str]]:
    return [(line.who, ", ".join(line.what)) for line in answer.context["lines"]]


def test_it_tells_who_did_what_the_newest_first_within_a_second_of_the_write(lived: Sandbox, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    everything = lines(auditor)
    assert [pair for pair in everything if pair[1]] == [
        ("Jisoo Kim", "Priority"),
        ("Jisoo Kim", "Deleted"),
        ("Jisoo Kim", "Created"),
        ("Mina Park", "Status"),
        ("Jisoo Kim", "End date"),
        ("Mina Park", "Created"),
    ]
    text = text_of(auditor.get(PAGE))
    for part in ("=Gold sale", "설날", "Approved", "version 4", "Form", "Priority → 77"):
        assert part in text
    sequencer.keep()
    assert lines(auditor) == everything, "the same when the log has all of it"


FILTERS = {
    "?by=name-Mina+Park": ["Status", "Created"],
    "?field=Priority": ["Priority"],
    "?field=any-date": ["End date"],
    "?kind=tag": ["Deleted", "Created"],
    "?status=approved": ["Status"],
    "?item=sale&by=name-Jisoo+Kim": ["Priority", "End date"],
    "?item=nobodys": [],
    "?q=gold&field=any-date": ["End date"],
    "?door=api": [],
    "?bypass=yes": [],
    "?note=LEGAL+asked": ["End date"],
    "?note=nobody": [],
    "?client=nightly": [],
    "?approver=user-1": [],
    "?from=2001-01-01&to=2001-02-01": [],
    "?event=access": [],
}


def test_each_filter_and_pairs_of_them(lived: Sandbox, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    for query, expected in FILTERS.items():
        found: Any = auditor.get(PAGE + query).context["lines"]
        assert [what for line in found if (what := ", ".join(line.what))] == expected, query


@pytest.mark.parametrize(("typed", "asked_for"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_letters_in_parts_are_found_whole_and_the_other_way_round(
    sandbox: Sandbox, sign_in: SignIn, typed: Literal["NFC", "NFD"], asked_for: Literal["NFC", "NFD"]
) -> None:
    sale = make(actor(sandbox), offer(name=normalize(typed, "겨울 Crème")), id="sale")
    note = Stamp("form", note=normalize(typed, "법무팀 Brûlée"))
    writes.change(actor(sandbox), list(Kind), sale.id, replace("/rank/priority", 7), note)
    sequencer.keep()
    auditor = sign_in("auditor")
    for query, expected in (
        ({"q": "겨울 crÈme"}, ["Priority", "Created"]),
        ({"note": "brûlée 법무팀"}, ["Priority"]),
    ):
        asked = {name: normalize(asked_for, text) for name, text in query.items()}
        assert [what for _who, what in lines_in(auditor.get(PAGE, asked))] == expected


def test_a_filter_that_is_none_is_named_and_can_be_taken_away(lived: Sandbox, sign_in: SignIn) -> None:
    chips = sign_in("auditor").get(PAGE + "?from=soon&kind=nope&status=approved").context["chips"]
    said = {chip.text: chip.without for chip in chips}
    assert [text for text in said if "Not understood" in text] == [
        "Not understood: kind=nope",
        "Not understood: from=soon",
    ]
    assert "from=soon" not in said["Not understood: from=soon"]


def test_a_program_and_who_agreed_are_filters(sandbox: Sandbox, sign_in: SignIn) -> None:
    jun, minji = member(sandbox, "jun", Role.REVIEWER), member(sandbox, "minji", Role.EDITOR)
    make_placement(actor(sandbox))
    item = make(actor(sandbox), offer(status="approved", representations=[shown_in("home")]), id="sale")
    sandbox.review_policy = Sandbox.ReviewPolicy.TWO_PEOPLE
    sandbox.save()
    agree(jun, ask(minji, item, replace("/name", "Agreed to")))
    feed = Actor(sandbox, Role.ADMIN, "Feed", client_id="feed")
    make(feed, {"name": "Winter"}, Kind.TAG, "winter")
    sequencer.keep()
    auditor = sign_in("auditor")
    assert lines(auditor, f"?approver={jun.key}") == [("Minji", "Name")]
    assert lines(auditor, "?client=feed") == [("Feed", "Created")]
    assert lines(auditor, f"?client=feed&by={jun.key}") == []
    text = text_of(auditor.get(f"{PAGE}?approver={jun.key}"))
    assert "Approved by: Jun" in text
    assert "approved by Jun" in text


def test_small_edits_of_one_person_are_one_line_to_be_opened(lived: Sandbox, sign_in: SignIn) -> None:
    item = make(actor(lived), offer(name="Worked on"), id="worked")
    for number in range(2, 6):
        patch(actor(lived), item, replace("/rank/priority", number))
    patch(actor(lived, label="Jisoo Kim"), item, replace("/rank/priority", 9))
    sequencer.keep()
    auditor = sign_in("auditor")
    answer: Any = auditor.get(f"{PAGE}?item=worked")
    assert [(len(fold.lines), fold.is_folded) for fold in answer.context["folds"]] == [
        (1, False),
        (4, True),
        (1, False),
    ]
    assert "4 edits" in text_of(answer)
    body = answer.content.decode()
    assert (body.count('<summary class="audit-line"'), body.count('<li class="audit-line"')) == (1, 6)
    rows = b"".join(auditor.get("/s/prod/audit.ndjson?item=worked")).splitlines()
    assert len(rows) == 6 + 1, "files fold nothing"


def test_the_strip_counts_what_the_filters_show_and_each_bar_filters(lived: Sandbox, sign_in: SignIn) -> None:
    sequencer.keep()
    auditor = sign_in("auditor")
    strip: Any = auditor.get(f"{PAGE}?door=form&kind=personalized-offer").context["strip"]
    assert (sum(bar.entries for bar in strip.bars), strip.exactly) == (4, True)
    shown = auditor.get(PAGE + strip.address(strip.bars[-1]))
    assert len(lines_in(shown)) == 4
    assert "4 entries" in strip.svg
    assert all(day in text_of(shown) for day in strip.ends), "what the bars reach from and to"
    assert "published without review:" not in text_of(shown), "no cap, no legend"
    one = dataclasses.replace(strip, bars=[dataclasses.replace(strip.bars[-1], bypasses=2)])
    assert "published without review: 2" in flat(render_to_string("audit/_strip.html", {"strip": one}))
    assert str(strip.table).count("<tr>") == 1
    assert not auditor.get(f"{PAGE}?item=sale").context["strip"].exactly, "days know nothing of objects"


def test_pages_go_on_where_the_one_before_ended(
    lived: Sandbox, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE_SIZE", 2)
    sequencer.keep()
    page = audit.page(lived.pk, Wanted(kind="personalized-offer")).page
    found = list(page.items)
    while page.next:
        page = audit.page(lived.pk, Wanted(kind="personalized-offer"), page.next).page
        found += page.items
    indices = list(
        LogEntry.objects.filter(kind="personalized-offer").order_by("-created_at").values_list("index", flat=True)
    )
    assert [entry.index for entry in found] == indices
    back = audit.page(lived.pk, Wanted(kind="personalized-offer"), page.previous).page
    assert [entry.index for entry in back.items] == indices[:2]


def test_the_files_have_exactly_what_the_filter_shows(lived: Sandbox, sign_in: SignIn) -> None:
    sequencer.keep()
    auditor = sign_in("auditor")
    body = b"".join(auditor.get("/s/prod/audit.csv?kind=personalized-offer")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    end = rows.pop()
    assert (end["event"], end["what"]) == ("end", "4 entries"), "who has this line has all of it"
    assert [row["what"] for row in rows] == ["Priority", "Status", "End date", "Created"]
    assert {row["name"] for row in rows} == {"'=Gold sale"}, "no spreadsheet calculates it"
    assert rows[1]["status"] == "approved"
    assert [(row["before"], row["after"]) for row in rows] == [
        ("Priority: 1", "Priority: 77"),
        ("Status: Draft", "Status: Approved"),
        ("End date: 2026-04-01T00:00:00+09:00", "End date: 2026-05-01T00:00:00Z"),
        ("", ""),
    ]
    lines = [orjson.loads(line) for line in b"".join(auditor.get("/s/prod/audit.ndjson?kind=tag")).splitlines()]
    assert lines.pop() == {"event": "end", "what": "2 entries", "entries": 2}
    assert [(line["what"], line["id"], line["name"]) for line in lines] == [
        ("Deleted", "seollal", "설날"),
        ("Created", "seollal", "설날"),
    ]

    # Filters are renewed with what they find, and so is what leads to the files.
    found = auditor.get("/s/prod/audit/?kind=tag", headers={"HX-Request": "true"}).content.decode()
    assert "/s/prod/audit.csv?kind=tag" in found
    assert "/s/prod/audit.ndjson?kind=tag" in found
    for query in ("from=2026-13-01", "status=aproved", "event=foo", "field=x", "bypass=1"):
        assert auditor.get(f"/s/prod/audit.ndjson?{query}").status_code == 400, "all of it is not what was asked for"


def test_a_change_of_access_says_in_the_file_whom_it_is_about(lived: Sandbox, sign_in: SignIn) -> None:
    facts: list[Any] = [{"review_policy": "none"}, {"review_policy": "reviewer"}]
    record(Author(None, "Mina"), [lived.pk], What.POLICY_CHANGED, Subject("", ""), *facts)
    sequencer.keep()
    line, _end = b"".join(sign_in("auditor").get("/s/prod/audit.ndjson?event=access")).splitlines()
    told = orjson.loads(line)
    assert (told["what"], told["before"], told["after"]) == (
        "policy-changed",
        {"review_policy": "none"},
        {"review_policy": "reviewer"},
    )


def test_it_asks_as_many_queries_for_many_lines_as_for_few(
    lived: Sandbox, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    auditor = sign_in("auditor")
    auditor.get(PAGE)
    with django_assert_max_num_queries(26) as first:
        auditor.get(PAGE)
    for number in range(5):
        make(actor(lived), offer(name=f"offer {number}"))
    sequencer.keep()
    with django_assert_max_num_queries(len(first)):
        auditor.get(PAGE)


def test_a_stranger_to_the_sandbox_sees_none_of_it(lived: Sandbox, client: Client) -> None:
    assert client.get(PAGE).status_code == 302
    assert client.get("/s/prod/audit.csv").status_code == 302


def test_a_page_goes_on_to_the_end_of_a_run_of_small_edits_or_says_that_it_goes_on(
    lived: Sandbox, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE_SIZE", 3)
    item = make(actor(lived), offer(name="Worked on"), id="worked")
    for number in range(2, 10):
        patch(actor(lived), item, replace("/rank/priority", number))
    patch(actor(lived, label="Jisoo Kim"), item, replace("/rank/priority", 99))
    sequencer.keep()
    auditor = sign_in("auditor")

    def pages(link: str) -> tuple[list[list[int]], str]:
        """The sizes of the folds of each page from there on, and the last one's way back."""
        sizes = []
        while link:
            answer: Any = auditor.get(link)
            context = answer.context
            sizes.append([len(fold.lines) for fold in context["folds"]])
            told.append(text_of(answer))
            link = context["links"]["next"]
        return sizes, context["links"]["previous"]

    told: list[str] = []
    sizes, back = pages(f"{PAGE}?item=worked")
    assert sizes == [[1, 8], [1]], "Jisoo's edit, then all eight of Mina's, and what made the offer"
    assert [len(fold.lines) for fold in auditor.get(back).context["folds"]] == [8], "the other way round, too"
    assert not any("page" in text.split("8 edits")[1][:60] for text in told if "8 edits" in text)

    monkeypatch.setattr(audit, "MOST_MORE", 2)
    told.clear()
    sizes, _back = pages(f"{PAGE}?item=worked")
    assert sizes == [[1, 4], [4], [1]]
    assert "and older ones on the next page" in told[0]
    assert "and newer ones on the page before" in told[1]


def test_a_month_is_one_press_away_by_what_each_has_and_stands_in_the_address(lived: Sandbox, sign_in: SignIn) -> None:
    sequencer.keep()
    auditor = sign_in("auditor")
    months: Any = auditor.get(f"{PAGE}?kind=tag&cursor=x").context["months"]
    assert ([month.entries for month in months.any], months.chosen) == ([2], None)
    ((this, _word), (last, _word)) = months.first_two
    shown: Any = auditor.get(PAGE + this.address)
    assert (len(shown.context["lines"]), "kind=tag" in this.address, "cursor" in this.address) == (2, True, False)
    assert shown.context["months"].chosen.first == this.first
    assert [month.entries for month in shown.context["months"].any] == [2], "it offers the others, whatever is chosen"
    assert auditor.get(PAGE + last.address).context["lines"] == []
    assert auditor.get(PAGE + last.address).context["months"].chosen.text in text_of(auditor.get(PAGE + last.address))
    half = this.address.rpartition("-")[0] + "-02"
    assert auditor.get(PAGE + half).context["months"].chosen is None, "two days are no month"
