"""Marks inside texts: by the tokens of their language, as small as a reader nods at, in no time."""

import random
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.document.words.spans import spans
from offers.document.words.tokens import Language, tokens, units
from tests.measure import least

LANGUAGES: tuple[Language, ...] = ("text", "html", "json", "pql")
PIECES = (
    *("members", "gold", " ", "  ", "\n", ".", ", ", "<p>", "</p>", '<p class="a">', "<a href='x'>", "<", ">", "&amp;", "{{"),
    *("{{name}}", "}}", '"', '"x y"', "{", "}", "회원을", "회원에게", "쿠폰", "10만원", "1,000", "👨‍👩‍👧", "👍🏽", "🇰🇷", "e\u0301", "'", "\\", "="),
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=40)
MARKS = {"=": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}


def marked(before: str, after: str, language: Language = "text") -> str:
    """The spans as one text; "" where the two are shown beside each other instead."""
    return "".join(MARKS[kind].format(text) for kind, text in spans(before, after, language))


def sides(before: str, after: str, language: Language) -> tuple[str, str] | None:
    found = spans(before, after, language)
    kept = ["".join(text for kind, text in found if kind != other) for other in "+-"]
    return (kept[0], kept[1]) if found else None


@given(texts, texts, st.sampled_from(LANGUAGES))
def test_what_stayed_and_went_is_the_old_text_and_what_stayed_and_came_the_new_one(
    before: str, after: str, language: Language
) -> None:
    assert sides(before, after, language) in (None, (before, after))
    assert sides(before, before + after, language) in (None, (before, before + after))
    long = "A sentence that is there. " * 200
    assert sides(long + before + long, long + after + long, language) in (
        None,
        (long + before + long, long + after + long),
    )


@given(texts, st.sampled_from(LANGUAGES))
def test_pieces_are_the_text_when_joined(text: str, language: Language) -> None:
    assert "".join(tokens(text, language)) == text
    assert "".join(units(text, language)) == text


@pytest.mark.parametrize(
    ("language", "before", "after", "expected"),
    [
        ("text", "members", "members X", "members{+ X+}"),
        ("text", "for gold members", "for our gold members", "for {+our +}gold members"),
        ("text", "Spring sale", "Summer sale", "[-Spring-]{+Summer+} sale"),
        ("text", "a, b", "a, b, c", "a, b{+, c+}"),
        ("text", "One. Two.", "One. New. Two.", "One. {+New. +}Two."),
        ("text", "20% off", "30% off", "[-20-]{+30+}% off"),
        ("text", "at $89 each", "at $119 each", "at [-$89-]{+$119+} each"),
        ("text", "최대 3회, 6,900원에", "최대 1회, 7,900원에", "최대 [-3회-]{+1회+}, [-6,900원-]{+7,900원+}에"),
        ("text", "Hi {{profile.name}}, see", "Hi {{profile.first}}, see", "Hi [-{{profile.name}}-]{+{{profile.first}}+}, see"),
        ("text", "골드 회원을 위한 쿠폰", "골드 회원에게 위한 쿠폰", "골드 회원[-을-]{+에게+} 위한 쿠폰"),
        ("text", "10만원 쿠폰을 드려요", "20만원 쿠폰을 드려요", "[-10-]{+20+}만원 쿠폰을 드려요"),
        ("text", "봄세일 안내", "여름세일 안내", "[-봄-]{+여름+}세일 안내"),
        ("text", "우리 회원", "우리 회사", "우리 [-회원-]{+회사+}"),
        ("text", "가족 👨‍👩‍👧 모두", "가족 👨‍👩‍👦 모두", "가족 [-👨‍👩‍👧-]{+👨‍👩‍👦+} 모두"),
        ("text", "한국 🇰🇷 좋아요 👍🏽", "한국 🇰🇵 좋아요 👍🏿", "한국 [-🇰🇷-]{+🇰🇵+} 좋아요 [-👍🏽-]{+👍🏿+}"),
        ("text", "cafe\u0301 noir", "cafe\u0300 noir", "[-cafe\u0301-]{+cafe\u0300+} noir"),
        ("text", "会員様限定セール", "会員様特別セール", "会員様[-限定-]{+特別+}セール"),
        ("html", "<p>You</p>", "<p>Hello</p><p>You</p>", "{+<p>Hello</p>+}<p>You</p>"),
        ("html", "<div><p>You</p></div>", "<div><p>Hello</p><p>You</p></div>", "<div>{+<p>Hello</p>+}<p>You</p></div>"),
        ("html", "<p>Hello, all of you</p>", "<h1>Hello, all of you</h1>", "[-<p>-]{+<h1>+}Hello, all of you[-</p>-]{+</h1>+}"),
        ("html", '<p class="a">Hello</p>', '<p class="b" id="x">Hello</p>', '<p class="[-a-]{+b+}"{+ id="x"+}>Hello</p>'),
        ("html", '<a href="https://a.example/x">Go</a>', '<a href="https://a.example/y">Go</a>', '<a href="https://a.example/[-x-]{+y+}">Go</a>'),
        ("pql", 'profile.tier = "gold"', 'profile.tier in ["gold", "bronze"]', 'profile.tier [-= -]{+in [+}"gold"{+, "bronze"]+}'),
        ("pql", 'tier in ["gold", "silver"]', 'tier in ["gold", "bronze"]', 'tier in ["gold", [-"silver"-]{+"bronze"+}]'),
        ("pql", "age > 30", "age >= 30", "age [->-]{+>=+} 30"),
        ("json", '{"title": "Spring sale for all", "n": 1}', '{"title": "Summer sale for all", "n": 2}',
         '{"title": "[-Spring-]{+Summer+} sale for all", "n": [-1-]{+2+}}'),
        ("text", "Spring", "Autumn", ""),
        ("text", "The quick brown fox jumps over the dog", "Another sentence that mentions the moon and stars", ""),
    ],
)  # fmt: skip
def test_a_mark_is_what_a_reader_would_mark(language: Language, before: str, after: str, expected: str) -> None:
    assert marked(before, after, language) == expected


def test_one_word_in_a_long_text_is_one_mark() -> None:
    line = "Shop the {{season}} sale with your friends, and save <b>a lot</b> until Sunday! "
    for joint in ("", "\n", "<br>"):
        text = (line + joint) * 3_000
        middle = text.index("friends", len(text) // 2)
        changed = f"{text[:middle]}family{text[middle + 7 :]}The end."
        found = spans(text, changed, "html")
        assert [span for span in found if span[0] != "="] == [("-", "friends"), ("+", "family"), ("+", "The end.")]


def words(random_: random.Random, count: int) -> str:
    return " ".join(f"w{random_.randrange(300)}" for _ in range(count))


def test_no_two_texts_of_300_kb_take_long() -> None:
    chance = random.Random(7)
    lines = [str(number) for number in range(40_000)]
    tags = "".join(f"<p class='x{number}'>Hello {number} member</p>" for number in range(8_000))
    cases = {
        "other words": ("a " * 150_000, "b " * 150_000),
        "swapped words": ("a b " * 75_000, "b a " * 75_000),
        "one word": ("x" * 300_000, "y" * 300_000),
        "random words": (words(chance, 60_000), words(chance, 60_000)),
        "every paragraph": (tags, tags.replace("Hello", "Hi")),
        "shuffled lines": ("\n".join(lines), "\n".join(chance.sample(lines, len(lines)))),
        "repeated lines": ("a\nb\n" * 70_000, "b\nb\na\n" * 50_000),
        "other tags": ("<a b>" * 60_000, "<a c>" * 60_000),
        "families": ("👨‍👩‍👧" * 60_000, "👨‍👩‍👦" * 60_000),
        "quotes": ('"\\' * 150_000, '\\"' * 150_000),
        "comments": ("<!--" * 75_000, "<!-" * 90_000),
        "expressions": ("{{a" * 100_000, "{{b " * 75_000),
        "halves": ("a" * 6_000 + " b" * 70_000, "c" * 6_000 + " b" * 69_000 + " d"),
    }
    slow = {}
    for name, (before, after) in cases.items():
        for language in LANGUAGES:
            compare = partial(spans, before, after, language)
            taken = least(compare, 0.25)
            if taken > 0.25:
                slow[name, language] = round(taken, 2)
    assert not slow
