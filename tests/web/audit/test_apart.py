"""What differs between two moments, in the pages: on air, and in the whole library."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.lists import pages
from offers.models import LibraryItem, Sandbox
from offers.review import requests
from offers.review.requests import When
from tests.cast import FORM, actor, make, make_placement, offer, patch, replace, shown_in
from tests.review.asking import agree, wanted
from tests.review.conftest import cast_in
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import flat, text_of

ON_AIR, CHANGES = "/s/prod/on-air/", "/s/prod/audit/changes/"
DAY = timedelta(days=1)


def moment() -> str:
    """A moment between what was changed before and what is changed next, as an address has it."""
    time.sleep(0.002)
    at = timezone.now()
    time.sleep(0.002)
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def on_air(sandbox: Sandbox, id: str, **more: Any) -> LibraryItem:
    """An approved offer that customers get now."""
    now = datetime.now(UTC)
    window = {"startDate": (now - DAY).isoformat(), "endDate": (now + 30 * DAY).isoformat()}
    by = actor(sandbox)
    document = offer(name=f"Offer {id}", selectionConstraint=window, representations=[shown_in("home")], **more)
    made = make(by, document, id=id)
    patch(by, made, replace("/status", "approved"))
    return made


@pytest.fixture
def then(sandbox: Sandbox) -> str:
    """A moment since when one offer was renamed, one was taken off, one was put on, one was deleted, and one stayed."""
    by = actor(sandbox)
    make_placement(by)
    renamed, taken_off, gone, _stays = (on_air(sandbox, id) for id in ("renamed", "off", "gone", "stays"))
    at = moment()
    patch(by, renamed, replace("/name", "Offer with another name"))
    patch(by, taken_off, replace("/status", "draft"))
    on_air(sandbox, "new")
    writes.delete(by, list(Kind), gone.id, FORM)
    return at


def rows_of(client: Client, address: str) -> dict[str, tuple[bool, bool]]:
    found: Any = client.get(address).context["rows"]
    return {row.told.pair.item.id: (row.sides[0].shown, row.sides[1].shown) for row in found}


def counts_of(page: Any) -> list[tuple[int, bool]]:
    return [one.count for one in page.context["columns"]]


def test_what_customers_could_get_is_told_where_then_and_now_differ(editor: Client, then: str) -> None:
    page = editor.get(f"{ON_AIR}?at={then}")
    text = text_of(page)
    assert rows_of(editor, f"{ON_AIR}?at={then}") == {
        "gone": (True, False),
        "new": (False, True),
        "off": (True, False),
        "renamed": (True, True),
    }
    assert counts_of(page) == [(4, False), (3, False)]
    for part in ("You see the library as it was", "Offer with another name", "Approved", "It was not there", "Deleted"):
        assert part in text
    assert "Offer stays" not in text, "what is the same is not repeated, but linked"
    assert f"/s/prod/offers/?at={then}&amp;state=live" in page.content.decode().replace("%3A", ":")


def test_what_was_known_at_another_time_is_compared_either_way(editor: Client, then: str) -> None:
    now = moment()
    assert rows_of(editor, f"{ON_AIR}?at={then}&as-known={then}") == {}
    earlier: Any = editor.get(f"{ON_AIR}?at={now}&as-known={then}")
    rows = {"gone": (True, False), "new": (False, True), "off": (True, False), "renamed": (True, True)}
    assert rows_of(editor, f"{ON_AIR}?at={now}&as-known={then}") == rows, "what was recorded earlier is in front"
    assert counts_of(earlier) == [(4, False), (3, False)]
    assert [one.is_then for one in earlier.context["columns"]] == [False, True]
    assert text_of(earlier).count('name="at"') == 2, "the field of the band, and the moment that the other form keeps"
    now_on_air = text_of(editor.get(ON_AIR))
    assert "3 offers are on air now" in now_on_air
    assert "Offer stays" in now_on_air, "now there is nothing to compare with, so what is on air is named"
    assert "Personalized offer" not in now_on_air, "which all of them are"


def test_all_that_is_on_air_now_is_there_page_by_page(
    editor: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    make_placement(actor(sandbox))
    for id in ("one", "two", "three"):
        on_air(sandbox, id)
    first: Any = editor.get(ON_AIR)
    second: Any = editor.get(first.context["links"]["next"])
    for page in (first, second):
        assert "3 offers are on air now" in text_of(page)
    found = [one.name for page in (first, second) for one in page.context["page"].items]
    assert sorted(found) == ["Offer one", "Offer three", "Offer two"]
    assert second.context["links"]["next"] == ""


def test_what_differs_in_the_library_is_told_in_words_the_newest_first(editor: Client, then: str) -> None:
    page: Any = editor.get(f"{CHANGES}?from={then}")
    assert [one.pair.item.id for one in page.context["differences"]] == ["gone", "new", "off", "renamed"]
    text = text_of(page)
    for part in ("Deleted", "Created", "Status", "Offer with another name"):
        assert part in text
    assert "Offer stays" not in text
    turned: Any = editor.get(f"{CHANGES}?to={then}&from={moment()}")
    assert len(turned.context["differences"]) == 4, "which is the earlier one is seen to"
    assert "Nothing differs" in text_of(editor.get(f"{CHANGES}?from=2001-01-01T00:00&to=2001-02-01T00:00"))


def test_the_same_change_of_many_items_is_told_once_with_each_under_it(editor: Client, sandbox: Sandbox) -> None:
    by = actor(sandbox)
    make_placement(by)
    alike, other = [on_air(sandbox, id) for id in ("one", "two", "three")], on_air(sandbox, "other")
    at = moment()
    for number, item in enumerate(alike):
        patch(by, item, replace("/rank/priority", 5 if number else 7))
        patch(by, item, replace("/rank/priority", 9))
    patch(by, other, replace("/rank/priority", 8))
    on_air(sandbox, "fresh")
    page: Any = editor.get(f"{CHANGES}?from={at}")
    told = [[one.pair.item.id for one in group.every] for group in page.context["groups"]]
    assert told == [["fresh"], ["other"], ["three", "two", "one"]]
    text = text_of(page)
    for part in (
        "3 personalized offers",
        ">Offer three</a>",
        ">Offer two</a>",
        "and 1 more",
        "Last 24 hours",
    ):
        assert part in text
    assert "4 changed" in text
    assert "1 created" in text
    assert text_of(editor.get(f"{CHANGES}?from={at}&kind=personalized-offer")).count("3 personalized offers") == 1
    assert "Nothing differs" in text_of(editor.get(f"{CHANGES}?from={at}&kind=placement"))
    assert editor.get(f"{CHANGES}?kind=offers").status_code == 400


def test_what_became_nothing_in_many_items_is_removed_and_what_no_page_holds_is_counted(
    editor: Client, sandbox: Sandbox
) -> None:
    by = actor(sandbox)
    make_placement(by)
    each = [on_air(sandbox, id, characteristics={"shelf": id}) for id in ("one", "two")]
    names, labels = [f"name {number}" for number in range(30)], [f"label-{number}" for number in range(15)]
    large = on_air(sandbox, "large", characteristics=dict.fromkeys(names, "before"), labels=labels)
    at = moment()
    for item in each:
        patch(by, item, [{"op": "remove", "path": "/characteristics/shelf"}])
    patch(by, large, [*replace("/characteristics", dict.fromkeys(names, "after")), *replace("/labels", [])])
    page: Any = editor.get(f"{CHANGES}?from={at}")
    assert [len(group.every) for group in page.context["groups"]] == [1, 2]
    assert '<span class="tag-removed">removed</span>' in page.content.decode()
    assert "<ins></ins>" not in page.content.decode()
    text = flat(text_of(page))
    assert [(len(one.in_front), len(one.behind)) for one in page.context["differences"]] == [(2, 43), (1, 0), (1, 0)]
    assert "and 43 more changes" in text
    assert "and 3 more changes" in text, "those behind the two and the forty that are shown"


@pytest.mark.parametrize("address", [ON_AIR, CHANGES])
def test_a_page_takes_as_many_queries_however_much_differs(
    editor: Client, sandbox: Sandbox, then: str, address: str
) -> None:
    asked = f"{address}?at={then}&from={then}"
    editor.get(asked)
    with CaptureQueriesContext(
        connection,
    ) as few:
        editor.get(asked)
    for number in range(6):
        on_air(sandbox, f"more-{number}")
    with CaptureQueriesContext(connection) as many:
        editor.get(asked)
    assert len(many) == len(few)
    assert len(few) <= 43


@pytest.mark.parametrize("query", ["at=soon", "as-known=0001-01-01", "from=no", "to=9999-12-31"])
def test_what_is_no_moment_is_not_answered_with_another(editor: Client, query: str) -> None:
    pages = [CHANGES] if "from" in query or "to" in query else [ON_AIR]
    assert [editor.get(f"{page}?{query}").status_code for page in pages] == [400]


def test_of_a_moment_to_come_it_is_a_forecast_that_names_what_collides(sandbox: Sandbox, sign_in: SignIn) -> None:
    Sandbox.objects.filter(pk=sandbox.pk).update(review_policy=Sandbox.ReviewPolicy.TWO_PEOPLE)
    sandbox.refresh_from_db()
    people = cast_in(sandbox)
    make_placement(people.setup)
    for id in ("sale", "stays"):
        on_air(people.setup.sandbox, id)
    sale, begin = LibraryItem.objects.get(id="sale"), timezone.now() + timedelta(hours=1)
    for name in ("Autumn", "Winter"):
        asked = [wanted(sale, [*replace("/name", name), *replace("/status", "archived")])]
        agree(people.jun, requests.propose(people.mina, asked, name, "Why", when=When(begin, None, "UTC")))
        begin += timedelta(hours=1)
    auditor = sign_in("auditor", "Olga Berg")
    page: Any = auditor.get(ON_AIR, {"at": (begin - timedelta(hours=1.5)).isoformat()})
    text = text_of(page)
    assert [(row.told.pair.item.id, row.by) for row in page.context["rows"]] == [("sale", [1])]
    assert counts_of(page) == [(2, False), (1, False)]
    for part in ("This is a forecast.", "#1 Autumn", "Archived", "With what is scheduled"):
        assert part in text
    assert "#2 Winter" not in text
    asked = [wanted(LibraryItem.objects.get(id="stays"), replace("/name", "For an hour"))]
    when = When(begin, begin + timedelta(hours=1), "UTC")
    agree(people.jun, requests.propose(people.mina, asked, "For an hour", "Why", when=when))
    over: Any = auditor.get(ON_AIR, {"at": (begin + timedelta(hours=2)).isoformat()})
    assert "#3 For an hour" in text_of(over)
    assert "stays" not in [row.told.pair.item.id for row in over.context["rows"]], "what is taken back is as it was"
    both = text_of(auditor.get(ON_AIR, {"at": (begin + timedelta(hours=1)).isoformat()}))
    assert both.count("changes the same fields in the same time as") == 2
