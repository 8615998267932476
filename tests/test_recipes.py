"""The recipes of docs/architecture.md lead where they say: the first and the third are followed on a copy of the code."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from offeradmin import devdb
from offers.management.commands.translations import collect

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()
COPIED = ("offers", "offeradmin", "templates", "tests")


def recipe(title: str) -> str:
    found = re.search(rf"^### {title}\n(.*?)^##", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"there is no recipe {title!r}"
    return found[1]


def line_of(language: str) -> str:
    """The one line of code in this language that the first recipe says to add."""
    (line,) = re.findall(rf"```{language}\n +(.+)\n +```", recipe("Add a field"))
    return str(line)


def add_line(path: Path, after: str, line: str) -> None:
    """Add a line below the one that has this text, with that one's indentation or, below a class, its body's."""
    lines = path.read_text().splitlines()
    (at,) = [index for index, text in enumerate(lines) if after in text]
    indent = re.match(" *", lines[at])[0] + " " * 4 * lines[at].startswith("class ")  # type: ignore[index]
    path.write_text("\n".join([*lines[: at + 1], indent + line, *lines[at + 1 :]]) + "\n")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The code and its templates; what it only reads is linked."""
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "static").symlink_to(ROOT / "static")
    return tmp_path


def database_of_this_test() -> str:
    base, mark, query = (os.environ.get("DATABASE_URL") or devdb.url()).partition("?")
    return f"{base.rpartition('/')[0]}/{connection.settings_dict['NAME']}{mark}{query}"


BANNER = """
@strict
class Banner(Named):
    link: Annotated[fields.Url, Member(gettext_noop("Link"))]
    fallback: Annotated[fields.Id, Member(gettext_noop("Fallback offer"), refers_to="fallback-offer")]


BANNER = Declaration(
    shape=Banner,
    uri="https://example.com/banner",
    label="Banner",
    section=Section(
        slug="banners", path="banners", icon="photo", title="Banners", one="Banner", about="", an="a banner", many="banners"
    ),
)
"""


def add_kind(copy: Path) -> None:
    """Its module, two lines in the registry and its templates: what it imports is what placements do."""
    kinds, templates = copy / "offers" / "document" / "kinds", copy / "templates"
    imports = (kinds / "placement.py").read_text().partition("\n\n\n")[0]
    (kinds / "banner.py").write_text(imports + "\n\n" + BANNER)
    add_line(kinds / "registry.py", "import TAG", "from offers.document.kinds.banner import BANNER")
    add_line(kinds / "registry.py", 'DECISION = "', 'BANNER = "banner"')
    add_line(kinds / "registry.py", "Kind.DECISION: DECISION", "Kind.BANNER: BANNER,")
    body = '{% field page "" "link" %}{% field page "" "fallback" %}'
    (templates / "edit" / "library" / "banner.html").write_text(
        '{% extends "edit/library.html" %}{% load edit %}{% block kind_body %}' + body + "{% endblock %}"
    )
    (templates / "item" / "library" / "banner.html").write_text('{% extends "item/library.html" %}')
    (templates / "lists" / "items" / "_banner.html").write_text('{% extends "lists/_items.html" %}')


@pytest.mark.django_db
def test_a_field_is_three_places_and_a_kind_its_module_the_registry_and_its_templates(copy: Path) -> None:
    add_line(copy / "offers" / "document" / "kinds" / "offer.py", "class OfferBody(", line_of("python"))
    add_line(copy / "templates" / "edit" / "form.html", '{% field page "" "description"', line_of("django"))
    assert {message.id for message in collect(copy)} - {message.id for message in collect(ROOT)} == {"Small print"}
    add_kind(copy)
    done = subprocess.run(
        [sys.executable, "-m", "tests.recipe"],
        cwd=copy,
        env={**os.environ, "DATABASE_URL": database_of_this_test()},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "title", ["Add a field", "Add a list column", "Add a kind", "Add a filter", "Add a door that writes"]
)
def test_what_a_recipe_names_is_there(title: str) -> None:
    text = recipe(title)
    paths = re.findall(r"`((?:offers|templates|tests|docs)/[\w/.]+)`", text)
    assert paths or title == "Add a door that writes"
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_a_list_column_touches_five_files() -> None:
    assert len(re.findall(r"^\d\. ", recipe("Add a list column"), re.MULTILINE)) == 5
