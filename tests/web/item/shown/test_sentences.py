"""When, to whom and how often an offer is shown, as sentences: each form of each."""

from typing import Any

import pytest
from django.utils import timezone, translation

from offers.web.item.shown.sentences import beside, constraints

WINDOW = {"startDate": "2026-03-01T00:00:00Z", "endDate": "2026-04-01T00:00:00Z"}
CAP = {"limit": 3, "scope": "profile", "entity": "offer"}


def said(document: dict[str, Any], **names: str) -> list[tuple[str, str]]:
    # No line ends within a date.
    return [(one.icon, one.text.replace("\N{NO-BREAK SPACE}", " ")) for one in constraints(document, names)]


def audience(**constraint: Any) -> str:
    (text,) = [text for icon, text in said({"selectionConstraint": {**WINDOW, **constraint}}, r1="Gold & more")
               if icon == "users"]  # fmt: skip
    return text


def limit(**more: Any) -> str:
    ((icon, text),) = said({"frequencyCappingConstraints": [{**CAP, **more}]})
    assert icon == "gauge"
    return text


def test_an_offer_says_when_to_whom_how_much_and_how_often_in_this_order() -> None:
    document = {
        "selectionConstraint": WINDOW,
        "rank": {"priority": 0},
        "cappingConstraint": {"globalCap": 5, "profileCap": 1},
        "frequencyCappingConstraints": [CAP],
    }
    assert said(document) == [
        ("calendar", "Shown from <b>1 Mar 2026, 00:00 UTC</b> to <b>1 Apr 2026, 00:00 UTC</b>."),
        ("users", "To everybody."),
        ("sort-descending", "Priority <b>0</b>; of the offers that fit, the one with the highest priority is shown."),
        ("gauge", "At most <b>5</b> times in total."),
        ("gauge", "At most <b>1</b> time for each person."),
        ("gauge", "At most <b>3</b> times for each person."),
    ]


def test_an_offer_without_window_priority_and_limits_says_nothing() -> None:
    assert said({"name": "Fallback"}) == []
    assert said({"cappingConstraint": {}, "frequencyCappingConstraints": []}) == []


def test_an_old_limit_of_none_at_all_is_said_too() -> None:
    assert [text for _icon, text in said({"cappingConstraint": {"globalCap": 0, "profileCap": 2}})] == [
        "At most <b>0</b> times in total.",
        "At most <b>2</b> times for each person.",
    ]
    assert [text for _icon, text in said({"cappingConstraint": {"globalCap": 1}})] == [
        "At most <b>1</b> time in total."
    ]


@pytest.mark.parametrize(
    ("constraint", "text"),
    [
        ({}, "To everybody."),
        ({"profileConstraintType": "none"}, "To everybody."),
        (
            {"profileConstraintType": "eligibilityRule", "eligibilityRule": "r1"},
            "To people who match <b>Gold &amp; more</b>.",
        ),
        ({"profileConstraintType": "eligibilityRule", "eligibilityRule": "r2"}, "To people who match <b>r2</b>."),
        (
            {"profileConstraintType": "anySegments", "segmentIdentities": [{"_id": "a"}, {"_id": "b", "xid": "B"}]},
            "To people in any of the audiences <b>a, B</b>.",
        ),
        (
            {"profileConstraintType": "allSegments", "segmentIdentities": [{"_id": "a"}]},
            "To people in all of the audiences <b>a</b>.",
        ),
        ({"profileConstraintType": "rules"}, "To people whom its rules choose."),
    ],
)
def test_it_says_to_whom(constraint: dict[str, Any], text: str) -> None:
    assert audience(**constraint) == text


@pytest.mark.parametrize(
    ("scope", "entity", "number", "text"),
    [
        ("global", "offer", 1, "At most <b>1</b> time in total."),
        ("global", "offer", 2, "At most <b>2</b> times in total."),
        ("profile", "offer", 1, "At most <b>1</b> time for each person."),
        ("profile", "offer", 2, "At most <b>2</b> times for each person."),
        ("global", "placement", 1, "At most <b>1</b> time in each placement."),
        ("global", "placement", 2, "At most <b>2</b> times in each placement."),
        ("profile", "placement", 1, "At most <b>1</b> time for each person and placement."),
        ("profile", "placement", 2, "At most <b>2</b> times for each person and placement."),
    ],
)
def test_a_limit_says_of_what_and_for_whom_it_counts(scope: str, entity: str, number: int, text: str) -> None:
    assert limit(scope=scope, entity=entity, limit=number) == text


@pytest.mark.parametrize(
    ("repeat", "text"),
    [
        ({"enabled": True, "unit": "day"}, ", every day."),
        ({"enabled": True, "unit": "week", "unitCount": 1}, ", every week."),
        ({"enabled": True, "unit": "month", "unitCount": 1}, ", every month."),
        ({"enabled": True, "unit": "day", "unitCount": 2}, ", every <b>2</b> days."),
        ({"enabled": True, "unit": "week", "unitCount": 3}, ", every <b>3</b> weeks."),
        ({"enabled": True, "unit": "month", "unitCount": 6}, ", every <b>6</b> months."),
        ({"enabled": False, "unit": "day"}, "."),
        ({"unit": "day"}, "."),
        ({"enabled": True}, "."),
        ({}, "."),
    ],
)
def test_a_limit_says_how_often_it_begins_anew_where_it_does(repeat: dict[str, Any], text: str) -> None:
    assert limit(repeat=repeat) == f"At most <b>3</b> times for each person{text}"


def test_a_limit_says_what_it_counts_and_from_when_to_when() -> None:
    events = ["decisioning", "impression"]
    assert limit(events=events, **WINDOW).endswith(
        "</b>, from <b>1 Mar 2026, 00:00 UTC</b> to <b>1 Apr 2026, 00:00 UTC</b>."
    )
    assert limit(events=events) == "At most <b>3</b> times for each person, counted by <b>decision, impression</b>."
    assert limit(events=[]) == limit()
    assert limit(startDate=WINDOW["startDate"]).endswith("person, from <b>1 Mar 2026, 00:00 UTC</b> on.")
    assert limit(endDate=WINDOW["endDate"]).endswith("person, until <b>1 Apr 2026, 00:00 UTC</b>.")


def test_a_limit_that_is_switched_off_is_told_apart_and_says_so() -> None:
    assert limit(enabled=False) == (
        '<span class="muted">At most <b>3</b> times for each person. This limit is switched off.</span>'
    )
    assert limit(enabled=True) == limit()


def test_dates_are_the_viewers() -> None:
    with timezone.override("Asia/Seoul"):
        assert "from <b>1 Mar 2026, 09:00 KST</b>" in said({"selectionConstraint": WINDOW})[0][1]


def test_what_a_document_says_is_escaped() -> None:
    evil = {"profileConstraintType": "anySegments", "segmentIdentities": [{"xid": "<script>{0}"}]}
    assert audience(**evil) == "To people in any of the audiences <b>&lt;script&gt;{0}</b>."
    assert "<i>" not in said({"selectionConstraint": {"startDate": "<i>", "endDate": "soon"}})[0][1]


def test_sentences_are_in_the_readers_language() -> None:
    with translation.override("ko"):
        assert "At most" not in limit()
        assert "everybody" not in audience()


def test_beside_another_version_a_sentence_says_what_it_said_there() -> None:
    before = {"rank": {"priority": 1}, "frequencyCappingConstraints": [CAP, {**CAP, "entity": "placement"}]}
    after = {
        "rank": {"priority": 2},
        "frequencyCappingConstraints": [{**CAP, "limit": 5}, {**CAP, "scope": "global"}],
    }
    told = [(one.mark, one.was, one.text) for one in beside(constraints(after, {}), constraints(before, {}))]
    assert told == [
        (
            "changed",
            "Priority <b>1</b>; of the offers that fit, the one with the highest priority is shown.",
            "Priority <b>2</b>; of the offers that fit, the one with the highest priority is shown.",
        ),
        ("changed", "At most <b>3</b> times for each person.", "At most <b>5</b> times for each person."),
        ("added", None, "At most <b>3</b> times in total."),
        ("removed", None, "At most <b>3</b> times for each person and placement."),
    ]
    assert {one.mark for one in beside(constraints(after, {}), constraints(after, {}))} == {""}


def test_in_korean_the_period_of_a_limit_stands_before_it() -> None:
    with translation.override("ko"):
        assert limit(repeat={"enabled": True, "unit": "week"}).startswith("매주 1인당 최대 <b>3</b>회")


def test_a_limit_that_is_switched_off_has_no_markup_in_what_became_of_it() -> None:
    before, after = ({"frequencyCappingConstraints": [{**CAP, "limit": n, "enabled": False}]} for n in (3, 5))
    (told,) = beside(constraints(after, {}), constraints(before, {}))
    assert "".join(text for _mark, text in told.spans) == (
        "At most 3 → 5 times for each person. This limit is switched off."
    )
