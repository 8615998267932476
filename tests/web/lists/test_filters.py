"""The filters of the offers list, as its address carries them."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test import Client

from offers.document.kinds.registry import Kind
from offers.lists import pages
from offers.models import BulkRun, LibraryItem, Sandbox
from offers.web.lists.filters import wanted_in
from tests.cast import actor, make, make_placement, offer, shown_in
from tests.web.frame.test_respond import text_of

SEOUL = ZoneInfo("Asia/Seoul")
OFFERS = "/s/prod/offers/"


def shown(client: Client, query: str) -> list[str]:
    return sorted(row.item.name for row in client.get(f"{OFFERS}?{query}").context["rows"])


def window(start: str, end: str) -> dict[str, Any]:
    return {"startDate": f"{start}T00:00:00+09:00", "endDate": f"{end}T00:00:00+09:00"}


@pytest.fixture
def library(sandbox: Sandbox, item: LibraryItem) -> None:
    """Besides "Summer sale" (tag holiday): two offers of two people, one in a placement."""
    mina, jun = actor(sandbox, label="Mina"), actor(sandbox, label="Jun")
    make_placement(mina, id="mail")
    make(mina, {"name": "Loyal"}, Kind.TAG, "loyal")
    make(mina, offer(name="Mail", tags=["loyal"], representations=[shown_in("mail")]))
    make(jun, offer(name="March", tags=["loyal"], selectionConstraint=window("2031-03-01", "2031-04-01")))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("tag=loyal", ["Mail", "March"]),
        ("placement=mail", ["Mail"]),
        ("tag=loyal&placement=mail", ["Mail"]),
        ("by=name-Jun", ["March"]),
        ("by=Jun", []),
        ("by=user-99999999999999999999", []),
        ("by=user-%00", []),
        ("tag=no-such-tag", []),
        ("from=2031-03-31&to=2031-05-01", ["March"]),
        ("from=2031-04-01&to=2031-05-01", []),
        ("from=2031-01-01&to=2031-02-28", []),
        ("from=2031-01-01&to=2031-03-01", ["March"]),
    ],
)
def test_a_filter_shows_what_it_says(editor: Client, library: None, query: str, names: list[str]) -> None:
    editor.cookies["timezone"] = "Asia/Seoul"
    assert shown(editor, query) == names


def test_every_filter_has_a_chip_that_takes_it_away(editor: Client, library: None) -> None:
    answer = editor.get(f"{OFFERS}?tag=loyal&placement=mail&by=name-Mina&from=2026-01-01&to=2031-05-01")
    chips = {chip.text: chip.without for chip in answer.context["chips"]}
    assert list(chips) == [
        *("Placement: Home", "Tag: Loyal", "Changed by Mina"),
        "Window between 1 Jan 2026 and 1 May 2031",
    ]
    assert chips["Tag: Loyal"] == f"{OFFERS}?placement=mail&by=name-Mina&from=2026-01-01&to=2031-05-01"
    assert chips["Window between 1 Jan 2026 and 1 May 2031"] == f"{OFFERS}?tag=loyal&placement=mail&by=name-Mina"


def test_the_filters_offer_the_sandboxs_own_tags_placements_and_people(editor: Client, library: None) -> None:
    offered = {filter.name: [word for _value, word in filter.options] for filter in editor.get(OFFERS).context["more"]}
    assert offered["tag"] == ["Holiday 2026", "Loyal"]
    assert offered["placement"] == ["Home", "Home"]
    assert {"Jun", "Mina"} <= set(offered["by"])


def test_a_tag_among_very_many_is_found_by_its_name(
    editor: Client, library: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offers.web.lists.filters.OFFERED", 1)
    page = editor.get(OFFERS)
    assert [filter.find for filter in page.context["more"] if filter.name == "tag"] == [""]
    assert 'name="find-tag"' in text_of(page)
    found = text_of(editor.get(f"{OFFERS}filters/tag/?find-tag=loy&tag=holiday"))
    assert '<option value="loyal">Loyal</option>' in found
    assert '<option value="holiday" selected>Holiday 2026</option>' in found
    assert editor.get(f"{OFFERS}filters/status/").status_code == 404


@pytest.mark.parametrize("query", ["from=nonsense", "to=2026-13-40", "from=0001-01-01", "to=9999-12-31", "tag=%00"])
def test_what_is_no_filter_filters_nothing(editor: Client, library: None, query: str) -> None:
    assert len(shown(editor, query)) == 3


def test_days_are_days_of_the_viewer() -> None:
    wanted = wanted_in(QueryDict("from=2026-03-01&to=2026-03-01"), SEOUL)
    assert wanted.first is not None
    assert wanted.last is not None
    assert (wanted.first.isoformat(), wanted.last.isoformat()) == (
        "2026-03-01T00:00:00+09:00",
        "2026-03-02T00:00:00+09:00",
    )


def test_a_bulk_edit_of_a_whole_filter_takes_these_filters_too(editor: Client, library: None) -> None:
    page = editor.post("/s/prod/bulk/new/", {"all": "1", "filter": "tag=loyal&by=name-Jun", "choose": "priority"})
    assert page.context["selection"].names == ["March"]
    assert page.context["selection"].words == ["Tag: Loyal", "Changed by Jun"]


@pytest.mark.parametrize(
    "query", ["status=nope", "kind=x&channel=y", "from=soon", "at=2031-01-01T00:00:00Z&status=deleted"]
)
def test_a_filter_that_is_none_is_named_and_can_be_taken_away(editor: Client, library: None, query: str) -> None:
    chips = editor.get(f"{OFFERS}?{query}").context["chips"]
    said = query.removeprefix("at=2031-01-01T00:00:00Z&").split("&")
    assert sorted(chip.text for chip in chips) == sorted(f"Not understood: {one}" for one in said)
    assert not any(one in chip.without for one, chip in zip(sorted(said), sorted(chips, key=str), strict=True))
    tags = editor.get(f"/s/prod/tags/?{query}").context["chips"]
    assert [chip.text for chip in tags] == [f"Not understood: {one}" for one in said if one.startswith("status")]


def test_all_that_match_is_not_all_where_a_filter_is_none(
    editor: Client, library: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_SIZE", 1)
    assert 'name="all"' in text_of(editor.get(f"{OFFERS}?status=draft"))
    assert 'name="all"' not in text_of(editor.get(f"{OFFERS}?status=nope"))
    for address in ("/s/prod/bulk/new/", "/s/prod/promote/"):
        sent = {"all": "1", "filter": "status=nope", "do": "priority", "priority": "5"}
        assert editor.post(address, sent).status_code == 400
    assert not BulkRun.objects.exists()
