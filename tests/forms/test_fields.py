from zoneinfo import ZoneInfo

import pytest

from offers.forms.fields import (
    DATE,
    LANGUAGES,
    LINES,
    NUMBER,
    TEXT,
    check,
    choice,
    date_read,
    date_shown,
    kept_first,
    written,
)
from offers.forms.fields import shown as shown_texts

SEOUL = ZoneInfo("Asia/Seoul")
BERLIN = ZoneInfo("Europe/Berlin")
UTC = ZoneInfo("UTC")


def test_it_shows_a_date_in_the_viewers_zone() -> None:
    assert date_shown("2022-07-27T05:00:00.000+00:00", SEOUL) == "2022-07-27T14:00"
    assert date_shown("2022-07-27T14:59:59.000Z", SEOUL) == "2022-07-27T23:59:59"


def test_it_writes_a_new_date_with_the_zones_offset() -> None:
    assert date_read("2026-12-01T09:00", SEOUL) == "2026-12-01T09:00:00.000+09:00"
    assert date_read("2026-07-01T09:00", BERLIN) == "2026-07-01T09:00:00.000+02:00"


def test_it_leaves_what_is_no_date_for_the_validator() -> None:
    assert date_read("soon", SEOUL) == "soon"
    assert date_read("2026-12-01T09:00:00Z", SEOUL) == "2026-12-01T09:00:00Z"


def test_it_writes_a_date_from_before_zones_had_whole_minutes_in_utc() -> None:
    assert date_read("1900-01-01T09:00", SEOUL) == "1900-01-01T00:32:08.000+00:00"


def test_it_shows_the_last_second_of_all_years_in_every_zone() -> None:
    assert date_shown("9999-12-31T23:59:59Z", SEOUL) == "9999-12-31T23:59:59"


@pytest.mark.parametrize("sent", ["2022-07-27T14:00", "2022-07-27T14:00:00", "2022-07-27T14:00:00.000"])
def test_it_keeps_the_text_of_an_untouched_date(sent: str) -> None:
    before = {"at": "2022-07-27T05:00:00.000+00:00"}
    assert written({"at": DATE}, before, {"at": sent}, SEOUL) == before


def test_it_keeps_the_text_of_a_date_in_the_hour_that_comes_twice() -> None:
    for text in ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"):
        before = {"at": text}
        assert written({"at": DATE}, before, shown_texts({"at": DATE}, before, BERLIN), BERLIN) == before


def test_it_keeps_an_absent_member_absent_and_an_empty_one_empty() -> None:
    assert written({"a": TEXT}, {}, {"a": ""}, UTC) == {}
    assert written({"a": TEXT}, {"a": ""}, {"a": ""}, UTC) == {"a": ""}
    assert written({"a": TEXT}, {"a": "x"}, {"a": ""}, UTC) == {}


def test_it_keeps_line_ends_that_no_browser_could_send_back() -> None:
    before = {"a": "one\r\ntwo\rthree\n"}
    assert written({"a": TEXT}, before, shown_texts({"a": TEXT}, before, UTC), UTC) == before


def test_it_keeps_white_space_at_the_ends_of_a_text() -> None:
    assert written({"a": TEXT}, {"a": "x"}, {"a": "  x \n"}, UTC) == {"a": "  x \n"}


def test_it_keeps_members_that_no_field_shows() -> None:
    before = {"rank": {"priority": 1, "other": [1]}, "more": {"x": 1.0}}
    after = written({"rank/priority": NUMBER}, before, {"rank/priority": "2"}, UTC)
    assert after == {"rank": {"priority": 2, "other": [1]}, "more": {"x": 1.0}}
    assert before["rank"] == {"priority": 1, "other": [1]}


@pytest.mark.parametrize("text", ["three", "1.0", "1e3", "9" * 5_000, "--1", ""])
def test_it_leaves_what_is_no_number_for_the_validator(text: str) -> None:
    assert written({"n": NUMBER}, None, {"n": text}, UTC) == ({"n": text} if text else {})


def test_it_reads_numbers_as_people_type_them() -> None:
    assert written({"n": NUMBER}, None, {"n": " 42 "}, UTC) == {"n": 42}
    assert written({"n": NUMBER}, None, {"n": "３"}, UTC) == {"n": 3}


def test_a_box_says_what_absent_means_until_somebody_touches_it() -> None:
    box = {"on": check("yes")}
    assert shown_texts(box, {}, UTC) == {"on": "yes"}
    assert written(box, {}, {"on": "yes"}, UTC) == {}
    assert written(box, {}, {"on": ""}, UTC) == {"on": False}
    assert written(box, {"on": False}, {"on": "yes"}, UTC) == {"on": True}


def test_a_choice_says_what_absent_means_until_somebody_touches_it() -> None:
    assert written({"who": choice("none")}, {}, {"who": "none"}, UTC) == {}
    assert written({"who": choice("none")}, {}, {"who": "rules"}, UTC) == {"who": "rules"}


def test_a_field_that_the_page_did_not_show_stays() -> None:
    assert written({"a": TEXT, "b": TEXT}, {"a": "1", "b": "2"}, {"a": "3"}, UTC) == {"a": "3", "b": "2"}


def test_lists_keep_their_order_when_something_is_added() -> None:
    assert written({"l": LANGUAGES}, {"l": ["ko", "en"]}, {"l": "en, ko fr,"}, UTC) == {"l": ["ko", "en", "fr"]}
    assert written({"l": LINES}, {"l": ["b", "a"]}, {"l": "c\na\n\nb"}, UTC) == {"l": ["b", "a", "c"]}
    assert kept_first(["c", "a"], ["a", "b", "a"]) == ["a", "b"]
