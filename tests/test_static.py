"""Styles and scripts: short, in their rooms, each of them used, and no style for what nothing is called."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
OURS = [path for path in STATIC.rglob("*") if path.is_file() and "vendor" not in path.parts]
SCRIPTS = sorted(path for path in OURS if path.suffix == ".js")
STYLES = sorted(path for path in OURS if path.suffix == ".css")
# Besides the rooms of offers/web: the page of the API's description, the pictures of the sample library.
OTHER_ROOMS = {"api", "demo", "vendor"}
LONGEST = {".js": 120, ".css": 350}


CODEMIRROR = ROOT / "vendor" / "codemirror-6"


def name_of(path: Path) -> str:
    return str(path.relative_to(STATIC))


def joined_styles() -> set[str]:
    """Those that a page loads with others of their room: {% styles "frame" "base shell" %}."""
    pages = "\n".join(path.read_text() for path in (ROOT / "templates").rglob("*.html"))
    calls = re.findall(r'\{% styles "(\w+)" "([^"]+)" %\}', pages)
    return {f"{room}/{name}.css" for room, names in calls for name in names.split()}


def sources() -> str:
    """What may name a class or a file: pages, scripts, and what Python renders."""
    paths = [*(ROOT / "templates").rglob("*.html"), *SCRIPTS, *(ROOT / "offers").rglob("*.py")]
    return "\n".join(path.read_text() for path in paths)


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def imports_of(path: Path) -> list[Path]:
    return [
        (path.parent / name).resolve()
        for name in re.findall(r'^import [^;]*"(\.[^"]+)";', path.read_text(), re.MULTILINE)
    ]


@pytest.mark.parametrize("path", [*SCRIPTS, *STYLES], ids=name_of)
def test_a_script_is_one_behaviour_and_a_style_one_component(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LONGEST[path.suffix]
    assert text.startswith(("//", "/*")), "the first line says what it is for"


def test_styles_and_scripts_are_in_the_rooms_of_their_pages() -> None:
    rooms = {path.parent.name for path in (ROOT / "offers" / "web").glob("*/__init__.py")}
    assert {path.name for path in STATIC.iterdir()} <= rooms | OTHER_ROOMS


def test_every_file_is_used() -> None:
    text = sources()
    imported = {path for script in SCRIPTS for path in imports_of(script)}
    named = {name_of(path) for path in OURS if f"'{name_of(path)}'" in text} | joined_styles()
    unused = [name_of(path) for path in OURS if name_of(path) not in named and path not in imported]
    # The sample library makes the names of its pictures.
    assert [name for name in unused if not name.startswith("demo/")] == []


def test_every_named_file_is_there() -> None:
    named = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"\{% static '([^']+)'", path.read_text())
    }
    assert len(named) > 50
    assert [name for name in named | joined_styles() if not (STATIC / name).is_file()] == []
    assert [path for script in SCRIPTS for path in imports_of(script) if not path.is_file()] == []


def test_scripts_share_through_the_page_and_import_only_from_their_room_and_the_frame() -> None:
    """No bundler follows imports: what many rooms need is in the frame, which needs no room."""
    for script in SCRIPTS:
        room = script.relative_to(STATIC).parts[0]
        found = {path.relative_to(STATIC).parts[0] for path in imports_of(script)}
        assert found <= {room, "frame"}, name_of(script)


def test_every_class_of_a_style_is_named_somewhere() -> None:
    words = set(re.findall(r"[\w-]+", sources()))
    # "live-{state}" in Python, "preview-{{ type }}" in a template, `preview-${type}` in a script.
    made = tuple(set(re.findall(r"\b([a-z]+(?:-[a-z]+)*-)(?:\{|\$\{)", sources())))
    nowhere = {}
    for style in STYLES:
        selectors = re.findall(r"([^{}]+)\{", without_comments(style.read_text()))
        classes = {name for selector in selectors for name in re.findall(r"\.([A-Za-z_][\w-]*)", selector)}
        nowhere[name_of(style)] = sorted(name for name in classes - words if not name.startswith(made))
    assert {name: classes for name, classes in nowhere.items() if classes} == {}


def test_a_style_for_narrow_windows_ends_where_the_one_for_wide_ones_begins() -> None:
    """Windows of a zoomed page are 991.5 px wide, too."""
    assert [name_of(style) for style in STYLES if re.search(r"max-width: (991|767|575)px\)", style.read_text())] == []


def test_what_goes_with_scrolling_is_asked_for_before_it_is_used() -> None:
    """Where there are no scroll timelines the same animation goes by time, and leaves its last frame on the page."""
    for style in STYLES:
        text = without_comments(style.read_text())
        for block in re.split(r"@supports \(animation-timeline: scroll\(\)\) \{.*?\n\}", text, flags=re.DOTALL):
            assert "animation-timeline" not in block, name_of(style)


def test_the_code_editor_is_made_of_the_versions_that_are_locked() -> None:
    """`vendor/codemirror-6/build.sh` makes it; its first line says of what."""
    packages = json.loads((CODEMIRROR / "package.json").read_text())["dependencies"]
    locked = json.loads((CODEMIRROR / "package-lock.json").read_text())["packages"]
    made = (STATIC / "vendor" / "codemirror-6" / "codemirror.js").read_text().splitlines()[0]
    for name, version in packages.items():
        assert locked[f"node_modules/{name}"]["version"] == version
        assert f"{name} {version}" in made, "vendor/codemirror-6/build.sh"
    assert all("integrity" in found for name, found in locked.items() if name)
