"""The address of one's own account: asked for with the password, and there once a link that was mailed to it is confirmed.

Whether somebody else has the address is told to who reads its mail, and to nobody else.
"""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from offers import asked
from offers.access.attempts import Budget, take
from offers.access.changes import What
from offers.access.own import hold, record_own
from offers.access.permissions import NotFound
from offers.models import PersonalSettings
from offers.web.account.accounts import NOT_YOURS
from offers.web.account.letters import is_taken
from offers.web.account.passwords import own_budget, too_many
from offers.web.account.posting import AN_HOUR, OF_AN_ACCOUNT, About, post
from offers.web.account.proofs import address_proof
from offers.web.frame.access import actor_of_last
from offers.web.frame.respond import person_beside

MAX_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class Problems:
    """What was refused, at its field."""

    email: str = ""
    password: str = ""


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """POST `email` and `password`: a link goes to that address, and nothing is changed yet."""
    user = request.user
    if not isinstance(user, User) or not settings.SENDS_MAIL or not user.has_usable_password():
        raise NotFound
    if request.method != "POST":
        return _form(request)
    if not take([own_budget(user)]):
        return too_many(request)
    address = asked.text(request.POST.get("email"), MAX_ADDRESS + 1)
    problems = Problems(_refused(address, user), _wrong(request.POST.get("password", ""), user))
    if problems != Problems():
        return _form(request, address, problems, 422)
    if not take([Budget(("new-address", str(user.pk)), OF_AN_ACCOUNT, AN_HOUR)]):
        return too_many(request)
    with transaction.atomic():
        now = timezone.now()
        PersonalSettings.objects.update_or_create(user=user, defaults={"new_email": address, "new_email_at": now})
        post(About.NEW_ADDRESS, user, address=address)
    messages.success(request, _("A link went to {address}. Confirm it there within an hour.").format(address=address))
    return _back()


def _refused(address: str, user: User) -> str:
    try:
        validate_email(address)
    except ValidationError:
        return _("Enter an address like name@example.com.")
    if len(address) > MAX_ADDRESS:
        return _("Enter an address like name@example.com.")
    return _("That is your address already.") if address.lower() == user.email.lower() else ""


def _wrong(password: str, user: User) -> str:
    return "" if user.check_password(password) else str(NOT_YOURS)


def _form(request: HttpRequest, address: str = "", problems: Problems | None = None, status: int = 200) -> HttpResponse:
    actor_of_last(request)
    context = {"address": address, "problems": problems or Problems()}
    return render(request, "account/email_change.html", context, status=status)


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """The address that was asked for is not to be: its link ends."""
    PersonalSettings.objects.filter(user=request.user.pk).update(new_email="", new_email_at=None)
    messages.success(request, _("Your address stays as it is."))
    return _back()


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("preferences") + "#account")


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, account: int, proof: str) -> HttpResponse:
    """Where a link leads, for who reads the mail of the new address, signed in or not. GET asks; POST does it."""
    with transaction.atomic():
        user = hold(account) if request.method == "POST" else User.objects.filter(pk=account, is_active=True).first()
        if user is None or not hasattr(user, "personal_settings") or not address_proof.check_token(user, proof):
            return render(request, "account/email_confirm.html")
        address = user.personal_settings.new_email
        context = {"account": user, "address": address, "beside": person_beside(request, user)}
        if request.method != "POST":
            return render(request, "account/email_confirm.html", context)
        if not _confirmed(user, address):
            return render(request, "account/email_confirm.html", {**context, "taken": True}, status=409)
    return HttpResponseRedirect(reverse("address_set"))


@login_not_required
@require_safe
def address_set(request: HttpRequest) -> HttpResponse:
    """The address is changed."""
    return render(request, "account/email_set.html")


def _confirmed(user: User, address: str) -> bool:
    """Give the account its address, record that and have the old one told; False where somebody else has it by now."""
    with connection.cursor() as cursor:
        # Of two who confirm the same one at once the second sees the first.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [address.lower()])
    PersonalSettings.objects.filter(user=user).update(new_email="", new_email_at=None)
    if is_taken(address, user):
        return False
    old, user.email = user.email, address
    user.save(update_fields=["email"])
    record_own(user, What.EMAIL_CHANGED)
    if old:
        post(About.ADDRESS_CHANGED, user, address=old)
    return True
