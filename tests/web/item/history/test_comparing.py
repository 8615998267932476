"""Two versions beside each other, and how they are picked."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from offers.log import sequencer
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import (
    Role,
    actor,
    make_placement,
    patch,
    replace,
    shown_in,
)
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

HISTORY = "/s/prod/offers/sale/history/"
COMPARE = "/s/prod/offers/sale/compare/"


def test_any_two_versions_can_be_compared(editor: Client, item: LibraryItem) -> None:
    text = text_of(editor.get("/s/prod/offers/sale/compare/?from=1&to=3"))
    assert "<ins>7</ins>" in text
    assert "Summer" in text
    assert "These two versions are equal." in text_of(editor.get("/s/prod/offers/sale/compare/?from=2&to=2"))


def test_versions_are_picked_by_their_time_author_and_fields(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox, label="Theo Brandt"), item, [*replace("/rank/priority", 8), *replace("/name", "Autumn sale")])
    editor.cookies["timezone"] = "Asia/Seoul"
    lines = dict(editor.get(f"{COMPARE}?from=1&to=4").context["versions"])
    made_at = Revision.objects.get(item=item, etag=4).created_at.astimezone(ZoneInfo("Asia/Seoul"))
    assert list(lines) == [4, 3, 2, 1]
    assert re.fullmatch(rf"version 4 · {made_at:%-d %b, %H:%M} · Theo Brandt · Priority, Name", lines[4])
    assert lines[1].startswith("version 1 · ")
    assert lines[1].endswith("Jisoo Kim · Created")


def test_a_version_of_a_long_history_is_found_by_its_moment(
    editor: Client, item: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offers.web.item.history.comparing.LISTED", 1)
    assert [etag for etag, _ in editor.get(f"{COMPARE}?from=1&to=2").context["versions"]] == [3, 2, 1]
    editor.cookies["timezone"] = "Asia/Seoul"
    soon = f"{datetime.now(ZoneInfo('Asia/Seoul')) + timedelta(minutes=1):%Y-%m-%dT%H:%M}"
    for asked, found in (
        ({"from": "2", "to": "1", "to-at": soon}, "from=2&to=3"),
        ({"from-at": "2020-01-01T00:00", "to": "2"}, "from=1&to=2"),
        ({"from-at": "yesterday", "to": "x"}, "from=3"),
    ):
        assert editor.get(COMPARE, asked)["Location"] == f"{COMPARE}?{found}"
    assert "There was no version yet at that time." in text_of(editor.get(COMPARE))


def cells(response: Any) -> list[tuple[str, ...]]:
    """The fields of a comparison side by side: what each is called, what it was, and what it is; with its marks."""
    found = re.findall(
        r'rowgroup">(.*?)</th>.*?column-before[^>]*>(.*?)</td>.*?column-after[^>]*>(.*?)</td>',
        text_of(response),
        re.DOTALL,
    )
    return [tuple(" ".join(re.sub(r"</?span[^>]*>", "", cell).split()) for cell in row) for row in found]


def test_side_by_side_fields_stand_in_a_row_with_what_went_on_one_side_and_what_came_on_the_other(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    text = "/representations/0/components/0/content"
    make_placement(actor(sandbox), "foot", name="Foot")
    long = "Free delivery on every order over thirty thousand won until Sunday"
    patch(actor(sandbox), item, [*replace(text, long), {"op": "remove", "path": "/tags"}])
    first = {"op": "add", "path": "/representations/0", "value": shown_in("foot")}
    patch(actor(sandbox), item, [first, *replace(text.replace("0", "1", 1), long.replace("thirty", "fifty"))])
    compared = editor.get("/s/prod/offers/sale/compare/?from=4&to=5")
    assert cells(compared) == [
        ("Representation for Foot", "nothing", "<ins>Hello</ins>"),
        (
            "Home, html › Text",
            "Free delivery on every order over <del>thirty</del> thousand won until Sunday",
            "Free delivery on every order over <ins>fifty</ins> thousand won until Sunday",
        ),
    ]
    assert ("Tag", "<del>Holiday 2026</del>", "nothing") in cells(editor.get(f"{HISTORY}4/"))
    assert '<details class="view view-sides">' in text_of(compared), "it opens without JavaScript, too"


def quick(response: Any) -> list[tuple[str, int]]:
    return [(one.title, one.source) for one in response.context["quick"]]


def test_what_people_often_compare_is_one_click_away(
    editor: Client, item: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = actor(sandbox)
    patch(by, item, replace("/status", "approved"))
    patch(by, item, replace("/rank/priority", 8))
    patch(by, item, replace("/rank/priority", 9))
    expected = [("Last change", 5), ("Since it last went live", 4), ("Since creation", 1)]
    assert quick(editor.get(COMPARE)) == expected
    monkeypatch.setattr("offers.web.item.history.comparing.LISTED", 1)
    assert quick(editor.get(COMPARE)) == [expected[0], expected[2]], "the log has not got to it"
    sequencer.keep()
    assert quick(editor.get(COMPARE)) == expected, "in a long history the log knows when its status changed"


def test_it_begins_with_how_much_changed_by_whom_and_between_which_moments(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    text = "/representations/0/components/0/content"
    patch(actor(sandbox, label="Theo Brandt"), item, [*replace("/rank/priority", 8), *replace(text, "<p>Bye</p>")])
    patch(actor(sandbox, label="Ada Moss"), item, replace("/name", "Autumn sale"))
    response = editor.get(f"{COMPARE}?from=3&to=5")
    said = re.sub(r"<[^>]+>", " ", text_of(response).partition('id="differs-title"')[2].partition("panel-body")[0])
    assert re.search(r"^> 3 changes between .+ and .+ in 2 versions: .*Ada Moss.+Theo Brandt", " ".join(said.split()))
    assert 'data-shown="words"' in text_of(response)


def test_what_looks_otherwise_is_shown_in_one_language_and_the_others_are_a_click_away(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    parts = [{"type": "html", "format": "text/html", "content": one, "language": [one]} for one in ("en-us", "ko-kr")]
    patch(actor(sandbox), item, replace("/representations/0/components", parts))
    changed = [{**part, "content": "Other words"} for part in parts]
    patch(actor(sandbox), item, replace("/representations/0/components", changed))
    response = editor.get(f"{COMPARE}?from=4&to=5")
    assert (response.context["languages"], response.context["shown_in"]) == (["en-us", "ko-kr"], "en-us")
    assert [len(one.contents) for one in response.context["representations"]] == [1]
    assert 'href="?from=4&amp;to=5&amp;language=ko-kr#shown"' in text_of(response)


def test_it_says_who_changed_it_in_between_and_what_is_the_same(
    editor: Client, item: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for label in ("Theo Brandt", "Ada Moss", "Theo Brandt"):
        patch(actor(sandbox, label=label), item, replace("/rank/priority", 10 + item.etag))
        item.refresh_from_db()
    response = editor.get(f"{COMPARE}?from=3&to=6")
    between = response.context["between"]
    assert (between.versions, between.people, between.more) == (3, [("Theo Brandt", "", 2), ("Ada Moss", "", 1)], False)
    same = {line.title: line.text for section in response.context["same"] for line in section.lines}
    assert same["Name"] == "Summer sale"
    assert "Priority" not in same
    assert editor.get(f"{COMPARE}?from=6&to=6").context["between"] is None
    monkeypatch.setattr("offers.web.item.history.comparing.COUNTED", 2)
    assert editor.get(f"{COMPARE}?from=6&to=3").context["between"].more


def test_a_version_that_may_be_restored_can_be_restored_from_here(
    editor: Client, sign_in: SignIn, item: LibraryItem
) -> None:
    text = text_of(editor.get(f"{COMPARE}?from=1&to=3"))
    assert text.count("Restore this version") == 1
    assert 'href="/s/prod/offers/sale/history/1/restore/"' in text
    assert "Restore this version" not in text_of(sign_in(Role.AUDITOR, "Ada Moss").get(f"{COMPARE}?from=1&to=3"))


@pytest.mark.parametrize("wrong", ["9", "0", "-1", "x", "٣", "1e3", "<b>"])
def test_a_version_that_never_was_is_said_and_another_one_shown(editor: Client, item: LibraryItem, wrong: str) -> None:
    response = editor.get(COMPARE, {"from": "1", "to": wrong})
    assert response.status_code == 404
    assert [side.made.etag for side in response.context["sides"]] == [1, 3]
    said = text_of(response).replace("&lt;", "<").replace("&gt;", ">")
    assert f"There is no version “{wrong}”: it has 3. Here is version 3 instead." in said


def test_the_number_of_queries_does_not_grow_with_what_lies_between(
    editor: Client, item: LibraryItem, sandbox: Sandbox, django_assert_max_num_queries: Any
) -> None:
    editor.get(COMPARE)
    with django_assert_max_num_queries(24) as few:
        editor.get(f"{COMPARE}?from=1&to=3")
    for priority in range(10):
        patch(actor(sandbox), item, replace("/rank/priority", priority + 10))
    with django_assert_max_num_queries(len(few)):
        editor.get(f"{COMPARE}?from=1&to=13")


def test_what_differs_is_shown_however_much_stands_before_it_that_does_not(
    editor: Client, item: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offers.web.item.shown.whole.MOST", 1)
    make_placement(actor(sandbox), "foot", name="Foot")
    patch(actor(sandbox), item, [{"op": "add", "path": "/representations/-", "value": shown_in("foot")}])
    patch(actor(sandbox), item, replace("/representations/1/components/0/content", "Bye"))
    response = editor.get(f"{COMPARE}?from=4&to=5")
    assert [(one.name, len(one.contents)) for one in response.context["representations"]] == [("Foot", 1)]
    assert response.context["left_out"] == 0
