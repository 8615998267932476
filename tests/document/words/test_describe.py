"""Changes in words: every change has a row, and the rows read the way a marketer speaks."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from jsonpointer import resolve_pointer

from offers.document.values import equal
from offers.document.words.describe import Change, describe, summary
from offers.document.words.naming import place_at, value_text
from offers.document.words.spans import spans
from tests.document.strategies import documents, edited
from tests.measure import assert_cheap

WEB = "https://ns.adobe.com/xdm/channel-types/web"
NAMES = {"p1": "Home page", "p2": "Newsletter", "t1": "Holiday 2026", "r1": "Gold members"}


def offer(**members: Any) -> dict[str, Any]:
    return {
        "name": "Spring sale",
        "status": "draft",
        "selectionConstraint": {"startDate": "2026-03-01T00:00:00Z", "endDate": "2026-04-01T00:00:00Z"},
        "rank": {"priority": 1},
        **members,
    }


def representation(placement: str, content: str = "Hello, have a look at our spring sale!") -> dict[str, Any]:
    component = {"type": "html", "format": "text/html", "language": ["en-us"], "content": content}
    return {"channel": WEB, "placement": placement, "components": [component]}


def rows(before: Any, after: Any) -> list[tuple[str, str, str, str]]:
    return [(row.action, row.title, row.old_text, row.new_text) for row in describe(before, after, names=NAMES)]


@given(edited())
def test_there_are_rows_exactly_when_something_changed(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = pair
    found = describe(before, after, names=NAMES)
    assert bool(found) == (not equal(before, after))
    for row in found:
        assert isinstance(row, Change)
        assert row.title
        kept = "".join(text for kind, text in row.spans if kind != "+")
        new = "".join(text for kind, text in row.spans if kind != "-")
        assert not row.spans or (kept, new) == (row.old, row.new)


@given(documents, documents)
def test_any_two_documents_can_be_described(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert [row.title for row in describe(before, after)] == [row.title for row in describe(before, after)]


def test_each_field_has_its_name() -> None:
    after = offer(name="Summer sale", status="approved", rank={"priority": 5}, description="For all")
    after["selectionConstraint"] = {"startDate": "2026-03-01T00:00:00Z", "endDate": "2026-05-01T00:00:00Z"}
    assert rows(offer(), after) == [
        ("changed", "Name", "Spring sale", "Summer sale"),
        ("added", "Description", "", "For all"),
        ("changed", "Status", "Draft", "Approved"),
        ("changed", "End date", "2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z"),
        ("changed", "Priority", "1", "5"),
    ]
    assert [row.format for row in describe(offer(), after)] == ["text", "text", "word", "date", "number"]


def test_tags_and_rules_are_called_by_their_names() -> None:
    before = offer(tags=["t1", "t2"])
    after = offer(tags=["t2", "t3"])
    after["selectionConstraint"] |= {"profileConstraintType": "eligibilityRule", "eligibilityRule": "r1"}
    assert rows(before, after) == [
        ("added", "Shown to", "", "By decision rule"),
        ("added", "Decision rule", "", "Gold members"),
        ("removed", "Tag", "Holiday 2026", ""),
        ("added", "Tag", "", "t3"),
    ]


def test_representations_are_called_by_their_placement() -> None:
    before = offer(representations=[representation("p1")])
    after = offer(representations=[representation("p2", "Hi"), representation("p1", "Hello, have a look at our sale!")])
    added, changed = describe(before, after, names=NAMES)
    assert (added.action, added.title, added.new_text) == ("added", "Representation for Newsletter", "Hi")
    assert (added.pointer, changed.pointer) == ("/representations/0", "/representations/1/components/0/content")
    assert changed.title == "Home page, en-us › Text"
    assert ("-", "spring ") in changed.spans


def test_a_content_is_called_by_its_language_where_no_neighbour_has_it_too() -> None:
    html, text = ({"type": kind, "format": f"text/{kind}", "language": ["en-us"]} for kind in ("html", "text"))
    korean = {**html, "language": ["ko"], "content": "안녕"}

    def titles(*contents: dict[str, Any]) -> list[str]:
        sides = ([{**one, "content": said} for one in contents] for said in ("Hello", "Bye"))
        before, after = (offer(representations=[{**representation("p1"), "components": side}]) for side in sides)
        return [row.title for row in describe(before, after, names=NAMES)]

    assert titles(html, korean) == ["Home page, en-us › Text", "Home page, ko › Text"]
    assert titles(html, text) == ["Home page, html, en-us › Text", "Home page, text, en-us › Text"]


def test_attributes_are_called_by_their_own_name() -> None:
    before, after = offer(characteristics={"a/b": "1"}), offer(characteristics={"a/b": "2", "색": "빨강"})
    assert rows(before, after) == [("changed", "Attribute a/b", "1", "2"), ("added", "Attribute 색", "", "빨강")]


def test_a_limit_that_changed_is_told_as_one_and_what_no_sentence_says_beside_it() -> None:
    """Also where it was changed by what it is known by: its period."""
    day = {
        "limit": 1,
        "scope": "global",
        "entity": "offer",
        "enabled": False,
        "repeat": {"enabled": True, "unit": "day"},
    }
    week = {**day, "limit": 3, "enabled": True, "repeat": {"enabled": True, "unit": "week"}}
    before, after = (offer(frequencyCappingConstraints=[one]) for one in (day, week))
    (row,) = describe(before, after)
    place = "/frequencyCappingConstraints/0"
    assert (row.action, row.title, row.old, row.new, row.pointer, row.old_pointer) == (
        *("changed", "Limit 1", day, week),
        *(place, place),
    )
    asking = offer(frequencyCappingConstraints=[{**week, "customQuery": "x"}])
    assert [row.title for row in describe(before, asking)] == ["Limit 1", "Limit 1 › Custom event"]
    asleep, other = ({**day, "limit": limit, "repeat": {"unit": unit}} for limit, unit in ((1, "day"), (2, "week")))
    before, after = (offer(frequencyCappingConstraints=[one]) for one in (asleep, other))
    assert [row.title for row in describe(before, after)] == ["Limit 1", "Limit 1 › Repeat unit"]


def test_a_program_reads_of_a_limit_each_field() -> None:
    capping = {"limit": 1, "scope": "global", "entity": "offer", "enabled": False}
    before = offer(frequencyCappingConstraints=[capping])
    after = offer(frequencyCappingConstraints=[{**capping, "limit": 3, "enabled": True}])
    told = [(row.title, row.old_text, row.new_text) for row in describe(before, after, by_field=True)]
    assert told == [("Limit 1 › Enabled", "No", "Yes"), ("Limit 1 › Times", "1", "3")]


def test_of_two_limits_that_went_and_came_each_is_told_by_itself() -> None:
    limit = {"limit": 1, "scope": "global", "entity": "offer"}
    before = [{**limit, "events": [event]} for event in ("click", "impression")]
    after = [{**limit, "scope": "profile", "events": [event]} for event in ("click", "impression")]
    found = describe(offer(frequencyCappingConstraints=before), offer(frequencyCappingConstraints=after))
    assert [row.action for row in found] == ["removed", "removed", "added", "added"]


def test_a_move_says_from_where_to_where() -> None:
    before = offer(representations=[representation("p1"), representation("p2"), representation("p3")])
    after = offer(representations=[representation("p3"), representation("p1"), representation("p2")])
    (row,) = describe(before, after, names=NAMES)
    assert (row.action, row.title) == ("moved", "Representation for p3")
    assert (row.position_from, row.position_to) == (3, 1)


def test_additions_move_nothing() -> None:
    assert [row.action for row in describe({"tags": ["a", "b"]}, {"tags": ["n", "a", "m", "b"]})] == ["added", "added"]


def test_creating_deleting_and_bringing_back_are_one_row_each() -> None:
    assert rows(None, offer()) == [("added", "Created", "", "")]
    assert rows(offer(), None) == [("removed", "Deleted", "", "")]
    assert [row.title for row in describe(None, offer(), restored=True)] == ["Restored"]
    assert describe(None, None) == []


def test_an_empty_container_that_comes_or_goes_has_a_row() -> None:
    assert rows({}, {"cappingConstraint": {}}) == [("added", "Limits", "", "")]
    assert rows({"tags": []}, {}) == [("removed", "Tags", "", "")]


def test_one_and_true_are_told_apart() -> None:
    assert rows({"x": 1}, {"x": True}) == [("changed", "x", "1", "Yes")]


def test_a_summary_names_the_first_things_and_counts_the_rest() -> None:
    after = offer(name="New", rank={"priority": 2}, status="approved", description="x")
    phrases, more = summary(describe(offer(), after))
    assert [message for message, _ in phrases] == ["Name", "Description"]
    assert more == 2
    before = offer(representations=[representation("p1")])
    twice = offer(representations=[{**representation("p1", "Changed"), "x": 1}])
    assert len(summary(describe(before, twice))[0]) == 1


@given(st.text(alphabet="ab \n가", max_size=60), st.text(alphabet="ab \n가", max_size=60))
def test_spans_rebuild_both_texts(before: str, after: str) -> None:
    found = spans(before, after)
    if found:
        assert "".join(text for kind, text in found if kind != "+") == before
        assert "".join(text for kind, text in found if kind != "-") == after


def test_large_texts_are_compared_in_no_time() -> None:
    for before, after in (
        ("a " * 150_000, "b " * 150_000),
        ("a " * 290, "a b " * 150),
        ("x" * 300_000, "y" * 300_000),
        ("a b " * 75_000, "b a " * 75_000),
    ):
        assert_cheap(lambda before=before, after=after: spans(before, after))  # type: ignore[misc]  # bound in the loop


def test_many_long_texts_are_described_in_no_time() -> None:
    before = {f"k{n}": "a b c d " * 36 for n in range(500)}
    after = {f"k{n}": "d b c a " * 36 for n in range(500)}
    assert_cheap(lambda: describe(before, after))
    found = describe(before, after)
    assert found[0].spans
    assert not found[-1].spans or len(found[-1].spans) == 2
    assert len(found) == 500


@given(edited())
def test_a_row_leads_to_where_its_value_was_and_to_where_it_is(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = pair
    for change in describe(before, after):
        if change.action != "added":
            assert equal(resolve_pointer(before, change.old_pointer), change.old)
        if change.action != "removed":
            assert equal(resolve_pointer(after, change.pointer), change.new)


def test_what_moved_and_changed_is_found_where_it_was() -> None:
    before = offer(representations=[representation("p1"), representation("p2")])
    after = offer(representations=[representation("p2"), representation("p1", "Bye"), representation("p3")])
    found = {change.action: (change.old_pointer, change.pointer) for change in describe(before, after)}
    assert found == {
        "changed": ("/representations/0/components/0/content", "/representations/1/components/0/content"),
        "moved": ("/representations/1", "/representations/0"),
        "added": ("", "/representations/2"),
    }


def test_what_moved_is_as_it_was_and_as_it_is() -> None:
    one, two = representation("p1"), representation("p2")
    changed = representation("p2", "Bye")
    (moved,) = (
        row
        for row in describe(offer(representations=[one, two]), offer(representations=[changed, one]))
        if row.action == "moved"
    )
    assert (moved.old, moved.new) in [(one, one), (two, changed)]
    less = {"placement": "p2", "channel": two["channel"]}
    both = (
        offer(representations=[{**less, "components": []}, one, representation("p3")]),
        offer(representations=[one, representation("p3"), less]),
    )
    (moved,) = (row for row in describe(*both) if row.action == "moved")
    assert (moved.old, moved.new) == ({**less, "components": []}, less)


def test_a_pointer_can_be_put_into_words() -> None:
    document = offer(representations=[representation("p1")], characteristics={"tone": "warm"})
    place = place_at(document, "/representations/0/components/0/content", NAMES)
    assert place.label == "Text"
    assert [message.format(**params) for message, params in place.context] == [
        "Home page",
        "en-us",
    ]
    assert place_at(document, "/characteristics/tone").params["name"] == "tone"
    assert place_at(document, "/no/such/place").label == "{name}"
    assert place_at(document, "/representations/7/channel").label == "Channel"
    assert place_at(document, "/representations/x/channel").label == "Channel"
    assert place_at(document, "").label == "The whole document"


def test_values_read_as_words() -> None:
    assert value_text("channel", WEB) == ("Web", "word")
    assert value_text("channel", "https://elsewhere.example/web") == ("https://elsewhere.example/web", "text")
    assert value_text("componentType", "https://ns.adobe.com/x/content-component-html") == ("HTML", "word")
    assert value_text("name", "draft") == ("draft", "text")
    assert value_text("tags", ["t1", "t9"], NAMES) == ("Holiday 2026, t9", "text")
    scope = {"placements": ["p1", "p2"], "optionSelection": {"filter": "c1"}, "rank": {"priority": 1}}
    assert value_text("criteria", scope, {"p1": "Home", "c1": "Spring"}) == ("Home, p2 → Spring", "text")
    assert value_text("criteria", {"placements": "p1", "optionSelection": []}) == ("", "text")
    assert value_text("x", None) == ("", "text")


def test_a_new_capping_rule_is_told_in_short_and_not_by_the_names_of_its_members() -> None:
    capping = {
        "enabled": True,
        "limit": 3,
        "scope": "profile",
        "entity": "offer",
        "events": ["decisioning"],
        "repeat": {"enabled": True, "unit": "month", "unitCount": 1},
    }
    (change,) = describe({"name": "a"}, {"name": "a", "frequencyCappingConstraints": [capping]})
    assert change.new_text == "≤ 3 · Each person · Offer · Decision · 1 month"
    capping["repeat"] = {"enabled": False}
    (change,) = describe({}, {"frequencyCappingConstraints": [capping]})
    assert change.new_text == "≤ 3 · Each person · Offer · Decision"
