"""Placements, rules, tags, collections and decisions in the edit form: the flow itself is tested in test_edit.py."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import WEB, Role, actor, differences, make, make_placement, offer, patch, replace, shown_in
from tests.web.conftest import SignIn
from tests.web.form_reader import Sent, form_in
from tests.web.frame.test_respond import text_of

HTMX = {"HX-Request": "true"}
RULE = {"name": "Gold", "condition": {"type": "PQL", "format": "pql/text", "value": "tier = 'gold'\nor vip"}}
SCOPE = {"id": "s1", "placements": ["home"], "optionSelection": {"filter": "spring"}, "rank": {"priority": 2}}
SECTIONS = {"placements": "home", "rules": "gold", "tags": "season", "collections": "spring", "decisions": "nba"}


@pytest.fixture
def library(sandbox: Sandbox) -> Sandbox:
    """One of each kind, with values that browsers and databases like to change."""
    admin = actor(sandbox, label="Jisoo Kim")
    more: dict[str, Any] = {"description": " a\n\nb ", "returnMetaData": {"offerName": True}, "itemCount": 2}
    make_placement(admin, componentType="component-html", **more)
    make_placement(admin, "kiosk", channel=WEB.removesuffix("web") + "kiosk")
    make(admin, RULE, Kind.RULE, "gold")
    make(admin, {"name": "Spring <b>", "description": "\nfirst line empty"}, Kind.TAG, "season")
    make(admin, {"name": "Other"}, Kind.TAG, "other")
    make(admin, offer(name="Sale", tags=["season"], representations=[shown_in("home")]), id="sale")
    make(admin, {"name": "Spring", "filterType": "any-tags", "ids": ["season"]}, Kind.COLLECTION, "spring")
    make(admin, {"name": "Leaflet", "status": "approved"}, Kind.FALLBACK_OFFER, "leaflet")
    decision = {"name": "Next best", "status": "draft", "startDate": "2026-03-01T00:00:00.5+09:00", "criteria": [SCOPE]}
    make(admin, decision, Kind.DECISION, "nba")
    return sandbox


def where(section: str, id: str = "") -> str:
    return reverse("edit", args=["prod", section, id or SECTIONS[section]])


def opened(browser: Client, address: str) -> Sent:
    response = browser.get(address)
    assert response.status_code == 200
    return form_in(text_of(response))


def submit(browser: Client, address: str, form: Sent, action: str = "save", **changes: Any) -> Any:
    """Send the form with these inputs changed. It has to have them: nobody can change what the page does not show."""
    assert not changes.keys() - form.keys(), "the page has no such input"
    sent = form | {name: value if isinstance(value, list) else [value] for name, value in changes.items()}
    return browser.post(address, sent | {"action": [action]})


def save(browser: Client, address: str, **changes: Any) -> Any:
    return submit(browser, address, opened(browser, address), **changes)


def document(id: str) -> Any:
    return LibraryItem.objects.get(id=id).document


def last_patch(id: str) -> Any:
    return orjson.loads(Revision.objects.filter(item__id=id).order_by("-etag")[0].patch)


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


@pytest.mark.parametrize(("section", "id"), [*SECTIONS.items(), ("placements", "kiosk")])
def test_a_page_that_is_sent_back_as_it_came_changes_nothing(
    editor: Client, library: Sandbox, section: str, id: str
) -> None:
    response = save(editor, where(section, id))
    assert "Nothing was changed" in said(response)
    assert LibraryItem.objects.get(id=id).etag == 1


@pytest.mark.parametrize("section", SECTIONS)
def test_a_name_is_changed_by_the_patch_that_was_shown(editor: Client, library: Sandbox, section: str) -> None:
    address, id = where(section), SECTIONS[section]
    preview = editor.post(address, {**opened(editor, address), "/name": "New", "action": "preview"}, headers=HTMX)
    shown = [{"op": "replace", "path": "/name", "value": "New"}]
    assert preview.context["patch"] == shown
    assert "<html" not in text_of(preview)
    response = save(editor, address, **{"/name": "New", "note": "why"})
    assert response["Location"] == reverse("item", args=["prod", section, id])
    assert "Saved as version 2." in said(response)
    assert last_patch(id) == shown
    made = Revision.objects.get(item__id=id, etag=2)
    assert (made.source, made.note, made.actor_label) == ("form", "why", "Mina Park")
    assert differences() == []


@pytest.mark.parametrize("section", SECTIONS)
def test_a_name_that_was_emptied_is_refused_at_its_input_and_the_rest_is_kept(
    editor: Client, library: Sandbox, section: str
) -> None:
    response = save(editor, where(section), **{"/name": "", "/description": "typed"})
    assert response.status_code == 422
    assert list(response.context["page"].problems) == ["/name"]
    assert form_in(text_of(response))["/description"] == ["typed"]
    assert LibraryItem.objects.get(id=SECTIONS[section]).etag == 1


@pytest.mark.parametrize("section", SECTIONS)
def test_what_another_person_changed_meanwhile_is_kept(editor: Client, library: Sandbox, section: str) -> None:
    address, id = where(section), SECTIONS[section]
    form = opened(editor, address)
    item = LibraryItem.objects.get(id=id)
    patch(actor(library, label="Jisoo Kim"), item, [{"op": "add", "path": "/description", "value": "theirs"}])
    assert "merged with version 2 by Jisoo Kim" in said(submit(editor, address, form, **{"/name": "Mine"}))
    assert (document(id)["name"], document(id)["description"]) == ("Mine", "theirs")


@pytest.mark.parametrize("section", SECTIONS)
def test_the_same_field_changed_twice_is_asked_about_and_then_saved(
    editor: Client, library: Sandbox, section: str
) -> None:
    address, id = where(section), SECTIONS[section]
    form = opened(editor, address)
    patch(actor(library, label="Jisoo Kim"), LibraryItem.objects.get(id=id), replace("/name", "Theirs"))
    asked = submit(editor, address, form, **{"/name": "Mine"})
    assert asked.status_code == 409
    assert "Theirs" in text_of(asked)
    again = form_in(text_of(asked), "conflict")
    (field,) = asked.context["fields"]
    editor.post(address, {**again, f"pick:{field.name}": "yours", "action": "save"})
    assert (document(id)["name"], LibraryItem.objects.get(id=id).etag) == ("Mine", 3)


CREATED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "placements": (
        {"/name": "Top", "/channel": WEB, "/componentType": "json"},
        {"name": "Top", "channel": WEB, "componentType": "json"},
    ),
    "rules": (
        {"/name": "Gold", "/condition/value": "tier = 'gold'\r\nor vip"},
        RULE,
    ),
    "tags": ({"/name": "설날", "/description": "New year"}, {"name": "설날", "description": "New year"}),
    "collections": (
        {"/name": "By hand", "/filterType": "offers", "/ids/offers": ["", "sale"]},
        {"name": "By hand", "filterType": "offers", "ids": ["sale"]},
    ),
    "decisions": (
        {
            "/name": "Top",
            "/fallback": "leaflet",
            "/criteria/0/placements": ["", "home"],
            "/criteria/0/optionSelection/filter": "spring",
            "/criteria/0/profileConstraint/profileConstraintType": "eligibilityRule",
            "/criteria/0/profileConstraint/eligibilityRule": "gold",
        },
        {
            "name": "Top",
            "status": "draft",
            "fallback": "leaflet",
            "criteria": [
                {
                    "placements": ["home"],
                    "optionSelection": {"filter": "spring"},
                    "profileConstraint": {"profileConstraintType": "eligibilityRule", "eligibilityRule": "gold"},
                }
            ],
        },
    ),
}


@pytest.mark.parametrize("section", SECTIONS)
def test_one_of_each_kind_can_be_created(editor: Client, library: Sandbox, section: str) -> None:
    address = reverse("new", args=["prod", section])
    assert f'href="{address}"' in text_of(editor.get(reverse("items", args=["prod", section])))
    typed, expected = CREATED[section]
    form = opened(editor, address)
    response = submit(editor, address, form, **typed)
    assert "Created" in said(response)
    made = LibraryItem.objects.get(id=form["id"][0])
    assert made.document == expected
    assert response["Location"] == reverse("item", args=["prod", section, made.id])
    submit(editor, address, form, **typed)
    assert LibraryItem.objects.filter(kind=made.kind, listing__name=made.name).exclude(id="gold").count() == 1, (
        "sent twice"
    )


@pytest.mark.parametrize(
    ("section", "missing"),
    [
        ("placements", ["/name", "/channel", "/componentType"]),
        ("rules", ["/name", "/condition/value"]),
        ("tags", ["/name"]),
        ("collections", ["/name", "/ids/tags"]),
        ("decisions", ["/name", "/criteria/0/placements", "/criteria/0/optionSelection/filter"]),
    ],
)
def test_an_empty_form_is_told_at_its_inputs_what_is_missing(
    editor: Client, library: Sandbox, section: str, missing: list[str]
) -> None:
    count = LibraryItem.objects.count()
    response = save(editor, reverse("new", args=["prod", section]))
    assert response.status_code == 422
    assert sorted(response.context["page"].problems) == sorted(missing)
    assert LibraryItem.objects.count() == count


def test_a_placement_in_use_keeps_its_channel_and_says_who_uses_it(editor: Client, library: Sandbox) -> None:
    address = where("placements")
    change = {"/channel": WEB.removesuffix("web") + "email"}
    preview = submit(editor, address, opened(editor, address), "preview", **change)
    assert "used, by “Next best”, “Sale”" in text_of(preview)
    response = save(editor, address, **change, **{"/description": "typed"})
    assert response.status_code == 409
    assert "used, by “Next best”, “Sale”" in text_of(response)
    assert form_in(text_of(response))["/description"] == ["typed"]
    assert document("home")["channel"] == WEB


def test_a_placement_in_use_is_not_made_what_it_was_either(editor: Client, library: Sandbox) -> None:
    kiosk = LibraryItem.objects.get(id="kiosk")
    patch(actor(library), kiosk, replace("/channel", WEB))
    make(actor(library), offer(name="On {it}", representations=[shown_in("kiosk")]))
    address = reverse("restore", args=["prod", "placements", "kiosk", 1])
    assert "used, by “On {it}”" in text_of(editor.get(address))
    refused = editor.post(address, {"etag": "2"})
    assert refused.status_code == 422
    assert document("kiosk")["channel"] == WEB


def test_a_condition_longer_than_15_kb_is_refused_at_its_input(editor: Client, library: Sandbox) -> None:
    exactly = "가" * (15 * 1024 // 3)
    response = save(editor, where("rules"), **{"/condition/value": exactly + "x"})
    assert response.context["page"].problems == {"/condition/value": ["This is longer than 15360 bytes."]}
    save(editor, where("rules"), **{"/condition/value": exactly})
    assert document("gold")["condition"]["value"] == exactly


class TestCollection:
    def test_tags_are_added_by_patches_of_their_own(self, editor: Client, library: Sandbox) -> None:
        save(editor, where("collections"), **{"/ids/tags": ["", "other", "season"]})
        assert document("spring")["ids"] == ["season", "other"]
        assert last_patch("spring") == [{"op": "add", "path": "/ids/1", "value": "other"}]

    def test_a_change_of_mind_between_the_two_ways_loses_nothing(self, editor: Client, library: Sandbox) -> None:
        address = where("collections")
        form = opened(editor, address)
        changed = {"/filterType": "offers", "/ids/offers": ["", "sale"]}
        reviewed = form_in(text_of(submit(editor, address, form, "preview", **changed)))
        assert reviewed["/ids/tags"] == ["", "season"]
        submit(editor, address, reviewed)
        assert document("spring") == {"name": "Spring", "filterType": "offers", "ids": ["sale"]}

    def test_an_offer_that_is_none_is_refused_at_the_list(self, editor: Client, library: Sandbox) -> None:
        changed = {"/filterType": "offers", "/ids/offers": ["", "sale", "leaflet"]}
        response = save(editor, where("collections"), **changed)
        problem = "There is no personalized offer with the id leaflet."
        assert response.context["page"].problems == {"/ids/offers": [problem]}

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_a_search_offers_what_matches_and_keeps_what_is_chosen(
        self, editor: Client, library: Sandbox, headers: dict[str, str]
    ) -> None:
        address = where("collections")
        sent = opened(editor, address) | {"find:/ids/tags": ["oth"], "action": ["find:/ids/tags"]}
        response = editor.post(address, sent | {"/name": ["typed"]}, headers=headers)
        text = text_of(response)
        assert 'value="other"' in text
        assert 'value="season" checked' in text
        assert ("<html" in text) == (not headers)
        assert headers or form_in(text)["/name"] == ["typed"]
        nothing = editor.post(address, sent | {"find:/ids/tags": ["nowhere\0"]}, headers=headers)
        assert "Nothing else matches." in text_of(nothing)


class TestDecision:
    def test_scopes_are_added_and_removed_without_javascript(self, editor: Client, library: Sandbox) -> None:
        address = where("decisions")
        more = form_in(text_of(submit(editor, address, opened(editor, address), "add:/criteria")))
        assert more["/criteria/0/was"] == ["0"]
        typed: dict[str, Any] = {
            "/criteria/1/placements": ["", "kiosk"],
            "/criteria/1/optionSelection/filter": "spring",
        }
        submit(editor, address, more, **typed)
        assert document("nba")["criteria"][0] == SCOPE
        assert document("nba")["criteria"][1] == {"placements": ["kiosk"], "optionSelection": {"filter": "spring"}}
        one = form_in(text_of(submit(editor, address, opened(editor, address), "remove:/criteria/1")))
        submit(editor, address, one)
        assert document("nba")["criteria"] == [SCOPE]
        assert last_patch("nba") == [{"op": "remove", "path": "/criteria/1"}]

    def test_a_row_button_with_htmx_brings_only_the_scopes(self, editor: Client, library: Sandbox) -> None:
        sent = opened(editor, where("decisions")) | {"action": ["add:/criteria"]}
        text = text_of(editor.post(where("decisions"), sent, headers=HTMX))
        assert text.strip().startswith('<section class="edit-section" id="criteria"')
        assert "Decision scope 2" in text

    def test_a_date_in_the_viewers_zone_leaves_the_other_as_it_was_written(
        self, editor: Client, library: Sandbox
    ) -> None:
        editor.cookies["timezone"] = "Asia/Seoul"
        save(editor, where("decisions"), **{"/endDate": "2026-04-01T09:00"})
        assert document("nba")["startDate"] == "2026-03-01T00:00:00.5+09:00"
        assert document("nba")["endDate"] == "2026-04-01T09:00:00.000+09:00"

    def test_what_an_api_client_wrote_and_no_input_shows_survives(self, editor: Client, library: Sandbox) -> None:
        audience = {"profileConstraintType": "allSegments", "segmentIdentities": [{"xid": "x1"}]}
        item = LibraryItem.objects.get(id="nba")
        patch(actor(library), item, [{"op": "add", "path": "/criteria/0/profileConstraint", "value": audience}])
        save(editor, where("decisions"), **{"/criteria/0/rank/priority": "5"})
        expected = SCOPE | {"profileConstraint": audience, "rank": {"priority": 5}}
        assert document("nba")["criteria"] == [expected]

    def test_its_status_is_no_business_of_the_form(self, editor: Client, library: Sandbox) -> None:
        form = opened(editor, where("decisions"))
        editor.post(where("decisions"), form | {"/status": ["live"], "/name": ["New"], "action": ["save"]})
        assert document("nba")["status"] == "draft"


def test_an_archived_decision_is_closed(editor: Client, library: Sandbox) -> None:
    patch(actor(library), LibraryItem.objects.get(id="nba"), replace("/status", "archived"))
    response = editor.get(where("decisions"))
    assert response.status_code == 403
    assert "What is archived cannot be changed; duplicate it instead." in text_of(response)


def test_a_live_decision_of_a_reviewed_sandbox_is_closed_to_editors(sign_in: SignIn, library: Sandbox) -> None:
    item = LibraryItem.objects.get(id="nba")
    patch(actor(library), item, [{"op": "add", "path": "/fallback", "value": "leaflet"}, *replace("/status", "live")])
    library.review_policy = Sandbox.ReviewPolicy.LIVE
    library.save()
    editor, reviewer = sign_in(Role.EDITOR), sign_in(Role.REVIEWER, "Rae Cho")
    form = opened(reviewer, where("decisions"))
    assert editor.get(where("decisions")).status_code == 403
    refused = submit(editor, where("decisions"), form | {"person": [""]}, **{"/name": "Mine"})
    assert refused.status_code == 403
    assert form_in(text_of(refused))["/name"] == ["Mine"], "nothing typed is lost"
    assert submit(reviewer, where("decisions"), form, **{"/name": "Mine"}).status_code == 302


@pytest.mark.parametrize("section", SECTIONS)
def test_readers_and_strangers_get_no_form(sign_in: SignIn, library: Sandbox, section: str) -> None:
    new = reverse("new", args=["prod", section])
    auditor, stranger = sign_in(Role.AUDITOR), sign_in(None, "Sam Hill")
    assert auditor.get(where(section)).status_code == 403
    assert auditor.get(new).status_code == 403
    assert auditor.post(new, {"/name": "x", "action": "save"}).status_code == 403
    assert f'href="{new}"' not in text_of(auditor.get(reverse("items", args=["prod", section])))
    assert stranger.get(where(section)).status_code == 404
    assert stranger.get(new).status_code == 404


def test_an_item_is_edited_in_its_own_section_only(editor: Client, library: Sandbox) -> None:
    assert editor.get(where("tags", "home")).status_code == 404
    assert editor.get(where("placements", "sale")).status_code == 404


Count = Callable[..., Any]


def test_the_form_of_a_decision_asks_the_database_the_same_for_one_scope_and_for_three(
    editor: Client, library: Sandbox, django_assert_num_queries: Count
) -> None:
    with django_assert_num_queries(QUERIES):
        editor.get(where("decisions"))
    more = [SCOPE | {"id": f"s{number}", "placements": ["kiosk"]} for number in (2, 3)]
    item = LibraryItem.objects.get(id="nba")
    patch(actor(library), item, [{"op": "add", "path": "/criteria/-", "value": scope} for scope in more])
    with django_assert_num_queries(QUERIES):
        editor.get(where("decisions"))


QUERIES = 11
