"""What is kept about a person: where they are signed in, the items they have open, how they like their pages, the lists they come back to."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone

from offers.models.library import LibraryItem, Sandbox


class Session(AbstractBaseSession):
    """Django's session, with whose it is and when it was last seen, so that a person finds their own (offers/access/signed_in.py)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    # To within minutes: not every request writes.
    seen_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"a session of user {self.user_id}"


class Presence(models.Model):
    """An item that somebody has open for editing, in one tab of their browser. A hint for others, never a lock.

    Rows are kept for a minute after the tab was last heard of (offers/web/edit/presence.py).
    """

    key = models.BigAutoField(primary_key=True)
    item = models.ForeignKey(LibraryItem, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    label = models.CharField(max_length=150)
    tab = models.CharField(max_length=16)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "user", "tab"], name="presence_once_for_a_tab")]

    def __str__(self) -> str:
        return f"{self.label} has item {self.item_id} open"


class PersonalSettings(models.Model):
    """What a person chose for every page, on whatever browser. Empty means not chosen."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="personal_settings"
    )
    language = models.CharField(max_length=10, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    theme = models.CharField(max_length=8, blank=True)
    # "off" for who wants no shortcuts of a single key.
    keys = models.CharField(max_length=3, blank=True)
    # "compact" for who wants more rows of a list on a screen.
    density = models.CharField(max_length=11, blank=True)
    # The columns of the offers list (offers/web/lists/rows.py); None for the usual ones.
    columns = ArrayField(models.CharField(max_length=20), null=True)
    # How wide they are, in CSS pixels by their names; the others have their usual width.
    widths = models.JSONField(default=dict)
    # Which notices come by mail, and when (offers/web/account/mail.py); None for the usual ones, and the usual hour.
    mail_when = models.CharField(max_length=8, blank=True)
    mail_hour = models.PositiveSmallIntegerField(null=True)
    mail_about = ArrayField(models.CharField(max_length=12), null=True)
    # The address that the account gets once a link that was sent there is opened, and when that was asked for.
    new_email = models.CharField(max_length=254, blank=True)
    new_email_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"settings of user {self.user_id}"


class MailTurn(models.Model):
    """How far the mail to a person is: nobody begins one before `next_at`.

    Because somebody is at it, or the last one has only just gone or could not be sent (offers/web/inbox/sending.py).
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    next_at = models.DateTimeField()
    # In a row, until now.
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"mail to user {self.user_id}"


class AccountMail(models.Model):
    """A mail about somebody's account that is to go: a page asked for it, a worker sends it (offers/web/account/posting.py).

    Its row goes with it. It holds no secret: what a link proves is made when the mail is.
    """

    class About(models.TextChoices):
        ASKED = "asked"
        NEW_PASSWORD = "new-password"  # noqa: S105  # a name of what the mail says
        PASSWORD_CHANGED = "password-changed"  # noqa: S105  # the same
        NEW_ADDRESS = "new-address"
        ADDRESS_CHANGED = "address-changed"

    key = models.BigAutoField(primary_key=True)
    about = models.CharField(max_length=16, choices=About)
    # Whom it is to; nobody where somebody was only named (ASKED).
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    named = models.CharField(max_length=254, blank=True)
    # Where it goes, if not to the address that the account has by then.
    address = models.CharField(max_length=254, blank=True)
    # Of the page that it was asked for on.
    language = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField()
    # Nobody begins before this: somebody is at it, or it could not be sent just now.
    next_at = models.DateTimeField(db_index=True)
    failures = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"mail {self.key}, {self.about}, to user {self.user_id}"


class SavedView(models.Model):
    """A filter of the offers list that one person keeps under a name, with its order and columns."""

    key = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=60)
    # The list's query string, without its position.
    query = models.TextField(blank=True)
    columns = ArrayField(models.CharField(max_length=20))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "sandbox", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return f"view {self.name} of user {self.user_id}"
