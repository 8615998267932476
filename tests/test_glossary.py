"""The words of docs/glossary.md, held against everything that the interface says."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.test_korean import messages

GLOSSARY = Path(__file__).resolve().parent.parent / "docs/glossary.md"
# What is filled in is somebody's own word, and what programs send has the name that the API gives it.
NOT_WORDS = re.compile(
    r"\{\w*\}|%\(\w+\)[sd]|%%\w+|\b[\w-]+=[\w-]*|\bX-[\w-]+|\bContent-\w+|\boffer-type\b|^limit is|Django's admin"
)
# English that has the letters of a word and not its meaning.
OTHERS = {
    "offer": {"%(n)s edit of %(offers)s objects"},
    "decision": {"What is shown to those for whom no offer is left. A live decision needs it."},
}


class Word(NamedTuple):
    english: str
    korean: list[str]
    not_said: list[str]

    def pattern(self) -> "re.Pattern[str]":
        return re.compile(rf"\b(?:{_forms(self.english)})\b", re.IGNORECASE)


def _forms(word: str) -> str:
    """The word with the ends that it can have."""
    if word == "go live":
        return r"go(?:es)? live"
    if word.endswith("y"):
        return rf"{word[:-1]}(?:y|ies)"
    return rf"{word[:-1]}(?:e|es|ed|ing)" if word.endswith("e") else rf"{word}(?:s|es|ed|ing)?"


def words() -> list[Word]:
    rows = [
        line.strip("|").split("|")
        for line in GLOSSARY.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    cells = [[cell.strip() for cell in row] for row in rows[1:]]
    return [
        Word(word, korean.split(", "), [one for one in unsaid.split(", ") if one])
        for word, korean, _what, unsaid in cells
    ]


def said() -> dict[str, str]:
    return {english: korean for (english, _context), korean in messages().items()}


@pytest.mark.parametrize("word", words(), ids=lambda word: word.english)
def test_a_word_has_one_word_in_korean(word: Word) -> None:
    found = {
        english: korean
        for english, korean in said().items()
        if word.pattern().search(NOT_WORDS.sub("", english)) and english not in OTHERS.get(word.english, set())
    }
    assert {english: korean for english, korean in found.items() if not any(one in korean for one in word.korean)} == {}


def test_nothing_is_called_by_another_word() -> None:
    unsaid = {other: word.english for word in words() for other in word.not_said}
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, unsaid))})\b", re.IGNORECASE)
    assert [english for english in said() if pattern.search(NOT_WORDS.sub("", english))] == []


def test_the_glossary_has_each_word_once() -> None:
    english = [word.english for word in words()]
    assert len(english) == len(set(english)) > 40
