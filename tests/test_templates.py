"""The templates: that a person can review them, that each is used, and that each lies where it is rendered."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import allauth
import pytest
from django.template import Library
from django.template.backends.django import get_installed_libraries
from django.template.library import import_library

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
FILES = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in {".html", ".txt"})
MODULES = sorted((ROOT / "offers").rglob("*.py"))
WIDTH = 120
COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", re.DOTALL)
LOADED = re.compile(r"{%\s*load\s+([\w ]+?)\s*%}")
INCLUDED = re.compile(r"""{%\s*(?:include|extends)\s+["']([^"']+)["']""")


def name_of(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def room_of(name: str) -> str:
    return name.split("/")[0] if "/" in name else ""


def names_in(path: Path) -> Iterator[str]:
    """The templates that a module names, with * for what it puts into a name: "edit/library/*.html"."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = [node.value]
        elif isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values]
        else:
            continue
        name = "".join(parts)
        if re.fullmatch(r"[\w/*]*\w[\w/*]*\.html", name) and "**" not in name:
            yield name


def found_by_name(path: Path) -> bool:
    """Django looks for pages of a status, allauth for its own; their names are not ours to choose."""
    return (
        bool(re.fullmatch(r"\d{3}\.html", name_of(path)))
        or (Path(allauth.__file__).parent / "templates" / name_of(path)).exists()
    )


def included_by() -> dict[str, set[str]]:
    """Of each template, those that include or extend it."""
    found = defaultdict(set)
    for path in FILES:
        for name in INCLUDED.findall(COMMENT.sub("", path.read_text())):
            found[name].add(name_of(path))
    return found


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_line_is_longer_than_a_screen(path: Path) -> None:
    """No formatter knows both Django's tags and where white space shows, so lines are broken by hand."""
    lines = enumerate(path.read_text().splitlines(), 1)
    long = {f"{name_of(path)}:{number}": len(line) for number, line in lines if len(line) > WIDTH}
    assert long == {}


def test_each_template_is_used_and_each_that_is_named_is_there() -> None:
    named = {name for module in MODULES for name in names_in(module)}
    included = included_by()
    ours = {name_of(path) for path in FILES}
    assert len(named) > 30
    unused = {
        name_of(path)
        for path in FILES
        if name_of(path) not in included
        and not any(fnmatch(name_of(path), name) for name in named)
        and not found_by_name(path)
    }
    assert unused == set()
    missing = {name for name in {*named, *included} if not any(fnmatch(one, name) for one in ours)}
    assert missing <= {"admin/base_site.html"}, "Django's own"


def test_a_module_of_the_pages_renders_what_lies_in_its_room() -> None:
    for module in MODULES:
        folders = module.relative_to(ROOT / "offers").parts
        if folders[0] == "web" and len(folders) > 2:
            rooms = {room_of(name) for name in names_in(module)}
            assert rooms <= {folders[1], "frame", ""}, module


def test_a_fragment_lies_in_the_room_that_includes_it_unless_several_do() -> None:
    of_tags = {name for module in MODULES if module.parent.name == "templatetags" for name in names_in(module)}
    elsewhere = {
        name: sorted(rooms)
        for name, includers in included_by().items()
        if room_of(name) not in (rooms := {room_of(one) for one in includers})
        and len(rooms) == 1
        and name not in of_tags
    }
    assert {name: rooms for name, rooms in elsewhere.items() if room_of(name) not in {"frame", "admin"}} == {}


def test_the_frame_includes_nothing_of_a_room() -> None:
    for path in (TEMPLATES / "frame").rglob("*.html"):
        names = INCLUDED.findall(COMMENT.sub("", path.read_text()))
        assert {room_of(name) for name in names} <= {"frame"}, path


@pytest.fixture(scope="session")
def libraries() -> dict[str, Library]:
    return {name: import_library(module) for name, module in get_installed_libraries().items()}


def test_a_template_loads_only_libraries_that_it_uses(libraries: dict[str, Library]) -> None:
    idle = []
    for path in FILES:
        text = COMMENT.sub("", path.read_text())
        for name in " ".join(LOADED.findall(text)).split():
            tags = any(re.search(rf"{{%\s*{tag}\b", text) for tag in libraries[name].tags)
            if not tags and not any(re.search(rf"\|\s*{word}\b", text) for word in libraries[name].filters):
                idle.append(f"{name_of(path)} loads {name}")
    assert idle == []
