"""Accounts: people are invited by an operator, nobody signs up by themselves. One door to sign in, for pages and Django's admin.

Every attempt costs one password hash, whether there is such a person or not, and whatever is wrong: its time says nothing.
Hashes are dear, so failures are counted (offers/access/attempts.py): a browser where this person has signed in before has a budget of
its own, all others share one of the address. So nobody can lock out a person from the browser they use.
"""

import secrets
from typing import Any, ClassVar, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.decorators import secure_admin_login
from allauth.account.views import login
from django.contrib.auth import authenticate
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from offers.access.attempts import Budget, address_of, give_back, take
from offers.access.signed_in import account
from offers.web.account.places import remember_place
from offers.web.account.preferences import recall
from offers.web.frame.respond import A_YEAR

# Failures within these seconds that one person may have at a known browser, at a name from one address, and all who share an
# address: a household, an office behind one router.
MINUTES = 5 * 60
OF_A_BROWSER = 10
OF_A_NAME = 10
OF_AN_ADDRESS = 30
KNOWN_BROWSER = "known_browser"
# By whatever it was signed in.
_MISMATCH = gettext_lazy("User name or password is not right.")
# Of the present password, at every page that asks for it.
NOT_YOURS = gettext_lazy("This is not your password.")
_TOO_MANY = "offers.too_many_attempts"


class ByNameOrEmail(ModelBackend):
    """A person by user name or email address and password: exactly one hash, whatever comes of it."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **more: Any,
    ) -> User | None:
        if password is None:
            return None
        user = person_called(username or email or "")
        if user is None:
            # As dear as a wrong password, so that the time does not tell who has an account.
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    def get_user(self, user_id: int) -> User | None:
        user = account(user_id)
        return user if user and self.user_can_authenticate(user) else None


def person_called(name: str) -> User | None:
    """The one person whose user name this is, or else whose email address; nobody when there are two of it."""
    found = people_called(name)
    named = [user for user in found if user.username == name]
    named = named or [user for user in found if user.username.lower() == name.lower()] or found
    return named[0] if len(named) == 1 else None


def people_called(name: str) -> list[User]:
    """Everybody whose user name or email address this is, in any case."""
    return list(User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name))[:10]) if name else []


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    # Said with how long it takes: MINUTES.
    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": gettext_lazy("Too many attempts. Try again in 5 minutes."),
        "enter_current_password": NOT_YOURS,
        **dict.fromkeys(("username_password_mismatch", "email_password_mismatch"), _MISMATCH),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person, or None. Raises a form's error, and hashes nothing, when too many attempts have failed of late."""
        budgets = _budgets(request, credentials.get("username") or credentials.get("email") or "")
        if not take(budgets):
            request.META[_TOO_MANY] = True
            raise self.validation_error("too_many_login_attempts")
        user = authenticate(request, **credentials)
        if user is not None:
            give_back(budgets)
        return user

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Sign in as allauth does, with the person's own language, theme and time zone; the browser is known from now on."""
        response: HttpResponse = super().post_login(request, user, **more)
        recall(request, response, user)
        remember_place(request)
        _remember_browser(request, response, user)
        return response


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """allauth's page; 429 when it was not even tried."""
    response: HttpResponse = login(request)
    if request.META.get(_TOO_MANY):
        response.status_code = 429
        response["Retry-After"] = str(MINUTES)
    return response


@login_not_required
def sign_in_to_admin(request: HttpRequest) -> HttpResponseBase:
    """Django's admin sends people to the page above; nothing is posted here."""
    if request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return cast(HttpResponseBase, _to_the_door(request))


_to_the_door = secure_admin_login(lambda request: HttpResponseRedirect(reverse("admin:index")))


def _budgets(request: HttpRequest, name: str) -> list[Budget]:
    """Which attempts are counted together: those of a browser that is known to this person, else those of the address."""
    owner, _, browser = _known_browser(request).partition(":")
    user = person_called(name) if browser else None
    if user is not None and str(user.pk) == owner:
        return [Budget(("browser", browser), OF_A_BROWSER, MINUTES)]
    address = address_of(request)
    return [
        Budget(("sign-in", address, name.lower()), OF_A_NAME, MINUTES),
        Budget(("sign-in", address), OF_AN_ADDRESS, MINUTES),
    ]


def _known_browser(request: HttpRequest) -> str:
    return request.get_signed_cookie(KNOWN_BROWSER, default="", salt=KNOWN_BROWSER, max_age=A_YEAR) or ""


def _remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    owner, _, browser = _known_browser(request).partition(":")
    name = browser if owner == str(user.pk) else secrets.token_urlsafe(16)
    response.set_signed_cookie(
        *(KNOWN_BROWSER, f"{user.pk}:{name}"),
        salt=KNOWN_BROWSER,
        max_age=A_YEAR,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
        path="/accounts/",
    )
