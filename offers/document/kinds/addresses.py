"""Addresses in offers: where a link leads and where a picture comes from.

Whoever shows an offer puts them into pages and apps. So they may begin with what is fetched or dialled and never with what
is run or read from a device: a list of what is allowed, because nobody knows all that is not. An address of the own site
(`/sale`) begins with nothing of the kind. Template expressions may make an address, or parts of it.

`//shop.example/sale` takes its scheme from the page around it. Emails and apps have none to give: there it leads nowhere, or for
a mail program that reads it as a path, to a file server of that name.
"""

import html
import re
from collections.abc import Iterator

PICTURES = frozenset({"http", "https"})
LINKS = PICTURES | {"mailto", "tel", "sms"}

# Browsers overlook these in a scheme (https://url.spec.whatwg.org/#concept-basic-url-parser), or people overlook them.
_UNSEEN = re.compile(r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060\ufeff]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):")
_SLASHES = re.compile(r"[/\\]{2}")
_OPEN = re.compile(r"\{[{%#]")
_CLOSE = {"{{": "}}", "{%": "%}", "{#": "#}"}
_NO_LETTERS = re.compile(r"[^a-z:]+")
# What is looked for inside of expressions, where a colon may be anything.
_QUOTED = re.compile(r"[\"'`](javascript|vbscript|data|file|blob|filesystem):")
_SPELLED = re.compile(r"(javascript|vbscript):")


def refused_scheme(address: str, allowed: frozenset[str]) -> str:
    """What the address begins with that is not among these schemes, in lower case; "" where it may be used.

    Each branch of a template is a beginning. Takes time in proportion to the address.
    """
    texts, insides = [], []
    starts = [""]
    for opening, text in _parts(_UNSEEN.sub("", html.unescape(address)).lower()):
        if opening:
            insides.append(text)
            if opening == "{%":
                starts.append("")
        else:
            texts.append(text)
            starts[-1] += text
    beginnings = ["".join(texts), *starts]
    found = [match[1] for text in beginnings if (match := _SCHEME.match(text)) and match[1] not in allowed]
    inside = _QUOTED.search(" ".join(insides)) or (
        insides and _SPELLED.search(_NO_LETTERS.sub("", _all(texts, insides)))
    )
    return found[0] if found else inside[1] if inside else ""


def lacks_scheme(address: str) -> bool:
    """Whether the address begins with a host: with two slashes, either way round, as browsers take them."""
    for opening, text in _parts(_UNSEEN.sub("", html.unescape(address))):
        if opening == "{{":
            return False
        if text and not opening:
            return _SLASHES.match(text) is not None
    return False


def _all(texts: list[str], insides: list[str]) -> str:
    """Everything that could be put together to a scheme: what stands in the expressions, then what is around them."""
    return "".join(insides) + "".join(texts)


def _parts(address: str) -> Iterator[tuple[str, str]]:
    """The address in pieces: ("", literal text) and (how it opens, what is inside) for an expression, closed or not."""
    at = 0
    while found := _OPEN.search(address, at):
        yield "", address[at : found.start()]
        end = address.find(_CLOSE[found[0]], found.end())
        yield found[0], address[found.end() : end if end >= 0 else len(address)]
        if end < 0:
            return
        at = end + 2
    yield "", address[at:]
