"""A text cut into the pieces that a reader sees as one: words and marks, HTML tags, PQL and JSON tokens, expressions.

Every pattern takes time in proportion to the text: what is repeated without a limit is never given back (`++`, `*+`).
"""

import re
import unicodedata
from typing import Final, Literal, TypeAlias

from offers.document.errors import JSON
from offers.document.kinds.fields import component_type

Language: TypeAlias = Literal["text", "html", "json", "pql"]


def _ranges(numbers: list[int]) -> str:
    """The inside of a character class that has these characters."""
    starts = [number for number in numbers if number - 1 not in set(numbers)]
    ends = [number for number in numbers if number + 1 not in set(numbers)]
    return "".join(f"\\U{a:08x}-\\U{b:08x}" for a, b in zip(starts, ends, strict=True))


# What joins the character before it to one that is seen: combining marks, variation selectors, skin tones, tags.
_MARKS = _ranges(
    [number for number in range(0x300, 0x1F000) if unicodedata.category(chr(number)) in ("Mn", "Mc", "Me")]
)
_EXTEND: Final = f"[{_MARKS}\u200c\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]*+"
_HANGUL: Final = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
_KATAKANA: Final = "\u30a0-\u30ff\u31f0-\u31ff"
# Scripts that put no spaces between words: each of their characters is a piece of its own.
_UNSPACED: Final = "\u0e00-\u0eff\u3040-\u309f\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_EXPRESSION = r"\{\{\{?[^{}]*+\}\}\}?"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_SPACE = r"\r\n|\n|[^\S\r\n]++|\r"
# A number by itself, so that of "10만원" only "10" changes; "2nd" and "SALE2026" are words. What it
# is an amount or a number of goes with it: of "$89" and of "3회" all changes.
_NUMBER = (
    rf"(?:[$€£¥₩](?=\d))?+\d++(?:[.,:]\d++){{0,8}}+(?:[\ufe0f\u20e3]*+)[원회]?+"
    rf"(?![^\W\d_{_HANGUL}{_UNSPACED}])"
)
_WORD = (
    rf"(?:[{_HANGUL}]{_EXTEND})++|(?:[{_KATAKANA}]{_EXTEND})++|[{_UNSPACED}]{_EXTEND}"
    rf"|(?:[^\W{_HANGUL}{_KATAKANA}{_UNSPACED}]{_EXTEND}|(?<=\w)['’](?=\w))++"
)
_SYMBOL = rf".{_EXTEND}(?:\u200d[^\s\w]{_EXTEND})*+\u200d?"
_TEXT = rf"{_EXPRESSION}|{_FLAG}|{_SPACE}|{_NUMBER}|{_WORD}|{_SYMBOL}"
_TAG = rf"<!--(?:[^-<]|-(?!->)|<(?!!--))*+-->|<[/!?]?[A-Za-z](?:[^<>{{]|{_EXPRESSION}|\{{)*+>"
# A string that is never closed ends with its line.
_STRING = r'"(?:[^"\\\n]|\\.)*+"?+'
_QUOTED = rf"{_STRING}|'(?:[^'\\\n]|\\.)*+'?+"

_PATTERNS: Final = {
    "text": re.compile(_TEXT, re.DOTALL),
    "html": re.compile(rf"{_TAG}|&\#?\w{{1,32}};|{_TEXT}", re.DOTALL),
    "json": re.compile(rf"{_STRING}|{_EXPRESSION}|{_SPACE}|[-+.\w]++|{_SYMBOL}", re.DOTALL),
    "pql": re.compile(rf"{_QUOTED}|{_SPACE}|\d++(?:\.\d++)?+|(?:[^\W]{_EXTEND})++|[<>!=]=|{_SYMBOL}", re.DOTALL),
}
# A tag in parts, once it is known that it is the same tag with other attributes.
_PARTS: Final = re.compile(
    rf"</?[A-Za-z][^\s<>/]*+|\"[^\"]*+\"?+|{_EXPRESSION}|[^\s<>\"'=]{{1,40}}+(?==)|=|{_TEXT}", re.DOTALL
)
_UNITS: Final = {
    "text": re.compile(r"[^\n.!?。]*+(?:\n|[.!?。]++[^\S\n]*+)?"),
    "html": re.compile(r"<[^<>]*+>?+|[^\n<>]++\n?+|[\n>]"),
    "json": re.compile(r"[^\n,]*+[\n,]?"),
    "pql": re.compile(r"[^\n]*+\n?"),
}


def tokens(text: str, language: Language) -> list[str]:
    """The pieces of a text, which are the text when joined. No grapheme is in two of them."""
    return _PATTERNS[language].findall(text)


def parts(token: str, language: Language) -> list[str]:
    """The pieces of one piece: a tag's attributes, the words of a string in JSON; itself where it has none."""
    if language == "html" and token[:1] == "<" and token[-1:] == ">" and not token.startswith("<!"):
        return _PARTS.findall(token)
    if (language == "json" and token[:1] == '"') or token.startswith("<!--"):
        return _PATTERNS["text"].findall(token)
    return [token]


def family(token: str, language: Language) -> str:
    """What a piece has to have in common with another to be a changed form of it: the name of a tag, being a string."""
    if language == "html" and token[:1] == "<" and token[-1:] == ">":
        return token.split(maxsplit=1)[0].rstrip("/>").lower()
    return '"' if language == "json" and token[:1] == '"' else token


def units(text: str, language: Language) -> list[str]:
    """A long text in coarse pieces, to find out quickly where it changed: sentences, tags with their text, or lines."""
    return [unit for unit in _UNITS[language].findall(text) if unit]


def language_of(holder: JSON, member: str) -> Language:
    """What the text in this member of an object is written in: contents say it by their format, conditions are PQL."""
    if not isinstance(holder, dict):
        return "text"
    if member == "value" and holder.get("type") == "PQL":
        return "pql"
    if member != "content":
        return "text"
    kind, format = str(holder.get("type", "")), str(holder.get("format", ""))
    short = component_type(kind) if len(kind) < 200 else None
    named: dict[str, Language] = {"text/html": "html", "application/json": "json"}
    found = named.get(format.split(";")[0].strip().lower())
    return found or ("html" if short == "html" else "json" if short == "json" else "text")
