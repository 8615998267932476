"""The rules that keep the code in layers, held by reading its imports and its calls."""

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
MODULES = sorted(path for path in (ROOT / "offers").rglob("*.py") if "migrations" not in path.parts)
# A module imports from its own layer or from those above it in this list.
LAYERS = (
    ("offers.document",),
    ("offers.models", "offers.converters", "offers.apps", "offers.asked"),
    ("offers.access",),
    ("offers.ledger",),
    ("offers.lists", "offers.review", "offers.log"),
    ("offers.erasure",),
    (
        "offers.bulk",
        "offers.forms",
        "offers.demo",
        "offers.jobs",
        "offers.proof",
        "offers.promotion",
        "offers.transfer",
    ),
    (
        "offers.web",
        "offers.api",
        "offers.templatetags",
        "offers.management",
        "offers.operating",
        "offers.admin",
        "offers.admin_clients",
        "offers.admin_changes",
    ),
)
# docs/architecture.md says why there are three; records.py holds the statement that both end with.
MAY_STORE = {
    *("offers/ledger/writes.py", "offers/ledger/records.py", "offers/ledger/imports.py", "offers/ledger/erasing.py"),
}
# These look at items in the database that they write to; everybody else reads them through models/reading.py.
MAY_ASK = {*MAY_STORE, "offers/ledger/heads.py", "offers/ledger/references.py", "offers/log/found/counting.py"}
STORED = {"LibraryItem", "Revision", "Listing", "ListingPast", "SearchText"}
TABLES = tuple(f"offers_{name.lower()}" for name in sorted(STORED))
STORING_CALLS = {
    *("create", "bulk_create", "update", "bulk_update", "get_or_create", "update_or_create", "save", "delete"),
    *("acreate", "abulk_create", "aupdate", "abulk_update", "aget_or_create", "aupdate_or_create", "asave", "adelete"),
}
JUNK_DRAWERS = {"utils", "util", "common", "services", "helpers", "misc", "core", "base", "tools", "managers"}
LENGTH = 350
# Modules in a package.
ROOM = 12


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def layer_of(module: str) -> int:
    for number, names in enumerate(LAYERS):
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return number
    raise AssertionError(f"{module} is in no layer: say in which, above")


def imports_of(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            module = node.module or ""
            for alias in node.names:
                whole = f"{module}.{alias.name}"
                is_module = (ROOT / whole.replace(".", "/")).with_suffix(".py").exists()
                is_package = (ROOT / whole.replace(".", "/")).is_dir()
                yield whole if is_module or is_package else module


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_imports_from_a_higher_layer(path: Path) -> None:
    module = name_of(path)
    if module == "offers":
        return
    ours = {name for name in imports_of(path) if name.startswith("offers.")}
    assert not {name for name in ours if layer_of(name) > layer_of(module)}
    assert not {name for name in imports_of(path) if name.split(".")[0] == "tests"}


@pytest.mark.parametrize("path", [path for path in MODULES if "document" in path.parts], ids=name_of)
def test_the_document_layer_knows_no_django(path: Path) -> None:
    assert {name.split(".")[0] for name in imports_of(path)}.isdisjoint({"django", "psycopg", "allauth"})


def test_the_application_imports_only_what_production_installs() -> None:
    """Tests install far more, so nobody would notice an import that only they can make."""
    pinned = re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    # manage.py translations is a developer's.
    paths = [path for path in (*MODULES, *(ROOT / "offeradmin").rglob("*.py")) if path.stem != "translations"]
    ours = {"offers", "offeradmin", *sys.stdlib_module_names}
    imported = {name.split(".")[0] for path in paths for name in imports_of(path)}
    found = {
        name: {one.lower().replace("_", "-") for one in packages_distributions().get(name, [])}
        for name in imported - ours
    }
    assert len(found) > 5
    assert {name: made_by for name, made_by in found.items() if made_by.isdisjoint(pinned)} == {}


def test_pages_and_api_do_not_know_each_other() -> None:
    for path in MODULES:
        ours, other = ("offers.web", "offers.api") if "web" in path.parts else ("offers.api", "offers.web")
        if name_of(path).startswith(ours):
            assert not [name for name in imports_of(path) if name.startswith(other)], path


def storing_calls(tree: ast.AST) -> Iterator[int]:
    """Lines where an item or revision is stored: a storing call on its manager, or its table in a writing statement."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in STORING_CALLS:
            names = {inner.id for inner in ast.walk(node.func.value) if isinstance(inner, ast.Name)}
            if names & STORED:
                yield node.lineno
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        words = " ".join(node.value.lower().split())
        verbs = ("insert into", "update", "delete from", "copy", "truncate", "merge into")
        if any(f"{verb} {quote}{table}" in words for verb in verbs for table in TABLES for quote in ("", '"')):
            yield node.lineno


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_write_path_and_the_import_store_items_and_revisions(path: Path) -> None:
    lines = list(storing_calls(ast.parse(path.read_text())))
    if str(path.relative_to(ROOT)) in MAY_STORE:
        assert lines
    else:
        assert not lines


@pytest.mark.parametrize(
    "source",
    [
        "LibraryItem.objects.create(id='x')",
        "LibraryItem.objects.filter(id='x').update(etag=2)",
        "Revision.objects.bulk_create([])",
        "LibraryItem(id='x').save()",
        "cursor.execute('UPDATE offers_libraryitem SET etag = 2')",
        "cursor.execute(f'''INSERT\\n INTO \"offers_revision\" VALUES ({x})''')",
    ],
)
def test_the_check_above_sees_what_it_is_to_forbid(source: str) -> None:
    assert list(storing_calls(ast.parse(source)))


def asks_by_itself(tree: ast.AST) -> bool:
    """Whether a module opens a cursor of its own and has a statement about items or revisions."""
    cursors = any(isinstance(node, ast.Attribute) and node.attr == "cursor" for node in ast.walk(tree))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return cursors and any(table in text for table in TABLES for text in texts)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_items_are_read_through_one_place(path: Path) -> None:
    assert asks_by_itself(ast.parse(path.read_text())) <= (str(path.relative_to(ROOT)) in MAY_ASK)


def test_the_check_above_sees_a_cursor_of_its_own() -> None:
    source = "with connection.cursor() as c: c.execute(f'SELECT {x} FROM offers_libraryitem')"
    assert asks_by_itself(ast.parse(source))
    assert not asks_by_itself(ast.parse(source.replace("libraryitem", "bulkrow")))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_change_requests_go_past_the_policy(path: Path) -> None:
    """A stamp that says that somebody else looks at it is made by offers/review, and by nobody else."""
    names = [node.arg for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.keyword)]
    assert ("reviewed" in names) <= (path.parent.name == "review")


def test_there_are_no_signals_and_no_class_views() -> None:
    for path in MODULES:
        found = [name for name in imports_of(path) if name.startswith("django.views.generic") or "signals" in name]
        assert not found, path


def test_models_store_what_they_are_given() -> None:
    trees = [ast.parse(path.read_text()) for path in (ROOT / "offers" / "models").glob("*.py")]
    methods = {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert methods.isdisjoint({"save", "delete", "full_clean", "clean"})
    assert "__str__" in methods


def test_no_package_is_a_street() -> None:
    rooms = {path.parent for path in MODULES}
    sizes = {name_of(room / "__init__.py"): len([*room.glob("*.py")]) - 1 for room in rooms}
    assert {room: size for room, size in sizes.items() if size > ROOM} == {}


def room_of(module: str) -> str:
    """The room that a module is in: its package. One that lies in the house itself is a room of its own, like its layer."""
    path = ROOT / module.replace(".", "/")
    return module if path.is_dir() or module.count(".") == 1 else module.rpartition(".")[0]


def test_there_is_no_way_back_from_a_room_to_one_that_leads_to_it() -> None:
    """But among the rooms of documents, which describe each other, and from a site map, which knows all of them."""
    ways: dict[str, set[str]] = {}
    for path in MODULES:
        here = room_of(name_of(path))
        if path.stem != "urls" and not here.startswith("offers.document"):
            leads = {room_of(name) for name in imports_of(path) if name.startswith("offers.")}
            ways.setdefault(here, set()).update(leads - {here})
    assert len(ways) > 15
    graph = {room: {other for other in others if other in ways} for room, others in ways.items()}
    assert list(TopologicalSorter(graph).static_order())


def test_the_frame_of_the_pages_knows_none_of_them() -> None:
    frame = [path for path in MODULES if path.parent.name == "frame"]
    assert len(frame) > 5
    for path in frame:
        found = {name for name in imports_of(path) if name.startswith("offers.web.")}
        assert {name for name in found if not name.startswith("offers.web.frame")} == set(), path


def house_of(module: str) -> str:
    """The part of the picture that a module is in: a room of the pages, else what lies directly in the application."""
    parts = module.split(".")
    return "/".join(parts[1:3]) if parts[1] == "web" and len(parts) > 3 else parts[1]


def test_the_picture_shows_where_the_rooms_lead() -> None:
    drawn = re.findall(r"^  ([a-z/]+) --> ([a-z/]+)$", ARCHITECTURE, re.MULTILINE)
    shown = {room for arrow in drawn for room in arrow}
    ways: dict[str, set[str]] = {room: set() for room in shown}
    for path in MODULES:
        if path.stem not in ("urls", "__init__") and (here := house_of(name_of(path))) in shown:
            found = {house_of(name) for name in imports_of(path) if name.startswith("offers.")}
            ways[here] |= found & shown - {here}

    def beyond(room: str) -> set[str]:
        return ways[room].union(*(beyond(other) for other in ways[room]))

    needed = {
        (room, other)
        for room, others in ways.items()
        for other in others
        if not any(other in beyond(one) for one in others)
    }
    assert set(drawn) == needed


def test_the_walks_name_what_there_is() -> None:
    walks = ARCHITECTURE[ARCHITECTURE.index("## Four walks") : ARCHITECTURE.index("## The write path")]
    names = re.findall(r"`((?:\w+/)+\w+)(?:\.(\w+))?`", walks)
    assert len(names) > 30
    for place, function in names:
        path = ROOT / ("" if place.startswith("offeradmin") else "offers") / f"{place}.py"
        assert path.exists(), place
        defined = {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
        assert not function or function in defined, f"{place}.{function}"


def test_there_are_no_junk_drawers() -> None:
    files = [path for folder in ("offers", "offeradmin", "tests") for path in (ROOT / folder).rglob("*.py")]
    assert not [path for path in files if path.stem in JUNK_DRAWERS]


def test_no_module_is_two() -> None:
    files = [*MODULES, *(path for folder in ("offeradmin", "tests") for path in (ROOT / folder).rglob("*.py"))]
    long = {name_of(path): count for path in files if (count := len(path.read_text().splitlines())) > LENGTH}
    assert not long
