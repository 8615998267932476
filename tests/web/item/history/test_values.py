"""Every value that a field of an item ever had."""

from typing import Any

import pytest

from offers.document.kinds.registry import Kind
from offers.ledger import history, writes
from offers.ledger.records import Stamp
from offers.log import sequencer
from offers.models import LibraryItem, Sandbox
from offers.web.item.history import values
from tests.cast import actor, make, offer, patch, replace
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

pytestmark = pytest.mark.django_db
FIELD = "/s/prod/offers/sale/history/field/?p="
END = "/selectionConstraint/endDate"


@pytest.fixture
def sale(sandbox: Sandbox) -> LibraryItem:
    mina = actor(sandbox)
    item = make(mina, offer(), id="sale")
    ended = replace(END, "2026-05-01T00:00:00Z")
    writes.change(mina, list(Kind), item.id, ended, Stamp("form", note="Legal asked"))
    patch(mina, item, replace("/rank/priority", 7))
    whole = {"startDate": "2026-03-01T00:00:00+09:00", "endDate": "2026-06-01T00:00:00Z"}
    patch(actor(sandbox, label="Jisoo Kim"), item, replace("/selectionConstraint", whole))
    sequencer.keep()
    patch(mina, item, [{"op": "copy", "from": "/name", "path": "/description"}, *replace("/name", "Summer")])
    patch(mina, item, [{"op": "remove", "path": "/description"}])
    patch(mina, item, replace("/selectionConstraint", {**whole, "endDate": "2026-07-01T00:00:00Z"}))
    return item


def held(answer: Any) -> list[tuple[Any, int]]:
    return [(None if one.value is values.ABSENT else one.value, one.made.etag) for one in answer.context["held"]]


def test_it_has_each_value_with_who_when_why_and_until_when(sale: LibraryItem, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    answer: Any = auditor.get(FIELD + END)
    assert held(answer) == [
        ("2026-07-01T00:00:00Z", 7),
        ("2026-06-01T00:00:00Z", 4),
        ("2026-05-01T00:00:00Z", 2),
        ("2026-04-01T00:00:00+09:00", 1),
    ]
    ends = [one.until for one in answer.context["held"]]
    starts = [one.made.created_at for one in answer.context["held"]]
    assert ends == [None, *starts[:-1]]
    text = text_of(answer)
    for part in ("Jisoo Kim", "“Legal asked”", "End date"):
        assert part in text
    assert "empty" in text_of(auditor.get(FIELD + "/description"))
    assert "4 values" in answer.content.decode(), "the chart says in words what it shows"
    # With the year, once it is another one.
    chart = answer.context["chart"]
    assert [end.removesuffix(" 2026") for end in (chart.most, chart.least)] == ["1 Jul", "31 Mar"], "its axis"


def test_what_it_says_is_what_every_version_says(sale: LibraryItem, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    for pointer in (END, "/rank/priority", "/name", "/description", "/status", "/selectionConstraint"):
        expected: list[Any] = []
        for etag in range(1, LibraryItem.objects.get(key=sale.key).etag + 1):
            value = values.at(history.document_at(sale, etag), pointer)
            expected += [] if expected and expected[-1][0] == value else [(value, etag)]
        answer: Any = auditor.get(FIELD + pointer)
        told = [(one.value, one.made.etag) for one in answer.context["held"]]
        assert told == expected[::-1], pointer


def test_older_values_follow_on_further_pages(
    sale: LibraryItem, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = sign_in("auditor")
    everything = held(auditor.get(FIELD + END))
    monkeypatch.setattr(values, "PAGE_SIZE", 2)
    found: list[Any] = []
    address = FIELD + END
    while address:
        answer: Any = auditor.get(address)
        found += held(answer)
        older = answer.context["older"]
        address = f"{FIELD}{END}&before={older}" if older else ""
    assert found == everything


@pytest.mark.parametrize("pointer", ["", "/", "/nonsense", "/representations/0/channel", "/tags/0", "name"])
def test_a_place_that_is_no_field_of_its_own_has_no_such_page(sale: LibraryItem, sign_in: SignIn, pointer: str) -> None:
    assert sign_in("auditor").get(FIELD + pointer).status_code == 404


def test_who_changed_what_leads_to_it(sale: LibraryItem, sign_in: SignIn) -> None:
    body = sign_in("auditor").get("/s/prod/offers/sale/blame/").content.decode()
    assert f"history/field/?p={END}" in body
