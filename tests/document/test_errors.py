"""Errors carry what programs and people need: a status, a title, codes, filled-in messages."""

import ast
from pathlib import Path

import offers.document
from offers.document.errors import DocumentError, InvalidDocument, ParseError, PatchError, Problem

SOURCES = sorted(Path(offers.document.__file__).parent.rglob("*.py"))


def test_a_problem_fills_in_its_message() -> None:
    problem = Problem("/a", "too-small", "This must be {ge} or more.", operation=3, params={"ge": 1})
    assert problem.text == "This must be 1 or more."
    assert str(InvalidDocument([problem, problem])) == "This must be 1 or more.; This must be 1 or more."


def test_each_error_has_its_status_and_takes_another() -> None:
    problem = Problem("", "x", "X")
    assert [error(problem).status for error in (ParseError, PatchError, InvalidDocument)] == [400, 400, 422]
    error = PatchError([problem], status=409)
    assert isinstance(error, DocumentError)
    assert (error.status, error.code, error.problems) == (409, "x", (problem,))
    assert PatchError.status == 400
    assert error.title


def test_every_message_is_marked_for_translation() -> None:
    """What is given to Problem as its message is a gettext_noop text, directly or by way of a name bound to one."""
    marked = 0
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id == "Problem":
                    assert not isinstance(node.args[2], (ast.Constant, ast.JoinedStr)), (source.name, node.lineno)
                if node.func.id == "gettext_noop":
                    assert isinstance(node.args[0], ast.Constant), (source.name, node.lineno)
                    marked += 1
    assert marked > 100


def test_nothing_here_imports_django_or_a_higher_layer() -> None:
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert not name.startswith("django"), (source.name, name)
                assert not name.startswith("offers.") or name.startswith("offers.document"), (source.name, name)
