"""What is around every answer: which part of it, which cookies, how long it may be kept, and whose clock it shows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from offeradmin import health
from offers.access.asking import asking
from offers.access.permissions import Actor
from offers.models import LibraryItem, Sandbox
from offers.web.frame import errors, middleware
from offers.web.frame.respond import A_YEAR, Frame, remember
from tests.cast import Role
from tests.web.conftest import SignIn

REQUESTS = RequestFactory()


def through(layer: Callable[[Any], Any], request: HttpRequest, inner: Callable[[HttpRequest], Any]) -> Any:
    return layer(inner)(request)


@pytest.mark.parametrize(
    ("method", "etag", "kept"),
    [
        ("GET", '"3"', "private, no-cache"),
        ("HEAD", '"3"', "private, no-cache"),
        ("PATCH", '"3"', "no-store, private"),
        ("GET", "", "no-store, private"),
    ],
)
def test_only_what_is_read_with_an_etag_may_be_kept_and_is_asked_for_again(method: str, etag: str, kept: str) -> None:
    headers = {"ETag": etag} if etag else {}
    response = through(
        middleware.kept_to_oneself, REQUESTS.generic(method, "/"), lambda _request: HttpResponse(headers=headers)
    )
    assert response["Cache-Control"] == kept


def test_what_says_itself_how_it_may_be_kept_and_used_is_left_alone() -> None:
    said = {"Cache-Control": "max-age=1", "Permissions-Policy": "camera=()", "Cross-Origin-Resource-Policy": "x"}
    response = through(middleware.kept_to_oneself, REQUESTS.get("/"), lambda _request: HttpResponse(headers=said))
    assert {name: response[name] for name in said} == said


def test_a_request_has_a_name_that_is_the_callers_where_it_is_a_sane_one() -> None:
    for sent, taken in (("request-1234", True), ("a\nb", False), ("x" * 500, False)):
        request = REQUESTS.get("/", headers={"X-Request-Id": sent})
        response = through(middleware.request_id, request, lambda _request: HttpResponse())
        assert response["X-Request-Id"] == asking(request).request_id != ""
        assert (response["X-Request-Id"] == sent) == taken
    assert len({through(middleware.request_id, REQUESTS.get("/"), lambda _request: HttpResponse())["X-Request-Id"]
                for _ in range(9)}) == 9  # fmt: skip


@pytest.mark.parametrize(
    ("cookie", "zone"),
    [
        ("Asia/Seoul", "Asia/Seoul"),
        ("", "UTC"),
        ("Mars/Base", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("asia/seoul", "UTC"),
    ],
)
def test_times_are_shown_in_the_viewers_zone_and_in_utc_where_that_is_none(cookie: str, zone: str) -> None:
    request = REQUESTS.get("/")
    request.COOKIES["timezone"] = cookie
    shown = through(middleware.time_zone, request, lambda _request: timezone.get_current_timezone_name())
    assert shown == zone == Frame(request).zone
    assert timezone.get_current_timezone_name() == "UTC", "and the next request has its own"


@pytest.mark.parametrize(
    ("length", "status"), [("1000", 200), ("1001", 413), ("", 200), ("-1", 413), ("x", 413), ("9" * 40, 413)]
)
def test_a_form_is_refused_by_the_length_that_it_announces(settings: Settings, length: str, status: int) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    request = REQUESTS.post("/")
    request.META["CONTENT_LENGTH"] = length
    assert through(errors.form_size, request, lambda _request: HttpResponse()).status_code == status


@pytest.mark.parametrize(
    ("method", "status", "content", "replaced"),
    [("GET", 405, "", True), ("POST", 405, "", False), ("GET", 405, "said", False), ("GET", 200, "", False)],
)
def test_only_a_link_to_a_button_without_words_of_its_own_gets_the_page_that_says_so(
    method: str, status: int, content: str, replaced: bool
) -> None:
    request = REQUESTS.generic(method, "/s/prod/offers/sale/approve/")
    request.user = AnonymousUser()
    inner = HttpResponse(content, status=status, headers={"Allow": "POST"})
    response = through(errors.only_pressed, request, lambda _request: inner)
    assert (response is not inner) == replaced
    assert (response.status_code, response["Allow"]) == (status, "POST")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "around"),
    [
        ("/s/prod/nowhere/", "frame/framed.html"),
        ("/s/prod", "frame/framed.html"),
        ("/s/dev/offers/", "frame/framed.html"),
        ("/nothing/s/prod/", "frame/framed.html"),
        ("/s//prod/", "frame/framed.html"),
    ],
)
def test_an_error_stands_in_the_frame_of_the_sandbox_for_its_members_only(
    sign_in: SignIn, path: str, around: str
) -> None:
    sign_in()
    member, nobody = REQUESTS.get(path), REQUESTS.get(path)
    member.user, nobody.user = User.objects.get(), AnonymousUser()
    assert errors.around(member) == around, "of the sandbox, or of the one that they used last"
    assert errors.around(nobody) == errors.around(REQUESTS.get(path)) == "frame/alone.html"


@pytest.mark.django_db
def test_a_process_is_ready_only_with_its_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [(client.get(path).status_code, client.get(path).content) for path in ("/healthz", "/readyz")] == [
        (200, b"ok\n"),
        (200, b"ok\n"),
    ]

    def away(connection: object) -> None:
        raise DatabaseError

    monkeypatch.setattr(health, "MigrationExecutor", away)
    response = client.get("/readyz")
    assert (response.status_code, response.content, response["Content-Type"]) == (503, b"not ready\n", "text/plain")
    assert client.get("/healthz").status_code == 200


def test_a_choice_is_kept_for_a_year_and_read_by_scripts_only_where_they_need_it(settings: Settings) -> None:
    settings.HTTPS = False
    response = HttpResponse()
    for name in ("timezone", "sidebar", "theme", "sandbox"):
        remember(response, name, "x", REQUESTS.get("/"))
    kept = {name: (one["max-age"], one["samesite"], bool(one["httponly"])) for name, one in response.cookies.items()}
    assert kept == {
        "timezone": (A_YEAR, "Lax", False),
        "sidebar": (A_YEAR, "Lax", False),
        "theme": (A_YEAR, "Lax", True),
        "sandbox": (A_YEAR, "Lax", True),
    }
    for request, https, secure in (
        (REQUESTS.get("/"), False, False),
        (REQUESTS.get("/"), True, True),
        (REQUESTS.get("/", secure=True), False, True),
    ):
        settings.HTTPS = https
        remember(response, "theme", "dark", request)
        assert bool(response.cookies["theme"]["secure"]) == secure


def test_the_sandbox_of_a_page_is_remembered_where_it_is_another_one(editor: Client, item: LibraryItem) -> None:
    assert editor.get("/s/prod/offers/").cookies["sandbox"].value == "prod"
    assert "sandbox" not in editor.get("/s/prod/tags/").cookies


@pytest.mark.parametrize(
    ("cookies", "theme", "narrow"),
    [
        ({}, "auto", False),
        ({"theme": "dark", "sidebar": "narrow"}, "dark", True),
        ({"theme": "<x>", "sidebar": "1"}, "auto", False),
    ],
)
def test_a_frame_has_the_theme_and_the_sidebar_that_were_chosen(
    cookies: dict[str, str], theme: str, narrow: bool
) -> None:
    request = REQUESTS.get("/")
    request.COOKIES.update(cookies)
    assert (Frame(request).theme, Frame(request).narrow) == (theme, narrow)


def test_a_frame_says_whose_role_it_shows_and_whether_they_edit() -> None:
    for role, may_edit in ((Role.AUDITOR, False), (Role.EDITOR, True)):
        request = REQUESTS.get("/")
        asking(request).actor = Actor(Sandbox(name="prod", title="Prod"), role, "Mina Park")
        shown = Frame(request)
        assert (shown.role, shown.may_edit) == (str(role.label), may_edit)
        assert shown.sandbox is not None
    assert (Frame(REQUESTS.get("/")).role, Frame(REQUESTS.get("/")).section) == ("", "")


@pytest.mark.parametrize(
    ("path", "section"),
    [("/s/prod/", "home"), ("/s/prod/offers/", "offers"), ("/s/prod/bulk/", "offers"), ("/s/prod/tags/", "tags")],
)
def test_a_frame_knows_the_section_that_its_page_is_in(
    editor: Client, item: LibraryItem, path: str, section: str
) -> None:
    assert editor.get(path).context["frame"].section == section
