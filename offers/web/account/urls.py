"""Which of allauth's pages there are. Closed unless named here: the others are not designed, and no mail is sent from here yet,
so a page that promises one would not keep its word."""

from allauth.account import urls as allauth_urls
from allauth.account.views import logout, password_change
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern

from offers.access.attempts import Budget, take
from offers.web.account.accounts import MINUTES, sign_in
from offers.web.frame.access import actor_of_last
from offers.web.frame.errors import around

OF_A_PERSON = 10


@login_not_required
def closed(request: HttpRequest, **parts: str) -> HttpResponse:
    raise Http404


def change_password(request: HttpRequest) -> HttpResponse:
    """allauth's page, so many times: whoever sits at somebody's open session is not to guess the password there."""
    if request.method == "POST" and not take([Budget(("password", str(request.user.pk)), OF_A_PERSON, MINUTES)]):
        refused = render(request, "429.html", {"around": around(request)}, status=429)
        refused["Retry-After"] = str(MINUTES)
        return refused
    actor_of_last(request)
    response: HttpResponse = password_change(request)
    return response


OPEN = {"account_login": sign_in, "account_logout": logout, "account_change_password": change_password}

# allauth looks its pages up by name, so the closed ones keep theirs.
urlpatterns = [
    URLPattern(page.pattern, OPEN.get(str(page.name), closed), name=page.name)
    for page in allauth_urls.urlpatterns
    if isinstance(page, URLPattern)
]
