"""How templates say things: times, people, states, changes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from offers.document.errors import Problem
from offers.document.words import clips
from offers.document.words.describe import describe
from offers.templatetags import marks
from offers.templatetags import offers as tags
from offers.web.frame import icons, times, words
from offers.web.item import badges

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=6, hours=23), "6 days ago"),
        (timedelta(days=7), "8 Jun"),
        (timedelta(days=365), "15 Jun 2025"),
    ],
)
def test_how_long_ago_is_said_shortly(passed: timedelta, said: str) -> None:
    assert times._ago_text(NOW - passed, NOW) == said


def test_a_relative_time_carries_the_exact_one_for_people_and_machines() -> None:
    with timezone.override("Asia/Seoul"):
        text = times.ago(NOW)
    assert 'datetime="2026-06-15T12:00:00+00:00"' in text
    assert 'title="15 Jun 2026, 21:00 KST"' in text


@pytest.mark.parametrize(
    ("label", "letters"),
    [("Mina Park", "MP"), ("Ana de la Cruz", "AC"), ("cher", "C"), ("박지훈", "지훈"), ("지훈", "지훈"), ("", "")],
)
def test_initials_stand_for_a_person(label: str, letters: str) -> None:
    assert icons.initials(label) == letters


def test_what_comes_from_outside_is_escaped() -> None:
    for text in (
        icons.avatar("<b> <i>"),
        badges.status_badge("<script>"),
        icons.icon("x", '"><script>'),
        icons.channel_icon("https://ns.adobe.com/xdm/channel-types/web", "<b>"),
    ):
        assert "<script>" not in text
        assert "<b>" not in text


def test_a_change_is_told_in_words_dates_in_the_viewers_zone() -> None:
    before = {"status": "draft", "selectionConstraint": {"endDate": "2026-06-15T12:00:00Z"}}
    after = {"status": "approved", "selectionConstraint": {"endDate": "2026-06-16T12:00:00.000+00:00"}}
    with timezone.override("Asia/Seoul"), translation.override("en"):
        rows = {words.change_title(row): (words.old_text(row), words.new_text(row)) for row in describe(before, after)}
    assert rows == {
        "Status": ("Draft", "Approved"),
        "End date": ("15 Jun 2026, 21:00 KST", "16 Jun 2026, 21:00 KST"),
    }


def test_a_date_that_cannot_be_read_is_shown_as_it_is() -> None:
    assert times.date_text("soon") == "soon"


def test_a_patch_is_shown_one_operation_on_a_line() -> None:
    patch = [{"op": "replace", "path": "/name", "value": "설날"}, {"value": "x" * 200, "op": "add", "path": "/a"}]
    lines = tags.patch_text(patch).splitlines()
    assert lines[1] == '  {"op": "replace", "path": "/name", "value": "설날"},'
    assert lines[2:4] == ["  {", '    "op": "add",']


def test_what_stayed_is_folded_to_what_is_near_a_mark_without_cutting_a_word_or_an_emoji() -> None:
    long = "일곱 words 👨‍👩‍👧 " * 50
    found = clips.folded([("=", long), ("+", "new"), ("=", long), ("-", "old"), ("=", long)])
    before, between, after = (text for kind, text in found if kind == "=")
    assert before.startswith("… ")
    assert long.endswith(before.removeprefix("… "))
    assert after.endswith(" …")
    assert long.startswith(after.removesuffix(" …"))
    assert " … " in between
    assert all(len(text) < 140 for text in (before, between, after))
    assert "👨‍👩‍👧" in before
    assert not before.removeprefix("… ").startswith(("\u200d", "👩", "👧"))
    assert clips.folded([("=", "short "), ("+", "x")]) == [("=", "short "), ("+", "x")]
    ((_kind, cut), _mark) = clips.folded([("=", "Long before. " * 9 + "It ended. " + "Word " * 11), ("+", "x")])
    assert cut.startswith("… ")
    assert cut[2].isalpha(), "where it is cut no full stop stands alone"
    assert clips.clipped("👨‍👩‍👧" * 100) == "👨‍👩‍👧" * (clips.CLIP_AT // len("👨‍👩‍👧")) + "…"


def test_a_problem_says_kinds_and_statuses_in_the_readers_language() -> None:
    missing = Problem(
        "/fallback",
        "unknown-reference",
        "There is no {kind} with the id {id}.",
        params={"kind": "fallback-offer", "id": "draft"},
    )
    step = Problem(
        "/status",
        "status-transition",
        "The status cannot change from {before} to {after}.",
        params={"before": "archived", "after": "draft"},
    )
    assert words.problem_text(missing) == "There is no fallback offer with the id draft."
    assert words.problem_text(step) == "The status cannot change from archived to draft."
    with translation.override("ko"):
        assert words.problem_text(missing) == "ID가 draft인 대체 오퍼 항목이 없습니다."
        assert words.problem_text(step) == "‘보관됨’ 상태에서 ‘초안’ 상태로 변경할 수 없습니다."


@pytest.mark.parametrize("kept", ["", "the same at the end"])
def test_a_change_of_a_long_text_is_shown_as_far_as_people_read(kept: str) -> None:
    """A browser takes five seconds to lay out a mark in one line of 190 KB, at every pause in typing."""
    before, after = ({"name": f"{word} {{{{x}}}}\n" * 10_000 + kept} for word in ("old", "neu"))
    shown = render_to_string("item/_change_rows.html", {"changes": describe(before, after)})
    assert len(shown) < 3 * clips.SHORTEN_AT
    assert "neu" in shown
    assert "…" in shown


def test_a_change_of_thousands_of_fields_shows_as_many_as_are_read_and_counts_the_rest() -> None:
    before: dict[str, object] = {"characteristics": {f"a{number}": "1" for number in range(520)}}
    after: dict[str, object] = {"characteristics": {f"a{number}": "2" for number in range(520)}}
    text = render_to_string("item/_change_rows.html", {"changes": describe(before, after)})
    assert text.count('<li class="change ') == 500
    assert "and 20 more changes" in text
    short = render_to_string("item/_change_rows.html", {"changes": describe(before, after), "limit": 3})
    assert short.count('<li class="change ') == 3
    assert "more change" not in short, "its page says so"


def test_a_limit_is_told_as_one_sentence_with_what_differs_marked_and_side_by_side_as_two() -> None:
    day = {"limit": 3, "scope": "profile", "entity": "offer", "repeat": {"enabled": True, "unit": "day"}}
    week = {**day, "limit": 5, "repeat": {"enabled": True, "unit": "week"}}
    changes = describe(*({"frequencyCappingConstraints": [one]} for one in (day, week)))
    once = "At most <del>3</del> → <ins>5</ins> times for each person, every <del>day</del> → <ins>week</ins>."
    was = "At most <del>3</del> times for each person, every <del>day</del>."
    now = "At most <ins>5</ins> times for each person, every <ins>week</ins>."
    for template, sentences in (("item/_change_rows.html", [once]), ("item/_columns.html", [was, now])):
        text = " ".join(render_to_string(template, {"changes": changes}).split())
        for sentence in sentences:
            assert sentence in text, template
        assert text.count("At most") == len(sentences), template
        with translation.override("ko"):
            text = " ".join(render_to_string(template, {"changes": changes}).split())
            assert "<del>3회</del>" in text, text
            assert "<ins>5회</ins>" in text, text
    off = {**day, "startDate": "2026-12-01T00:00:00Z"}
    (change,) = describe(*({"frequencyCappingConstraints": [one]} for one in (day, off)))
    assert words.new_text(change) == "At most 3 times for each person, every day, from 1 Dec 2026, 00:00 UTC on."
    assert words.limit_spans(changes[0]) != []
    (moved,) = describe({"rank": {"priority": 1}}, {"rank": {"priority": 2}})
    assert words.limit_spans(moved) == []


def test_a_name_breaks_behind_its_dots_and_not_within_a_short_part() -> None:
    def piece(text: str) -> str:
        return f'<span class="in-one">{text}</span>'

    assert marks.unbroken("Mortgage Check-up · Oct 2026 · staff") == (
        f"Mortgage {piece('Check-up ·')} {piece('Oct 2026 ·')} staff"
    )
    assert marks.unbroken("Sale") == "Sale"
    assert marks.unbroken("<b> · a part that is too long to stay in one piece") == (
        f"{piece('&lt;b&gt; ·')} a part that is too long to stay in one piece"
    )


def test_a_short_mark_stays_in_one_piece_and_lines_break_beside_it() -> None:
    told = marks.marked([("=", "More than "), ("-", "thirty five "), ("+", "fifty "), ("=", "won")])
    assert told == 'More than <del class="in-one">thirty five</del> <ins>fifty</ins> won'
    long = "so many words that no line has them all"
    assert marks.marked([("=", "/a?b=1&c=<")]) == "/a?b=1<wbr>&amp;c=&lt;", "a line may end before a parameter"
    assert marks.marked([("+", long), ("-", " ")]) == f'<ins>{long}</ins><del class="in-one"> </del>'
