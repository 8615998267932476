"""What a document must be: the documented samples are valid, each broken rule is named at its pointer."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from offers.document.errors import Problem
from offers.document.kinds.fields import component_type, instant
from offers.document.kinds.registry import Kind
from offers.document.validate import Reference, fits, references, transition_problem, validate, with_defaults
from tests.document.strategies import objects, offers, values
from tests.measure import least

WEB = "https://ns.adobe.com/xdm/channel-types/web"
OFFER: dict[str, Any] = {
    "name": "Test personalized offer with frequency constraint",
    "status": "draft",
    "representations": [
        {
            "channel": WEB,
            "placement": "offerPlacement1234",
            "components": [
                {
                    "type": "html",
                    "format": "text/html",
                    "language": ["en-us"],
                    "content": "Hello You qualify for our Discount of 60%",
                }
            ],
        }
    ],
    "selectionConstraint": {
        "startDate": "2022-07-27T05:00:00.000+00:00",
        "endDate": "2023-07-29T05:00:00.000+00:00",
        "profileConstraintType": "none",
    },
    "rank": {"priority": 0},
    "cappingConstraint": {},
    "frequencyCappingConstraints": [
        {
            "enabled": False,
            "limit": 1,
            "startDate": "2023-05-15T14:25:49.622+00:00",
            "endDate": "2023-05-25T14:25:49.622+00:00",
            "scope": "global",
            "entity": "offer",
            "repeat": {"enabled": False, "unit": "month", "unitCount": 1},
        }
    ],
}
PLACEMENT = {"name": "Home page", "componentType": "html", "channel": WEB}
RULE = {"name": "Gold", "condition": {"type": "PQL", "format": "pql/text", "value": "profile.tier = 'gold'"}}
COLLECTION = {"name": "Holiday", "filterType": "any-tags", "ids": ["t1", "t2"]}
CRITERION = {"placements": ["p1"], "optionSelection": {"filter": "c1"}}
DECISION = {"name": "Home page", "status": "draft", "fallback": "f1", "criteria": [CRITERION]}
P, F = Kind.PERSONALIZED_OFFER, Kind.FALLBACK_OFFER


def changed(document: dict[str, Any], path: str, *value: Any) -> dict[str, Any]:
    """A copy with the value at this path of names and indices, "a.0.b"; without a value, with nothing there."""
    result = deepcopy(document)
    *parents, last = [int(part) if part.isdecimal() else part for part in path.split(".")]
    target: Any = result
    for part in parents:
        target = target.setdefault(part, {}) if isinstance(target, dict) else target[part]
    if value:
        target[last] = value[0]
    else:
        del target[last]
    return result


def found(kind: Kind, document: Any) -> list[tuple[str, str]]:
    problems = validate(kind, document)
    assert all(problem.text and "{" not in problem.text for problem in problems)
    return [(problem.pointer, problem.code) for problem in problems]


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (P, OFFER),
        (P, {"name": "x", "status": "draft", "selectionConstraint": OFFER["selectionConstraint"], "rank": {"priority": 0}}),
        (P, changed(OFFER, "labels", ["core/C5"])),
        (P, changed(OFFER, "characteristics", {f"k{n}": "x" * 1_024 for n in range(30)})),
        (P, changed(OFFER, "characteristics", {"[key]": "x", "a/b": ""})),
        (P, changed(OFFER, "tags", [f"t{n}" for n in range(20)])),
        (P, changed(OFFER, "name", "가" * 255)),
        (P, changed(OFFER, "selectionConstraint.endDate", "9999-12-31T23:59:59Z")),
        (P, changed(OFFER, "representations.0.components.0.type", "component-text")),
        (P, changed(OFFER, "representations.0.components.0.linkURL", "https://shop.example/{{offer.id}}")),
        (P, changed(OFFER, "selectionConstraint.segmentIdentities", [{"_id": "a", "namespace": {"code": "ups"}, "xid": "b"}])),
        (F, {"name": "x", "status": "draft"}),
        (F, changed(changed(OFFER, "cappingConstraint"), "frequencyCappingConstraints")),
        (Kind.PLACEMENT, PLACEMENT),
        (Kind.PLACEMENT, {**PLACEMENT, "componentType": "https://ns.adobe.com/experience/offer-management/content-component-html",
                          "itemCount": 2, "allowDuplicatePlacements": False, "returnContent": True,
                          "returnMetaData": {"offerName": True, "contentType": False}}),
        (Kind.RULE, RULE),
        (Kind.RULE, {**RULE, "definedOn": {"profile": {"schema": {"ref": "https://x.example", "version": "1"},
                                                       "referencePaths": ["_tenant.tier"]}}}),
        (Kind.TAG, {"name": "Holiday"}),
        (Kind.COLLECTION, COLLECTION),
        (Kind.DECISION, DECISION),
        (Kind.DECISION, {**DECISION, "status": "live", "startDate": "2026-01-01T00:00:00Z", "endDate": "2026-02-01T00:00:00Z"}),
    ],
)  # fmt: skip
def test_it_takes_what_the_api_documents(kind: Kind, document: Any) -> None:
    kept = deepcopy(document)
    assert found(kind, document) == []
    assert document == kept


@given(offers)
def test_generated_offers_are_valid(offer: dict[str, Any]) -> None:
    assert found(P, offer) == []


@pytest.mark.parametrize(
    ("kind", "document", "pointer", "code"),
    [
        (P, [], "", "not-an-object"),
        (P, changed(OFFER, "name"), "/name", "required"),
        (P, changed(OFFER, "name", ""), "/name", "blank"),
        (P, changed(OFFER, "name", " \u3000"), "/name", "blank"),
        (P, changed(OFFER, "name", "x" * 256), "/name", "too-long"),
        (P, changed(OFFER, "name", 5), "/name", "not-text"),
        (P, changed(OFFER, "name", "a\0"), "/name", "nul-character"),
        (P, changed(OFFER, "name", "\ud800"), "/name", "lone-surrogate"),
        (P, changed(OFFER, "description", None), "/description", "not-text"),
        (P, changed(OFFER, "status"), "/status", "required"),
        (P, changed(OFFER, "status", "live"), "/status", "unknown-value"),
        (P, changed(OFFER, "etag", 1), "/etag", "unknown-member"),
        (P, changed(OFFER, "a/b", 1), "/a~1b", "unknown-member"),
        (P, changed(OFFER, "rank"), "/rank", "required"),
        (P, changed(OFFER, "rank.priority", True), "/rank/priority", "not-an-integer"),
        (P, changed(OFFER, "rank.priority", 1.0), "/rank/priority", "not-an-integer"),
        (P, changed(OFFER, "rank.priority", "1"), "/rank/priority", "not-an-integer"),
        (P, changed(OFFER, "rank.priority", -1), "/rank/priority", "too-small"),
        (P, changed(OFFER, "rank.priority", 2**40), "/rank/priority", "too-large"),
        (P, changed(OFFER, "tags", ["a", "a"]), "/tags", "repeated"),
        (P, changed(OFFER, "tags", [f"t{n}" for n in range(21)]), "/tags", "too-many"),
        (P, changed(OFFER, "tags", "t1"), "/tags", "not-a-list"),
        (P, changed(OFFER, "tags", [""]), "/tags/0", "blank"),
        (P, changed(OFFER, "characteristics", {f"k{n}": "" for n in range(31)}), "/characteristics", "too-many"),
        (P, changed(OFFER, "characteristics", {"a/b": 1}), "/characteristics/a~1b", "not-text"),
        (P, changed(OFFER, "characteristics", {"a": "가" * 342}), "/characteristics/a", "too-long"),
        (P, changed(OFFER, "characteristics", {"[key]": 1}), "/characteristics/[key]", "not-text"),
        (P, changed(OFFER, "characteristics", {" ": "x"}), "/characteristics/ ", "blank"),
        (P, changed(OFFER, "selectionConstraint.startDate", "2022-07-27"), "/selectionConstraint/startDate", "not-a-date"),
        (P, changed(OFFER, "selectionConstraint.endDate", OFFER["selectionConstraint"]["startDate"]),
         "/selectionConstraint/endDate", "end-before-start"),
        (P, changed(OFFER, "selectionConstraint.endDate", "2022-07-27T12:00:00+09:00"),
         "/selectionConstraint/endDate", "end-before-start"),
        (P, changed(OFFER, "selectionConstraint.profileConstraintType", "eligibilityRule"),
         "/selectionConstraint/eligibilityRule", "required"),
        (P, changed(OFFER, "selectionConstraint.profileConstraintType", "anySegments"),
         "/selectionConstraint/segmentIdentities", "required"),
        (P, changed(OFFER, "representations.0.channel", "web"), "/representations/0/channel", "not-a-channel"),
        (P, changed(OFFER, "representations.0.placement"), "/representations/0/placement", "required"),
        (P, changed(OFFER, "representations.0.components.0.type", "video"),
         "/representations/0/components/0/type", "not-a-component-type"),
        (P, changed(OFFER, "representations.0.components.0.format", "html"),
         "/representations/0/components/0/format", "not-a-mime-type"),
        (P, changed(OFFER, "representations.0.components.0.language", ["en_us"]),
         "/representations/0/components/0/language/0", "not-a-language"),
        (P, changed(OFFER, "representations", OFFER["representations"] * 2), "/representations/1/placement", "repeated"),
        (P, changed(OFFER, "representations.0.components.0.content", "x" * 310_000), "", "document-too-large"),
        (P, changed(OFFER, "cappingConstraint", {"globalCap": 0}), "/cappingConstraint/globalCap", "too-small"),
        (P, changed(OFFER, "frequencyCappingConstraints", OFFER["frequencyCappingConstraints"] * 11),
         "/frequencyCappingConstraints", "too-many"),
        (P, changed(OFFER, "frequencyCappingConstraints.0.events", ["custom"]),
         "/frequencyCappingConstraints/0/customQuery", "required"),
        (P, changed(OFFER, "frequencyCappingConstraints.0.endDate", "2023-01-01T00:00:00Z"),
         "/frequencyCappingConstraints/0/endDate", "end-before-start"),
        (P, changed(OFFER, "frequencyCappingConstraints.0.repeat.unit", "year"),
         "/frequencyCappingConstraints/0/repeat/unit", "unknown-value"),
        (F, changed(OFFER, "frequencyCappingConstraints"), "/cappingConstraint", "unknown-member"),
        (F, {"name": "x", "status": "draft", "rank": None}, "/rank", "not-an-object"),
        (Kind.PLACEMENT, {**PLACEMENT, "itemCount": 0}, "/itemCount", "too-small"),
        (Kind.PLACEMENT, {**PLACEMENT, "returnContent": 1}, "/returnContent", "not-a-boolean"),
        (Kind.RULE, changed(RULE, "condition.value", "x" * 15_361), "/condition/value", "too-long"),
        (Kind.RULE, changed(RULE, "condition.type", "SQL"), "/condition/type", "unknown-value"),
        (Kind.TAG, {"name": "x", "color": "red"}, "/color", "unknown-member"),
        (Kind.COLLECTION, {**COLLECTION, "ids": [f"i{n}" for n in range(501)]}, "/ids", "too-many"),
        (Kind.DECISION, {**DECISION, "status": "live", "fallback": ""}, "/fallback", "blank"),
        (Kind.DECISION, changed({**DECISION, "status": "live"}, "fallback"), "/fallback", "required"),
        (Kind.DECISION, {**DECISION, "criteria": [CRITERION] * 31}, "/criteria", "too-many"),
        (Kind.DECISION, {**DECISION, "startDate": "2026-02-01T00:00:00Z", "endDate": "2026-01-01T00:00:00Z"},
         "/endDate", "end-before-start"),
    ],
)  # fmt: skip
def test_it_names_what_is_wrong_and_where(kind: Kind, document: Any, pointer: str, code: str) -> None:
    assert found(kind, document) == [(pointer, code)]


def test_it_names_everything_that_is_wrong_at_once() -> None:
    document = changed(changed(OFFER, "name", ""), "rank.priority", -1)
    assert found(P, document) == [("/name", "blank"), ("/rank/priority", "too-small")]


@given(values | objects)
def test_any_value_gets_an_answer(value: Any) -> None:
    for kind in Kind:
        problems = validate(kind, value)
        assert problems
        assert all(isinstance(problem, Problem) and problem.text for problem in problems)
        assert all(isinstance(reference, Reference) for reference in references(kind, value))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2022-07-27T05:00:00", "not-a-date"),
        ("2022-07-27 05:00:00Z", "not-a-date"),
        ("2022-07-27t05:00:00z", "not-a-date"),
        ("2022-07-27T05:00:00.Z", "not-a-date"),
        ("2022-07-27T05:00:00.1234567891Z", "not-a-date"),
        ("2022-07-27T05:00:00+0900", "not-a-date"),
        ("２022-07-27T05:00:00Z", "not-a-date"),
        ("2022-07-27T05:00:00Z\n", "not-a-date"),
        ("2022-02-29T00:00:00Z", "no-such-date"),
        ("2022-07-27T24:00:00Z", "no-such-date"),
        ("2016-12-31T23:59:60Z", "no-such-date"),
        ("2022-07-27T05:00:00+16:00", "no-such-date"),
        ("2022-07-27T05:00:00+09:60", "no-such-date"),
        ("1899-12-31T23:59:59Z", "date-out-of-range"),
        ("1900-01-01T00:00:00+09:00", "date-out-of-range"),
        ("9999-12-31T23:59:59-01:00", "date-out-of-range"),
        ("9999-12-31T23:59:59.9999999Z", "date-out-of-range"),
        ("0000-01-01T00:00:00Z", "no-such-date"),
    ],
)
def test_it_refuses_dates_that_python_or_postgresql_cannot_hold(text: str, code: str) -> None:
    with pytest.raises(ValueError, match=code):
        instant(text)
    assert found(P, changed(OFFER, "selectionConstraint.endDate", text)) == [("/selectionConstraint/endDate", code)]


def test_a_date_is_the_moment_it_names() -> None:
    assert instant("2022-07-27T05:00:00.25+09:00") == datetime(2022, 7, 26, 20, 0, 0, 250_000, tzinfo=UTC)
    assert instant("2022-07-27T05:00:00-15:59") == datetime(2022, 7, 27, 20, 59, tzinfo=UTC)
    assert instant("2022-07-27T05:00:00.0000005Z") <= instant("2022-07-27T05:00:00.000001Z")


@pytest.mark.parametrize(
    ("kind", "before", "after", "may_restore", "allowed"),
    [
        (P, "draft", "approved", False, True),
        (P, "approved", "draft", False, True),
        (P, "draft", "archived", False, True),
        (P, "approved", "archived", False, True),
        (P, "archived", "archived", False, False),
        (P, "archived", "draft", False, False),
        (P, "archived", "draft", True, True),
        (P, "archived", "approved", True, False),
        (F, "archived", "approved", False, False),
        (Kind.DECISION, "draft", "live", False, True),
        (Kind.DECISION, "draft", "complete", False, False),
        (Kind.DECISION, "live", "complete", False, True),
        (Kind.DECISION, "complete", "live", False, False),
        (Kind.DECISION, "archived", "draft", True, True),
        (Kind.TAG, None, None, False, True),
        (P, "draft", "nonsense", False, True),  # validate's to refuse
    ],
)
def test_a_status_changes_only_along_its_way(
    kind: Kind, before: Any, after: Any, may_restore: bool, allowed: bool
) -> None:
    problem = transition_problem(kind, before, after, may_restore)
    assert (problem is None) == allowed
    if problem is not None:
        assert (problem.pointer, problem.code) == ("/status", "status-transition")
        assert problem.text


def test_references_name_every_other_item_in_the_order_of_reading() -> None:
    offer = changed(changed(OFFER, "tags", ["t1", "t2"]), "selectionConstraint.eligibilityRule", "r1")
    assert references(P, offer) == [
        Reference("/selectionConstraint/eligibilityRule", Kind.RULE, "r1"),
        Reference("/tags/0", Kind.TAG, "t1"),
        Reference("/tags/1", Kind.TAG, "t2"),
        Reference("/representations/0/placement", Kind.PLACEMENT, "offerPlacement1234"),
    ]
    assert [(item.kind, item.id) for item in references(Kind.COLLECTION, COLLECTION)] == [
        (Kind.TAG, "t1"),
        (Kind.TAG, "t2"),
    ]
    assert references(Kind.COLLECTION, {**COLLECTION, "filterType": "offers"})[0].kind == P
    decision = changed(DECISION, "criteria.0.profileConstraint", {"eligibilityRule": "r1"})
    assert [(item.pointer, item.kind) for item in references(Kind.DECISION, decision)] == [
        ("/fallback", F),
        ("/criteria/0/profileConstraint/eligibilityRule", Kind.RULE),
        ("/criteria/0/placements/0", Kind.PLACEMENT),
        ("/criteria/0/optionSelection/filter", Kind.COLLECTION),
    ]
    assert references(Kind.TAG, {"name": "x"}) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("html", "html"),
        ("component-text", "text"),
        ("content-component-json", "json"),
        ("https://ns.adobe.com/experience/offer-management/content-component-imagelink", "imagelink"),
        ("video", None),
        ("htmlx", None),
        ("", None),
    ],
)
def test_component_types_have_several_spellings(text: str, name: str | None) -> None:
    assert component_type(text) == name
    assert fits(text, "https://ns.adobe.com/experience/offer-management/content-component-html") == (name == "html")
    assert not fits("html", "nonsense")


def test_a_new_offer_starts_as_a_draft() -> None:
    document = {"name": "x"}
    assert with_defaults(P, document) == {"name": "x", "status": "draft"}
    assert document == {"name": "x"}
    assert with_defaults(Kind.TAG, document) == {"name": "x"}
    assert with_defaults(P, {"status": "approved"}) == {"status": "approved"}
    assert with_defaults(P, [1]) == [1]


def test_a_typical_offer_is_checked_in_microseconds() -> None:
    assert least(lambda: [validate(P, OFFER) for _ in range(1_000)], 0.1) < 0.1
