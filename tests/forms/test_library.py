from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.document.errors import Problem
from offers.document.kinds.fields import CHANNEL_PREFIX
from offers.document.kinds.registry import Kind
from offers.document.validate import validate
from offers.document.values import clone, equal
from offers.forms.library import (
    LibraryForm,
    form_for,
    form_from,
    input_for,
    item_of,
    operated,
)
from offers.forms.shape import ids_of
from tests.document.strategies import ends, optional, starts

SEOUL = ZoneInfo("Asia/Seoul")
WEB, KIOSK = CHANNEL_PREFIX + "web", CHANNEL_PREFIX + "kiosk"

names = st.sampled_from(["Home", " Home ", "홈 배너", "two\nlines", "tab\tand “quotes” <b>"])
texts = st.sampled_from(["", "one", " a\n\nb ", "\nfirst line empty", "CR\rand CRLF\r\n", "{{ name }}"])
ids = st.sampled_from(["a1", "b2", "c3", "with space", "slash/and~tilde", '"quoted"', "line\r\nbreak", "ü"])
words = {"name": names}
placements = optional(
    {**words, "channel": st.sampled_from([WEB, KIOSK]), "componentType": st.sampled_from(["html", "component-text"])},
    description=texts,
    itemCount=st.integers(1, 3),
    allowDuplicatePlacements=st.booleans(),
    returnContent=st.booleans(),
    returnMetaData=optional({}, decisionName=st.booleans(), contentType=st.booleans()),
)
rules = optional(
    {
        **words,
        "condition": st.fixed_dictionaries(
            {
                "type": st.just("PQL"),
                "format": st.just("pql/text"),
                "value": st.sampled_from(["age > 3", " x\r\n", "y\r"]),
            }
        ),
    },
    description=texts,
    definedOn=st.fixed_dictionaries(
        {
            "profile": optional(
                {"schema": optional({"ref": texts}, version=texts)},
                referencePaths=st.lists(texts, max_size=3),
            )
        }
    ),
)
tags = optional(words, description=texts)
collections = optional(
    {
        **words,
        "filterType": st.sampled_from(["any-tags", "all-tags", "offers"]),
        "ids": st.lists(ids, max_size=4, unique=True),
    },
    description=texts,
    labels=st.lists(ids, max_size=2, unique=True),
)
criteria = optional(
    {
        "placements": st.lists(ids, max_size=3, unique=True),
        "optionSelection": st.fixed_dictionaries({"filter": st.sampled_from(["f1", "f 2"])}),
    },
    id=st.sampled_from(["s1", "s2"]),
    rank=optional(
        {},
        priority=st.integers(0, 3),
        order=optional({}, orderEvaluationType=texts, rankingStrategy=texts),
    ),
    profileConstraint=st.one_of(
        optional({}, profileConstraintType=st.sampled_from(["none", "rules"]), eligibilityRule=st.just("r1")),
        st.just({"profileConstraintType": "eligibilityRule", "eligibilityRule": "r1"}),
        st.just({"profileConstraintType": "allSegments", "segmentIdentities": [{"xid": "x1"}]}),
    ),
)
decisions = optional(
    {**words, "status": st.sampled_from(["draft", "complete", "archived"])},
    description=texts,
    startDate=starts,
    endDate=ends,
    fallback=st.sampled_from(["f1"]),
    criteria=st.lists(criteria, max_size=3),
)
documents: st.SearchStrategy[tuple[Kind, dict[str, Any]]] = st.one_of(
    st.tuples(st.just(Kind.PLACEMENT), placements),
    st.tuples(st.just(Kind.RULE), rules),
    st.tuples(st.just(Kind.TAG), tags),
    st.tuples(st.just(Kind.COLLECTION), collections),
    st.tuples(st.just(Kind.DECISION), decisions),
)


def submitted(form: LibraryForm) -> dict[str, list[str]]:
    """What a browser sends for the form as it is shown: every line end as CRLF, every box of a list by itself."""
    values: dict[str, list[str]] = {}
    for name, text in form.values().items():
        many = name.endswith("/placements") or name.startswith("/ids/")
        chosen = ["", *ids_of(text)] if many else [text]
        values[name] = [value.replace("\n", "\r\n") for value in chosen]
    if form.kind == Kind.DECISION:
        values["/criteria"] = [""]
    for row in form.rows:
        values[f"{row.pointer}/was"] = ["" if row.was is None else str(row.was)]
    return values


def edited(kind: Kind, before: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The document of a form that was submitted with these inputs changed; a text, or the values of a list."""
    sent = submitted(form_for(kind, before, SEOUL))
    sent |= {name: value if isinstance(value, list) else [value] for name, value in changes.items()}
    return item_of(form_from(kind, before, sent, SEOUL))


@given(documents, st.sampled_from(["Asia/Seoul", "America/New_York", "UTC"]))
def test_a_form_that_is_submitted_unchanged_changes_nothing(made: tuple[Kind, dict[str, Any]], zone: str) -> None:
    kind, document = made
    assert validate(kind, document) == (), "the strategy makes what the library may hold"
    untouched = clone(document)
    form = form_for(kind, document, ZoneInfo(zone))
    back = item_of(form_from(kind, document, submitted(form), ZoneInfo(zone)))
    assert equal(back, document)
    assert equal(document, untouched), "a form changes no document it was given"


@given(documents)
def test_a_form_of_which_nothing_is_sent_changes_nothing(made: tuple[Kind, dict[str, Any]]) -> None:
    kind, document = made
    assert equal(item_of(form_from(kind, document, {}, SEOUL)), document)


@given(documents, st.dictionaries(st.text(max_size=12), st.lists(st.text(max_size=5), max_size=2), max_size=5))
def test_it_takes_whatever_is_sent(made: tuple[Kind, dict[str, Any]], sent: dict[str, list[str]]) -> None:
    kind, document = made
    rows = {f"/criteria/0/{name}": value for name, value in sent.items()} | {"/criteria": [""]}
    form = form_from(kind, document, rows | sent, SEOUL)
    assert isinstance(item_of(form), dict)


@pytest.mark.parametrize("kind", [Kind.PLACEMENT, Kind.RULE, Kind.TAG, Kind.COLLECTION, Kind.DECISION])
def test_an_empty_form_makes_an_empty_document_but_for_the_status_that_everything_starts_with(kind: Kind) -> None:
    assert edited(kind, {}) == ({"status": "draft"} if kind == Kind.DECISION else {})


class TestPlacement:
    def test_a_new_one_has_only_what_was_filled_in(self) -> None:
        made = edited(Kind.PLACEMENT, {}, **{"/name": "Top", "/channel": WEB, "/componentType": "html"})
        assert made == {"name": "Top", "channel": WEB, "componentType": "html"}
        assert validate(Kind.PLACEMENT, made) == ()

    def test_ticking_and_unticking_says_so_in_the_document(self) -> None:
        before = {"name": "Top", "channel": WEB, "componentType": "html"}
        more = edited(
            Kind.PLACEMENT,
            before,
            **{"/returnContent": [""], "/returnMetaData/offerName": ["", "yes"], "/itemCount": "2"},
        )
        assert more == before | {"returnContent": False, "returnMetaData": {"offerName": True}, "itemCount": 2}
        assert edited(Kind.PLACEMENT, more, **{"/returnMetaData/offerName": [""]})["returnMetaData"] == {
            "offerName": False
        }

    def test_a_spelling_of_the_content_type_stays_until_another_is_chosen(self) -> None:
        before = {"name": "Top", "channel": WEB, "componentType": "component-html"}
        assert form_for(Kind.PLACEMENT, before, SEOUL).texts["componentType"] == "html"
        assert edited(Kind.PLACEMENT, before, **{"/name": "New"})["componentType"] == "component-html"
        assert edited(Kind.PLACEMENT, before, **{"/componentType": "json"})["componentType"] == "json"


class TestRule:
    RULE = {"name": "Gold", "condition": {"type": "PQL", "format": "pql/text", "value": "tier = 'gold'"}}

    def test_a_new_one_says_which_language_its_condition_is_in(self) -> None:
        made = edited(Kind.RULE, {}, **{"/name": "Gold", "/condition/value": "tier = 'gold'"})
        assert made == self.RULE
        assert validate(Kind.RULE, made) == ()

    def test_an_emptied_profile_schema_leaves_nothing_behind(self) -> None:
        more = edited(
            Kind.RULE,
            self.RULE,
            **{
                "/definedOn/profile/schema/ref": "https://schema",
                "/definedOn/profile/referencePaths": "tier\r\n\r\n age ",
            },
        )
        assert more["definedOn"] == {
            "profile": {"schema": {"ref": "https://schema"}, "referencePaths": ["tier", "age"]}
        }
        nothing = {"/definedOn/profile/schema/ref": "", "/definedOn/profile/referencePaths": ""}
        assert edited(Kind.RULE, more, **nothing) == self.RULE

    def test_a_condition_that_was_emptied_is_missed(self) -> None:
        made = edited(Kind.RULE, self.RULE, **{"/condition/value": ""})
        problem = validate(Kind.RULE, made)[0]
        assert input_for(form_for(Kind.RULE, self.RULE, SEOUL), problem.pointer) == "/condition/value"


class TestCollection:
    BY_TAGS = {"name": "Holiday", "filterType": "any-tags", "ids": ["t2", "t1"]}

    def test_what_was_there_keeps_its_place(self) -> None:
        made = edited(Kind.COLLECTION, self.BY_TAGS, **{"/ids/tags": ["", "t0", "t1", "t2"]})
        assert made["ids"] == ["t2", "t1", "t0"]

    def test_a_list_can_be_emptied(self) -> None:
        assert edited(Kind.COLLECTION, self.BY_TAGS, **{"/ids/tags": [""]})["ids"] == []

    def test_from_any_to_all_keeps_the_tags(self) -> None:
        made = edited(Kind.COLLECTION, self.BY_TAGS, **{"/filterType": "all-tags"})
        assert made == self.BY_TAGS | {"filterType": "all-tags"}

    def test_the_list_of_the_chosen_way_counts_and_the_other_is_remembered_by_the_form_only(self) -> None:
        changes: dict[str, Any] = {"/filterType": ["offers"], "/ids/offers": ["", "o1"]}
        assert edited(Kind.COLLECTION, self.BY_TAGS, **changes) == self.BY_TAGS | {
            "filterType": "offers",
            "ids": ["o1"],
        }
        form = form_from(
            Kind.COLLECTION, self.BY_TAGS, submitted(form_for(Kind.COLLECTION, self.BY_TAGS, SEOUL)) | changes, SEOUL
        )
        assert ids_of(form.texts["ids/tags"]) == ["t2", "t1"]

    def test_from_tags_to_no_offers_yet_takes_the_tags_out(self) -> None:
        assert edited(Kind.COLLECTION, self.BY_TAGS, **{"/filterType": "offers"})["ids"] == []

    def test_a_new_one_that_says_nothing_is_told_what_it_needs_at_its_inputs(self) -> None:
        form = form_for(Kind.COLLECTION, {}, SEOUL)
        problems = validate(Kind.COLLECTION, item_of(form))
        assert {input_for(form, problem.pointer) for problem in problems} == {"/name", "/filterType", "/ids/tags"}


class TestDecision:
    SCOPE = {"id": "s1", "placements": ["p1", "p2"], "optionSelection": {"filter": "c1"}}
    DECISION = {"name": "Home", "status": "draft", "criteria": [SCOPE, SCOPE | {"id": "s2", "placements": ["p3"]}]}

    def test_a_scope_keeps_what_no_input_shows(self) -> None:
        made = edited(Kind.DECISION, self.DECISION, **{"/criteria/0/rank/priority": "4"})
        assert made["criteria"] == [self.SCOPE | {"rank": {"priority": 4}}, self.DECISION["criteria"][1]]

    def test_an_emptied_rank_leaves_nothing_behind(self) -> None:
        more = edited(Kind.DECISION, self.DECISION, **{"/criteria/0/rank/order/rankingStrategy": "best"})
        assert edited(Kind.DECISION, more, **{"/criteria/0/rank/order/rankingStrategy": ""}) == self.DECISION

    def test_a_rule_goes_with_the_eligibility_that_asked_for_it(self) -> None:
        who = "/criteria/0/profileConstraint"
        more = edited(
            Kind.DECISION,
            self.DECISION,
            **{f"{who}/profileConstraintType": "eligibilityRule", f"{who}/eligibilityRule": "r1"},
        )
        assert more["criteria"][0]["profileConstraint"] == {
            "profileConstraintType": "eligibilityRule",
            "eligibilityRule": "r1",
        }
        less = edited(Kind.DECISION, more, **{f"{who}/profileConstraintType": "none"})
        assert less["criteria"][0]["profileConstraint"] == {"profileConstraintType": "none"}

    def test_scopes_are_added_moved_and_removed(self) -> None:
        form = form_for(Kind.DECISION, self.DECISION, SEOUL)
        assert operated(form, "add:/criteria") == "/criteria"
        assert operated(form, "up:/criteria/1") == "/criteria"
        assert operated(form, "remove:/criteria/1") == "/criteria"
        assert [row.was for row in form.rows] == [1, None]
        assert [row.fresh for row in form.rows] == [False, True]
        made = item_of(form_from(Kind.DECISION, self.DECISION, submitted(form), SEOUL))
        assert made["criteria"] == [self.DECISION["criteria"][1], {}]
        pointers = {input_for(form, problem.pointer) for problem in validate(Kind.DECISION, made)}
        assert pointers == {"/criteria/1/placements", "/criteria/1/optionSelection/filter"}

    @pytest.mark.parametrize("action", ["save", "add:/name", "remove:/criteria/x", "", "up:/representations/0"])
    def test_other_buttons_do_nothing_to_its_rows(self, action: str) -> None:
        form = form_for(Kind.DECISION, self.DECISION, SEOUL)
        assert operated(form, action) == ""
        assert len(form.rows) == 2

    def test_a_date_that_was_not_touched_keeps_its_exact_text(self) -> None:
        before = self.DECISION | {"startDate": "2026-01-01T00:00:00Z"}
        made = edited(Kind.DECISION, before, **{"/endDate": "2026-03-01T09:00"})
        assert made["startDate"] == "2026-01-01T00:00:00Z"
        assert made["endDate"] == "2026-03-01T09:00:00.000+09:00"


def test_an_id_that_browsers_change_stays_as_it_was_when_another_is_added() -> None:
    odd = "line\rend"
    held = edited(
        Kind.COLLECTION, {"name": "a", "filterType": "offers", "ids": [odd]}, **{"/ids/offers": ["line\r\nend", "b"]}
    )
    assert held["ids"] == [odd, "b"]
    scope = {"placements": [odd], "optionSelection": {"filter": "c1"}}
    decision = {"name": "a", "status": "draft", "criteria": [scope]}
    made = edited(Kind.DECISION, decision, **{"/criteria/0/placements": ["line\r\nend", "b"]})
    assert made["criteria"] == [scope | {"placements": [odd, "b"]}]


def test_a_problem_of_the_whole_document_has_no_input() -> None:
    problem = Problem("", "not-an-object", "The document must be an object.")
    assert input_for(form_for(Kind.TAG, {"name": "a"}, SEOUL), problem.pointer) == ""
