"""The edit form: what it shows, what it would change, what it saves, and that nothing typed is ever lost."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.document.words.describe import Change
from offers.ledger import writes
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import (
    FORM,
    WEB,
    Role,
    actor,
    at_once,
    differences,
    make,
    make_placement,
    offer,
    patch,
    replace,
    shown_in,
)
from tests.web.conftest import SignIn
from tests.web.form_reader import Sent, form_in
from tests.web.frame.test_respond import flat, text_of

EDIT = "/s/prod/offers/sale/edit/"
NEW = "/s/prod/offers/new/"
HTMX = {"HX-Request": "true"}
NAME, PRIORITY, DESCRIPTION = "/name", "/rank/priority", "/description"
END = "/selectionConstraint/endDate"


def opened(browser: Client, address: str = EDIT) -> Sent:
    """The form as a person finds it."""
    response = browser.get(address)
    assert response.status_code == 200
    return form_in(text_of(response))


def submit(browser: Client, form: Sent, action: str = "save", address: str = EDIT, **more: Any) -> Any:
    return browser.post(address, {**form, "action": action}, **more)


def with_texts(form: Sent, texts: dict[str, str]) -> Sent:
    assert not texts.keys() - form.keys(), "the page has no such input"
    return {**form, **{name: [text] for name, text in texts.items()}}


def revisions(item: LibraryItem) -> list[Revision]:
    return list(Revision.objects.filter(item=item).order_by("etag"))


def last_patch(item: LibraryItem) -> Any:
    return orjson.loads(revisions(item)[-1].patch)


def now(item: LibraryItem) -> LibraryItem:
    item.refresh_from_db()
    return item


ODD = {
    "description": "\n first\r\nsecond\rthird \n",
    "representations": [
        {
            "placement": "home",
            "channel": WEB,
            "components": [
                {"id": "c1", "type": "component-html", "format": "text/html", "content": "</textarea><script>alert(1)</script>\r\n"},
                {"type": "html", "format": "text/html; charset=utf-8", "language": ["ko", "en-us"], "linkURL": " {{link}}\n"},
            ],
        }
    ],
    "selectionConstraint": {
        "startDate": "2022-07-27T05:00:00.123+00:00",
        "endDate": "9999-12-31T23:59:59Z",
        "profileConstraintType": "anySegments",
        "segmentIdentities": [{"_id": "s1", "namespace": {"code": "ups"}, "xid": "vip"}],
    },
    "cappingConstraint": {"globalCap": 3},
    "frequencyCappingConstraints": [
        {"limit": 1, "scope": "global", "entity": "offer", "events": ["click", "decisioning"], "repeat": {}},
        {"id": "f", "enabled": False, "limit": 2, "scope": "profile", "entity": "placement", "repeat": {"enabled": True},
         "startDate": "2023-05-15T14:25:49.622+00:00", "events": ["custom"], "customQuery": "a\r\n= b"},
    ],
    "characteristics": {"z\nz": "two\r\nlines", "a": ""},
    "tags": ["holiday", "summer"],
    "labels": ["core/C5", "core/C1"],
}  # fmt: skip


@pytest.fixture
def odd(sandbox: Sandbox, item: LibraryItem) -> LibraryItem:
    """An offer that uses everything, spelt as no form would."""
    admin = actor(sandbox)
    make(admin, {"name": "Summer"}, Kind.TAG, "summer")
    return make(admin, offer(**ODD), id="odd")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul", "America/St_Johns"])
def test_a_page_that_is_sent_back_as_it_came_makes_no_version(editor: Client, odd: LibraryItem, zone: str) -> None:
    editor.cookies["timezone"] = zone
    address = "/s/prod/offers/odd/edit/"
    response = submit(editor, opened(editor, address), address=address, follow=True)
    assert "Nothing was changed, so there is no new version." in text_of(response)
    assert len(revisions(odd)) == 1


def test_one_change_of_an_odd_offer_is_one_operation(editor: Client, odd: LibraryItem) -> None:
    address = "/s/prod/offers/odd/edit/"
    submit(editor, with_texts(opened(editor, address), {PRIORITY: "9"}), address=address)
    assert last_patch(odd) == [{"op": "replace", "path": "/rank/priority", "value": 9}]


def test_it_saves_what_was_changed_with_author_and_note(editor: Client, item: LibraryItem) -> None:
    form = with_texts(opened(editor), {NAME: " Winter sale ", "note": "Legal asked"})
    response = submit(editor, form, follow=True)
    assert response.redirect_chain == [("/s/prod/offers/sale/", 302)]
    made = revisions(item)[-1]
    assert (made.etag, made.actor_label, made.source, made.note, made.refers_to) == (
        4, "Mina Park", "form", "Legal asked", {},
    )  # fmt: skip
    assert orjson.loads(made.patch) == [{"op": "replace", "path": "/name", "value": " Winter sale "}]
    text = text_of(response)
    assert "Saved as version 4." in text
    assert 'href="/s/prod/offers/sale/history/4/"' in text
    assert 'href="/s/prod/offers/sale/history/4/undo/"' in text
    assert differences() == []


def test_the_preview_shows_the_very_patch_that_save_applies(editor: Client, item: LibraryItem) -> None:
    form = with_texts(opened(editor), {NAME: "Winter sale", DESCRIPTION: "New", PRIORITY: "8"})
    response = submit(editor, form, "preview", headers=HTMX)
    assert "<html" not in text_of(response)
    shown: list[Change] = response.context["changes"]
    assert [change.title for change in shown] == ["Name", "Description", "Priority"]
    assert "If-Match: &quot;3&quot;" in text_of(response)
    assert "3 changes" in text_of(response)
    assert len(revisions(item)) == 3
    submit(editor, form)
    assert last_patch(item) == response.context["patch"]


def test_without_javascript_the_preview_is_the_whole_page_with_what_was_typed(
    editor: Client, item: LibraryItem
) -> None:
    response = submit(editor, with_texts(opened(editor), {NAME: "Winter sale"}), "preview")
    text = text_of(response)
    assert form_in(text)[NAME] == ["Winter sale"]
    assert "<ins>Winter</ins> sale" in text
    assert "is-changed" in text
    assert "1 change<" in flat(text)


def test_a_wrong_field_keeps_everything_typed_and_says_what_is_wrong(editor: Client, item: LibraryItem) -> None:
    typed = {NAME: "", PRIORITY: "many", DESCRIPTION: "kept", "note": "why", END: "2020-01-01T00:00"}
    response = submit(editor, with_texts(opened(editor), typed))
    assert response.status_code == 422
    text = text_of(response)
    assert {name: form_in(text)[name] for name in typed} == {name: [value] for name, value in typed.items()}
    page = response.context["page"]
    assert page.problems == {NAME: ["This field is required."], PRIORITY: ["This must be a whole number."]}
    assert '<a href="#f-rank-priority"' in text
    assert 'aria-describedby="f-rank-priority-hint f-rank-priority-problem"' in text
    assert len(revisions(item)) == 3


def test_a_rule_that_spans_fields_stands_at_one_of_them(editor: Client, item: LibraryItem) -> None:
    response = submit(editor, with_texts(opened(editor), {END: "2020-01-01T00:00"}))
    assert response.status_code == 422
    assert response.context["page"].problems == {END: ["The end must be after the start."]}


def test_a_placement_that_takes_other_content_is_refused_at_the_content(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    make_placement(actor(sandbox), "sms", name="SMS", componentType="text")
    response = submit(editor, with_texts(opened(editor), {"/representations/0/placement": "sms"}))
    assert response.status_code == 422
    assert response.context["page"].problems == {
        "/representations/0/components/0/type": ["The placement SMS takes plain text content."]
    }


def test_dates_are_in_the_zone_that_the_form_was_shown_in(editor: Client, item: LibraryItem) -> None:
    editor.cookies["timezone"] = "Asia/Seoul"
    form = opened(editor)
    assert form[END] == ["2026-04-01T00:00"]
    editor.cookies["timezone"] = "UTC"
    submit(editor, with_texts(form, {END: "2026-05-01T09:30"}))
    assert last_patch(item) == [
        {"op": "replace", "path": "/selectionConstraint/endDate", "value": "2026-05-01T09:30:00.000+09:00"}
    ]


def test_it_warns_before_counters_start_again(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    capping = [{"limit": 1, "scope": "global", "entity": "offer"}]
    patch(actor(sandbox), item, replace("/status", "approved"))
    patch(actor(sandbox), item, [{"op": "add", "path": "/frequencyCappingConstraints", "value": capping}])
    response = submit(editor, with_texts(opened(editor), {END: "2999-05-01T09:30"}), "preview")
    assert "its counters may start again" in text_of(response)


# Rows


def test_rows_are_added_moved_and_removed_without_javascript(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    make_placement(actor(sandbox), "mail", name="Mail")
    form = with_texts(opened(editor), {NAME: "Typed before"})
    form = form_in(text_of(submit(editor, form, "add:/representations")))
    assert form[NAME] == ["Typed before"]
    form = with_texts(form, {"/representations/1/placement": "mail", "/representations/1/components/0/content": "Hi"})
    form = form_in(text_of(submit(editor, form, "up:/representations/1")))
    assert form["/representations/0/placement"] == ["mail"]
    assert form["/representations/1/was"] == ["0"]
    form = form_in(text_of(submit(editor, form, "add:/representations/1/components")))
    form = form_in(text_of(submit(editor, form, "remove:/representations/1/components/1")))
    submit(editor, form)
    representations = now(item).document["representations"]
    assert representations == [
        {"placement": "mail", "channel": WEB, "components": [{"type": "html", "format": "text/html", "content": "Hi"}]},
        shown_in("home"),
    ]
    added = {"op": "add", "path": "/representations/0", "value": representations[0]}
    assert last_patch(item) == [{"op": "replace", "path": "/name", "value": "Typed before"}, added]


def test_with_htmx_a_row_button_gets_only_its_part_of_the_page(editor: Client, item: LibraryItem) -> None:
    response = submit(editor, opened(editor), "add:/frequencyCappingConstraints", headers=HTMX)
    text = text_of(response)
    assert text.lstrip().startswith('<section class="edit-section" id="limits"')
    assert orjson.loads(response["HX-Trigger-After-Settle"]) == {"rows": {"target": "#limits"}}


def test_an_attribute_is_added_and_the_last_limit_removed(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    capping = [{"limit": 1, "scope": "global", "entity": "offer"}]
    patch(actor(sandbox), item, [{"op": "add", "path": "/frequencyCappingConstraints", "value": capping}])
    form = form_in(text_of(submit(editor, opened(editor), "remove:/frequencyCappingConstraints/0")))
    form = form_in(text_of(submit(editor, form, "add:/characteristics")))
    submit(editor, with_texts(form, {"/characteristics/0/key": "tone", "/characteristics/0/value": "warm"}))
    assert last_patch(item) == [
        {"op": "add", "path": "/characteristics", "value": {"tone": "warm"}},
        {"op": "remove", "path": "/frequencyCappingConstraints/0"},
    ]


def test_two_attributes_of_one_name_are_refused_and_kept(editor: Client, item: LibraryItem) -> None:
    form = opened(editor)
    for _ in range(2):
        form = form_in(text_of(submit(editor, form, "add:/characteristics")))
    typed = {"/characteristics/0/key": "a", "/characteristics/1/key": "a", "/characteristics/1/value": "kept"}
    response = submit(editor, with_texts(form, typed))
    assert response.status_code == 422
    assert form_in(text_of(response))["/characteristics/1/value"] == ["kept"]
    assert response.context["page"].problems == {
        "/characteristics/1/key": ["There is already an attribute of this name."]
    }


def test_tags_are_found_by_name_and_added(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    for number in range(15):
        make(actor(sandbox), {"name": f"Season {number:02}"}, Kind.TAG, f"season{number}")
    form = with_texts(opened(editor), {"tag-query": "season 07"})
    response = submit(editor, form, "tags", headers=HTMX)
    assert response.context["page"].found_tags == [("season7", "Season 07")]
    submit(editor, {**form, "/tags": ["", "holiday", "season7"]})
    assert now(item).document["tags"] == ["holiday", "season7"]


# Others at the same time


def test_a_stale_form_merges_with_what_others_saved(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    form = with_texts(opened(editor), {NAME: "Winter sale"})
    patch(actor(sandbox, label="Jisoo Kim"), item, replace("/rank/priority", 50))
    shown = submit(editor, form, "preview", headers=HTMX)
    assert "Jisoo Kim saved version 4 meanwhile." in text_of(shown)
    assert [change.title for change in shown.context["changes"]] == ["Name"]
    text = text_of(submit(editor, form, follow=True))
    assert "Saved as version 5, merged with version 4 by Jisoo Kim." in text
    assert (now(item).document["name"], item.document["rank"]) == ("Winter sale", {"priority": 50})
    assert revisions(item)[-1].refers_to == {"merged_with": 4}
    assert last_patch(item) == [{"op": "replace", "path": "/name", "value": "Winter sale"}]


def test_a_clean_merge_that_is_not_valid_is_refused_with_everything_kept(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    form = with_texts(opened(editor), {END: "2026-03-15T00:00"})
    patch(actor(sandbox, label="Jisoo Kim"), item, replace("/selectionConstraint/startDate", "2026-03-20T00:00:00Z"))
    response = submit(editor, form)
    assert response.status_code == 422
    assert response.context["page"].problems == {END: ["The end must be after the start."]}
    assert form_in(text_of(response))[END] == ["2026-03-15T00:00"]
    assert "Jisoo Kim saved version 4 meanwhile." in text_of(response)
    assert now(item).etag == 4


def test_an_offer_that_was_deleted_meanwhile_keeps_what_was_typed(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    form = with_texts(opened(editor), {NAME: "Winter sale"})
    writes.delete(actor(sandbox, label="Jisoo Kim"), OFFER_KINDS, "sale", FORM)
    assert "Jisoo Kim deleted it" in text_of(submit(editor, form, "preview", headers=HTMX))
    response = submit(editor, form)
    assert response.status_code == 409
    assert form_in(text_of(response))[NAME] == ["Winter sale"]
    assert "Bring it back" in text_of(response)
    assert editor.get(EDIT).headers["Location"] == "/s/prod/offers/sale/history/"
    writes.undelete(actor(sandbox), OFFER_KINDS, "sale", FORM)
    submit(editor, form)
    assert now(item).document["name"] == "Winter sale"


@pytest.mark.parametrize("etag", ["", "0", "99", "x", "-1", "1e3"])
def test_a_version_that_never_was_is_a_bad_request(editor: Client, item: LibraryItem, etag: str) -> None:
    assert submit(editor, with_texts(opened(editor), {"etag": etag})).status_code == 400


Race = Callable[[list[dict[str, str]]], list[Any]]


@pytest.fixture
def race(item: LibraryItem, sign_in: SignIn) -> Race:
    people = [sign_in(Role.EDITOR, "Mina Park"), sign_in(Role.EDITOR, "Jisoo Kim")]

    def run(typed: list[dict[str, str]]) -> list[Any]:
        forms = [with_texts(opened(person), texts) for person, texts in zip(people, typed, strict=True)]
        return at_once(2, lambda number: submit(people[number], forms[number]))

    return run


@pytest.mark.django_db(transaction=True)
def test_two_saves_of_different_fields_at_once_are_both_kept(race: Race, item: LibraryItem) -> None:
    answers = race([{NAME: "Winter sale"}, {PRIORITY: "50"}])
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (now(item).document["name"], item.document["rank"]) == ("Winter sale", {"priority": 50})
    assert [made.refers_to for made in revisions(item)[3:]] == [{}, {"merged_with": 4}]
    assert differences() == []


@pytest.mark.django_db(transaction=True)
def test_two_saves_of_one_field_at_once_make_one_version_and_one_conflict(race: Race, item: LibraryItem) -> None:
    answers = race([{NAME: "Winter sale"}, {NAME: "Autumn sale"}])
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert now(item).etag == 4


# Who may


def test_an_auditor_is_told_before_typing(sign_in: SignIn, item: LibraryItem) -> None:
    browser = sign_in(Role.AUDITOR)
    response = browser.get(EDIT)
    assert response.status_code == 403
    assert "You can read this sandbox but not change it." in text_of(response)
    assert "Duplicate" not in text_of(response)
    for address in (EDIT, NEW):
        assert browser.post(address, {"action": "save", "etag": "3"}).status_code == 403
    assert browser.get(NEW).status_code == 403
    assert now(item).etag == 3


def test_a_stranger_finds_nothing(sign_in: SignIn, item: LibraryItem) -> None:
    browser = sign_in(None)
    for address in (EDIT, NEW):
        assert browser.get(address).status_code == 404
        assert browser.post(address, {"action": "save", "etag": "3"}).status_code == 404


def test_nobody_signed_in_is_sent_to_sign_in(item: LibraryItem) -> None:
    assert Client().get(EDIT).headers["Location"].startswith("/accounts/login/")
    assert Client().post(EDIT, {"action": "save"}, headers=HTMX).headers["Location"].startswith("/accounts/login/")


@pytest.fixture
def reviewed(sandbox: Sandbox) -> Sandbox:
    sandbox.review_policy = Sandbox.ReviewPolicy.LIVE
    sandbox.save()
    return sandbox


def test_an_editor_is_told_before_typing_that_a_live_offer_needs_a_reviewer(
    editor: Client, item: LibraryItem, reviewed: Sandbox
) -> None:
    patch(actor(reviewed), item, replace("/status", "approved"))
    response = editor.get(EDIT)
    assert response.status_code == 403
    assert "what is live changes only through a reviewer" in text_of(response)
    assert "Duplicate" in text_of(response)


def test_an_editor_whose_offer_went_live_meanwhile_loses_nothing(
    editor: Client, item: LibraryItem, reviewed: Sandbox
) -> None:
    form = with_texts(opened(editor), {NAME: "Winter sale"})
    patch(actor(reviewed), item, replace("/status", "approved"))
    assert "only through a reviewer" in text_of(submit(editor, form, "preview", headers=HTMX))
    response = submit(editor, form)
    assert response.status_code == 403
    assert form_in(text_of(response))[NAME] == ["Winter sale"]
    assert "only through a reviewer" in text_of(response)
    assert now(item).etag == 4


def test_an_editor_cannot_choose_to_approve_in_a_reviewed_sandbox(
    editor: Client, item: LibraryItem, reviewed: Sandbox
) -> None:
    assert "Approved" not in text_of(editor.get(EDIT))
    response = submit(editor, with_texts(opened(editor), {"/status": "approved"}))
    assert response.status_code == 403
    assert now(item).status == "draft"


def test_a_reviewer_edits_what_is_live(sign_in: SignIn, item: LibraryItem, reviewed: Sandbox) -> None:
    patch(actor(reviewed), item, replace("/status", "approved"))
    browser = sign_in(Role.REVIEWER)
    submit(browser, with_texts(opened(browser), {NAME: "Winter sale"}))
    assert now(item).document["name"] == "Winter sale"


def test_an_archived_offer_is_closed(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    patch(actor(sandbox), item, replace("/status", "archived"))
    response = editor.get(EDIT)
    assert response.status_code == 403
    assert "What is archived cannot be changed; duplicate it instead." in text_of(response)


# New offers


def test_a_new_offer_is_made_from_the_same_form(editor: Client, item: LibraryItem) -> None:
    form = form_in(text_of(submit(editor, opened(editor, NEW), "add:/representations", NEW)))
    typed = {
        NAME: "Brand new",
        "/representations/0/placement": "home",
        "/representations/0/components/0/content": "<b>Hi</b>",
        "note": "For spring",
    }
    response = submit(editor, with_texts(form, typed), address=NEW, follow=True)
    assert response.status_code == 200
    made = LibraryItem.objects.get(listing__name="Brand new")
    assert (made.etag, made.status, made.document["rank"]) == (1, "draft", {"priority": 0})
    assert made.document["representations"] == [shown_in("home") | {"components": [
        {"type": "html", "format": "text/html", "content": "<b>Hi</b>"}
    ]}]  # fmt: skip
    assert revisions(made)[0].note == "For spring"


def test_sending_a_new_offer_twice_makes_one(editor: Client, sandbox: Sandbox) -> None:
    form = with_texts(opened(editor, NEW), {NAME: "Brand new"})
    answers = [submit(editor, form, address=NEW) for _ in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert LibraryItem.objects.filter(listing__name="Brand new").count() == 1


def test_a_new_offer_without_a_name_keeps_what_was_typed(editor: Client, sandbox: Sandbox) -> None:
    response = submit(editor, with_texts(opened(editor, NEW), {DESCRIPTION: "kept"}), address=NEW)
    assert response.status_code == 422
    assert form_in(text_of(response))[DESCRIPTION] == ["kept"]
    assert NAME in response.context["page"].problems
    assert not LibraryItem.objects.exists()


def test_a_fallback_offer_needs_only_a_name(editor: Client, sandbox: Sandbox) -> None:
    form = opened(editor, f"{NEW}?kind=fallback-offer")
    assert "/frequencyCappingConstraints" not in form
    submit(editor, with_texts(form, {NAME: "Default"}), address=NEW)
    made = LibraryItem.objects.get(listing__name="Default")
    assert (made.kind, made.document) == ("fallback-offer", {"name": "Default", "status": "draft"})
    address = f"/s/prod/offers/{made.id}/edit/"
    submit(editor, with_texts(opened(editor, address), {PRIORITY: "3"}), address=address)
    assert now(made).document == {"name": "Default", "status": "draft", "rank": {"priority": 3}}


# Safe and quick


def test_content_of_an_offer_cannot_leave_its_input(editor: Client, odd: LibraryItem) -> None:
    text = text_of(editor.get("/s/prod/offers/odd/edit/"))
    assert "<script>alert" not in text
    assert text.count("<iframe") == 2
    assert text.count("<iframe") == text.count(" sandbox loading=")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_often_for_three_rows_as_for_one(
    editor: Client,
    item: LibraryItem,
    sandbox: Sandbox,
    rows: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    admin = actor(sandbox)
    for number in range(1, rows):
        make_placement(admin, f"home{number}")
        make(admin, {"name": f"Tag {number}"}, Kind.TAG, f"tag{number}")
    made = offer(
        representations=[shown_in("home"), *(shown_in(f"home{number}") for number in range(1, rows))],
        tags=["holiday", *(f"tag{number}" for number in range(1, rows))],
    )
    make(admin, made, id="wide")
    with django_assert_max_num_queries(10):
        form = opened(editor, "/s/prod/offers/wide/edit/")
    with django_assert_max_num_queries(13):
        submit(editor, with_texts(form, {NAME: "x"}), "preview", "/s/prod/offers/wide/edit/", headers=HTMX)


def test_a_row_that_is_half_filled_in_hides_nothing_else(editor: Client, item: LibraryItem) -> None:
    form = form_in(text_of(submit(editor, opened(editor), "add:/representations")))
    form = with_texts(form, {"/representations/0/components/0/content": "Changed"})
    response = submit(editor, form, "preview", headers=HTMX)
    assert [change.title for change in response.context["changes"]] == [
        "Representation for Home › Content (html) › Text",
        "Representation for …",
    ]
    assert response.context["page"].problems == {"/representations/1/placement": ["Choose a placement."]}
    assert submit(editor, form).status_code == 422


def test_an_address_is_named_before_a_placement_is_chosen(editor: Client) -> None:
    form = form_in(text_of(submit(editor, opened(editor, NEW), "add:/representations", NEW)))
    added = form_in(text_of(submit(editor, form, "add:/representations/0/components", NEW)))
    link = "/representations/0/components/0/linkURL"
    response = submit(editor, with_texts(added, {link: "javascript:alert(1)"}), address=NEW)
    assert response.status_code == 422
    assert "javascript:" in response.context["page"].problems[link][0]


@pytest.mark.parametrize(
    ("language", "order"),
    [("en", ["Show at most", "limit", "times, counted for", "scope", "per", "entity"]),
     ("ko", ["scope", "최대", "limit", "회,", "entity", "기준"])],
)  # fmt: skip
def test_a_limit_reads_as_a_sentence_in_the_readers_word_order(
    editor: Client, item: LibraryItem, language: str, order: list[str]
) -> None:
    editor.cookies["django_language"] = language
    text = text_of(submit(editor, opened(editor), "add:/frequencyCappingConstraints"))
    row = text[text.index('class="card-row capping-row') :]
    names = {"limit", "scope", "entity"}
    found = [
        row.index(f'name="/frequencyCappingConstraints/0/{part}"' if part in names else f"<span>{part}</span>")
        for part in order
    ]
    assert found == sorted(found)


def test_a_save_reads_its_offer_once_and_asks_only_for_what_it_needs(editor: Client, item: LibraryItem) -> None:
    """The offer, the placements that its contents are for, and the write: no rules, no tags, no second look."""
    form = with_texts(opened(editor), {NAME: "Winter sale"})
    with CaptureQueriesContext(connection) as statements:
        assert submit(editor, form).status_code == 302
    asked = [one["sql"] for one in statements if "offers_libraryitem" in one["sql"]]
    assert [one.split()[0] for one in asked] == ["SELECT", "SELECT", "WITH"]
    assert "'placement'" in asked[1]
    assert len(statements) <= 6
