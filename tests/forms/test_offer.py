from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.document.diff import diff
from offers.document.kinds.registry import Kind
from offers.document.validate import validate
from offers.document.values import equal
from offers.forms import offer as forms
from offers.forms.offer import Placement, form_for, form_from, form_problems, input_for, offer_of, operated
from tests.document import strategies
from tests.forms.browser import sent_back

WEB, EMAIL = "https://ns.adobe.com/xdm/channel-types/web", "https://ns.adobe.com/xdm/channel-types/email"
PLACEMENTS = {
    "p1": Placement("Home page", WEB, "html"),
    "p2": Placement("Newsletter", EMAIL, "https://ns.adobe.com/experience/offer-management/content-component-text"),
}
UTC = ZoneInfo("UTC")
OFFER: dict[str, Any] = {
    "name": "Spring",
    "status": "draft",
    "selectionConstraint": {"startDate": "2022-07-27T05:00:00.000+00:00", "endDate": "2023-07-29T05:00:00.000+00:00"},
    "rank": {"priority": 0},
}

odd_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    ["\r\n", "\n a\r", " ", "가\u2028나", "<b>\n</b>"]
)
names = odd_texts.filter(lambda text: bool(text.strip()))
components = strategies.optional(
    {
        "type": st.sampled_from(["html", "component-text", "text", "json", "imagelink"]),
        "format": st.just("text/html; a=\tb"),
    },
    language=st.lists(st.sampled_from(["en-us", "ko"]), max_size=2, unique=True),
    content=odd_texts,
    deliveryURL=odd_texts,
    linkURL=odd_texts,
    id=st.sampled_from(["c1", "c2"]),
)
cappings = strategies.optional(
    {"limit": st.integers(1, 9), "scope": st.just("global"), "entity": st.just("offer")},
    enabled=st.booleans(),
    events=st.lists(st.sampled_from(["decisioning", "custom", "click", "impression"]), max_size=4),
    customQuery=names,
    repeat=strategies.optional(
        {}, enabled=st.booleans(), unit=st.sampled_from(["day", "month"]), unitCount=st.integers(1, 9)
    ),
    startDate=st.just("2022-07-27T05:00:00.123456789Z"),
    endDate=st.just("9999-12-31T23:59:59.999-00:00"),
    id=names,
)
valid_offers = strategies.optional(
    {
        "name": names,
        "status": st.sampled_from(["draft", "approved", "archived"]),
        "selectionConstraint": strategies.optional(
            {
                "startDate": st.sampled_from(["1900-01-02T00:00:00Z", "2022-07-27T05:00:00.000+00:00"]),
                "endDate": st.sampled_from(["2026-10-25T02:30:00+01:00", "9999-12-31T23:59:59Z"]),
            },
            profileConstraintType=st.sampled_from(["none", "eligibilityRule", "anySegments", "rules"]),
            eligibilityRule=names,
            segmentIdentities=st.just([{"_id": "s", "namespace": {"code": "ups"}, "xid": "1"}]),
        ),
        "rank": st.fixed_dictionaries({"priority": st.integers(0, 9)}),
    },
    description=odd_texts,
    representations=st.lists(
        strategies.optional(
            {"channel": st.sampled_from([WEB, EMAIL]), "placement": st.sampled_from(["p1", "p2", "gone"])},
            components=st.lists(components, max_size=2),
        ),
        max_size=3,
        unique_by=lambda item: (item["placement"], item["channel"]),
    ),
    cappingConstraint=strategies.optional({}, globalCap=st.integers(1, 9), profileCap=st.integers(1, 9)),
    frequencyCappingConstraints=st.lists(cappings, max_size=3),
    characteristics=st.dictionaries(names, odd_texts, max_size=3),
    tags=st.lists(names, max_size=3, unique=True),
    labels=st.lists(names, max_size=3, unique=True),
)
zones = st.sampled_from(["UTC", "Asia/Seoul", "Europe/Berlin", "America/St_Johns"]).map(ZoneInfo)


@given(valid_offers, zones)
def test_a_form_that_is_sent_back_unchanged_changes_nothing(document: dict[str, Any], zone: ZoneInfo) -> None:
    form = form_from(
        Kind.PERSONALIZED_OFFER, document, sent_back(form_for(Kind.PERSONALIZED_OFFER, document, zone)), zone
    )
    assert diff(document, offer_of(form, PLACEMENTS)) == []
    assert form_problems(form) == []


@given(strategies.offers, strategies.offers)
def test_a_form_that_shows_another_document_makes_that_document(before: dict[str, Any], after: dict[str, Any]) -> None:
    """A new offer from the texts of another one: nothing that the form shows gets lost."""
    form = form_for(Kind.PERSONALIZED_OFFER, after, UTC, before={})
    for name in ("id",):
        assert name not in form.values()
    made = offer_of(form_from(Kind.PERSONALIZED_OFFER, {}, sent_back(form), UTC), {})
    assert made["name"] == after["name"]
    assert made["rank"] == after["rank"]
    assert made.get("tags", []) == after.get("tags", [])
    assert made.get("characteristics", {}) == after.get("characteristics", {})
    shown = [item["placement"] for item in made.get("representations", [])]
    assert shown == [item["placement"] for item in after.get("representations", [])]


@given(valid_offers, st.dictionaries(st.text(max_size=12) | st.sampled_from(
    ["/name", "/representations/0/components/0/content", "/representations", "/representations/999/was", "/tags",
     "/representations/0/was", "/characteristics/0/was", "/frequencyCappingConstraints/3/repeat/unitCount"]),
    st.lists(st.text(max_size=5) | st.sampled_from(["0", "9999", "-1"]), max_size=3), max_size=6))  # fmt: skip
def test_it_takes_whatever_is_sent(document: dict[str, Any], sent: dict[str, list[str]]) -> None:
    made = offer_of(form_from(Kind.PERSONALIZED_OFFER, document, sent, UTC), PLACEMENTS)
    validate(Kind.PERSONALIZED_OFFER, made)


def edited(
    document: dict[str, Any],
    *actions: str,
    kind: Kind = Kind.PERSONALIZED_OFFER,
    texts: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The document after a person changed some texts and pressed some row buttons."""
    sent = sent_back(form_for(kind, document, UTC))
    sent |= {name: [text] for name, text in (texts or {}).items()}
    form = form_from(kind, document, sent, UTC)
    for action in actions:
        assert operated(form, action)
    return offer_of(form, PLACEMENTS)


def test_one_change_makes_one_operation() -> None:
    patch = diff(OFFER, edited(OFFER, texts={"/rank/priority": "7"}))
    assert patch == [{"op": "replace", "path": "/rank/priority", "value": 7}]


def test_a_moved_row_stays_the_item_it_was() -> None:
    document = OFFER | {
        "representations": [
            {"placement": "p1", "channel": WEB, "components": [{"id": "c1", "type": "html", "format": "text/html"}]},
            {"placement": "p2", "channel": EMAIL},
        ]
    }
    after = edited(document, "down:/representations/0", texts={"/representations/0/components/0/content": "New"})
    assert [item["placement"] for item in after["representations"]] == ["p2", "p1"]
    assert after["representations"][1]["components"][0] == {
        "id": "c1", "type": "html", "format": "text/html", "content": "New",
    }  # fmt: skip
    assert [operation["op"] for operation in diff(document, after)] == ["move", "add"]


def test_a_row_is_dropped_at_a_place_and_nowhere_else() -> None:
    document = OFFER | {"representations": [{"placement": f"p{n}", "channel": WEB} for n in range(3)]}
    after = edited(document, "move:/representations/2:0")
    assert [item["placement"] for item in after["representations"]] == ["p2", "p0", "p1"]
    assert edited(document, "move:/representations/0:3") == document
    form = form_for(Kind.PERSONALIZED_OFFER, document, UTC)
    for action in ("move:/representations/0", "up:/representations/1:0", "move:/representations/0:-1"):
        assert operated(form, action) == ""


def test_a_removed_row_takes_nothing_else_with_it() -> None:
    document = OFFER | {"representations": [{"placement": "p1", "channel": WEB}, {"placement": "p2", "channel": EMAIL}]}
    after = edited(document, "remove:/representations/0")
    assert diff(document, after) == [{"op": "remove", "path": "/representations/0"}]


def test_a_new_representation_gets_channel_type_and_format_from_its_placement() -> None:
    form = form_for(Kind.PERSONALIZED_OFFER, OFFER, UTC)
    assert operated(form, "add:/representations") == "/representations"
    form.representations[0].texts["placement"] = "p2"
    form.representations[0].rows[0].texts["content"] = "Hello"
    assert offer_of(form, PLACEMENTS)["representations"] == [
        {
            "placement": "p2",
            "channel": EMAIL,
            "components": [{"type": "text", "format": "text/plain", "content": "Hello"}],
        }
    ]


def test_a_representation_that_changes_its_placement_changes_its_channel() -> None:
    document = OFFER | {"representations": [{"placement": "p1", "channel": WEB}]}
    after = edited(document, texts={"/representations/0/placement": "p2"})
    assert after["representations"] == [{"placement": "p2", "channel": EMAIL}]


def test_the_format_follows_the_type_unless_somebody_chose_one() -> None:
    item = {"placement": "p1", "channel": WEB, "components": [{"type": "html", "format": "text/html"}]}
    after = edited(OFFER | {"representations": [item]}, texts={"/representations/0/components/0/type": "text"})
    assert after["representations"][0]["components"] == [{"type": "text", "format": "text/plain"}]
    item["components"] = [{"type": "html", "format": "text/markdown"}]
    after = edited(OFFER | {"representations": [item]}, texts={"/representations/0/components/0/type": "text"})
    assert after["representations"][0]["components"] == [{"type": "text", "format": "text/markdown"}]


def test_a_new_capping_row_is_valid_as_it_is() -> None:
    after = edited(OFFER, "add:/frequencyCappingConstraints")
    assert validate(Kind.PERSONALIZED_OFFER, after) == ()
    assert after["frequencyCappingConstraints"][0]["limit"] == 1


def test_everybody_leaves_no_rule_behind() -> None:
    constraint = OFFER["selectionConstraint"] | {"profileConstraintType": "eligibilityRule", "eligibilityRule": "r1"}
    after = edited(
        OFFER | {"selectionConstraint": constraint}, texts={"/selectionConstraint/profileConstraintType": "none"}
    )
    assert after["selectionConstraint"] == OFFER["selectionConstraint"] | {"profileConstraintType": "none"}


def test_audiences_are_kept_as_they_are() -> None:
    segments = [{"_id": "a", "namespace": {"code": "ups"}, "xid": "x"}]
    constraint = OFFER["selectionConstraint"] | {"profileConstraintType": "anySegments", "segmentIdentities": segments}
    after = edited(OFFER | {"selectionConstraint": constraint}, texts={"/name": "Summer"})
    assert after["selectionConstraint"] == constraint


def test_tags_are_added_behind_those_that_stay() -> None:
    form = form_from(Kind.PERSONALIZED_OFFER, OFFER | {"tags": ["b", "a", "c"]}, {"/tags": ["", "a", "b", "d"]}, UTC)
    assert offer_of(form, {})["tags"] == ["b", "a", "d"]


def test_an_attribute_is_renamed_removed_and_added() -> None:
    document = OFFER | {"characteristics": {"a": "1", "b": "2"}}
    after = edited(document, "remove:/characteristics/1", "add:/characteristics", texts={"/characteristics/0/key": "z"})
    assert after["characteristics"] == {"z": "1"}


def test_it_refuses_two_attributes_of_one_name() -> None:
    document = OFFER | {"characteristics": {"a": "1", "b": "2"}}
    sent = sent_back(form_for(Kind.PERSONALIZED_OFFER, document, UTC)) | {"/characteristics/1/key": ["a"]}
    problems = form_problems(form_from(Kind.PERSONALIZED_OFFER, document, sent, UTC))
    assert [(problem.pointer, problem.code) for problem in problems] == [("/characteristics/1/key", "repeated")]


def test_a_fallback_offer_needs_neither_window_nor_priority() -> None:
    document = {"name": "Default", "status": "draft", "rank": {"priority": 1}}
    assert edited(document, kind=Kind.FALLBACK_OFFER) == document
    after = edited(document, kind=Kind.FALLBACK_OFFER, texts={"/rank/priority": ""})
    assert after == {"name": "Default", "status": "draft"}


@pytest.mark.parametrize(
    "action", ["", "add:", "add:/name", "fly:/representations/0", "add:/representations/7/components", "remove:/tags/0"]
)
def test_it_ignores_a_row_button_that_is_none(action: str) -> None:
    assert operated(form_for(Kind.PERSONALIZED_OFFER, OFFER, UTC), action) == ""


def test_a_row_beyond_the_last_cannot_be_moved_or_removed() -> None:
    document = OFFER | {"representations": [{"placement": "p1", "channel": WEB}]}
    for action in ("remove:/representations/1", "up:/representations/0", "down:/representations/0"):
        assert equal(edited(document, action), document)


def test_a_problem_finds_its_input() -> None:
    document = OFFER | {
        "representations": [
            {"placement": "p1", "channel": WEB, "components": [{"type": "html", "format": "text/html"}]}
        ],
        "characteristics": {"a/b": "1"},
    }
    form = form_for(Kind.PERSONALIZED_OFFER, document, UTC)
    for pointer, name in {
        "/name": "/name",
        "/tags/3": "/tags",
        "/representations/0/channel": "/representations/0/placement",
        "/representations/0/components/0/type": "/representations/0/components/0/type",
        "/representations/0/components/0/language/1": "/representations/0/components/0/language",
        "/characteristics/a~1b": "/characteristics/0/value",
        "/rank": "/rank/priority",
        "": "",
        "/unheard": "",
    }.items():
        assert input_for(form, pointer) == name, pointer


def test_every_field_of_the_tables_is_one_of_the_schema() -> None:
    """A form field that the schema does not know would be refused by every save."""
    form = form_for(Kind.PERSONALIZED_OFFER, OFFER, UTC)
    operated(form, "add:/representations")
    operated(form, "add:/frequencyCappingConstraints")
    for table, row in ((forms.COMPONENT, form.representations[0].rows[0]), (forms.CAPPING, form.cappings[0])):
        row.texts = {path: row.texts.get(path) or "1" for path in table}
    problems = validate(Kind.PERSONALIZED_OFFER, offer_of(form, PLACEMENTS))
    assert "unknown-member" not in {problem.code for problem in problems}
