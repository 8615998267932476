"""Who else has an item open, what was saved meanwhile, and how that gets into the form."""

import re
from datetime import timedelta
from typing import Any

import jsonpatch
import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.models import LibraryItem, Presence, Sandbox
from offers.web.edit.presence import here
from tests.cast import FORM, Role, actor, at_once, make, make_placement, offer, patch, replace, shown_in
from tests.web.conftest import SignIn
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of

EDIT = "/s/prod/offers/sale/edit/"
POLL = "/s/prod/offers/sale/edit/presence/"
BRING_IN = "/s/prod/offers/sale/edit/newer/"
ONE, TWO = "1" * 16, "2" * 16
NEWER = "saved version"


def ask(browser: Client, tab: str = ONE, etag: int = 3, **more: str) -> Any:
    return browser.post(POLL, {"tab": tab, "etag": etag, **more}, headers={"HX-Request": "true"})


def said(response: Any) -> str:
    """The words, without the markup."""
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", text_of(response)).split())


def shown(response: Any) -> str:
    found = re.search(r'name="shown" value="([^"]*)"', text_of(response))
    assert found
    return found.group(1)


@pytest.fixture
def other(sign_in: SignIn) -> Client:
    return sign_in(Role.EDITOR, "Tomás Rivera")


def test_two_people_see_each_other_and_since_when(editor: Client, other: Client, item: LibraryItem) -> None:
    assert "has this open" not in said(ask(editor))
    opened = timezone.now() - timedelta(seconds=30)
    Presence.objects.update(opened_at=opened)
    assert f"Mina Park has this open since {opened:%H:%M}" in said(ask(other))
    assert "Tomás Rivera has this open since" in said(ask(editor))
    assert "Mina Park" not in said(ask(editor))


def test_the_page_says_it_once_without_a_script_and_records_nothing(
    editor: Client, other: Client, item: LibraryItem
) -> None:
    ask(other)
    assert "Tomás Rivera has this open since" in said(editor.get(EDIT))
    assert Presence.objects.count() == 1


def test_the_second_tab_of_the_same_person_is_theirs(editor: Client, item: LibraryItem) -> None:
    assert "another tab" not in said(ask(editor, ONE))
    second = said(ask(editor, TWO))
    assert "You have this open in another tab" in second
    assert "Mina Park" not in second
    assert "You have this open in another tab" in said(ask(editor, ONE))


def test_a_person_with_two_tabs_is_named_once_since_the_first(editor: Client, other: Client, item: LibraryItem) -> None:
    ask(other, ONE)
    ask(other, TWO)
    assert said(ask(editor)).count("Tomás Rivera") == 1


def test_namesakes_are_told_apart_by_their_user_names(
    editor: Client, other: Client, sign_in: SignIn, item: LibraryItem
) -> None:
    namesake = sign_in(Role.EDITOR, "Mina2 Park")
    User.objects.filter(username="mina2").update(first_name="Mina")
    for browser in (editor, namesake, other):
        ask(browser)
    assert "Mina Park (mina) has this open" in said(ask(other))
    assert "Mina Park (mina2) has this open" in said(ask(other))
    # One of them sees the other as somebody else.
    mine = said(ask(editor))
    assert "Mina Park (mina2) has this open" in mine
    assert "Tomás Rivera has this open" in mine
    assert "Mina Park (mina2) has this open" in said(editor.get(EDIT))


def test_a_tab_not_heard_of_for_a_minute_does_not_count_and_is_forgotten(
    editor: Client, other: Client, item: LibraryItem
) -> None:
    ask(other)
    Presence.objects.update(seen_at=timezone.now() - timedelta(seconds=61))
    assert "Tomás" not in said(editor.get(EDIT))
    assert "Tomás" not in said(ask(editor))
    assert [row.label for row in Presence.objects.all()] == ["Mina Park"]


def test_a_tab_that_slept_is_renewed_and_keeps_since_when(editor: Client, item: LibraryItem) -> None:
    ask(editor)
    long_ago = timezone.now() - timedelta(hours=1)
    Presence.objects.update(seen_at=long_ago, opened_at=long_ago)
    ask(editor, shown="something else")
    row = Presence.objects.get()
    assert row.opened_at == long_ago
    assert timezone.now() - row.seen_at < timedelta(seconds=30)


def test_a_closing_tab_leaves_at_once_and_takes_no_other_with_it(
    editor: Client, other: Client, item: LibraryItem
) -> None:
    ask(other, ONE)
    ask(editor, ONE)
    assert ask(other, ONE, leave="1").status_code == 204
    assert "Tomás" not in said(ask(editor, ONE))
    assert Presence.objects.count() == 1


def test_only_who_may_edit_is_recorded(sign_in: SignIn, sandbox: Sandbox, item: LibraryItem) -> None:
    assert ask(sign_in(Role.AUDITOR, "Grace Okafor")).status_code == 403
    assert ask(sign_in(None, "A Stranger")).status_code == 404
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.REVIEWER)
    patch(actor(sandbox), item, replace("/status", "approved"))
    assert not Presence.objects.exists()
    # Whether they save or propose: both change it.
    assert NEWER in said(ask(sign_in(Role.EDITOR, "Mina Park")))
    ask(sign_in(Role.REVIEWER, "Tomás Rivera"))
    assert Presence.objects.count() == 2


@pytest.mark.parametrize("sent", [{"tab": "x"}, {"tab": ""}, {"etag": "0"}, {"etag": "x"}])
def test_it_refuses_what_no_page_of_ours_asks(editor: Client, item: LibraryItem, sent: dict[str, str]) -> None:
    assert editor.post(POLL, {"tab": ONE, "etag": "3", **sent}).status_code == 400
    assert editor.get(POLL).status_code == 405


def test_somebody_who_saved_is_named_with_what_they_changed(
    editor: Client, sandbox: Sandbox, item: LibraryItem
) -> None:
    first = ask(editor)
    assert NEWER not in said(first)
    patch(actor(sandbox, label="Tomás Rivera"), item, replace("/rank/priority", 50))
    patch(actor(sandbox, label="Jisoo Kim"), item, replace("/name", "Winter sale"))
    response = ask(editor, shown=shown(first))
    text = said(response)
    assert "Jisoo Kim, Tomás Rivera saved version 5 since you opened this." in text
    assert "Priority 7 → 50" in text
    assert "Winter" in text
    assert 'href="/s/prod/offers/sale/compare/?from=3&amp;to=5"' in text_of(response)
    assert f'formaction="{BRING_IN}"' in text_of(response)


def test_a_deleted_item_is_said_to_be(editor: Client, sandbox: Sandbox, item: LibraryItem) -> None:
    writes.delete(actor(sandbox, label="Jisoo Kim"), list(Kind), item.id, FORM)
    text = said(ask(editor))
    assert "Jisoo Kim deleted this while you were editing." in text
    assert "Bring it into the form" not in text


def test_nothing_new_is_answered_with_nothing_in_five_queries(
    editor: Client, other: Client, sandbox: Sandbox, item: LibraryItem, django_assert_num_queries: Any
) -> None:
    ask(other)
    patch(actor(sandbox), item, replace("/rank/priority", 50))
    known = shown(ask(editor))
    # Session, person, membership, item, and the one statement.
    with django_assert_num_queries(5):
        assert ask(editor, shown=known).status_code == 204


def test_the_news_costs_the_same_after_one_version_and_after_three(
    editor: Client, sandbox: Sandbox, item: LibraryItem, django_assert_num_queries: Any
) -> None:
    patch(actor(sandbox), item, replace("/rank/priority", 50))
    with django_assert_num_queries(9):
        ask(editor)
    for priority in (51, 52):
        patch(actor(sandbox), item, replace("/rank/priority", priority))
    with django_assert_num_queries(9):
        ask(editor)


def test_the_newer_version_comes_into_the_form_beside_what_was_typed(
    editor: Client, sandbox: Sandbox, item: LibraryItem
) -> None:
    form = form_in(text_of(editor.get(EDIT))) | {"/name": ["Typed"]}
    patch(actor(sandbox, label="Tomás Rivera"), item, replace("/rank/priority", 50))
    response = editor.post(BRING_IN, {**form, "action": "bring-in"})
    text = text_of(response)
    assert "Version 4 is in the form now, with what you typed." in text
    assert f'action="{EDIT}"' in text
    brought = form_in(text)
    assert (brought["etag"], brought["/name"], brought["/rank/priority"]) == (["4"], ["Typed"], ["50"])
    assert LibraryItem.objects.get(id="sale").etag == 4, "nothing is saved by it"
    editor.post(EDIT, {**brought, "action": "save"})
    saved = LibraryItem.objects.get(id="sale")
    assert (saved.etag, saved.name, saved.priority) == (5, "Typed", 50)


IDS = [{"id": id, "type": "html", "format": "text/html", "content": f"Hello {id}"} for id in ("c1", "c2", "c3")]
LIMITS = [
    {"id": id, "limit": 3, "scope": "global", "entity": "offer", "events": ["click"], "repeat": {"enabled": False}}
    for id in ("f1", "f2", "f3")
]
LISTS = {
    "/representations/0/components": ({"representations": [shown_in("home", components=IDS)]}, IDS),
    "/representations": ({"representations": [shown_in("kiosk"), shown_in("home", components=IDS)]}, IDS),
    "/frequencyCappingConstraints": ({"frequencyCappingConstraints": LIMITS}, LIMITS),
}


@pytest.mark.parametrize(("at", "action"), [(at, action) for at in LISTS for action in ("remove", "down")])
def test_what_comes_into_the_form_keeps_each_item_what_it_is(
    editor: Client, sandbox: Sandbox, item: LibraryItem, at: str, action: str
) -> None:
    """The form shows no ids: each row says which item of the newest version it is, wherever that stands there."""
    make_placement(actor(sandbox), "kiosk", name="Kiosk")
    made = make(actor(sandbox), offer(**LISTS[at][0]), id="listed")
    edit = EDIT.replace("sale", "listed")
    form = form_in(text_of(editor.post(edit, {**form_in(text_of(editor.get(edit))), "action": f"{action}:{at}/0"})))
    patch(actor(sandbox), made, replace("/name", "Theirs"))
    brought = form_in(text_of(editor.post(BRING_IN.replace("sale", "listed"), {**form, "action": "bring-in"})))
    editor.post(edit, {**brought, "action": "save"})
    made.refresh_from_db()
    removed, moved = {"op": "remove", "path": f"{at}/0"}, {"op": "move", "from": f"{at}/0", "path": f"{at}/1"}
    both = [removed if action == "remove" else moved, *replace("/name", "Theirs")]
    assert made.document == jsonpatch.apply_patch(offer(**LISTS[at][0]), both)


def test_where_both_changed_the_same_field_the_form_stays_for_save_to_ask(
    editor: Client, sandbox: Sandbox, item: LibraryItem
) -> None:
    form = form_in(text_of(editor.get(EDIT))) | {"/name": ["Mine"]}
    patch(actor(sandbox), item, replace("/name", "Theirs"))
    text = text_of(editor.post(BRING_IN, {**form, "action": "bring-in"}))
    assert "You both changed 1 field: Save asks you which one stays." in text
    kept = form_in(text)
    assert (kept["etag"], kept["/name"]) == (["3"], ["Mine"])
    assert editor.post(EDIT, {**kept, "action": "save"}).status_code == 409


@pytest.mark.parametrize(("name", "typed"), [("/rank/priority", "many"), ("/selectionConstraint/endDate", "soon")])
def test_what_cannot_be_read_stays_as_it_was_typed(
    editor: Client, sandbox: Sandbox, item: LibraryItem, name: str, typed: str
) -> None:
    form = form_in(text_of(editor.get(EDIT))) | {name: [typed]}
    patch(actor(sandbox), item, replace("/name", "Theirs"))
    text = text_of(editor.post(BRING_IN, {**form, "action": "bring-in"}))
    assert form_in(text)[name] == [typed]
    assert 'id="problems"' in text


def test_a_reload_of_what_was_brought_in_leads_back_to_the_form(editor: Client, item: LibraryItem) -> None:
    assert editor.get(BRING_IN)["Location"] == EDIT


def test_nobody_brings_in_who_may_not_edit(sign_in: SignIn, item: LibraryItem) -> None:
    assert sign_in(Role.AUDITOR, "Grace Okafor").post(BRING_IN, {"etag": "3"}).status_code == 403
    assert sign_in(None, "A Stranger").post(BRING_IN, {"etag": "3"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_many_tabs_at_once_neither_wait_for_each_other_nor_are_lost(
    sandbox: Sandbox, item: LibraryItem, editor: Client
) -> None:
    user = int(editor.session["_auth_user_id"])
    by = Actor(sandbox, Role.EDITOR, "Mina Park", user_id=user)
    old = timezone.now() - timedelta(hours=1)
    Presence.objects.bulk_create(
        Presence(item=item, user_id=user, label="x", tab=f"{number:016x}", opened_at=old, seen_at=old)
        for number in range(40)
    )
    results = at_once(6, lambda number: here(by, item, f"{100 + number:016x}", timezone.now()))
    assert not [found for found in results if isinstance(found, Exception)]
    assert Presence.objects.filter(seen_at__gt=old).count() == 6
    here(by, item, "f" * 16, timezone.now())
    assert Presence.objects.count() == 7
