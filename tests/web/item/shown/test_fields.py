"""Fields in the sections and the order of their form, a limit or a content as one line unless several changes made it."""

from typing import Any

from offers.document.blame import leaves
from offers.document.words.describe import describe
from offers.web.item.shown.fields import Leaf, Section, all_of, marked, sections, unchanged

CAP = {"limit": 3, "scope": "profile", "entity": "offer", "events": ["click"]}
HOME = {
    "placement": "home",
    "channel": "https://ns.adobe.com/xdm/channel-types/web",
    "components": [
        {"type": "html", "format": "text/html", "language": ["en-us"], "content": "<p>Hello <b>you</b></p>"}
    ],
}
OFFER: dict[str, Any] = {
    "name": "Sale",
    "status": "draft",
    "representations": [HOME],
    "selectionConstraint": {
        "startDate": "2026-03-01T00:00:00Z",
        "endDate": "2026-04-01T00:00:00Z",
        "profileConstraintType": "none",
    },
    "rank": {"priority": 1},
    "frequencyCappingConstraints": [CAP],
    "tags": ["a", "b"],
    "characteristics": {"colour": "red"},
}
NAMES = {"home": "Home page", "a": "Summer", "b": "Fresh"}


def told(found: list[Section]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(section.title, [(line.title, line.text) for line in section.lines]) for section in found]


def test_all_fields_stand_in_the_sections_of_the_form_and_in_its_order() -> None:
    assert told(all_of(OFFER, NAMES)) == [
        ("Details", [("Name", "Sale"), ("Status", "Draft"), ("Priority", "1"), ("Tags", "Summer, Fresh")]),
        ("When", [("Start date", "1 Mar 2026, 00:00 UTC"), ("End date", "1 Apr 2026, 00:00 UTC")]),
        ("Who", [("Shown to", "Everybody")]),
        ("Representations", [("Home page", "Web"), ("Home page › Content (html, en-us)", "Hello you")]),
        ("Limits", [("Limit 1", "At most 3 times for each person, counted by click.")]),
        ("Attributes", [("Attribute colour", "red")]),
    ]


def test_to_whom_stands_before_the_rule_as_in_the_form() -> None:
    who = {"profileConstraint": {"profileConstraintType": "eligibilityRule", "eligibilityRule": "adults"}}
    (section,) = all_of({"selectionConstraint": who}, NAMES)
    assert [line.title for line in section.lines] == ["Shown to", "Decision rule"]


def test_a_line_that_several_versions_made_is_a_line_for_each_of_them() -> None:
    later = {"/representations/0/components/0/content": 7, "/tags/1": 8}
    found = [Leaf(path, pointer, value, later.get(pointer, 1)) for path, pointer, value in leaves(OFFER)]
    lines = {line.title: (line.text, line.etag) for section in sections(OFFER, found, NAMES) for line in section.lines}
    assert lines["Home page, en-us › Text"] == ("Hello you", 7)
    assert lines["Home page, en-us › Type, Language"] == ("HTML · en-us", 1)
    assert lines["Limit 1"][1] == 1
    assert [(line.text, line.etag) for line in sections(OFFER, found, NAMES)[0].lines[-2:]] == [
        ("Summer", 1),
        ("Fresh", 8),
    ]


def test_of_a_limit_that_several_versions_made_the_sentence_stands_for_the_most_of_it() -> None:
    found = [
        Leaf(path, pointer, value, 5 if pointer.endswith("/0/limit") else 1) for path, pointer, value in leaves(OFFER)
    ]
    (limits,) = [section.lines for section in sections(OFFER, found, NAMES) if section.title == "Limits"]
    assert sorted((line.title, line.text, line.etag) for line in limits) == [
        ("Limit 1", "At most 3 times for each person, counted by click.", 1),
        ("Limit 1 › Times", "3", 5),
    ]


def test_lines_that_a_change_touched_are_marked_and_the_others_are_what_both_versions_have() -> None:
    before = {**OFFER, "rank": {"priority": 9}, "frequencyCappingConstraints": [{**CAP, "limit": 1}]}
    changes = describe(before, OFFER, names=NAMES)
    found = marked(all_of(OFFER, NAMES), changes)
    assert [line.title for section in found for line in section.lines if line.differs] == ["Priority", "Limit 1"]
    same = unchanged(all_of(OFFER, NAMES), changes)
    assert [section.title for section in same] == ["Details", "When", "Who", "Representations", "Attributes"]
