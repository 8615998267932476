"""The audit page and its files: what happened, by filters."""

import csv
import io
from typing import Any

import orjson
import pytest
from django.test import Client

from offers.access.changes import Author, Subject, What, record
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.log import audit, sequencer
from offers.log.audit import Wanted
from offers.models import LogEntry, Sandbox
from tests.cast import FORM, actor, make, offer, patch, replace
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/s/prod/audit/"


@pytest.fixture
def lived(sandbox: Sandbox) -> Sandbox:
    """A sandbox in which something of everything has happened, all of it in the log but the last change."""
    mina, jisoo = actor(sandbox), actor(sandbox, label="Jisoo Kim")
    sale = make(mina, offer(name="=Gold sale"), id="sale")
    patch(jisoo, sale, replace("/selectionConstraint/endDate", "2026-05-01T00:00:00Z"))
    patch(mina, sale, replace("/status", "approved"))
    tag = make(jisoo, {"name": "설날"}, Kind.TAG, "seollal")
    writes.delete(jisoo, list(Kind), tag.id, FORM)
    sequencer.keep()
    patch(jisoo, sale, replace("/rank/priority", 77))
    return sandbox


def lines(client: Client, query: str = "") -> list[tuple[str, str]]:
    """Who did what, the newest first."""
    found: Any = client.get(PAGE + query).context["lines"]
    return [(line.who, ", ".join(line.what)) for line in found]


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
    for part in ("=Gold sale", "설날", "Approved", "version 4", "Form"):
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
    "?from=2001-01-01&to=2001-02-01": [],
    "?event=access": [],
}


def test_each_filter_and_pairs_of_them(lived: Sandbox, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    for query, expected in FILTERS.items():
        found: Any = auditor.get(PAGE + query).context["lines"]
        assert [what for line in found if (what := ", ".join(line.what))] == expected, query


def test_pages_go_on_where_the_one_before_ended(
    lived: Sandbox, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "PAGE_SIZE", 2)
    sequencer.keep()
    page = audit.page(lived.pk, Wanted(kind="personalized-offer"))
    found = list(page.items)
    while page.next:
        page = audit.page(lived.pk, Wanted(kind="personalized-offer"), page.next)
        found += page.items
    indices = list(
        LogEntry.objects.filter(kind="personalized-offer").order_by("-created_at").values_list("index", flat=True)
    )
    assert [entry.index for entry in found] == indices
    back = audit.page(lived.pk, Wanted(kind="personalized-offer"), page.previous)
    assert [entry.index for entry in back.items] == indices[:2]


def test_the_files_have_exactly_what_the_filter_shows(lived: Sandbox, sign_in: SignIn) -> None:
    sequencer.keep()
    auditor = sign_in("auditor")
    body = b"".join(auditor.get("/s/prod/audit.csv?kind=personalized-offer")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [row["what"] for row in rows] == ["Priority", "Status", "End date", "Created"]
    assert {row["name"] for row in rows} == {"'=Gold sale"}, "no spreadsheet calculates it"
    assert rows[1]["status"] == "approved"
    lines = [orjson.loads(line) for line in b"".join(auditor.get("/s/prod/audit.ndjson?kind=tag")).splitlines()]
    assert [(line["what"], line["id"], line["name"]) for line in lines] == [
        ("Deleted", "seollal", "설날"),
        ("Created", "seollal", "설날"),
    ]

    for query in ("from=2026-13-01", "status=aproved", "event=foo", "field=x", "bypass=1"):
        assert auditor.get(f"/s/prod/audit.ndjson?{query}").status_code == 400, "all of it is not what was asked for"


def test_a_change_of_access_says_in_the_file_whom_it_is_about(lived: Sandbox, sign_in: SignIn) -> None:
    facts: list[Any] = [{"review_policy": "none"}, {"review_policy": "reviewer"}]
    record(Author(None, "Mina"), [lived.pk], What.POLICY_CHANGED, Subject("", ""), *facts)
    sequencer.keep()
    (line,) = b"".join(sign_in("auditor").get("/s/prod/audit.ndjson?event=access")).splitlines()
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
