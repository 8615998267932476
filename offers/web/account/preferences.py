"""Language, theme, time zone and mail. Pages read them from cookies, which need no query and serve strangers, too; what a person
chooses is also stored with the account, and follows them to the next browser where they sign in."""

import zoneinfo
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language as django_set_language

from offers import asked
from offers.models import PersonalSettings
from offers.web.account.mail import ABOUT, When, wish_of
from offers.web.frame.middleware import zone_named
from offers.web.frame.respond import THEMES, remember


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
    """GET: the page with all of them. POST (any of `theme`, `timezone`, and `next`): keep them and go back."""
    if request.method != "POST":
        context = {"zones": zone_names(), "next": back(request), "mail": mail_shown(request)}
        return render(request, "account/preferences.html", context)
    response = HttpResponseRedirect(back(request))
    theme, zone = request.POST.get("theme"), request.POST.get("timezone")
    if theme in THEMES:
        remember(response, "theme", theme, request)
        _store(request, theme=theme)
    if zone in zoneinfo.available_timezones():
        remember(response, "timezone", zone, request)
        _store(request, time_zone=zone)
        messages.success(request, _("Times are now shown in {zone}.").format(zone=zone))
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest) -> HttpResponse:
    """POST `when`, `hour` and `about`: which notices come by mail, and when. GET leads to them: mails name this address."""
    when, hour = request.POST.get("when"), asked.number(request.POST.get("hour"), 23)
    if request.method == "POST" and when in When:
        about = [name for name in ABOUT if name in request.POST.getlist("about")]
        more = {} if hour is None else {"mail_hour": hour}
        _store(request, mail_when=when, mail_about=about, **more, **_as_shown(request))
        messages.success(request, _("What comes by mail is kept."))
    return HttpResponseRedirect(reverse("preferences") + "#mail")


def mail_shown(request: HttpRequest) -> dict[str, Any] | None:
    """What the page says of mail; None for a stranger, and where none is sent."""
    if request.user.pk is None or not settings.SENDS_MAIL:
        return None
    wish = wish_of(PersonalSettings.objects.filter(user=request.user.pk).first())
    about = [(name, one.title, name in wish.about) for name, one in ABOUT.items()]
    return {"wish": wish, "when": When.choices, "about": about, "hours": range(24)}


def _as_shown(request: HttpRequest) -> dict[str, str]:
    """The language and zone of the page, for who never chose any: mails are to have what the person sees."""
    own = PersonalSettings.objects.filter(user=request.user.pk).first() or PersonalSettings()
    zone, language = zone_named(request.COOKIES.get("timezone", "")), get_language()
    found = {} if own.time_zone or zone is None else {"time_zone": zone.key}
    return found if own.language or language not in dict(settings.LANGUAGES) else {**found, "language": str(language)}


def _store(request: HttpRequest, **choice: object) -> None:
    if request.user.pk is not None:
        PersonalSettings.objects.update_or_create(user_id=request.user.pk, defaults=choice)


def recall(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Bring a person's choices to the browser where they just signed in. What they never chose stays as it is there."""
    own = PersonalSettings.objects.filter(user=user).first()
    if own is None:
        return
    cookies = {"theme": own.theme, "timezone": own.time_zone, settings.LANGUAGE_COOKIE_NAME: own.language}
    for name, value in cookies.items():
        if value:
            remember(response, name, value, request)


def zone_names() -> list[str]:
    """The zones a person would look for, by name: those of places, and UTC."""
    found = [name for name in zoneinfo.available_timezones() if "/" in name]
    return [*sorted(name for name in found if not name.startswith(("Etc/", "SystemV/", "US/"))), "UTC"]


def back(request: HttpRequest) -> str:
    """The page to go back to, if it is one of ours; else the first one."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else "/"
