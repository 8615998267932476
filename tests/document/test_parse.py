"""Strict parsing: what is JSON comes through unchanged, what is not is refused for the right reason, cheaply."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from offers.document.errors import ParseError
from offers.document.parse import parse
from offers.document.values import depth, equal
from tests.document.strategies import values
from tests.measure import assert_cheap, seconds


def refusal(body: bytes, **options: Any) -> ParseError:
    with pytest.raises(ParseError) as raised:
        parse(body, **options)
    assert raised.value.problems[0].text
    return raised.value


@given(values)
def test_it_reads_what_programs_write(value: Any) -> None:
    assert equal(parse(json.dumps(value).encode()), value)
    assert equal(parse(json.dumps(value, ensure_ascii=False, indent=1).encode()), value)


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b"", "invalid-json", ""),
        (b"{", "invalid-json", ""),
        (b'{"a": 1,}', "invalid-json", ""),
        (b"[1] 2", "invalid-json", ""),
        (b"'a'", "invalid-json", ""),
        (b"[01]", "invalid-json", ""),
        (b'["\x00"]', "invalid-json", ""),
        (b'["\n"]', "invalid-json", ""),
        (b'["\\x"]', "invalid-json", ""),
        ('["a"]'.encode("utf-16"), "not-utf8", ""),
        (b'["\xff"]', "not-utf8", ""),
        (b'["\xed\xa0\x80"]', "not-utf8", ""),
        (b'\xef\xbb\xbf["a"]', "byte-order-mark", ""),
        (b'{"a": 1, "a": 1}', "duplicate-key", ""),
        (b'{"b": [{"x/y": {"a": 1, "c": 2, "\\u0061": 3}}]}', "duplicate-key", "/b/0/x~1y"),
        (b'[{"a": 1, "a": 2}, ', "duplicate-key", ""),
        (b'[1, {"a": NaN}]', "not-a-number", "/1/a"),
        (b"[Infinity]", "not-a-number", "/0"),
        (b"-Infinity", "not-a-number", ""),
        (b'{"a": [0, 1e999]}', "number-out-of-range", "/a/1"),
        (b"[-1e999]", "number-out-of-range", "/0"),
        (b"[9007199254740992]", "number-out-of-range", "/0"),
        (b"[-9007199254740992]", "number-out-of-range", "/0"),
        (b"[%s]" % (b"9" * 5_000), "number-out-of-range", "/0"),
        (b'{"a": "\\u0000"}', "nul-character", "/a"),
        (b'{"\\u0000": 1}', "nul-character", ""),
        (b'{"a": ["x", "\\ud800"]}', "lone-surrogate", "/a/1"),
        (b'{"a": {"\\udc00\\ud800": 1}}', "lone-surrogate", "/a"),
        (b'{"\\ud800": {"a": NaN}}', "not-a-number", "/?/a"),
        (b"[" * 49 + b"]" * 49, "too-deep", ""),
        (b'{"a":' * 49 + b"1" + b"}" * 49, "too-deep", ""),
    ],
)
def test_it_refuses_what_is_not_strict_json(body: bytes, code: str, pointer: str) -> None:
    error = refusal(body)
    assert (error.status, error.code, error.problems[0].pointer) == (400, code, pointer)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"9007199254740991", 2**53 - 1),
        (b"-9007199254740991", -(2**53) + 1),
        (b"1e308", 1e308),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\\\u0000"', "\\u0000"),
        (b" \t\r\n[] ", []),
        (b"-0", 0),
    ],
)
def test_it_takes_what_only_looks_suspicious(body: bytes, value: Any) -> None:
    assert equal(parse(body), value)


def test_it_takes_48_levels_and_brackets_inside_text() -> None:
    assert parse(b"[" * 48 + b"]" * 48) is not None
    assert parse(json.dumps(["[" * 100]).encode()) == ["[" * 100]


def test_it_counts_levels_not_brackets() -> None:
    tricky = {"]]": '[[[["[\\', "\\": ["}{", '\\"'] * 60}
    assert parse(json.dumps(tricky).encode()) == tricky
    assert refusal(json.dumps(tricky)[:-1].encode() + b', "a": ' + b"[" * 48 + b"]" * 48 + b"}").code == "too-deep"


@given(values)
def test_it_measures_depth_as_a_walk_does(value: Any) -> None:
    assert depth(json.dumps(value).encode()) == walked_depth(value)


def walked_depth(value: Any) -> int:
    if not isinstance(value, (dict, list)):
        return 0
    return 1 + max(map(walked_depth, value.values() if isinstance(value, dict) else value), default=0)


def test_it_refuses_a_body_over_the_limit_as_too_large() -> None:
    assert refusal(b" " * 1_000_001).status == 413
    assert refusal(b"[1, 2]", limit=5).code == "too-large"
    assert parse(b"[1,2]", limit=5) == [1, 2]


@given(
    st.one_of(st.binary(max_size=60), st.text(alphabet='[]{}",:\\u0dD8e-+.19NaIntfrls ', max_size=40).map(str.encode))
)
@example(b'{"a":1,"a":NaN}')
@example(b'{"a":NaN,"a":NaN}')
def test_it_raises_nothing_but_its_own_error(body: bytes) -> None:
    try:
        value = parse(body)
    except ParseError as error:
        assert error.status == 400
        assert error.problems[0].text.isprintable()
    else:
        assert equal(value, json.loads(body))


MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    "body",
    [
        b"[" * MEGABYTE,
        b"[" * 500_000 + b"]" * 500_000,
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 200_000,
        b"[" + b"[]," * 333_332 + b"1]",
        b"[" + b"{}," * 333_332 + b"1]",
        b"[" + b'{"":0},' * 142_856 + b"1]",
        b"[" + b'"\\u0000",' * 111_110 + b"1]",
        b"[" + b'"\\ud800",' * 111_110 + b"1]",
        b"[" + b'"\\u00e9",' * 111_110 + b"1]",
        b"[" + b"9" * 999_990 + b"]",
        b"[0." + b"1" * 999_990 + b"]",
        b"[" + b"9" * 999_980 + b".0]",
        b"[" + b"1e999," * 166_665 + b"1]",
        b"[" + b"NaN," * 249_999 + b"1]",
        b"{" + b'"a":1,' * 166_665 + b'"a":1}',
        b"[" + b'{"a":1,"a":1},' * 71_427 + b"1]",
        json.dumps({f"k{n}": n for n in range(60_000)}).encode(),
        b'"' + b"\\" * 999_998 + b'"',
        b'"' + b'\\"' * 499_990,
        b" " * MEGABYTE,
        b"\n" * MEGABYTE,
        b"[" * 47 + b"[]," * 300_000 + b"[[[" + b"]" * 50,
    ],
    ids=lambda body: repr(body[:12]) + "..." + repr(body[-6:]),
)
def test_no_megabyte_takes_half_a_second_or_100_megabytes(body: bytes) -> None:
    assert len(body) <= MEGABYTE

    def attempt() -> None:
        try:
            parse(body)
        except ParseError as error:
            assert len(str(error)) < 1_000

    assert_cheap(attempt)


def test_a_small_body_costs_little_more_than_the_parser_itself() -> None:
    body = json.dumps([{"op": "replace", "path": "/name", "value": "Updated personalized offer"}] * 2).encode()
    ours = min(seconds(lambda: [parse(body) for _ in range(500)]) for _ in range(5))
    theirs = min(seconds(lambda: [json.loads(body) for _ in range(500)]) for _ in range(5))
    assert ours < 10 * theirs
