"""What the form of one kind does that others do not: placements, rules, collections, decisions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from offers.models import LibraryItem, Sandbox
from tests.cast import WEB, Role, actor, make, offer, patch, replace, shown_in
from tests.web.conftest import SignIn
from tests.web.edit.filling_library import HTMX, SCOPE, document, last_patch, opened, save, submit, where
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of

Count = Callable[..., Any]
QUERIES = 12


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


def test_a_live_decision_of_a_reviewed_sandbox_is_only_proposed_by_editors(sign_in: SignIn, library: Sandbox) -> None:
    item = LibraryItem.objects.get(id="nba")
    patch(actor(library), item, [{"op": "add", "path": "/fallback", "value": "leaflet"}, *replace("/status", "live")])
    library.review_policy = Sandbox.ReviewPolicy.REVIEWER
    library.save()
    editor, reviewer = sign_in(Role.EDITOR), sign_in(Role.REVIEWER, "Rae Cho")
    form = opened(reviewer, where("decisions"))
    assert "Propose change" in text_of(editor.get(where("decisions")))
    refused = submit(editor, where("decisions"), form | {"person": [""]}, **{"/name": "Mine"})
    assert refused.status_code == 403
    assert form_in(text_of(refused))["/name"] == ["Mine"], "nothing typed is lost"
    assert submit(reviewer, where("decisions"), form, **{"/name": "Mine"}).status_code == 302


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
