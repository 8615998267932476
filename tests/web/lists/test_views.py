"""Views of the offers list that a person keeps, and the columns that they see."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from offers.models import LibraryItem, Sandbox, SavedView
from offers.web.lists.views import is_changed
from tests.cast import Role
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

OFFERS = "/s/prod/offers/"
VIEWS = f"{OFFERS}views/"


@pytest.fixture
def view(editor: Client, item: LibraryItem) -> SavedView:
    editor.post(VIEWS, {"name": "My drafts", "query": "status=draft&sort=name"})
    return SavedView.objects.get()


def test_a_saved_view_keeps_filters_order_and_columns(editor: Client, item: LibraryItem) -> None:
    editor.post(f"{OFFERS}columns/", {"columns": ["status", "created"]})
    answer = editor.post(VIEWS, {"name": " My   drafts ", "query": "status=draft&sort=name&cursor=x"}, follow=True)
    view = SavedView.objects.get()
    assert answer.redirect_chain[0][0] == f"{OFFERS}?status=draft&sort=name&view={view.key}"
    assert (view.name, view.query, view.columns) == ("My drafts", "status=draft&sort=name", ["status", "created"])
    assert answer.context["view"] == view
    assert not answer.context["view_changed"]


def test_columns_chosen_in_a_view_are_the_views_and_elsewhere_the_persons(editor: Client, view: SavedView) -> None:
    editor.post(f"{OFFERS}columns/", {"columns": ["priority"], "view": view.key, "query": view.query})
    assert editor.get(f"{OFFERS}?view={view.key}").context["columns"] == ["priority"]
    assert "priority" in editor.get(OFFERS).context["columns"]
    editor.post(f"{OFFERS}columns/", {"columns": ["ends", "nonsense", "status"]})
    assert editor.get(OFFERS).context["columns"] == ["status", "ends"]
    editor.post(f"{OFFERS}columns/", {"usual": "1"})
    assert "window" in editor.get(OFFERS).context["columns"]


def test_a_list_without_columns_still_has_its_names(editor: Client, item: LibraryItem) -> None:
    editor.post(f"{OFFERS}columns/", {})
    answer = editor.get(OFFERS)
    assert answer.context["columns"] == []
    assert "Summer sale" in answer.content.decode()


def test_a_view_says_when_the_list_shows_something_else(editor: Client, view: SavedView) -> None:
    page = editor.get(f"{OFFERS}?sort=name&status=draft&view={view.key}")
    assert not page.context["view_changed"]
    page = editor.get(f"{OFFERS}?status=approved&view={view.key}")
    assert page.context["view_changed"]
    editor.post(VIEWS, {"name": "My drafts", "query": "status=approved", "view": view.key})
    assert SavedView.objects.get().query == "status=approved"


def test_views_are_each_persons_own(editor: Client, view: SavedView, sign_in: SignIn, sandbox: Sandbox) -> None:
    other = sign_in(Role.EDITOR, "Jun Lee")
    assert other.get(f"{OFFERS}?view={view.key}").context["view"] is None
    assert other.get(OFFERS).context["views"] == []
    assert other.post(f"{VIEWS}{view.key}/delete/").status_code == 404
    assert editor.post(f"{VIEWS}{view.key}/delete/", {"query": "q=x"})["Location"] == f"{OFFERS}?q=x"
    assert not SavedView.objects.exists()


def test_a_long_search_in_another_script_is_kept_whole(editor: Client, item: LibraryItem) -> None:
    editor.post(VIEWS, {"name": "Long", "query": "q=" + "설날" * 400})
    assert editor.get(f"{OFFERS}?{SavedView.objects.get().query}").context["wanted"].text == "설날" * 100


def test_readers_keep_views_too_and_strangers_none(sign_in: SignIn, item: LibraryItem) -> None:
    sign_in(Role.AUDITOR).post(VIEWS, {"name": "Live", "query": "state=live"})
    assert SavedView.objects.get().name == "Live"
    stranger = Client()
    stranger.force_login(User.objects.create_user("stranger"))
    assert stranger.post(VIEWS, {"name": "Live"}).status_code == 404


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_needs_a_name(editor: Client, item: LibraryItem, name: str) -> None:
    answer = editor.post(VIEWS, {"name": name, "query": "status=draft"}, follow=True)
    assert "Give the view a name" in answer.content.decode()
    assert answer.redirect_chain[0][0] == f"{OFFERS}?status=draft"
    assert not SavedView.objects.exists()


def test_there_are_only_so_many_views_and_an_old_one_can_still_be_changed(
    editor: Client, view: SavedView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offers.web.lists.views.MAX_VIEWS", 2)
    editor.post(VIEWS, {"name": "x" * 60, "query": ""})
    answer = editor.post(VIEWS, {"name": "Third", "query": "q=a"}, follow=True)
    assert "You have 2 views. Delete one to save another." in answer.content.decode()
    assert answer.redirect_chain[0][0] == f"{OFFERS}?q=a"
    editor.post(VIEWS, {"name": "My drafts", "query": "q=b"})
    assert list(SavedView.objects.order_by("name").values_list("name", "query")) == [
        ("My drafts", "q=b"),
        ("x" * 60, ""),
    ]


def test_a_view_keeps_neither_a_place_in_the_list_nor_itself(editor: Client, view: SavedView) -> None:
    editor.post(VIEWS, {"name": "Other", "query": f"q=a&cursor=x&view={view.key}&sort=name"})
    assert SavedView.objects.get(name="Other").query == "q=a&sort=name"


def test_a_list_is_the_views_whatever_the_order_of_its_filters(view: SavedView) -> None:
    for query, changed in (
        ("status=draft&sort=name", False),
        ("sort=name&status=draft", False),
        ("sort=name", True),
        ("sort=name&status=draft&q=a", True),
        ("sort=name&status=draft&q=", False),
        ("", True),
    ):
        assert is_changed(view, query) == changed, query


def test_a_width_is_kept_for_the_person_and_taken_back(editor: Client, item: LibraryItem) -> None:
    path = "/s/prod/offers/columns/width/"
    assert '<col data-column="status" width="132">' in text_of(editor.get("/s/prod/offers/"))
    assert "Usual widths" not in text_of(editor.get("/s/prod/offers/"))
    for column, width in (("status", "300"), ("window", "240"), ("status", "")):
        assert editor.post(path, {"column": column, "width": width}).status_code == 204
    text = text_of(editor.get("/s/prod/offers/"))
    assert '<col data-column="status" width="132">' in text
    assert '<col data-column="window" width="240">' in text
    assert 'aria-valuenow="240"' in text
    for column, width in (("nonsense", "300"), ("status", "2"), ("status", "9999")):
        assert editor.post(path, {"column": column, "width": width}).status_code == 400
    editor.post("/s/prod/offers/columns/", {"usual_widths": "1"})
    text = text_of(editor.get("/s/prod/offers/"))
    assert '<col data-column="window" width="152">' in text
    assert "Priority" in text
