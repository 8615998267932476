"""Addresses of static files, and what is served at them."""

import gzip
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.core.management import call_command
from django.http import HttpResponse
from django.templatetags.static import static
from django.test import Client, RequestFactory, override_settings

from offeradmin import assets

pytestmark = pytest.mark.django_db
STYLE = Path(settings.BASE_DIR) / "static" / "frame"


def test_a_version_is_that_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "frame").mkdir()
    made = set()
    for name, content in (("frame/a.js", "1"), ("frame/a.js", "2"), ("b.css", "3"), ("frame/b.css", "3")):
        (tmp_path / name).write_text(content)
        made.add(assets.version_of(tmp_path))
    assert len(made) == 4
    assert assets.version_of(tmp_path) in made


def test_a_file_is_kept_for_years_under_its_version_and_a_minute_without() -> None:
    versioned, plain = static("frame/base.css"), "/static/frame/base.css"
    assert versioned == f"/static/{settings.STATIC_VERSION}/frame/base.css"
    kept = {}
    for address in (versioned, plain):
        response = Client().get(address)
        kept[address] = response["Cache-Control"]
        response.close()
    assert kept == {versioned: assets.FOREVER, plain: "max-age=60, public"}


def test_another_version_is_not_taken_for_this_one() -> None:
    assert Client().get("/static/0123456789abcdef/frame/base.css").status_code == 404


def test_what_pages_load_of_packages_is_part_of_the_version() -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert f"/static/{settings.STATIC_VERSION}/django_htmx/" in page
    assert "django-htmx" in assets.PACKAGES


def test_styles_of_a_room_are_one_answer_in_the_order_of_their_names() -> None:
    response = Client().get(assets.joined_address("frame", ["table", "base"]))
    assert response.content == (STYLE / "table.css").read_bytes() + (STYLE / "base.css").read_bytes()
    assert response["Content-Type"] == 'text/css; charset="utf-8"'
    assert (response["Cache-Control"], response["Vary"]) == (assets.FOREVER, "Accept-Encoding")


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)])
def test_they_are_compressed_for_whoever_can_read_that(accepted: str, encoding: str | None) -> None:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    response = Client().get(assets.joined_address("frame", ["base", "table"]), headers={"Accept-Encoding": accepted})
    assert response.get("Content-Encoding") == encoding
    assert int(response["Content-Length"]) == len(response.content)
    assert unpack(response.content) == (STYLE / "base.css").read_bytes() + (STYLE / "table.css").read_bytes()


@pytest.mark.parametrize(
    "names", ["base~nothing", "base~base", "base~", "base~..", "base~../../edit/form", "base~%2e%2e"]
)
def test_names_of_no_style_are_not_found(names: str) -> None:
    assert Client().get(f"/styles/{settings.STATIC_VERSION}/frame/{names}.css").status_code == 404
    assert Client().get("/styles/0123456789abcdef/frame/base~table.css").status_code == 404


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)])
def test_what_was_collected_is_served_compressed_and_the_rest_from_where_it_lies(
    tmp_path: Path, accepted: str, encoding: str | None
) -> None:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    files = {name: f"/* {name} */" * 50 for name in ("early.css", "late.css")}
    with override_settings(STATICFILES_DIRS=[tmp_path / "from"], STATIC_ROOT=tmp_path / "to"):
        (tmp_path / "from").mkdir()
        for name, text in files.items():
            (tmp_path / "from" / name).write_text(text)
            if name == "early.css":
                call_command("collectstatic", verbosity=0, interactive=False)
        served = assets.StaticFiles(lambda _: HttpResponse(status=404))
        for name, text in files.items():
            address = f"/static/{settings.STATIC_VERSION}/{name}"
            response = served(RequestFactory().get(address, headers={"Accept-Encoding": accepted}))
            found = encoding if name == "early.css" else None
            content = b"".join(response.streaming_content)
            response.close()
            assert response.get("Content-Encoding") == found
            assert (unpack(content) if found else content) == text.encode()
            assert response["Cache-Control"] == assets.FOREVER


def test_while_files_are_being_changed_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "frame").mkdir()
    request = RequestFactory().get("/styles/debug/frame/one~two.css")
    with override_settings(DEBUG=True, STATIC_VERSION="", STATIC_URL="/static/", STATICFILES_DIRS=[tmp_path]):
        for text in ("a{}", "b{}"):
            for name in ("one", "two"):
                (tmp_path / "frame" / f"{name}.css").write_text(text)
            response = assets.StaticFiles(lambda _: HttpResponse())(request)
            assert (response.content, response["Cache-Control"]) == (text.encode() * 2, "no-cache")
