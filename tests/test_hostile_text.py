"""No text from outside takes more time than its length: every regular expression, and every parser, at 100 KB.

The expressions are found in the source, with the methods that they are called by, so that a new one is tried as well.
"""

import ast
import importlib
import itertools
import random
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from offers.api.wire import etags
from offers.api.wire.problems import ApiError
from offers.bulk.actions import shifted
from offers.document.errors import DocumentError
from offers.document.kinds.fields import component_type, instant
from offers.document.parse import parse
from offers.document.patch import check
from offers.forms.fields import LANGUAGES
from offers.lists import expressions, keyset, pages, programs
from offers.web.edit.warnings import advice, broken_at
from offers.web.lists.filters import wanted_in
from tests.measure import least

# Not public, but what re itself reads patterns with.
codes: Any = import_module("re._constants")
parser: Any = import_module("re._parser")

ROOT = Path(__file__).parent.parent
LENGTH = 100_000
SECONDS = 0.05
# Where a text is cut into tokens, most of the time goes into making up to 100,000 of them: in proportion to its length.
TOKENS_SECONDS = 0.25
# Of an expression with so many alternatives that trying all of them takes minutes, so many texts are tried.
MAX_PARTS = 150
METHODS = {"fullmatch", "match", "search", "sub", "subn", "split", "findall", "finditer"}
# What an expression that is made where it is used is made of there.
STAND_INS = {"pointer": "/representations"}
# Characters that mean something to somebody, and some that are longer than they look.
SPECIAL = [*" \t\n\"'\\/,;:.=~!<>{}[]()+-%&#", "0", "a", "W", "_", "é", "e\u0301", "\u0301", "한", "🎉", "👩‍👩‍👧"]
# Ends that make a text which nearly matched fail.
ENDS = ("\0", "!", "\n")


def _sources() -> Iterator[tuple[Any, ast.Module]]:
    for path in sorted([*ROOT.glob("offers/**/*.py"), *ROOT.glob("offeradmin/**/*.py")]):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        text = path.read_text()
        if "import re" not in text:
            continue
        tree = ast.parse(text)
        # Importing would ask Django for more than it has; what has no expression needs no import.
        if "re" in {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}:
            yield importlib.import_module(name), tree


def _expressions() -> dict[tuple[str, str], tuple[re.Pattern[str], set[str]]]:
    """Every expression by module and text, with the methods that it is used by there."""
    found: dict[tuple[str, str], tuple[re.Pattern[str], set[str]]] = {}
    for module, tree in _sources():
        known = {**vars(module), **STAND_INS}
        used: dict[str, set[str]] = {}
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            method = node.func.attr
            if method not in METHODS | {"compile"}:
                continue
            owner = ast.unparse(node.func.value)
            if owner == "re" and method in METHODS | {"compile"}:
                flags = next(
                    (text for arg in node.args[1:] if (text := ast.unparse(arg)).removeprefix("re.").isupper()), "0"
                )
                pattern = re.compile(eval(ast.unparse(node.args[0]), known), eval(flags, known))  # noqa: S307  # our own source
                # One over bytes reads files of ours.
                if isinstance(pattern.pattern, str):
                    entry = found.setdefault((module.__name__, pattern.pattern), (pattern, set()))
                    entry[1].update({method} - {"compile"})
            elif method in METHODS:
                used.setdefault(owner, set()).add(method)
        constants = {
            name: value
            for name, value in vars(module).items()
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str)
        }
        # One that is handed on, or kept in a table, is used as any that is not called by its name.
        handed_on = {method for owner, methods in used.items() if owner not in constants for method in methods}
        for name, pattern in constants.items():
            found.setdefault((module.__name__, pattern.pattern), (pattern, set()))[1].update(used.get(name, ()))
        for (where, _), (_pattern, methods) in found.items():
            if where == module.__name__ and not methods:
                methods |= handed_on or METHODS
    return found


EXPRESSIONS = _expressions()


def _sample(parsed: Any, times: int) -> str:
    """A text that this part of an expression matches, with each repeat in it `times` times, if it may be."""
    text = ""
    for code, argument in parsed:
        match code:
            case codes.LITERAL:
                text += chr(argument)
            case codes.NOT_LITERAL | codes.ANY:
                text += "a"
            case codes.IN:
                text += _one_of(argument)
            case codes.BRANCH:
                text += _sample(argument[1][times % len(argument[1])], times)
            case codes.SUBPATTERN:
                text += _sample(argument[-1], times)
            case codes.ATOMIC_GROUP:
                text += _sample(argument, times)
            case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
                least, most, body = argument
                text += _sample(body, times) * max(least, min(times, int(most)))
    return text


def _one_of(choices: list[Any]) -> str:
    for code, argument in choices:
        match code:
            case codes.LITERAL:
                return chr(argument)
            case codes.RANGE:
                return chr(argument[0])
            case codes.CATEGORY:
                return {codes.CATEGORY_SPACE: " ", codes.CATEGORY_DIGIT: "1"}.get(argument, "a")
    return "a"


def _pumps(parsed: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """(what comes before it, what is repeated) for each repeat of an expression."""
    for code, argument in parsed:
        match code:
            case codes.MAX_REPEAT | codes.MIN_REPEAT | codes.POSSESSIVE_REPEAT:
                body = argument[2]
                yield from ((before, sample) for times in (0, 1, 2) if (sample := _sample(body, times)))
                yield from _pumps(body, before)
            case codes.SUBPATTERN:
                yield from _pumps(argument[-1], before)
            case codes.ATOMIC_GROUP:
                yield from _pumps(argument, before)
            case codes.BRANCH:
                for branch in argument[1]:
                    yield from _pumps(branch, before)
        before += _sample([(code, argument)], 1)


def _parts(pattern: re.Pattern[str]) -> set[tuple[str, str, str]]:
    """(start, what is repeated, end) of texts that are hard on this expression, if any are."""
    pumps = set(_pumps(parser.parse(pattern.pattern, pattern.flags)))
    starts = {"", *(before for before, _ in pumps)}
    return {
        (before, unit, end)
        for before, unit in pumps | set(itertools.product(starts, SPECIAL))
        for end in ENDS
    }  # fmt: skip


def _lengths() -> Iterator[int]:
    """Growing, so that what grows without measure is found while it can still be waited for."""
    length = 10.0
    while length < 2_000:
        yield int(length)
        length *= 1.25
    yield from (8_000, 30_000, LENGTH)


def _check(
    name: str, feed: Callable[[str], object], parts: set[tuple[str, str, str]], seconds: float = SECONDS
) -> None:
    tried = random.Random(0).sample(sorted(parts), min(MAX_PARTS, len(parts)))
    for before, unit, end in tried:
        for length in _lengths():
            text = before + unit * (length // len(unit)) + end
            taken = least(partial(feed, text), seconds)
            assert taken < seconds, f"{name}: {taken:.3f} s for {before!r} + {unit!r} * {length // len(unit)} + {end!r}"
            # Even what grows by the square is within bounds then at the full length.
            if length > 8_000 and taken < seconds / 20:
                break


def _use(pattern: re.Pattern[str], method: str, text: str) -> None:
    if method in ("sub", "subn"):
        getattr(pattern, method)(" ", text)
    elif method == "finditer":
        list(pattern.finditer(text))
    else:
        getattr(pattern, method)(text)


@pytest.mark.parametrize(("module", "text"), EXPRESSIONS)
def test_no_text_is_hard_on_a_regular_expression(module: str, text: str) -> None:
    pattern, methods = EXPRESSIONS[module, text]
    for method in sorted(methods):
        seconds = TOKENS_SECONDS if module == "offers.document.words.tokens" else SECONDS
        _check(f"{module} {text} {method}", partial(_use, pattern, method), _parts(pattern), seconds)


def test_the_search_finds_expressions_and_bad_ones_are_noticed() -> None:
    assert len(EXPRESSIONS) > 20
    for bad in (r"(a|a)*b", r"(?:[ \t]*,[ \t]*(?:x)?)*y", r"\s*\d*\s*x"):
        pattern = re.compile(bad)
        with pytest.raises(AssertionError, match="s for"):
            _check(bad, pattern.search, _parts(pattern))


def _header(text: str) -> object:
    request = RequestFactory().get("/", headers={"If-Match": text, "If-None-Match": text})
    return etags.if_match(request), etags.if_none_match(request)


TERMS = programs.order(["name"])
PARSERS: dict[str, Callable[[str], object]] = {
    "a body": lambda text: parse(text.encode()),
    "a text in a body": lambda text: parse(b'{"a": "%s"}' % text.encode()),
    "a patch": lambda text: check([{"op": "add", "path": text, "value": text}]),
    "JSON content": broken_at,
    "advice on a content": lambda text: advice(text, "json"),
    "JSON content with a text": lambda text: broken_at(f'{{"a": "{text}"}}'),
    "preconditions": _header,
    "a property expression": lambda text: expressions.conditions([text]),
    "the value of a property expression": lambda text: expressions.conditions([f"etag=={text}"]),
    "an order": lambda text: programs.order([text]),
    "a limit": programs.limit,
    "a cursor of the API": lambda text: programs.page(1, [], [], TERMS, 1, text),
    "a cursor of a page": lambda text: keyset.start_of(text, pages.ORDERS["name"]),
    "a moment": expressions.parse_instant,
    "a date-time": instant,
    "a date to be moved": lambda text: shifted(text, 1),
    "a content type": component_type,
    "languages": lambda text: LANGUAGES.read(text, ZoneInfo("UTC")),
    "filters": lambda text: wanted_in(
        QueryDict.fromkeys(("q", "tag", "uses", "by", "from", "to", "state"), text), ZoneInfo("Asia/Seoul")
    ),
}  # fmt: skip
UNITS = {
    *SPECIAL,
    "{{",
    "{%",
    "{{}}",
    "{{ a }}\n",
    '\\"',
    "\\u0000",
    '"a":',
    "[1,",
    '{"a":',
    "1e",
    "9",
    "~0",
    "/0",
    "%00",
}


@pytest.mark.parametrize("name", PARSERS)
def test_no_text_is_hard_on_a_parser(name: str) -> None:
    def feed(text: str) -> None:
        with suppress(DocumentError, ValueError, OverflowError, ApiError):
            PARSERS[name](text)

    starts = ("", "a==", '"1", ', '{"a": ', "2026-01-01T00:00:00.")
    _check(name, feed, {(start, unit, end) for start in starts for unit in UNITS for end in ("", "!")})
