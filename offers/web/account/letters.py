"""What mails about an account say: plain text, in the language of its person."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from offers.models import AccountMail, PersonalSettings
from offers.web.account.accounts import people_called
from offers.web.account.mail import wish_of
from offers.web.account.proofs import address_link, password_link, waiting_address
from offers.web.frame.times import exact_text

About = AccountMail.About


def mail_about(due: AccountMail, user: User, own: PersonalSettings | None) -> EmailMessage | None:
    """The mail that is due to this person; None where there is nothing to say any more."""
    wish = wish_of(own)
    language = own.language if own and own.language else due.language or wish.language
    with translation.override(language), timezone.override(wish.zone):
        if due.about == About.NEW_PASSWORD:
            return _mail(due, user.email, _("A new password"), _new_password(user))
        if due.about == About.PASSWORD_CHANGED and user.email:
            return _mail(due, user.email, _("Your password was changed"), _password_changed(due, user))
        if due.about == About.ADDRESS_CHANGED:
            return _mail(due, due.address, _("Your email address was changed"), _address_changed(due, user))
        # Nothing to say of one that was asked for before another one.
        if due.about == About.NEW_ADDRESS and due.address == waiting_address(own):
            return _mail(due, due.address, _("Your new email address"), _new_address(due, user))
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


def _new_address(due: AccountMail, user: User) -> list[str]:
    """The link; or, for whose address it is already, that it is."""
    if is_taken(due.address, user):
        taken = _("Somebody asked to use this address for the account {name}. It is that of another account.")
        return [taken.format(name=user.username), _("So nothing was changed, and there is nothing to do.")]
    asked = _("This address is to be that of the account {name}. Confirm it here within an hour:")
    return [
        asked.format(name=user.username),
        address_link(user),
        _("The link works once. You do not know the account? Then do nothing: it stays as it is."),
    ]


def _address_changed(due: AccountMail, user: User) -> list[str]:
    changed = _("The account {name} has another email address now: {time}. This one is not used any more.")
    return [
        changed.format(name=user.username, time=exact_text(due.created_at)),
        _("It was not you? Tell whoever runs this library at once."),
    ]


def is_taken(address: str, user: User) -> bool:
    """Whether somebody else signs in by it."""
    return any(other.pk != user.pk for other in people_called(address))


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
