"""What people and programs send along, read in the same way everywhere: no text that a database refuses, no number that is none."""

import re
import uuid
from collections.abc import Iterable
from unicodedata import normalize

MAX_ETAG = 2**31 - 1
MAX_KEY = 2**63 - 1
# Why a change was made, as pages take it (the API takes a line of its own length in a header).
MAX_NOTE = 500
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def text(given: str | None, most: int) -> str:
    """The text without space around it and without NUL, which PostgreSQL cannot hold; at most `most` characters.

    A line ends with one character, as browsers count it, and not with the two that they send: else the end of a text that
    they let somebody type would be cut off.
    """
    return (given or "").replace("\r\n", "\n").replace("\0", "").strip()[:most]


def request_id(given: str | None) -> str:
    """The caller's name for a request where it is a sane one, else a new one."""
    return given if given and _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def note(given: str | None) -> str:
    """Why somebody made a change, in their words."""
    return text(given, MAX_NOTE)


def words(given: str, most: int) -> list[str]:
    """The words of a search, in small letters and composed (NFC), without NUL; at most so many, for each costs the database a look."""
    return composed(given).replace("\0", "").split()[:most]


def composed(given: str) -> str:
    """In small letters, each accent and each Hangul syllable as one character (NFC): as searched text is kept."""
    return normalize("NFC", given.lower())


def ids(given: Iterable[str]) -> list[str]:
    """Those of these that could be ids: not empty, and nothing in them that cannot be printed, NUL above all."""
    return [id for id in given if id and id.isprintable()]


def number(given: str | None, most: int = MAX_ETAG) -> int | None:
    """The whole number from 0 to `most` that the text spells in ASCII digits; None for anything else.

    Its length is looked at first: Python reads thousands of digits slowly, or refuses them with an error of its own.
    """
    if not given or len(given) > len(str(most)) or not (given.isascii() and given.isdecimal()):
        return None
    found = int(given)
    return found if found <= most else None


def signed(given: str | None, most: int = MAX_ETAG) -> int | None:
    """The same for a number that may have a sign, and space around it."""
    digits = (given or "").strip()
    found = number(digits[1:] if digits[:1] in ("-", "+") else digits, most)
    return -found if found is not None and digits.startswith("-") else found
