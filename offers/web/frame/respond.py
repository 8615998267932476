"""What is around every page: who, where, in which language, theme and time zone. And how a view answers with a page."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString

from offers.access.asking import asking
from offers.access.members import may_manage
from offers.access.permissions import Actor, can_edit, label_for_user, may_audit
from offers.models import Membership, Sandbox
from offers.review import notices, queue
from offers.web.frame.access import sandboxes_of
from offers.web.frame.middleware import zone_of
from offers.web.frame.moment import at_of, query_of
from offers.web.frame.sections import SECTIONS, Section

THEMES = ("auto", "light", "dark")
A_YEAR = 365 * 24 * 3600


@dataclass
class Frame:
    """Asked for by templates only, so a page without a person costs no query."""

    request: HttpRequest
    # What several parts of a page ask for and one of them looked up, by what it is about.
    known: dict[object, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def person(self) -> str:
        """The signed-in person's name; empty for nobody."""
        user = getattr(self.request, "user", None)
        return label_for_user(user) if isinstance(user, User) else ""

    @cached_property
    def actor(self) -> Actor | None:
        """The person in the sandbox of this page, where the page has one (set by web/frame/access.py)."""
        return asking(self.request).actor

    @property
    def sandbox(self) -> Sandbox | None:
        return self.actor.sandbox if self.actor else None

    @property
    def role(self) -> str:
        return str(Membership.Role(self.actor.role).label) if self.actor else ""

    @property
    def may_edit(self) -> bool:
        return self.actor is not None and can_edit(self.actor)

    @property
    def may_manage(self) -> bool:
        """Whether the person sees and changes who may do what here."""
        return self.actor is not None and may_manage(self.actor)

    @property
    def may_audit(self) -> bool:
        """Whether the person sees how the sandbox is controlled."""
        return self.actor is not None and may_audit(self.actor)

    @cached_property
    def sandboxes(self) -> list[Sandbox]:
        """Every sandbox of the person, production first."""
        return sandboxes_of(self.request)

    @cached_property
    def waiting(self) -> str:
        """How many requests wait for the person, "99+" for more; "" for none, and where no policy asks for a second person."""
        actor = self.actor
        if actor is None or actor.sandbox.review_policy == Sandbox.ReviewPolicy.NONE:
            return ""
        count = queue.count_needing(actor)
        return f"{queue.MOST_COUNTED}+" if count > queue.MOST_COUNTED else str(count or "")

    @cached_property
    def unread(self) -> str:
        """How much in the person's inbox is news to them, as `waiting` says it."""
        actor = self.actor
        if actor is None or actor.sandbox.review_policy == Sandbox.ReviewPolicy.NONE:
            return ""
        count = notices.unread(actor)
        return f"{notices.MOST_COUNTED}+" if count > notices.MOST_COUNTED else str(count or "")

    @property
    def sections(self) -> list[Section]:
        return list(SECTIONS.values())

    @property
    def section(self) -> str:
        """The slug of the section that this page is in; "home" for the sandbox's first page."""
        match = self.request.resolver_match
        if match is None or "sandbox" not in match.kwargs:
            return ""
        parts = self.request.path.split("/")  # /s/<sandbox>/<section>/...
        found = parts[3] or "home" if len(parts) > 3 else ""
        # Bulk edits and promotions are of offers, and what was on air and what was erased are tabs of the audit.
        inside = {"bulk": "offers", "promote": "offers", "on-air": "audit", "erasures": "audit"}
        return inside.get(found, found)

    @cached_property
    def asked_for(self) -> datetime | None:
        """The moment in the address, whether the page can show it or not."""
        try:
            return at_of(self.request)
        except BadRequest:
            return None

    @property
    def at_query(self) -> str:
        """What carries that moment along to other pages; "" without one."""
        return query_of(self.asked_for) if self.asked_for else ""

    @property
    def without_moment(self) -> str:
        """This page's address without it."""
        query = self.request.GET.copy()
        query.pop("at", None)
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    @property
    def house(self) -> str:
        """Whose installation it is, where its operator said so."""
        return str(settings.INSTALLATION_NAME)

    @property
    def sends_mail(self) -> bool:
        """Whether mail goes out from here."""
        return bool(settings.SENDS_MAIL)

    @property
    def theme(self) -> str:
        theme = self.request.COOKIES.get("theme", "")
        return theme if theme in THEMES else "auto"

    @property
    def narrow(self) -> bool:
        """Whether the person has folded the sidebar."""
        return self.request.COOKIES.get("sidebar") == "narrow"

    @property
    def keys(self) -> str:
        """Whether the shortcuts of a single key are "on" or "off"."""
        return "off" if self.request.COOKIES.get("keys") == "off" else "on"

    @property
    def density(self) -> str:
        """How high the rows of lists are: "comfortable" or "compact"."""
        return "compact" if self.request.COOKIES.get("density") == "compact" else "comfortable"

    @property
    def find_address(self) -> str:
        """Where the palette asks; a page without a sandbox asks in the one used last."""
        return reverse("find", args=[self.sandbox.name]) if self.sandbox else reverse("find_anywhere")

    @property
    def item_id(self) -> str:
        """The id of the item that the page is about; "" for none."""
        match = self.request.resolver_match
        return str(match.kwargs.get("id", "")) if match else ""

    @property
    def zone(self) -> str:
        return zone_of(self.request).key


def frame(request: HttpRequest) -> dict[str, Frame]:
    """The context processor: `frame` in every template."""
    return {"frame": Frame(request)}


def answer(
    request: HttpRequest,
    page: str,
    context: dict[str, object],
    *,
    fragment: str = "",
    status: int = 200,
) -> HttpResponse:
    """A page; or only its `fragment` where htmx asks for one at the same address.

    Remembers the sandbox for the next visit to `/`.
    """
    if fragment and wants_fragment(request):
        response = render(request, fragment, context, status=status)
    else:
        response = render(request, page, context, status=status)
    if fragment:
        patch_vary_headers(response, ["HX-Request"])
    actor = asking(request).actor
    if actor is not None and request.COOKIES.get("sandbox") != actor.sandbox.name:
        remember(response, "sandbox", actor.sandbox.name, request)
    return response


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks, for a part of the page: when it restores its history it needs the whole."""
    htmx = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.history_restore_request and not htmx.boosted  # type: ignore[union-attr]


def person_beside(request: HttpRequest, account: User | None) -> str:
    """Who is signed in here, if that is somebody else than this account; "" if not."""
    user = request.user if request.user != account else None
    return label_for_user(user) if isinstance(user, User) else ""


def remember(response: HttpResponse, name: str, value: str | SafeString, request: HttpRequest) -> None:
    """Keep a choice of the person's in a cookie for a year. Scripts of static/frame set two of them, too, and read no other."""
    by_scripts = name in ("timezone", "sidebar")
    secure = settings.HTTPS or request.is_secure()
    response.set_cookie(name, value, max_age=A_YEAR, samesite="Lax", secure=secure, httponly=not by_scripts)
