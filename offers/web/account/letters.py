"""What mails about an account say: plain text, in the language of its person. Links begin with PUBLIC_URL and with nothing a request says."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from offers.models import AccountMail, PersonalSettings
from offers.web.account.mail import wish_of
from offers.web.frame.times import exact_text

About = AccountMail.About


def password_link(user: User) -> str:
    """Where this person sets a new password: once, within settings.PASSWORD_RESET_TIMEOUT, and until they sign in."""
    parts = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
    return str(settings.PUBLIC_URL) + reverse("password_link", args=parts)


def mail_about(due: AccountMail, user: User, own: PersonalSettings | None) -> EmailMessage | None:
    """The mail that is due to this person; None where there is nothing to say any more."""
    wish = wish_of(own)
    language = own.language if own and own.language else due.language or wish.language
    with translation.override(language), timezone.override(wish.zone):
        if due.about == About.NEW_PASSWORD:
            return _mail(due, user.email, _("A new password"), _new_password(user))
        if due.about == About.PASSWORD_CHANGED and user.email:
            return _mail(due, user.email, _("Your password was changed"), _password_changed(due, user))
    return None


def _new_password(user: User) -> list[str]:
    asked = _("Somebody, we hope you, asked for a new password for the account {name}. Set it here within an hour:")
    return [
        asked.format(name=user.username),
        password_link(user),
        _("The link works once. You did not ask for it? Then do nothing: your password stays as it is."),
    ]


def _password_changed(due: AccountMail, user: User) -> list[str]:
    changed = _("The password of the account {name} was changed: {time}. It is signed out everywhere else.")
    return [
        changed.format(name=user.username, time=exact_text(due.created_at)),
        _("It was not you? Set another one at once, and tell whoever runs this library:"),
        settings.PUBLIC_URL + reverse("account_reset_password"),
    ]


def _mail(due: AccountMail, to: str, subject: str, said: Sequence[str]) -> EmailMessage:
    house = settings.INSTALLATION_NAME or _("Offer library")
    return EmailMessage(
        # Nothing that somebody was named ends a header.
        " ".join(f"{house}: {subject}".split()),
        "\n\n".join([*said, f"-- \n{house}\n{settings.PUBLIC_URL}/\n"]),
        to=[to],
        headers={
            # The same if it goes twice.
            "Message-ID": f"<account-{due.key}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "Auto-Submitted": "auto-generated",
        },
    )
