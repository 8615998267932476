"""Bytes to a JSON value, strictly: whatever a body could smuggle past us is refused here, with a precise reason."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NoReturn, TypeVar

from offers.document.errors import JSON, ParseError, Problem
from offers.document.values import MAX_DEPTH, MAX_INTEGER, depth, escape, printable, unstorable
from offers.document.words.labels import gettext_noop

BODY_LIMIT = 1_000_000
# Characters up to which the place of a fault is looked for.
LOCATE_LIMIT = 100_000

MESSAGES = {
    "duplicate-key": gettext_noop("The member “{name}” appears twice in one object."),
    "number-out-of-range": gettext_noop("This number is outside the range that JSON programs agree on."),
    "not-a-number": gettext_noop("NaN and Infinity are not JSON numbers."),
    "nul-character": gettext_noop("Text cannot contain a NUL character."),
    "lone-surrogate": gettext_noop("Text contains half of a surrogate pair."),
}


T = TypeVar("T")


class _Fault(Exception):
    """Something json.loads would let through. The second, slower parse leaves it in the tree to learn its pointer."""

    def __init__(self, code: str, name: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.name = name


def parse(body: bytes, *, limit: int = BODY_LIMIT) -> JSON:
    """The JSON value (RFC 8259) that `body` holds; UTF-8 only, at most `limit` bytes and 48 levels of nesting.

    Refuses byte order marks, duplicate member names, NaN and Infinity, numbers too large for a double, integers beyond
    2**53 - 1, NUL and lone surrogates. Raises ParseError and nothing else.
    """
    if len(body) > limit:
        raise ParseError(
            Problem("", "too-large", gettext_noop("The body is larger than {limit} bytes."), params={"limit": limit}),
            status=413,
        )
    if body.startswith(b"\xef\xbb\xbf"):
        raise ParseError(Problem("", "byte-order-mark", gettext_noop("The body starts with a byte order mark.")))
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        message = gettext_noop("The body is not UTF-8 at byte {position}.")
        raise ParseError(Problem("", "not-utf8", message, params={"position": error.start})) from None
    value = _decode(text)
    # Counting is cheap, so a small body is not looked at again.
    if text.count("[") + text.count("{") > MAX_DEPTH and depth(body) > MAX_DEPTH:
        raise _too_deep()
    # Raw control characters and raw surrogates are refused above, so only an escape can bring one in.
    if "\\u" in text:
        _refuse_unstorable(value, locate=len(text) <= LOCATE_LIMIT)
    return value


def _decode(text: str) -> JSON:
    try:
        return _STRICT.decode(text)
    except _Fault as fault:
        raise _located(text, fault) from None
    except RecursionError:
        raise _too_deep() from None
    except json.JSONDecodeError as error:
        message = gettext_noop("The body is not valid JSON: line {line}, column {column}.")
        params = {"line": error.lineno, "column": error.colno}
        raise ParseError(Problem("", "invalid-json", message, params=params)) from None


def _object(pairs: list[tuple[str, JSON]]) -> dict[str, JSON]:
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _Fault("duplicate-key", next(name for name, count in counts.items() if count > 1))
    return members


def _integer(text: str) -> int:
    # Length first: int() of thousands of digits is slow, and refused by Python with an error of its own.
    if len(text) > 17 or abs(value := int(text)) > MAX_INTEGER:
        raise _Fault("number-out-of-range")
    return value


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _Fault("number-out-of-range")
    return value


def _constant(text: str) -> NoReturn:
    raise _Fault("not-a-number")


_STRICT = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant)


def _keep(hook: Callable[[T], JSON]) -> Callable[[T], JSON]:
    """The hook, but a fault it raises becomes the value."""

    def kept(argument: T) -> JSON:
        try:
            return hook(argument)
        except _Fault as fault:
            return fault

    return kept


_MARKING = json.JSONDecoder(
    object_pairs_hook=_keep(_object),
    parse_int=_keep(_integer),
    parse_float=_keep(_float),
    parse_constant=_keep(_constant),
)


def _located(text: str, fault: _Fault) -> ParseError:
    """The error for the fault that stopped the strict parse, with its pointer where that can be had.

    To learn it, parse again and leave faults where they stand. Not so for a text that turns out not to be JSON further
    on, nor for a very large one: that would take too long.
    """
    pointer = ""
    if len(text) <= LOCATE_LIMIT:
        with suppress(json.JSONDecodeError, RecursionError):
            faults = ((pointer, item) for pointer, item in _walk(_MARKING.decode(text)) if isinstance(item, _Fault))
            pointer, fault = next(faults)
    params = {"name": printable(fault.name[:100])} if fault.name else {}
    return ParseError(Problem(printable(pointer), fault.code, MESSAGES[fault.code], params=params))


def _walk(value: JSON) -> Iterator[tuple[str, JSON]]:
    """Every value with its pointer, containers before what they contain, without recursion."""
    waiting = [("", value)]
    while waiting:
        pointer, item = waiting.pop()
        yield pointer, item
        if isinstance(item, dict):
            waiting.extend((f"{pointer}/{escape(name)}", child) for name, child in reversed(item.items()))
        elif isinstance(item, list):
            waiting.extend((f"{pointer}/{len(item) - 1 - i}", child) for i, child in enumerate(reversed(item)))


def _refuse_unstorable(value: JSON, locate: bool) -> None:
    """Look for NUL and lone surrogates in texts and member names; their place is told when it is to be located."""
    places = _walk(value) if locate else (("", item) for item in _level_by_level(value))
    for pointer, item in places:
        texts = item if isinstance(item, dict) else (item,) if isinstance(item, str) else ()
        for text in texts:
            if code := unstorable(text):
                # A bad member name cannot be part of a pointer: this one leads to its object.
                raise ParseError(Problem(printable(pointer), code, MESSAGES[code]))


def _level_by_level(value: JSON) -> Iterator[JSON]:
    level = [value]
    while level:
        yield from level
        below: list[JSON] = []
        for item in level:
            if isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        level = below


def _too_deep() -> ParseError:
    message = gettext_noop("The body is nested more than {limit} levels deep.")
    return ParseError(Problem("", "too-deep", message, params={"limit": MAX_DEPTH}))
