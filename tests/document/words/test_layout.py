"""JSON laid out for reading says what it said."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.document.words.layout import laid_out
from tests.measure import least

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_it_reads_as_json_is_indented_everywhere(value: object) -> None:
    assert laid_out(json.dumps(value)) == json.dumps(value, indent=2)


def test_texts_and_numbers_stay_as_they_are_written() -> None:
    text = r'{"n":12345678901234567890123,"f":1.10,"n":"a\"b \u00e9 {,:"}'
    assert laid_out(text) == '{\n  "n": 12345678901234567890123,\n  "f": 1.10,\n  "n": "a\\"b \\u00e9 {,:"\n}'


@pytest.mark.parametrize("text", ["", "{", '{"points": {{ points }}}', "no JSON", '"' * 3, "[" * 40_000])
def test_what_is_no_json_stays_as_it_is(text: str) -> None:
    assert laid_out(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "[" * 900 + "1," * 20_000 + "1" + "]" * 900,
        "[" + "[]," * 16_000 + "1]",
        '"' + r"\"" * 24_000 + '"',
        "[" * 99_999,
    ],
)
def test_no_text_takes_long_or_grows_without_bounds(text: str) -> None:
    assert least(lambda: laid_out(text), 0.2) < 0.2
    assert len(laid_out(text)) < 20 * len(text)
