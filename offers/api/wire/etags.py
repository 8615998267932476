"""If-Match and If-None-Match (RFC 9110 section 13.1). An item's entity tag is its etag in quotes: `"3"`."""

import re
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from offers.access.asking import header
from offers.api.wire.problems import ApiError

# Read in one pass: what a possessive repeat (`*+`) has taken it never gives back, so no text can be read in two ways.
_TAG = r'(?:W/)?+"[\x21\x23-\x7e\x80-\xff]*+"'
_LIST = re.compile(rf"[ \t,]*+{_TAG}(?:[ \t]*+,[ \t,]*+(?:{_TAG})?+)*+[ \t]*+")
_STRONG = re.compile(r'(W/)?"([^"]*)"')
# Etags are PostgreSQL's integers: what has more digits names none of ours, and is not made a number.
_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Condition:
    """`*`, or the etags that are named. Those that could never be one of ours, weak ones too, name nothing."""

    any: bool
    etags: frozenset[int]


def tag(etag: int) -> str:
    return f'"{etag}"'


def if_match(request: HttpRequest) -> Condition | None:
    """The If-Match header; weak tags never match (strong comparison). Raises ApiError (400) for a malformed one."""
    return _condition(request, "If-Match", weak=False)


def if_none_match(request: HttpRequest) -> Condition | None:
    """The If-None-Match header; weak tags match as strong ones do (weak comparison). Raises ApiError (400)."""
    return _condition(request, "If-None-Match", weak=True)


def _condition(request: HttpRequest, name: str, *, weak: bool) -> Condition | None:
    text = header(request, name)
    if text is None:
        return None
    if text.strip() == "*":
        return Condition(True, frozenset())
    if len(text) > 1_000 or not _LIST.fullmatch(text):
        detail = _('{header} takes * or entity tags in quotes, such as "3".').format(header=name)
        raise ApiError(400, "malformed-header", _("A header could not be read"), detail)
    named = [value for mark, value in _STRONG.findall(text) if weak or not mark]
    return Condition(False, frozenset(int(value) for value in named if _NUMBER.fullmatch(value)))
