"""What people and programs send along is read in one way."""

import pytest

from offers import asked


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("0", 0),
        ("7", 7),
        (str(asked.MAX_ETAG), asked.MAX_ETAG),
        (str(asked.MAX_ETAG + 1), None),
        ("", None),
        (None, None),
        ("-1", None),
        ("+1", None),
        (" 1", None),
        ("1.0", None),
        ("²", None),
        ("٣", None),
        ("9" * 5_000, None),
    ],
)
def test_a_number_is_what_ascii_digits_spell(given: str | None, number: int | None) -> None:
    assert asked.number(given) == number


def test_a_signed_number_may_have_its_sign_and_space() -> None:
    given = ("-3", "+3", " 3 ", "--3", "3-", "")
    assert [asked.signed(text) for text in given] == [-3, 3, 3, None, None, None]


def test_a_text_has_no_nul_and_an_end() -> None:
    assert asked.text(" a\0b ", 10) == "ab"
    assert asked.text("x" * 600, 10) == "x" * 10
    assert asked.text(None, 10) == ""


def test_words_are_small_and_few() -> None:
    assert asked.words("Winter  SALE\0 now", 8) == ["winter", "sale", "now"]
    assert asked.words("a " * 100, 8) == ["a"] * 8


def test_ids_are_what_could_be_one() -> None:
    assert asked.ids(["a", "", "b\0", "c\nd", "할인"]) == ["a", "할인"]


def test_a_line_counts_as_long_as_a_browser_says_that_it_is() -> None:
    typed = "가\n" * 5 + "END"
    assert asked.text(typed.replace("\n", "\r\n"), len(typed)) == typed
