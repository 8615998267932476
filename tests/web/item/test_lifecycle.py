"""A decision's steps, duplicate, delete and bring back: for every library object, recorded and guarded."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import WEB, Role, actor, differences, make, make_sandbox, offer, patch, replace
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

PERIOD = {"startDate": "2026-03-01T00:00:00+09:00", "endDate": "2027-03-01T00:00:00+09:00"}


@pytest.fixture
def decision(sandbox: Sandbox) -> LibraryItem:
    """The decision "nba": it shows the collection "spring" in the placement "home", and falls back to "leaflet"."""
    admin = actor(sandbox, label="Jisoo Kim")
    make(admin, {"name": "Home", "componentType": "html", "channel": WEB}, Kind.PLACEMENT, "home")
    make(admin, {"name": "Spring"}, Kind.TAG, "season")
    make(admin, {"name": "Spring offers", "filterType": "any-tags", "ids": ["season"]}, Kind.COLLECTION, "spring")
    make(admin, {"name": "Leaflet", "status": "approved"}, Kind.FALLBACK_OFFER, "leaflet")
    criterion = {"placements": ["home"], "optionSelection": {"filter": "spring"}}
    document = {"name": "Next best", "status": "draft", **PERIOD, "fallback": "leaflet", "criteria": [criterion]}
    return make(admin, document, Kind.DECISION, "nba")


def said(response: object) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))  # type: ignore[attr-defined]


def address(name: str, section: str, id: str, *more: str) -> str:
    return reverse(name, args=["prod", section, id, *more])


def step(browser: Client, status: str, etag: int = 1) -> object:
    return browser.post(address("set_status", "decisions", "nba", status), {"etag": str(etag)})


def test_a_decision_goes_live_and_back_and_is_completed(editor: Client, decision: LibraryItem) -> None:
    for etag, status in enumerate(("live", "draft", "live", "complete", "archived"), start=1):
        response = step(editor, status, etag)
        assert f"version {etag + 1}" in said(response)
        decision.refresh_from_db()
        assert (decision.status, decision.etag) == (status, etag + 1)
    made = Revision.objects.get(item=decision, etag=2)
    assert (made.source, made.actor_label) == ("form", "Mina Park")
    assert made.patch == '[{"op":"replace","path":"/status","value":"live"}]'
    assert differences() == []


def test_a_step_that_is_none_is_refused_in_words(editor: Client, decision: LibraryItem) -> None:
    assert "cannot change from draft to complete" in said(step(editor, "complete"))
    decision.refresh_from_db()
    assert decision.etag == 1


def test_it_does_not_go_live_without_a_fallback(editor: Client, decision: LibraryItem, sandbox: Sandbox) -> None:
    patch(actor(sandbox), decision, [{"op": "remove", "path": "/fallback"}])
    assert "Fallback offer: A live decision needs a fallback offer." in said(step(editor, "live", 2))


def test_a_step_from_a_version_that_is_no_more_does_nothing(
    editor: Client, decision: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox, label="Jisoo Kim"), decision, replace("/name", "Renamed"))
    assert "Jisoo Kim saved version 2 since you opened the page" in said(step(editor, "live", 1))
    decision.refresh_from_db()
    assert (decision.status, decision.etag) == ("draft", 2)


def test_only_an_admin_brings_an_archived_decision_back(
    sign_in: SignIn, decision: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox), decision, replace("/status", "archived"))
    editor, admin = sign_in(Role.EDITOR), sign_in(Role.ADMIN, "Ada Lee")
    assert "Bring back as a draft" not in text_of(editor.get(address("item", "decisions", "nba")))
    assert "An archived item cannot be changed back" in said(step(editor, "draft", 2))
    assert "Bring back as a draft" in text_of(admin.get(address("item", "decisions", "nba")))
    step(admin, "draft", 2)
    decision.refresh_from_db()
    assert decision.status == "draft"


def test_in_a_reviewed_sandbox_an_editor_only_proposes_to_start_or_stop_it(
    sign_in: SignIn, decision: LibraryItem, sandbox: Sandbox
) -> None:
    sandbox.review_policy = Sandbox.ReviewPolicy.REVIEWER
    sandbox.save()
    editor, reviewer = sign_in(Role.EDITOR), sign_in(Role.REVIEWER, "Rae Cho")
    page = text_of(editor.get(address("item", "decisions", "nba")))
    assert "Go live" not in page
    assert "Propose to go live" in page
    assert "/reviews/1/" in step(editor, "live")["Location"]  # type: ignore[index]
    assert LibraryItem.objects.get(id="nba").status == "draft"
    assert step(reviewer, "live").status_code == 302  # type: ignore[attr-defined]
    page = text_of(editor.get(address("item", "decisions", "nba")))
    assert "Changes to live offers need a reviewer" in page
    assert "/reviews/2/" in step(editor, "draft", 2)["Location"]  # type: ignore[index]
    deleted = editor.post(address("delete_item", "decisions", "nba"), {"etag": "2"})
    assert "/reviews/3/" in deleted["Location"]
    assert LibraryItem.objects.get(id="nba").etag == 2


@pytest.mark.parametrize(("section", "id", "status"), [("tags", "season", "live"), ("decisions", "nba", "approved")])
def test_there_are_no_other_steps(editor: Client, decision: LibraryItem, section: str, id: str, status: str) -> None:
    assert editor.post(address("set_status", section, id, status), {"etag": "1"}).status_code == 404


def test_a_duplicate_starts_as_a_draft_and_says_what_it_is_a_copy_of(
    editor: Client, decision: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox), decision, replace("/status", "live"))
    response = editor.post(address("duplicate_item", "decisions", "nba"))
    copy = LibraryItem.objects.get(kind=Kind.DECISION, listing__name="Copy of Next best")
    assert response["Location"] == address("edit", "decisions", copy.id)
    assert copy.document == decision.document | {"name": "Copy of Next best", "status": "draft"}
    assert Revision.objects.get(item=copy).refers_to == {"copy_of": "nba"}
    assert "This is a copy of Next best." in said(response)


def test_a_copy_of_the_longest_id_names_it_and_links_to_it(editor: Client, sandbox: Sandbox) -> None:
    make(actor(sandbox), {"name": "Season"}, Kind.TAG, "i" * 64)
    editor.post(address("duplicate_item", "tags", "i" * 64))
    copy = LibraryItem.objects.exclude(id="i" * 64).get()
    page = text_of(editor.get(address("item", "tags", copy.id)))
    assert f'<a href="{address("item", "tags", "i" * 64)}">Season</a>' in page
    assert "Copied from" not in text_of(editor.get(address("item", "tags", "i" * 64)))


def test_a_long_name_still_has_a_copy(editor: Client, sandbox: Sandbox) -> None:
    make(actor(sandbox), {"name": "x" * 255}, Kind.TAG, "long")
    editor.post(address("duplicate_item", "tags", "long"))
    assert len(LibraryItem.objects.exclude(id="long").get().name) == 255


@pytest.mark.parametrize(
    ("section", "id", "user"),
    [
        ("placements", "home", "Next best"),
        ("tags", "season", "Spring offers"),
        ("collections", "spring", "Next best"),
        ("offers", "leaflet", "Next best"),
    ],
)
def test_what_is_used_is_not_deleted_and_its_users_are_named(
    editor: Client, decision: LibraryItem, section: str, id: str, user: str
) -> None:
    asked = editor.get(address("delete_item", section, id))
    assert asked.status_code == 200
    assert user in text_of(asked)
    assert "Cancel" not in text_of(asked), "there is no button that deletes"
    refused = editor.post(address("delete_item", section, id), {"etag": "1"})
    assert refused.status_code == 409
    assert user in text_of(refused)
    assert LibraryItem.objects.get(id=id).deleted_at is None


def test_a_delete_of_a_version_that_is_no_more_asks_again(
    editor: Client, decision: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox, label="Jisoo Kim"), decision, replace("/name", "Renamed"))
    response = editor.post(address("delete_item", "decisions", "nba"), {"etag": "1"})
    assert response["Location"] == address("delete_item", "decisions", "nba")
    assert "Jisoo Kim saved version 2 since you opened the page" in said(response)
    decision.refresh_from_db()
    assert decision.deleted_at is None


ACTIONS = [("duplicate_item", ()), ("delete_item", ()), ("set_status", ("live",))]


@pytest.mark.parametrize(("name", "more"), ACTIONS)
def test_a_reader_changes_nothing(sign_in: SignIn, decision: LibraryItem, name: str, more: tuple[str, ...]) -> None:
    auditor = sign_in(Role.AUDITOR)
    assert auditor.post(address(name, "decisions", "nba", *more), {"etag": "1"}).status_code == 403
    page = text_of(auditor.get(address("item", "decisions", "nba")))
    assert "Duplicate" not in page
    assert "Delete" not in page
    assert Revision.objects.count() == 5


@pytest.mark.parametrize(("name", "more"), [*ACTIONS, ("undelete", ())])
def test_a_stranger_finds_nothing(sign_in: SignIn, decision: LibraryItem, name: str, more: tuple[str, ...]) -> None:
    stranger = sign_in(None)
    make_sandbox("dev")
    assert stranger.post(address(name, "decisions", "nba", *more), {"etag": "1"}).status_code == 404


@pytest.mark.parametrize("name", ["duplicate_item", "set_status"])
def test_a_link_changes_nothing(editor: Client, decision: LibraryItem, name: str) -> None:
    more = ("live",) if name == "set_status" else ()
    before = Revision.objects.count()
    # A step has a page that asks first; to a copy only a button leads.
    asked = editor.get(address(name, "decisions", "nba", *more)).status_code
    assert (asked, Revision.objects.count()) == (200 if more else 405, before)


def test_the_overview_of_a_decision_names_what_it_is_made_of(editor: Client, decision: LibraryItem) -> None:
    text = text_of(editor.get(address("item", "decisions", "nba")))
    for name in ("Home", "Spring offers", "Leaflet", "Everybody"):
        assert name in text


def test_a_collection_shows_the_offers_it_holds_now(editor: Client, decision: LibraryItem, sandbox: Sandbox) -> None:
    admin = actor(sandbox)
    make(admin, {"name": "Gold"}, Kind.TAG, "gold")
    make(admin, offer(name="Both", tags=["season", "gold"]), id="both")
    make(admin, offer(name="One", tags=["season"]), id="one")
    make(admin, offer(name="None"), id="none")
    make(admin, {"name": "A", "filterType": "all-tags", "ids": ["season", "gold"]}, Kind.COLLECTION, "all")
    make(admin, {"name": "L", "filterType": "offers", "ids": ["none", "one"]}, Kind.COLLECTION, "list")
    make(admin, {"name": "E", "filterType": "all-tags", "ids": []}, Kind.COLLECTION, "empty")
    held = {
        id: [found.name for found in editor.get(address("item", "collections", id)).context["members"]]
        for id in ("spring", "all", "list", "empty")
    }
    assert held == {"spring": ["Both", "One"], "all": ["Both"], "list": ["None", "One"], "empty": []}
    assert "Next best" in text_of(editor.get(address("item", "collections", "spring"))), "its users are named"


@pytest.mark.parametrize(("section", "queries"), [("collections", 17), ("decisions", 12)])
def test_a_list_asks_the_database_the_same_for_one_item_and_for_three(
    editor: Client,
    decision: LibraryItem,
    section: str,
    queries: int,
    django_assert_num_queries: object,
) -> None:
    where = reverse("items", args=["prod", section])
    with django_assert_num_queries(queries):  # type: ignore[operator]
        assert len(editor.get(where).context["rows"]) == 1
    for kind in ("spring", "nba"):
        for _ in range(2):
            editor.post(address("duplicate_item", "collections" if kind == "spring" else "decisions", kind))
    # One more for the names that people have now: until here nobody with an account had changed anything.
    with django_assert_num_queries(queries + 1):  # type: ignore[operator]
        assert len(editor.get(where).context["rows"]) == 3
