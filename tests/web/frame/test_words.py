"""What is told in English below, in the reader's language; and what nobody has a word for, as it is."""

import pytest
from django.utils import translation

from offers.document.errors import Problem
from offers.document.kinds.registry import KINDS, Kind
from offers.document.words.describe import describe
from offers.document.words.naming import place_at
from offers.web.frame import words
from offers.web.frame.sections import SECTION_OF, SECTIONS, SectionConverter


def test_a_problem_says_kinds_statuses_and_contents_in_words_and_names_as_they_are() -> None:
    told: dict[str, tuple[dict[str, str | int], str]] = {
        "There is no {kind} with the id {id}.": ({"kind": "tag", "id": "draft"}, "There is no tag with the id draft."),
        "The placement {name} takes {type} content.": (
            {"name": "tag", "type": "html"},
            "The placement tag takes html content.",
        ),
        "The status cannot change from {before} to {after}.": (
            {"before": "draft", "after": "approved"},
            "The status cannot change from draft to approved.",
        ),
        "At most {limit} of them.": ({"limit": 4}, "At most 4 of them."),
    }
    for message, (params, text) in told.items():
        assert words.problem_text(Problem("", "x", message, params=params)) == text


def test_a_problem_with_what_nobody_has_a_word_for_tells_it_as_it_is() -> None:
    problem = Problem("", "x", "There is no {kind} with the id {id}.", params={"kind": "banner", "id": "b{0}"})
    assert words.problem_text(problem) == "There is no banner with the id b{0}."
    assert problem.params["kind"] == "banner"


def test_a_problem_is_in_the_readers_language_with_its_words() -> None:
    problem = Problem("", "x", "There is no {kind} with the id {id}.", params={"kind": "tag", "id": "t1"})
    with translation.override("ko"):
        korean = words.problem_text(problem)
    assert "t1" in korean
    assert "tag" not in korean


@pytest.mark.parametrize(
    ("value", "key", "name"),
    [
        ("html", "html", "HTML"),
        ("text/nothing-known", "", "text/nothing-known"),
        ("", "", ""),
    ],
)
def test_a_content_type_is_named_in_any_spelling_and_told_as_it_is_where_it_is_none(
    value: str, key: str, name: str
) -> None:
    assert (words.content_key(value), words.content_name(value)) == (key, name)


def test_a_channel_is_told_without_its_address_and_an_unknown_one_by_what_it_calls_itself() -> None:
    prefix = "https://ns.adobe.com/xdm/channel-types/"
    assert words.channel_name(f"{prefix}web") == words.channel_name("web") == "Web"
    assert words.channel_name(f"{prefix}pigeon") == "pigeon"
    assert words.channel_name("https://example.com/own") == "https://example.com/own"


def test_a_value_of_a_fixed_list_is_told_in_words_and_another_as_it_is() -> None:
    assert words.word("approved", "status") == "Approved"
    assert words.word("somewhat", "status") == "somewhat"
    assert words.field_label("name") == "Name"


def test_values_of_a_change_are_shown_as_their_kind_and_empty_ones_stay_empty() -> None:
    assert words.shown("2026-03-01T00:00:00Z", "date") == "1 Mar 2026, 00:00 UTC"
    assert words.shown("2026-03-01T00:00:00Z", "text") == "2026-03-01T00:00:00Z"
    assert [words.shown("", how) for how in ("word", "date", "text")] == ["", "", ""]
    with translation.override("ko"):
        assert words.shown("Draft", "word") != "Draft" == words.shown("Draft", "text")


def test_a_change_is_titled_with_what_is_around_it() -> None:
    one = {"channel": "c", "placement": "home", "components": [{"type": "html", "content": "A"}]}
    other = {**one, "components": [{"type": "html", "content": "B"}]}
    (change,) = describe({"representations": [one]}, {"representations": [other]}, names={"home": "Front page"})
    title = words.change_title(change)
    assert "Front page" in title.split(" › ")[0]
    assert len(title.split(" › ")) >= 2
    assert (words.old_text(change), words.new_text(change)) == ("A", "B")


def test_every_kind_has_a_name_and_a_section_that_addresses_know() -> None:
    converter = SectionConverter()
    for kind in Kind:
        assert words.kind_name(kind) == KINDS[kind].label
        section = SECTION_OF[kind]
        assert words.section_of(kind) == section.slug
        assert words.section_title(section.slug) == str(section.title) != ""
        assert converter.to_url(converter.to_python(section.slug)) == converter.to_url(section.slug) == section.slug
    assert sum(len(section.kinds) for section in SECTIONS.values()) == len(Kind)


def test_both_ends_of_a_refused_step_are_told_in_the_readers_words() -> None:
    message = "The status cannot change from {before} to {after}."
    problem = Problem("", "x", message, params={"before": "draft", "after": "approved"})
    with translation.override("ko"):
        korean = words.problem_text(problem)
        assert words.word("draft", "status") in korean
        assert words.word("approved", "status") in korean
    assert "draft" not in korean
    assert "approved" not in korean


def test_a_place_is_titled_from_the_outside_in() -> None:
    document = {"representations": [{"channel": "c", "placement": "home", "components": [{"type": "html"}]}]}
    title = words.place_title(place_at(document, "/representations/0/components/0/content"))
    assert title == "home, html › Text"
    assert words.place_title(place_at(document, "/rank/priority")).endswith("Priority")


def test_two_dates_of_one_minute_are_never_said_alike_where_one_became_the_other() -> None:
    def said(old: str, new: str) -> tuple[str, str]:
        before, after = ({"selectionConstraint": {"endDate": end}} for end in (old, new))
        (change,) = describe(before, after)
        return words.old_text(change), words.new_text(change)

    last = "2027-03-25T23:59:59Z"
    assert said(last, "2027-03-26T23:59:59Z") == ("25 Mar 2027, 23:59 UTC", "26 Mar 2027, 23:59 UTC")
    assert said(last, "2027-03-25T23:59:00Z") == ("25 Mar 2027, 23:59:59 UTC", "25 Mar 2027, 23:59:00 UTC")
    written = "2027-03-25T23:59:59+00:00"
    assert said(last, written) == (last, written), "one moment, written otherwise"
