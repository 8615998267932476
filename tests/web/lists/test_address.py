"""What the offers list is asked for in its address, without a library: filters, orders and the ways on from it."""

from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from offers.document.kinds.reading import WORDS
from offers.lists.filters import Wanted
from offers.lists.pages import ORDERS
from offers.web.lists.filters import (
    address,
    choices,
    deleted_filter,
    first_filters,
    links,
    order_of,
    sorts,
    wanted_in,
    words_of,
)

UTC, SEOUL = ZoneInfo("UTC"), ZoneInfo("Asia/Seoul")
LIST = "/s/prod/offers/"


def wanted(query: str, zone: ZoneInfo = UTC) -> Wanted:
    return wanted_in(QueryDict(query), zone)


def order(query: str) -> str:
    return order_of(RequestFactory().get(f"{LIST}?{query}"))


def told(query: str, **known: str) -> list[tuple[str, tuple[str, ...]]]:
    return words_of(1, wanted(query), known)


@pytest.mark.parametrize("name", ["status", "state", "channel", "kind"])
def test_a_fixed_filter_takes_its_choices_and_nothing_else(name: str) -> None:
    for value, _word in choices()[name][1]:
        assert getattr(wanted(f"{name}={value}"), name) == value
    for wrong in ("", "nonsense", "DRAFT", "draft "):
        assert wanted(f"{name}={wrong}") == Wanted()


def test_texts_and_ids_are_taken_as_far_as_they_can_mean_something() -> None:
    assert wanted("q=%20summer%20sale%20&tag=t1&placement=p1&uses=r1&by=user-7") == Wanted(
        text="summer sale", tag="t1", placement="p1", reference="r1", by="user-7"
    )
    assert wanted("tag=a&tag=b").tag == "b"
    assert wanted("first=2026-01-01&last=2026-01-01&reference=r&text=x&zone=y") == Wanted()


def test_a_filter_of_everything_asks_for_tags_placements_and_what_else_is_used() -> None:
    assert wanted("tag=t1&uses=r1").references == ["t1", "r1"]
    assert wanted("tag=t1&placement=p1&uses=r1").references == ["t1", "p1", "r1"]
    assert wanted("q=x").references == []
    assert (wanted("status=deleted").deleted, wanted("status=draft").deleted, wanted("").deleted) == (
        True,
        False,
        False,
    )


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ("from=2026-03-01", "2026-03-01T00:00:00+09:00", None),
        ("to=2026-03-31", None, "2026-04-01T00:00:00+09:00"),
        ("from=2000-01-01&to=2099-12-31", "2000-01-01T00:00:00+09:00", "2100-01-01T00:00:00+09:00"),
        ("from=1999-12-31&to=2100-01-01", None, None),
        ("from=0202-03-01&to=20260301x", None, None),
        ("from=2026-02-29&to=2028-02-29", None, "2028-03-01T00:00:00+09:00"),
        ("from=2026-03-31&to=2026-03-01", "2026-03-31T00:00:00+09:00", "2026-03-02T00:00:00+09:00"),
    ],
)
def test_days_of_this_century_are_taken_and_the_last_one_is_included(
    query: str, first: str | None, last: str | None
) -> None:
    found = wanted(query, SEOUL)
    assert (found.first and found.first.isoformat(), found.last and found.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "-modified"),
        ("sort=name", "name"),
        ("sort=-priority", "-priority"),
        ("sort=nonsense", "-modified"),
        ("sort=--name", "-modified"),
        ("state=ending", "ends"),
        ("state=scheduled", "starts"),
        ("state=expired", "-ends"),
        ("state=live", "-modified"),
        ("state=ending&sort=name", "name"),
        ("state=ending&sort=nonsense", "ends"),
        ("status=deleted", "-modified"),
        ("status=deleted&sort=name", "-modified"),
        ("status=deleted&sort=modified", "modified"),
        ("status=deleted&state=ending", "-modified"),
    ],
)
def test_the_order_is_the_one_asked_for_else_the_one_that_suits_the_filter(query: str, expected: str) -> None:
    assert order(query) == expected


def test_an_address_changes_what_is_said_and_leaves_the_rest() -> None:
    request = RequestFactory().get(f"{LIST}?q=a%26b&status=draft&cursor=c1&empty=")
    assert address(request) == f"{LIST}?q=a%26b&status=draft&cursor=c1"
    assert address(request, status="", cursor="") == f"{LIST}?q=a%26b"
    assert address(request, sort="name", q="") == f"{LIST}?status=draft&cursor=c1&sort=name"
    assert address(request, q="", status="", cursor="") == LIST
    assert address(RequestFactory().get(LIST)) == LIST


def test_there_is_a_way_on_and_back_only_where_there_is_a_page() -> None:
    request = RequestFactory().get(f"{LIST}?q=a&cursor=here")
    assert links(request, "n", "p") == {"next": f"{LIST}?q=a&cursor=n", "previous": f"{LIST}?q=a&cursor=p"}
    assert links(request, "", "p") == {"next": "", "previous": f"{LIST}?q=a&cursor=p"}
    assert links(request, "n", "") == {"next": f"{LIST}?q=a&cursor=n", "previous": ""}


def test_a_heading_sorts_its_own_way_first_and_is_turned_round_by_the_next_press() -> None:
    request = RequestFactory().get(f"{LIST}?q=a&cursor=c1")
    found = sorts(request, "-modified", Wanted())
    assert set(found) == {name.lstrip("-") for name in ORDERS}
    firsts = {"modified": "modified", "name": "name", "priority": "-priority", "ends": "ends", "created": "-created"}
    assert {name: found[name].to for name in firsts} == {
        name: f"{LIST}?q=a&sort={first}" for name, first in firsts.items()
    }
    assert {name: one.aria for name, one in found.items() if one.aria} == {"modified": "descending"}
    for now, turned, aria in (
        ("name", "-name", "ascending"),
        ("-name", "name", "descending"),
        ("-priority", "priority", "descending"),
        ("priority", "-priority", "ascending"),
    ):
        one = sorts(request, now, Wanted())[now.lstrip("-")]
        assert (one.to, one.aria) == (f"{LIST}?q=a&sort={turned}", aria)


def test_what_was_deleted_is_sorted_by_its_deletion_alone() -> None:
    request = RequestFactory().get(f"{LIST}?status=deleted")
    assert list(sorts(request, "-modified", Wanted(status="deleted"))) == ["modified"]


def test_a_filter_is_told_in_words_part_by_part_with_what_takes_each_away() -> None:
    query = "q=summer&status=draft&state=ending&channel=web&kind=fallback-offer&placement=p1&tag=t1&uses=r1"
    assert told(query, p1="Front page", r1="Gold") == [
        ("“summer”", ("q",)),
        ("Draft", ("status",)),
        ("Ending within 7 days", ("state",)),
        ("Web", ("channel",)),
        ("Fallback offer", ("kind",)),
        ("Placement: Front page", ("placement",)),
        ("Tag: t1", ("tag",)),
        ("Gold", ("uses",)),
    ]
    assert told("") == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=2026-03-01", "Window from 1 Mar 2026 on"),
        ("to=2026-03-31", "Window until 31 Mar 2026"),
        ("from=2026-03-01&to=2026-03-01", "Window between 1 Mar 2026 and 1 Mar 2026"),
    ],
)
def test_a_window_is_told_by_the_days_that_were_asked_for(query: str, words: str) -> None:
    assert told(query) == [(words, ("from", "to"))]


def test_every_filter_says_what_it_is_when_it_filters_nothing_and_what_is_chosen() -> None:
    status, state = first_filters(Wanted(status="approved"))
    assert (status.label, status.anything, status.value, status.find) == ("Status", "Any status", "approved", None)
    assert (state.label, state.anything, state.value) == ("When", "Any time", "")
    assert [word for _value, word in status.options] == ["Draft", "Approved", "Archived", "Deleted"]
    assert {value for value, _word in choices()["channel"][1]} == set(WORDS["channel"])
    shown = deleted_filter(Wanted(status="deleted"))
    assert (shown.label, shown.anything, shown.options, shown.value) == (
        *("Show", "Current"),
        *([("deleted", "Deleted")], "deleted"),
    )
