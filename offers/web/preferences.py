"""Language, theme and time zone: choices of the browser, kept in cookies, for everyone."""

import zoneinfo

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language as django_set_language

from offers.web.frame import THEMES, remember

set_language = login_not_required(django_set_language)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """GET: the page with all of them. POST (any of `theme`, `timezone`, and `next`): keep them and go back."""
    if request.method != "POST":
        return render(request, "preferences.html", {"zones": zone_names(), "next": back(request)})
    response = HttpResponseRedirect(back(request))
    theme, zone = request.POST.get("theme"), request.POST.get("timezone")
    if theme in THEMES:
        remember(response, "theme", theme, request)
    if zone in zoneinfo.available_timezones():
        remember(response, "timezone", zone, request)
        messages.success(request, _("Times are now shown in {zone}.").format(zone=zone))
    return response


def zone_names() -> list[str]:
    """The zones a person would look for, by name: those of places, and UTC."""
    found = [name for name in zoneinfo.available_timezones() if "/" in name]
    return [*sorted(name for name in found if not name.startswith(("Etc/", "SystemV/", "US/"))), "UTC"]


def back(request: HttpRequest) -> str:
    """The page to go back to, if it is one of ours; else the first one."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if ours else "/"
