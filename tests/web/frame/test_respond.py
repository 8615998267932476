"""What is around every page, and the pages for those who may not, or when something is away."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AnonymousUser, User
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.urls import path

from offers.models import LibraryItem, Membership, Sandbox
from offers.web.account.preferences import zones
from offers.web.frame.respond import Frame
from offers.web.home import home
from tests.cast import Role, make_sandbox
from tests.web.conftest import SignIn

ROOT = Path(__file__).resolve().parents[3]
SPRITE = (ROOT / "static/vendor/tabler-icons-3.51.0/icons.svg").read_text()


def text_of(response: Any) -> str:
    return str(response.content.decode())


def flat(text: str) -> str:
    """A page without the line ends of its templates: white space is one space, and none stands at the edges of a tag."""
    return re.sub(r"(?<=>) (?=\S)|(?<=\S) (?=<)", "", " ".join(text.split()))


def test_a_page_wants_a_person(client: Client, sandbox: Sandbox) -> None:
    response = client.get("/s/prod/offers/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/s/prod/offers/")


def test_the_sign_in_page_costs_no_query(client: Client, django_assert_num_queries: object, db: None) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        response = client.get("/accounts/login/")
    assert 'name="password"' in text_of(response)


def test_nobody_can_sign_up(client: Client, db: None) -> None:
    assert 'name="password1"' not in text_of(client.get("/accounts/signup/"))


def test_a_stranger_to_the_sandbox_gets_a_404(sign_in: SignIn, item: LibraryItem) -> None:
    stranger = sign_in(None)
    for address in ("/s/prod/", "/s/prod/offers/", "/s/prod/offers/sale/", "/s/prod/offers/sale/history/"):
        assert stranger.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/s/prod/nothing/", "/s/prod/offers/none/", "/s/prod/bulk/99/"])
def test_what_is_not_there_keeps_the_frame_for_members_only(
    sign_in: SignIn, item: LibraryItem, sandbox: Sandbox, address: str
) -> None:
    member = sign_in(Role.AUDITOR).get(address)
    assert member.status_code == 404
    assert 'aria-label="Sections"' in text_of(member)
    assert 'href="/s/prod/offers/"' in text_of(member)
    stranger = sign_in(None, "No Body")
    pages = [text_of(stranger.get(path)) for path in (address, address.replace("prod", "nowhere"))]
    texts = [re.sub(r'"X-CSRFToken": "\w+"', "", page) for page in pages]
    assert texts[0] == texts[1], "a stranger cannot tell a sandbox from none"
    assert 'aria-label="Sections"' not in texts[0]
    assert "Prod" not in texts[0]


def test_what_is_not_allowed_says_why_inside_the_frame(sign_in: SignIn, item: LibraryItem) -> None:
    response = sign_in(Role.AUDITOR).get("/s/prod/offers/new/")
    assert response.status_code == 403
    text = text_of(response)
    assert "You can read this sandbox but not change it." in text
    assert 'aria-label="Sections"' in text


def test_a_person_without_a_sandbox_is_told_what_to_do(sign_in: SignIn) -> None:
    response = sign_in(None).get("/")
    assert response.status_code == 200
    assert "You do not belong to a sandbox yet" in text_of(response)


def test_the_start_page_leads_to_the_sandbox_last_used(sign_in: SignIn, sandbox: Sandbox) -> None:
    browser = sign_in()
    other = make_sandbox("dev")
    Membership.objects.create(sandbox=other, user_id=browser.session["_auth_user_id"], role=Role.EDITOR)
    assert browser.get("/")["Location"] == "/s/dev/"
    browser.get("/s/prod/offers/")
    assert browser.get("/")["Location"] == "/s/prod/"
    browser.cookies["sandbox"] = "not-mine"
    assert browser.get("/")["Location"] == "/s/dev/"


def test_the_first_start_leads_to_production(sign_in: SignIn, sandbox: Sandbox) -> None:
    browser = sign_in()
    other = make_sandbox("xyz", type=Sandbox.Type.PRODUCTION)
    Membership.objects.create(sandbox=other, user_id=browser.session["_auth_user_id"], role=Role.EDITOR)
    assert sandbox.type == Sandbox.Type.DEVELOPMENT
    assert browser.get("/")["Location"] == "/s/xyz/"


def test_the_switcher_shows_only_the_persons_sandboxes(editor: Client, sandbox: Sandbox) -> None:
    make_sandbox("secret")
    text = text_of(editor.get("/s/prod/"))
    assert 'href="/s/prod/"' in text
    assert "secret" not in text.lower()


def test_theme_zone_and_language_are_kept_and_lead_back(editor: Client, sandbox: Sandbox) -> None:
    response = editor.post("/preferences/", {"theme": "dark", "timezone": "Asia/Seoul", "next": "/s/prod/offers/"})
    assert response["Location"] == "/s/prod/offers/"
    text = text_of(editor.get("/s/prod/"))
    assert 'data-bs-theme="dark"' in text
    assert "Asia/Seoul" in text
    editor.post("/preferences/language/", {"language": "ko", "next": "/s/prod/"})
    assert '<html lang="ko"' in text_of(editor.get("/s/prod/"))


def test_a_choice_that_is_none_is_not_kept_and_no_way_leads_out(editor: Client, sandbox: Sandbox) -> None:
    response = editor.post("/preferences/", {"theme": "pink", "language": "xx", "next": "https://evil.example/"})
    assert response["Location"] == "/"
    assert not response.cookies
    refused = editor.post("/preferences/", {"theme": "dark", "timezone": "Mars/Base"})
    assert (refused.status_code, "theme" in refused.cookies) == (422, False)
    assert "There is no such time zone." in text_of(refused)


def test_choices_follow_a_person_to_another_browser(editor: Client, sandbox: Sandbox) -> None:
    editor.post("/preferences/", {"theme": "dark"})
    editor.post("/preferences/", {"timezone": "Asia/Seoul"})
    editor.post("/preferences/language/", {"language": "ko"})
    User.objects.filter(username="mina").update(password=make_password("a password"))
    elsewhere = Client()
    elsewhere.cookies["timezone"] = "Europe/Berlin"  # what that browser found out by itself
    elsewhere.post("/accounts/login/", {"login": "mina", "password": "a password"})
    kept = {name: elsewhere.cookies[name].value for name in ("theme", "timezone", "django_language")}
    assert kept == {"theme": "dark", "timezone": "Asia/Seoul", "django_language": "ko"}


def test_what_nobody_chose_stays_as_the_browser_has_it(editor: Client, sandbox: Sandbox) -> None:
    editor.post("/preferences/", {"theme": "dark"})
    editor.post("/preferences/language/", {"language": "xx"})
    User.objects.filter(username="mina").update(password=make_password("a password"))
    elsewhere = Client()
    elsewhere.cookies["timezone"] = "Europe/Berlin"
    elsewhere.post("/accounts/login/", {"login": "mina", "password": "a password"})
    assert elsewhere.cookies["timezone"].value == "Europe/Berlin"
    assert "django_language" not in elsewhere.cookies
    assert elsewhere.cookies["theme"].value == "dark"


def test_every_zone_offered_is_one() -> None:
    assert {"Asia/Seoul", "UTC", "Europe/Berlin"} <= {name for _part, names in zones() for name in names}


def test_the_policy_allows_nothing_inline_and_no_page_has_it(editor: Client, item: LibraryItem) -> None:
    for address in (
        "/s/prod/",
        "/s/prod/offers/",
        "/s/prod/offers/sale/",
        "/s/prod/offers/sale/history/",
        "/s/prod/offers/sale/history/2/",
        "/s/prod/offers/sale/history/2/undo/",
        "/s/prod/offers/sale/blame/",
        "/s/prod/offers/sale/compare/",
        "/s/prod/offers/sale/api/",
        "/s/prod/tags/",
        "/s/prod/placements/home/",
        "/preferences/",
    ):
        response = editor.get(address)
        assert response.status_code == 200, address
        assert "unsafe" not in response["Content-Security-Policy"]
        text = text_of(response)
        assert not re.search(r"<style|<script(?![^>]* src=)[^>]*>|\sstyle=|\son[a-z]+=|javascript:", text), address


def test_only_the_page_with_the_code_editor_lets_it_make_its_style_by_a_name_that_no_other_answer_has(
    editor: Client, item: LibraryItem
) -> None:
    names = set()
    for _time in range(2):
        response = editor.get("/s/prod/offers/sale/edit/")
        found = re.search(r"style-src 'self' 'nonce-([^']{20,})'", response["Content-Security-Policy"])
        assert found
        assert f'nonce="{found[1]}"' in text_of(response)
        names.add(found[1])
    assert len(names) == 2
    assert "nonce" not in editor.get("/s/prod/offers/")["Content-Security-Policy"]


def test_every_icon_used_is_in_the_sprite() -> None:
    known = set(re.findall(r'<symbol id="([^"]+)"', SPRITE))
    used = {"world", "code"}
    for template in (ROOT / "templates").rglob("*.html"):
        used |= set(re.findall(r'{% icon "([^"]+)"', template.read_text()))
    for module in (ROOT / "offers/web").rglob("*.py"):
        used |= set(re.findall(r'Sentence\("([^"]+)"', module.read_text()))
    from offers.web.frame import icons
    from offers.web.frame.sections import SECTIONS

    for named in (icons.CHANNEL_ICONS, icons.CONTENT_ICONS, icons.SOURCE_ICONS):
        used |= set(named.values())
    used |= {section.icon for section in SECTIONS.values()}
    assert len(used) > 40
    assert used <= known


def test_a_frame_for_nobody_names_nobody() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    frame = Frame(request)
    assert (frame.person, frame.actor, frame.theme, frame.zone, frame.may_edit) == ("", None, "auto", "UTC", False)


def database_away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("the server closed the connection")


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError("a fault of ours")


handler500 = "offers.web.frame.errors.server_error"
urlpatterns = [path("", home.start), path("away/", database_away), path("broken/", broken)]


@pytest.mark.parametrize(("address", "status"), [("/away/", 503), ("/broken/", 500)])
def test_what_goes_wrong_on_our_side_has_a_page_with_its_number(
    sign_in: SignIn, address: str, status: int, django_assert_num_queries: object
) -> None:
    browser = sign_in()
    browser.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        response = browser.get(address, headers={"X-Request-Id": "request-1234"})
    assert response.status_code == status
    assert "request-1234" in text_of(response)
    assert ("Retry-After" in response) == (status == 503)
    assert "a fault of ours" not in text_of(response)


def test_a_fragment_is_told_apart_by_its_header(editor: Client, item: LibraryItem) -> None:
    whole = editor.get("/s/prod/offers/")
    part = editor.get("/s/prod/offers/", headers={"HX-Request": "true"})
    restored = editor.get("/s/prod/offers/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "HX-Request" in whole["Vary"]
    assert text_of(part).strip().startswith('<div id="results"')
    assert "<html" in text_of(whole)
    assert "<html" in text_of(restored)


def test_a_link_to_what_only_a_button_does_gets_a_page_that_says_so(editor: Client, item: LibraryItem) -> None:
    response = editor.get("/s/prod/offers/sale/duplicate/")
    assert (response.status_code, response["Allow"]) == (405, "POST")
    text = text_of(response)
    assert "There is no page here" in text
    assert 'class="sidebar' in text, "in the frame"
