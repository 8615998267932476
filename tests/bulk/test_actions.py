from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.bulk.actions import Action, Dates, Do, from_json, patch_for, shifted, to_json
from offers.document.errors import InvalidDocument
from offers.document.patch import applied
from tests.cast import offer

LIMIT = {"limit": 1, "scope": "global", "entity": "offer", "startDate": "2026-03-01T00:00:00Z"}


def after(action: Action, document: dict[str, Any]) -> dict[str, Any]:
    patch = patch_for(action, document)
    result = applied(document, patch)[0] if patch else document
    assert isinstance(result, dict)
    return result


@pytest.mark.parametrize(
    ("text", "days", "expected"),
    [
        ("2022-07-27T05:00:00.000+00:00", 5, "2022-08-01T05:00:00.000+00:00"),
        ("2024-02-28T23:59:59+09:00", 1, "2024-02-29T23:59:59+09:00"),
        ("2026-01-01T00:00:00Z", -1, "2025-12-31T00:00:00Z"),
    ],
)
def test_a_moved_date_keeps_its_offset_and_spelling(text: str, days: int, expected: str) -> None:
    assert shifted(text, days) == expected


@pytest.mark.parametrize(
    ("text", "days", "zone", "expected"),
    [
        ("2027-03-24T23:59:00.000+00:00", 7, "Europe/Lisbon", "2027-03-31T22:59:00.000+00:00"),
        ("2026-10-31T10:00:00+01:00", -7, "Europe/Lisbon", "2026-10-24T09:00:00+01:00"),
        ("2027-03-24T23:59:00Z", 7, "Asia/Seoul", "2027-03-31T23:59:00Z"),
        ("9999-12-31T23:59:59Z", -1, "Asia/Seoul", "9999-12-30T23:59:59Z"),
    ],
)
def test_a_moved_date_keeps_the_time_of_day_of_the_zone_where_clocks_change(
    text: str, days: int, zone: str, expected: str
) -> None:
    assert shifted(text, days, zone) == expected


@given(st.integers(-3000, 3000), st.sampled_from(["2026-11-27T10:30:00.5-08:00", "2000-02-29T00:00:00Z"]))
def test_moving_a_date_back_gives_the_text_that_it_was(days: int, text: str) -> None:
    assert shifted(shifted(text, days), -days) == text


def test_it_refuses_to_move_a_date_out_of_the_calendar() -> None:
    document = offer(selectionConstraint={"startDate": "9999-12-31T00:00:00Z", "endDate": "9999-12-31T00:00:00Z"})
    with pytest.raises(InvalidDocument) as caught:
        patch_for(Action(Do.SHIFT, 1, Dates.END), document)
    assert caught.value.problems[0].pointer == "/selectionConstraint/endDate"


@pytest.mark.parametrize(
    ("dates", "paths"),
    [
        (Dates.START, ["/selectionConstraint/startDate"]),
        (Dates.END, ["/selectionConstraint/endDate"]),
        (Dates.WINDOW, ["/selectionConstraint/endDate", "/selectionConstraint/startDate"]),
        (
            Dates.WINDOW_AND_LIMITS,
            [
                "/frequencyCappingConstraints/0/startDate",
                "/selectionConstraint/endDate",
                "/selectionConstraint/startDate",
            ],
        ),
    ],
)
def test_a_shift_moves_the_dates_that_were_chosen_and_no_other(dates: Dates, paths: list[str]) -> None:
    document = offer(frequencyCappingConstraints=[LIMIT])
    patch = patch_for(Action(Do.SHIFT, 7, dates), document)
    assert sorted(operation["path"] for operation in patch) == paths


def test_a_shift_of_an_offer_without_dates_does_nothing() -> None:
    assert patch_for(Action(Do.SHIFT, 7), {"name": "Fallback", "status": "draft"}) == []


def test_a_tag_is_added_once_and_removed_where_it_is() -> None:
    add, remove = Action(Do.ADD_TAG, "b"), Action(Do.REMOVE_TAG, "b")
    assert after(add, offer())["tags"] == ["b"]
    assert patch_for(add, offer(tags=["a"])) == [{"op": "add", "path": "/tags/1", "value": "b"}]
    assert patch_for(add, offer(tags=["b"])) == []
    assert patch_for(remove, offer(tags=["a", "b", "c"])) == [{"op": "remove", "path": "/tags/1"}]
    assert patch_for(remove, offer()) == []


def test_status_and_priority_are_set_and_left_alone_where_they_are_right() -> None:
    assert after(Action(Do.STATUS, "approved"), offer())["status"] == "approved"
    assert patch_for(Action(Do.STATUS, "draft"), offer()) == []
    assert after(Action(Do.PRIORITY, 0), {"name": "Fallback"})["rank"] == {"priority": 0}
    assert patch_for(Action(Do.PRIORITY, 1), offer()) == []


def test_a_patch_is_applied_as_it_was_given() -> None:
    operations = [{"op": "test", "path": "/status", "value": "draft"}, {"op": "remove", "path": "/description"}]
    assert patch_for(Action(Do.PATCH, operations), offer()) == operations


@pytest.mark.parametrize(
    "action",
    [
        Action(Do.SHIFT, -3, Dates.END),
        Action(Do.ADD_TAG, "t", name="설날"),
        Action(Do.PATCH, [{"op": "x"}]),
        Action(Do.UNDO),
    ],
)
def test_an_action_survives_being_stored(action: Action) -> None:
    assert from_json(to_json(action)) == action


@pytest.mark.parametrize("text", ["2026-01-01", "20260101T00:00:00Z", "soon", "2026-1-1T00:00:00Z", " 2026-01-01T0"])
def test_what_is_no_date_time_is_not_moved(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        shifted(text, 1)


def test_the_last_and_the_first_day_of_the_calendar_can_be_reached_and_not_left() -> None:
    assert shifted("9999-12-30T00:00:00Z", 1) == "9999-12-31T00:00:00Z"
    assert shifted("0001-01-02T00:00:00Z", -1) == "0001-01-01T00:00:00Z"
    for text, days in (("9999-12-31T00:00:00Z", 1), ("0001-01-01T00:00:00Z", -1)):
        with pytest.raises(OverflowError):
            shifted(text, days)


def test_a_date_that_cannot_be_moved_is_named_with_the_days_also_in_a_limit() -> None:
    limits = [LIMIT, {**LIMIT, "startDate": "9999-12-31T00:00:00Z"}]
    with pytest.raises(InvalidDocument) as caught:
        patch_for(Action(Do.SHIFT, 3, Dates.WINDOW_AND_LIMITS), offer(frequencyCappingConstraints=limits))
    (problem,) = caught.value.problems
    assert (problem.pointer, problem.code) == ("/frequencyCappingConstraints/1/startDate", "date-out-of-range")
    assert problem.text == "This date cannot be moved by 3 days."


def test_a_shift_of_both_ends_keeps_the_window_as_long_as_it_was_and_all_else_as_it_is() -> None:
    before = offer(selectionConstraint={**offer()["selectionConstraint"], "profileConstraintType": "none"})
    moved = after(Action(Do.SHIFT, 31), before)
    assert moved["selectionConstraint"] == {
        "startDate": "2026-04-01T00:00:00+09:00",
        "endDate": "2026-05-02T00:00:00+09:00",
        "profileConstraintType": "none",
    }
    assert {**moved, "selectionConstraint": None} == {**before, "selectionConstraint": None}


def test_limits_are_moved_only_where_that_was_chosen_and_as_far_as_they_have_dates() -> None:
    document = offer(frequencyCappingConstraints=[LIMIT, {"limit": 2, "scope": "global", "entity": "offer"}])
    limits = [after(Action(Do.SHIFT, 1, dates), document)["frequencyCappingConstraints"] for dates in Dates]
    moved = [{**LIMIT, "startDate": "2026-03-02T00:00:00Z"}, document["frequencyCappingConstraints"][1]]
    kept = document["frequencyCappingConstraints"]
    assert dict(zip(Dates, limits, strict=True)) == {
        Dates.WINDOW: kept,
        Dates.WINDOW_AND_LIMITS: moved,
        Dates.START: kept,
        Dates.END: kept,
    }


def test_a_shift_of_no_days_does_nothing() -> None:
    assert patch_for(Action(Do.SHIFT, 0, Dates.WINDOW_AND_LIMITS), offer(frequencyCappingConstraints=[LIMIT])) == []


def test_a_priority_leaves_what_else_decides_the_rank() -> None:
    document = offer(rank={"priority": 1, "order": {"orderEvaluationType": "static"}})
    assert patch_for(Action(Do.PRIORITY, 7), document) == [{"op": "replace", "path": "/rank/priority", "value": 7}]


def test_a_tag_that_stands_twice_is_removed_wherever_it_is_and_the_documents_own_list_stays() -> None:
    document = offer(tags=["b", "a", "b"])
    assert after(Action(Do.REMOVE_TAG, "b"), document)["tags"] == ["a"]
    assert patch_for(Action(Do.REMOVE_TAG, "c"), document) == []
    patch_for(Action(Do.ADD_TAG, "c"), document)
    assert document["tags"] == ["b", "a", "b"]


def test_a_patch_that_was_given_is_not_the_runs_own_list() -> None:
    operations = [{"op": "remove", "path": "/description"}]
    patch_for(Action(Do.PATCH, operations), offer()).append({"op": "x"})
    assert len(operations) == 1


def test_an_action_is_stored_in_words_that_last_and_one_that_is_none_is_refused() -> None:
    assert to_json(Action(Do.SHIFT, -3, Dates.WINDOW_AND_LIMITS)) == {
        "do": "shift",
        "value": -3,
        "dates": "window-and-limits",
        "name": "",
        "zone": "UTC",
    }
    assert [do.value for do in Do] == [
        "status",
        "add-tag",
        "remove-tag",
        "shift",
        "priority",
        "patch",
        "delete",
        "undo",
    ]
    for wrong in ({"do": "drop"}, {"dates": "never"}):
        with pytest.raises(ValueError, match="is not a valid"):
            from_json({**to_json(Action(Do.UNDO)), **wrong})
