"""Passwords: changed by who knows the present one, and set anew by who reads the account's mail.

The link is Django's (`PasswordResetConfirmView`, `default_token_generator`): signed, for an hour, and of the password as it was, so a new one
ends it. Asking is ours: Django's form looks people up and sends mail in the request, whose time would tell who has an account.
"""

from typing import Any

from allauth.account.forms import ChangePasswordForm
from allauth.account.views import password_change
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetConfirmView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from offers import asked
from offers.access.attempts import Budget, address_of, take
from offers.access.changes import What
from offers.access.own import end_sessions, hold, record_own
from offers.models import PersonalSettings
from offers.web.account.accounts import MINUTES, OF_A_NAME, OF_AN_ADDRESS
from offers.web.account.posting import About, post
from offers.web.frame.access import actor_of_last
from offers.web.frame.errors import around
from offers.web.frame.respond import person_beside

OF_A_PERSON = 10
MAX_NAME = 254
UNLIKE = gettext_lazy("This is not the same as the new password above.")


class ChangePassword(ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    """allauth's form, which says that the new passwords differ whatever else is wrong with the first."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if self["password2"].data and self["password1"].data != self["password2"].data:
            self.errors.pop("password2", None)
            self.add_error("password2", UNLIKE)
        return cleaned


def change_password(request: HttpRequest) -> HttpResponse:
    """allauth's page, so many times: whoever sits at somebody's open session is not to guess the password there."""
    if request.method != "POST":
        actor_of_last(request)
        return _allauths(request)
    if not take([own_budget(request.user)]):
        return too_many(request)
    actor_of_last(request)
    with transaction.atomic():
        user = hold(request.user.pk or 0)
        response = _allauths(request)
        if user is not None and User.objects.filter(pk=user.pk).exclude(password=user.password).exists():
            _changed(user, What.PASSWORD_CHANGED)
            end_sessions(user, but=request.session.session_key)
    return response


def own_budget(user: User | AnonymousUser) -> Budget:
    """Guesses of one's own password, at whatever page asks for it."""
    return Budget(("password", str(user.pk)), OF_A_PERSON, MINUTES)


def too_many(request: HttpRequest) -> HttpResponse:
    refused = render(request, "429.html", {"around": around(request)}, status=429)
    refused["Retry-After"] = str(MINUTES)
    return refused


def _allauths(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = password_change(request)
    return response


def _changed(user: User, what: str) -> None:
    # An address that was asked for with the old password is not to be.
    PersonalSettings.objects.filter(user=user).update(new_email="", new_email_at=None)
    record_own(user, what)
    post(About.PASSWORD_CHANGED, user)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """POST `login` (a user name or an address): a link goes there by mail, if there is such an account. Nobody is looked up here."""
    name = asked.text(request.POST.get("login"), MAX_NAME)
    if request.method != "POST" or not settings.SENDS_MAIL:
        return _asked(request, name)
    if not name:
        return _asked(request, name, _("Enter your user name or email."), 422)
    address = address_of(request)
    budgets = [
        Budget(("forgotten", address, name.lower()), OF_A_NAME, MINUTES),
        Budget(("forgotten", address), OF_AN_ADDRESS, MINUTES),
    ]
    if not take(budgets):
        refused = _asked(request, name, _("Too many attempts. Try again in 5 minutes."), 429)
        refused["Retry-After"] = str(MINUTES)
        return refused
    post(About.ASKED, named=name)
    return HttpResponseRedirect(reverse("account_reset_password_done"))


def _asked(request: HttpRequest, name: str, problem: str = "", status: int = 200) -> HttpResponse:
    return render(request, "account/password_ask.html", {"name": name, "problem": problem}, status=status)


@login_not_required
@require_safe
def on_its_way(request: HttpRequest) -> HttpResponse:
    """What happens now: the same for everybody who asked."""
    return render(request, "account/password_asked.html")


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # it has no parameter when it runs
    """Django's form, with our words."""

    error_messages = {**SetPasswordForm.error_messages, "password_mismatch": UNLIKE}


@method_decorator(login_not_required, name="dispatch")
class NewPassword(PasswordResetConfirmView):
    """The page that a link leads to. The address with the proof in it is left at once; only a button sets anything."""

    template_name = "account/password_new.html"
    success_url = reverse_lazy("password_set")
    user: User | None
    form_class = NewPasswordForm

    def dispatch(self, *args: Any, **parts: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().dispatch(*args, **parts)
        if isinstance(response, HttpResponseRedirect):
            # The form itself cannot have this: it would be sent without an origin.
            response["Referrer-Policy"] = "no-referrer"
        return response

    def get_user(self, uidb64: str) -> User | None:
        """Whose link it is; nobody once the account is closed."""
        user = super().get_user(uidb64)
        return user if isinstance(user, User) and user.is_active else None

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        beside = person_beside(self.request, self.user)
        return super().get_context_data(**more, account=self.user, beside=beside)

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        """Store the password, end every session of the account, record it and have a mail sent: all of it or nothing."""
        assert self.user is not None
        with transaction.atomic():
            user = hold(self.user.pk)
            if user is None or not self.token_generator.check_token(user, self._token()):
                self.validlink = False
                return self.render_to_response(self.get_context_data())
            user.set_password(form.cleaned_data["new_password1"])
            user.save(update_fields=["password"])
            end_sessions(user, but=self.request.session.session_key)
            _changed(user, What.PASSWORD_RESET)
        if self.request.user == user:
            logout(self.request)
        else:
            del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        return HttpResponseRedirect(self.get_success_url())

    def _token(self) -> str | None:
        return self.request.session.get(INTERNAL_RESET_SESSION_TOKEN)


@login_not_required
@require_safe
def password_set(request: HttpRequest) -> HttpResponse:
    """The password is set: now it signs in."""
    return render(request, "account/password_set.html")
