"""What hostile senders send, and where to: every address that the resolver knows, with samples for what varies in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from offers.document.kinds.registry import Kind
from tests.api.conftest import DOCUMENTED_OFFER, PLACEMENT

TEXTS: list[str | bytes] = [
    *("\0", "a\0b", "9" * 5_000, "-1", "2147483648", "9223372036854775808", "²", "x" * 20_000, "🎉한e\u0301" * 300),
    *("../../../etc/passwd", "%s%(x)s{0.__class__}{{ 7 }}{% x %}", "[]", "2026-02-30", "leapseconds", b"\xed\xa0\x80"),
]
VALUES: list[Any] = [
    *(None, True, -1, 1.5, 10**400, "", "a\0b", "\ud800", "x" * 20_000, "9" * 5_000, "🎉" * 300, "{0}%s"),
    *([], {}, [[]], [{}], {"a": []}, "2026-02-30T00:00:00Z"),
]
SHOWN: dict[str, Any] = DOCUMENTED_OFFER["representations"][0]  # type: ignore[index]  # it is a list
# One document of each kind, with its id.
DOCUMENTS: dict[Kind, tuple[str, dict[str, Any]]] = {
    Kind.PLACEMENT: ("home", {**PLACEMENT, "returnMetaData": {"offerName": True}}),
    Kind.TAG: ("holiday", {"name": "Holiday", "description": "All of them"}),
    Kind.RULE: (
        "adults",
        {
            "name": "Adults",
            "condition": {"type": "PQL", "format": "pql/text", "value": "age > 18"},
            "definedOn": {"profile": {"schema": {"ref": "x"}, "referencePaths": ["age"]}},
        },
    ),
    Kind.FALLBACK_OFFER: ("fallback", {"name": "Fallback", "status": "approved"}),
    Kind.COLLECTION: ("all", {"name": "All", "filterType": "any-tags", "ids": ["holiday"], "labels": ["x"]}),
    Kind.PERSONALIZED_OFFER: (
        "sale",
        {
            **DOCUMENTED_OFFER,
            "tags": ["holiday"],
            "characteristics": {"color": "red"},
            "representations": [{**SHOWN, "placement": "home"}],
        },
    ),
    Kind.DECISION: (
        "decision",
        {
            "name": "Decision",
            "status": "draft",
            "fallback": "fallback",
            "criteria": [{"placements": ["home"], "optionSelection": {"filter": "all"}, "rank": {"priority": 1}}],
        },
    ),
}
ADDRESSES = {"placements": "home", "offers": "sale", "decisions": "decision", "offer-decisions": "decision"}


@dataclass
class Heard:
    """The names of what views asked for, since it was last cleared."""

    parameters: set[str] = field(default_factory=set)
    headers: set[str] = field(default_factory=set)
    cookies: set[str] = field(default_factory=set)

    def clear(self) -> None:
        for names in (self.parameters, self.headers, self.cookies):
            names.clear()


@dataclass(frozen=True)
class Address:
    """An address that the resolver knows: its parts with `<converter:name>` for what varies."""

    route: str

    @property
    def names(self) -> list[str]:
        return re.findall(r"<(?:\w+:)?(\w+)>", self.route)

    def path(self, values: dict[str, str]) -> str:
        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], self.route)


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[Address]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern.pattern, RoutePattern):
            route = before + str(pattern.pattern)
        else:
            # Of ours none varies; of others, a regular expression's groups are as good as texts.
            plain = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<str:\1>", str(pattern.pattern))
            route = before + re.sub(r"\(\?:.*?\)\??|[\^$?*\\]|\.\*", "", plain)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        else:
            assert isinstance(pattern, URLPattern)
            yield Address(route)


ALL = list(dict.fromkeys(addresses()))
# Everything of ours is tried with every value; pages of Django and allauth, which have tests of their own, with fewer.
OTHERS = ("admin/", "accounts/")
SAMPLES = {
    "sandbox": "prod",
    "etag": "2",
    "status": "live",
    "name": "tag",
    "representation": "0",
    "component": "0",
    "app_label": "auth",
    "content_type_id": "1",
    "url": "x",
    "uidb36": "x",
    "uidb64": "MQ",
    "account": "1",
    "proof": "x",
    "key": "x",
    "provider": "x",
    "level": "0",
    "index": "0",
    "place": "000.p/1",
    "column": "window",
    "token": "x",
}
SECTIONS = ("offers", "decisions")


def samples(address: Address, library: dict[str, str]) -> list[dict[str, str]]:
    """The values of an address's varying parts."""
    route = address.route
    section = next((name for name in ADDRESSES if f"dps/{name}/" in route or f"/{name}/<" in route), "offers")
    values = {**SAMPLES, "number": library["number"], "member": library["member"], "id": ADDRESSES[section]}
    values |= {"key": library["view"]} if "views/" in route else {}
    asked = any(name in route for name in ("/reviews/", "/inbox/", "change-requests/"))
    values |= {"number": library["request"], "key": library["comment"], "comment": library["comment"]} if asked else {}
    values |= {"number": library["erasure"]} if "/erasures/" in route else {}
    values |= {"object_id": library["user"]} if "admin/" in route else {}
    missing = [name for name in address.names if name not in values and name != "section"]
    assert not missing, f"say in SAMPLES what {missing} of {route} is tried with"
    if "section" not in address.names:
        return [values]
    return [{**values, "section": section, "id": ADDRESSES[section]} for section in SECTIONS]
