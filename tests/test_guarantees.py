"""docs/guarantees.md names tests that are there, and none but by their whole name."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "guarantees.md").read_text()
PROMISE = re.compile(r"^- \*\*(.+?)\*\*\n((?:  .+\n)+)", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def named_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text()) if (ROOT / path).is_file() else ast.Module([], [])
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_promise_names_tests_that_are_there() -> None:
    promises = PROMISE.findall(PAGE)
    assert len(promises) == PAGE.count("\n- ") > 20
    assert [promise for promise, shown in promises if not NAMED.search(shown)] == []
    assert [name for path, name in NAMED.findall(PAGE) if name not in named_in(path)] == []


def test_nothing_is_named_in_another_way() -> None:
    assert PAGE.count("::") == len(NAMED.findall(PAGE))
    assert named_in("tests/test_nowhere.py") == set()
