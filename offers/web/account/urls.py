"""Which of allauth's pages there are, and ours beside them. Closed unless named here: the others are not designed."""

from allauth.account import urls as allauth_urls
from allauth.account.views import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from offers.web.account import addresses, passwords
from offers.web.account.accounts import sign_in


@login_not_required
def closed(request: HttpRequest, **parts: str) -> HttpResponse:
    raise Http404


OPEN = {
    "account_login": sign_in,
    "account_logout": logout,
    "account_change_password": passwords.change_password,
    "account_reset_password": passwords.ask,
    "account_reset_password_done": passwords.on_its_way,
}

# allauth looks its pages up by name, so the closed ones keep theirs.
urlpatterns = [
    URLPattern(page.pattern, OPEN.get(str(page.name), closed), name=page.name)
    for page in allauth_urls.urlpatterns
    if isinstance(page, URLPattern)
] + [
    path("password/new/<str:uidb64>/<str:token>/", passwords.NewPassword.as_view(), name="password_link"),
    path("email/new/<int:account>/<str:proof>/", addresses.confirm, name="address_link"),
    path("email/new/set/", addresses.address_set, name="address_set"),
    path("password/new/set/", passwords.password_set, name="password_set"),
]
