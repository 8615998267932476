"""Where a person is signed in: their own sessions, with the browser and the system in words, and how to end one of them.

Of what a browser says of itself its name, the first number of its version and its system are kept, with the session and no
longer; of its address nothing. The keys of sessions stay in cookies: a page names one by a mark that only its owner's sessions
are looked through for.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from offers import asked
from offers.access.signed_in import SEEN_EVERY, SessionStore
from offers.models import Session

# The last seen ones of a person: nobody reads more.
MOST_SHOWN = 20
MOST_LOOKED_AT = 200
PLACE = "place"
# What is found first counts: many a browser also names those that it is like.
BROWSERS: Mapping[str, str] = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Whale/": "Whale",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS: Mapping[str, str] = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}
# After a name, which may go on: "EdgA/120.0".
VERSION = re.compile(r"[A-Za-z]{0,5}/([0-9]{1,4})")
HANDHELD = ("iPhone", "iPad", "Android")


@dataclass(frozen=True, slots=True)
class Place:
    """One browser. `device` is "" where it is not known; `mark` names it in a form; `is_new`: not seen since it signed in."""

    mark: str
    device: str
    handheld: bool
    since: datetime | None
    seen_at: datetime
    is_here: bool

    @property
    def is_new(self) -> bool:
        return self.since is not None and self.seen_at - self.since < SEEN_EVERY


def device_of(user_agent: str) -> str:
    """Browser and system: "Firefox 120 · Windows"; as much of it as is known."""
    sign, browser = next((known for known in BROWSERS.items() if known[0] in user_agent), ("", ""))
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    # Safari's own number stands apart from its name.
    named = "Version" if browser == "Safari" else sign.rstrip("/")
    at = user_agent.find(named) if browser else -1
    version = VERSION.match(user_agent, at + len(named)) if at >= 0 else None
    return " · ".join(filter(None, (f"{browser} {version[1]}" if version else browser, system)))


def remember_place(request: HttpRequest) -> None:
    """Whoever has just signed in here will find this browser among theirs."""
    device = device_of(request.headers.get("User-Agent", "")[:500])
    request.session[PLACE] = {"device": device, "since": timezone.now().isoformat()}


def places(request: HttpRequest, user: User) -> list[Place]:
    """Where this person is signed in: here first, then as they were last seen."""
    here = request.session.session_key
    found = [_place(row, data, here) for row, data in _of(user)[:MOST_SHOWN]]
    return sorted(found, key=lambda place: not place.is_here)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest) -> HttpResponse:
    """POST `place` (its mark), or none for everywhere else: sign out there. GET leads to where they are listed."""
    if request.method == "POST" and isinstance(request.user, User):
        _end(request, request.user, asked.text(request.POST.get("place"), 64))
    return HttpResponseRedirect(reverse("preferences") + "#signed-in")


def _end(request: HttpRequest, user: User, mark: str) -> None:
    others = Session.objects.filter(user=user).exclude(session_key=request.session.session_key)
    if mark:
        keys = (row.session_key for row, _data in _of(user))
        others = others.filter(session_key__in=[key for key in keys if _mark(key) == mark])
    count, _each = others.delete()
    if mark and not count:
        messages.info(request, _("That session had ended already."))
    elif mark:
        messages.success(request, _("Signed out there."))
    else:
        said = ngettext("Signed out in {n} other place.", "Signed out in {n} other places.", count)
        messages.success(request, said.format(n=count))


def _of(user: User) -> list[tuple[Session, dict[str, object]]]:
    """Their sessions that still count, with what each holds: one from before a new password does not."""
    rows = Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-seen_at")[:MOST_LOOKED_AT]
    read = [(row, SessionStore().decode(row.session_data)) for row in rows]
    proof = user.get_session_auth_hash()
    return [(row, data) for row, data in read if constant_time_compare(str(data.get(HASH_SESSION_KEY)), proof)]


def _place(row: Session, data: Mapping[str, object], here: str | None) -> Place:
    said = data.get(PLACE)
    known: Mapping[str, str] = said if isinstance(said, dict) else {}
    device, key = known.get("device", ""), row.session_key
    handheld = device.endswith(HANDHELD)
    return Place(_mark(key), device, handheld, parse_datetime(known.get("since", "")), row.seen_at, key == here)


def _mark(key: str) -> str:
    return hashlib.sha256(b"place\0" + key.encode()).hexdigest()[:32]
