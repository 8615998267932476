"""What is kept about access: of API clients what allauth's table has no column for, and every change of who may do what."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func
from django.utils.translation import gettext_lazy as _

from offers.models.library import Sandbox
from offers.models.transactions import Erasable, RandomSalt, TransactionIdField


class ClientState(models.Model):
    """An API client's secrets and whether it may come at all. One without a row is on, and was never heard of."""

    client = models.OneToOneField(
        "allauth_idp_oidc.Client", on_delete=models.CASCADE, primary_key=True, related_name="offers_state"
    )
    # When the present secret was made, and the one before it while that is good, too: a keyed hash, like the present one's.
    secret_at = models.DateTimeField(null=True)
    old_secret = models.CharField(max_length=200, blank=True, db_default="")
    old_secret_until = models.DateTimeField(null=True)
    old_secret_used_at = models.DateTimeField(null=True)
    # Who was shown a secret that may still be good, by their keys; the present one's reader comes last.
    known_to = ArrayField(models.CharField(max_length=160), default=list, db_default=[])
    off_at = models.DateTimeField(null=True)
    # To the minute: a program that calls all the time costs one write a minute.
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.client_id}, last used {self.last_used_at}"


class AccessChange(Erasable):
    """One change of who may do what in a sandbox: of a member, a client's secret, the policy. Append-only, by trigger.

    Like a revision it outlives its subjects: keys without constraints, and names as they were then.
    """

    class What(models.TextChoices):
        MEMBER_ADDED = "member-added"
        MEMBER_CHANGED = "member-changed"
        MEMBER_REMOVED = "member-removed"
        POLICY_CHANGED = "policy-changed"
        SECRET_MADE = "secret-made"  # noqa: S105  # a name of what happened
        SECRET_ENDED = "secret-ended"  # noqa: S105  # the same
        CLIENT_OFF = "client-off"
        CLIENT_ON = "client-on"
        OWNER_CHANGED = "owner-changed"
        ACCOUNT_CLOSED = "account-closed"
        ACCOUNT_OPENED = "account-opened"
        PASSWORD_SET = "password-set"  # noqa: S105  # the same
        PASSWORD_CHANGED = "password-changed"  # noqa: S105  # the same
        PASSWORD_RESET = "password-reset"  # noqa: S105  # the same
        PASSWORD_LINK = "password-link"  # noqa: S105  # the same
        EMAIL_CHANGED = "email-changed"
        OPERATOR_CHANGED = "operator-changed"

    class Source(models.TextChoices):
        PAGE = "page", _("Access page")
        OWN = "own", _("Own account")
        OPERATOR = "operator", _("Operator")

    key = models.BigAutoField(primary_key=True)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    what = models.CharField(max_length=16, choices=What)
    # Whom it is about, as permissions.actor_key has it; nobody where it is about the sandbox.
    subject_key = models.CharField(max_length=160, blank=True)
    subject_label = models.CharField(max_length=150, blank=True)
    # What was so before and after, of what changed: `role`, `may_bypass`, `review_policy`, `old_secret_until`, `owner`, `operator`.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        db_index=False,
        related_name="+",
    )
    actor_label = models.CharField(max_length=150)
    source = models.CharField(max_length=8, choices=Source)
    note = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    # As of a revision: whoever follows the changes of a sandbox goes by it.
    xid = TransactionIdField(db_default=Func(function="pg_current_xact_id"))
    # Of what the log proves of it without telling it (log/events.py); null where part of that was erased.
    salt = models.BinaryField(null=True, db_default=RandomSalt())

    class Meta:
        indexes = [
            models.Index("sandbox", F("key").desc(), name="access_change_by_sandbox"),
            models.Index("sandbox", "xid", "key", name="access_change_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.subject_key} in {self.sandbox_id}"
