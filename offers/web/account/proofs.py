"""Links that prove something by mail: that its reader may set a password, or that an address is theirs.

Each is signed, for settings.PASSWORD_RESET_TIMEOUT, and of the account as it was: what it is good for ends it. It begins with PUBLIC_URL and
with nothing that a request says.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator, default_token_generator
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from offers.models import PersonalSettings


class AddressProof(PasswordResetTokenGenerator):
    """Of the address that was asked for last, of the one before it, and of the password: a new one of any of them ends it."""

    key_salt = "offers.web.account.proofs.AddressProof"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        own = user.personal_settings
        return "\0".join(map(str, (user.pk, user.password, user.email, timestamp, own.new_email, own.new_email_at)))


address_proof = AddressProof()


def password_link(user: User) -> str:
    """Where this person sets a new password: once, and until they sign in."""
    parts = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
    return str(settings.PUBLIC_URL) + reverse("password_link", args=parts)


def address_link(user: User) -> str:
    """Where this person says that the address they asked for is theirs."""
    return str(settings.PUBLIC_URL) + reverse("address_link", args=[user.pk, address_proof.make_token(user)])


def waiting_address(own: PersonalSettings | None) -> str:
    """The address that a link waits at; "" for none."""
    if own is None or own.new_email_at is None:
        return ""
    is_good = timezone.now() - own.new_email_at < timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    return own.new_email if is_good else ""
