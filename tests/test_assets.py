"""Addresses of static files, and what is served at them."""

from pathlib import Path

import pytest
from django.conf import settings
from django.templatetags.static import static
from django.test import Client

from offeradmin import assets

pytestmark = pytest.mark.django_db
YEAR = "max-age=315360000, public, immutable"


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
    assert kept == {versioned: YEAR, plain: "max-age=60, public"}


def test_another_version_is_not_taken_for_this_one() -> None:
    assert Client().get("/static/0123456789abcdef/frame/base.css").status_code == 404


def test_what_pages_load_of_packages_is_part_of_the_version() -> None:
    page = Client().get("/accounts/login/").content.decode()
    assert f"/static/{settings.STATIC_VERSION}/django_htmx/" in page
    assert "django-htmx" in assets.PACKAGES
