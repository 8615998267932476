"""Language, theme, time zone, columns and mail. Pages read them from cookies, which need no query and serve strangers, too; what a person
chooses is also stored with the account, and follows them to the next browser where they sign in."""

import zoneinfo
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.i18n import set_language as django_set_language

from offers import asked
from offers.models import PersonalSettings
from offers.web.account.mail import ABOUT, When, wish_of
from offers.web.account.places import places
from offers.web.account.proofs import waiting_address
from offers.web.frame.access import actor_of_last
from offers.web.frame.respond import THEMES, remember
from offers.web.lists.rows import COLUMNS, USUAL, known_columns

# In the order of THEMES: what each is called, and its icon.
LOOKS = (
    (gettext_lazy("System"), "device-desktop"),
    (gettext_lazy("Light"), "sun"),
    (gettext_lazy("Dark"), "moon"),
)

# Whether keys without Ctrl do something, with the words for it.
KEYS = {"on": gettext_lazy("On"), "off": gettext_lazy("Off")}

# How high the rows of lists are.
DENSITIES = {"comfortable": gettext_lazy("Comfortable"), "compact": gettext_lazy("Compact")}


@login_not_required
def set_language(request: HttpRequest) -> HttpResponse:
    """POST `language` and `next`: show pages in it, here and wherever this person signs in."""
    response = django_set_language(request)
    language = request.POST.get("language", "")
    if request.method == "POST" and language in dict(settings.LANGUAGES):
        _store(request, language=language)
    return response


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """GET: the page with all of them. POST (any of `theme`, `language`, `timezone`, `keys`, `density`; `columns` with `of=list`; `when`, `hour` and
    `about` with `of=mail`; and `next`): keep them.
    """
    if request.method != "POST":
        return page(request)
    sent, of = request.POST, request.POST.getlist("of")
    theme, language, zone = (sent.get(name, "") for name in ("theme", "language", "timezone"))
    if zone and zone not in zoneinfo.available_timezones():
        return page(request, {"timezone": _("There is no such time zone.")})
    response = HttpResponseRedirect(back(request))
    chosen: dict[str, object] = {}
    if theme in THEMES:
        remember(response, "theme", theme, request)
        chosen["theme"] = theme
    if zone:
        remember(response, "timezone", zone, request)
        chosen["time_zone"] = zone
    if language in dict(settings.LANGUAGES):
        remember(response, settings.LANGUAGE_COOKIE_NAME, language, request)
        chosen["language"] = language
    if sent.get("keys") in KEYS:
        remember(response, "keys", sent["keys"], request)
        chosen["keys"] = sent["keys"]
    if sent.get("density") in DENSITIES:
        remember(response, "density", sent["density"], request)
        chosen["density"] = sent["density"]
    if "list" in of:
        columns = known_columns(sent.getlist("columns"))
        chosen["columns"] = None if columns == list(USUAL) else columns
    if "mail" in of:
        chosen |= _mail_chosen(sent)
    if chosen:
        _store(request, **chosen)
    # What is changed from the sidebar is seen at once, and needs no words.
    if set(chosen) - {"theme"}:
        with override(str(chosen.get("language", get_language()))):
            messages.success(request, _("Your preferences are saved."))
    return response


def page(request: HttpRequest, problems: Mapping[str, str] | None = None) -> HttpResponse:
    """All of a person's preferences, in the frame of the sandbox that they used last; what was refused with why, at its field."""
    user = request.user if isinstance(request.user, User) else None
    own = (PersonalSettings.objects.filter(user=user).first() if user else None) or PersonalSettings()
    if user:
        actor_of_last(request)
    shown = known_columns(USUAL if own.columns is None else own.columns)
    context = {
        "themes": [(theme, *shown) for theme, shown in zip(THEMES, LOOKS, strict=True)],
        "zones": zones(),
        "keys": KEYS.items(),
        "densities": DENSITIES.items(),
        "next": back(request),
        "mail": mail_shown(own) if user and settings.SENDS_MAIL else None,
        "columns": [(key, column.title, key in shown) for key, column in COLUMNS.items()],
        "places": places(request, user) if user else [],
        "waiting": waiting_address(own),
        "problems": problems or {},
    }
    return render(request, "account/preferences.html", context, status=422 if problems else 200)


@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """Where which notices come by mail is chosen: mails name this address."""
    return HttpResponseRedirect(reverse("preferences") + "#mail")


def _mail_chosen(sent: QueryDict) -> dict[str, object]:
    """Which notices come by mail, and when; nothing where the time is none."""
    when, hour = sent.get("when"), asked.number(sent.get("hour"), 23)
    if when not in When:
        return {}
    about = [name for name in ABOUT if name in sent.getlist("about")]
    return {"mail_when": when, "mail_about": about, **({} if hour is None else {"mail_hour": hour})}


def mail_shown(own: PersonalSettings) -> dict[str, Any]:
    """What the page says of mail."""
    wish = wish_of(own)
    about = [(name, one.title, name in wish.about) for name, one in ABOUT.items()]
    return {"wish": wish, "when": When.choices, "about": about, "hours": range(24)}


def _store(request: HttpRequest, **choice: object) -> None:
    if request.user.pk is not None:
        PersonalSettings.objects.update_or_create(user_id=request.user.pk, defaults=choice)


def recall(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Bring a person's choices to the browser where they just signed in. What they never chose stays as it is there."""
    own = PersonalSettings.objects.filter(user=user).first()
    if own is None:
        return
    cookies = {"theme": own.theme, "timezone": own.time_zone, "keys": own.keys, "density": own.density}
    cookies[settings.LANGUAGE_COOKIE_NAME] = own.language
    for name, value in cookies.items():
        if value:
            remember(response, name, value, request)


def zones() -> list[tuple[str, list[str]]]:
    """The zones a person would look for, by name: those of places by their part of the world, and UTC."""
    names = sorted(name for name in zoneinfo.available_timezones() if "/" in name)
    found = [name for name in names if not name.startswith(("Etc/", "SystemV/", "US/"))]
    return [("UTC", ["UTC"]), *((part, list(those)) for part, those in groupby(found, lambda name: name.split("/")[0]))]


def back(request: HttpRequest) -> str:
    """The page to go back to, if it is one of ours; else the first one."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else "/"
