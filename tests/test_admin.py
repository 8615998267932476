"""Django's admin: operators invite people there, and can change neither items nor history."""

import sys

import pytest
from django.contrib.auth.models import User
from django.test import Client

from offers.models import LibraryItem, Membership, Revision, Sandbox
from tests.cast import actor, make, make_sandbox, offer, patch, replace

pytestmark = pytest.mark.django_db
MINUTES = {"schedule_tolerance_minutes": "60"}


@pytest.fixture(autouse=True)
def _without_what_only_tests_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """allauth imports requests where it finds it needed; a page that needs it breaks in production."""
    for name in {"requests", *(name for name in sys.modules if name.startswith("requests."))}:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("operator", password="x"))
    return client


@pytest.fixture
def sale(db: None) -> LibraryItem:
    by = actor(make_sandbox())
    item = make(by, offer(), id="sale")
    patch(by, item, replace("/name", "Summer sale"))
    return item


def test_an_operator_can_look_at_items_and_revisions(operator: Client, sale: LibraryItem) -> None:
    revision = Revision.objects.get(etag=2)
    for page in (
        *("libraryitem/", "libraryitem/?q=summer", f"libraryitem/{sale.key}/change/"),
        *("revision/", "revision/?q=Mina", f"revision/{revision.key}/change/"),
    ):
        response = operator.get(f"/admin/offers/{page}")
        assert response.status_code == 200, page
        assert "sale" in response.content.decode(), page


def test_it_refuses_to_add_change_or_delete_an_item_or_a_revision(operator: Client, sale: LibraryItem) -> None:
    revision = Revision.objects.get(etag=2)
    for thing in (f"libraryitem/{sale.key}", f"revision/{revision.key}"):
        assert operator.post(f"/admin/offers/{thing}/change/", {"etag": "9", "note": "x"}).status_code == 403
        assert operator.post(f"/admin/offers/{thing}/delete/", {"post": "yes"}).status_code == 403
    for kind in ("libraryitem", "revision"):
        assert operator.get(f"/admin/offers/{kind}/add/").status_code == 403
        selected = {"action": "delete_selected", "_selected_action": [str(sale.key)], "post": "yes"}
        operator.post(f"/admin/offers/{kind}/", selected)
    sale.refresh_from_db()
    assert (sale.etag, sale.deleted_at, Revision.objects.count()) == (2, None, 2)


def test_an_operator_can_make_a_sandbox_and_invite_a_person(operator: Client) -> None:
    mina = User.objects.create_user("mina")
    inline = {"membership_set-TOTAL_FORMS": "1", "membership_set-INITIAL_FORMS": "0"}
    member = {"membership_set-0-user": str(mina.pk), "membership_set-0-role": "editor"}
    sandbox = {
        "org_id": "O",
        "name": "prod",
        "title": "P",
        "type": "production",
        "review_policy": "reviewer",
        **MINUTES,
    }
    response = operator.post("/admin/offers/sandbox/add/", {**sandbox, **inline, **member})
    assert response.status_code == 302, response.content.decode()
    assert Membership.objects.get().user == mina
    assert Membership.objects.get().sandbox.name == "prod"


def test_the_name_of_a_sandbox_with_history_is_fixed(operator: Client, sale: LibraryItem) -> None:
    url = f"/admin/offers/sandbox/{sale.sandbox_id}/change/"
    inline = {"membership_set-TOTAL_FORMS": "0", "membership_set-INITIAL_FORMS": "0"}
    typed = {"org_id": "O", "name": "other", "title": "New", "type": "production", "review_policy": "reviewer"}
    changed = {**typed, **MINUTES}
    assert operator.post(url, {**changed, **inline}).status_code == 302
    assert list(Sandbox.objects.values_list("name", "title")) == [("prod", "New")]


def test_it_is_closed_to_everybody_else(sale: LibraryItem) -> None:
    client = Client()
    client.force_login(User.objects.create_user("mina"))
    for page in ("", "offers/sandbox/", "offers/revision/"):
        assert client.get(f"/admin/{page}").status_code == 302
