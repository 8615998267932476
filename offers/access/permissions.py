"""Who may do what. The access check is the lookup: what an actor may not see does not exist for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import Http404
from django.utils.translation import gettext as _

from offers import asked
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.models import LibraryItem, Membership, Sandbox, reading

Role = Membership.Role
# The roles that change something, and those of them that also say yes or no to the changes of others.
EDITORS, REVIEWERS = (Role.EDITOR, Role.REVIEWER, Role.ADMIN), (Role.REVIEWER, Role.ADMIN)
# As long as the columns that keep it: of items, and of revisions.
MAX_LABEL = 150

# What the keys of people and programs begin with, and of who has no account here (an import's authors may have none).
PERSON, CLIENT, NAME = "user-", "client-", "name-"


class NotFound(Http404):
    """There is no such sandbox, item or version, or not for this actor: a stranger learns nothing."""


class NotAllowed(PermissionDenied):
    """The actor can see it but may not do this. The message is for people."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or an API client at work in one sandbox. `label` is copied into history."""

    sandbox: Sandbox
    role: str
    label: str
    user_id: int | None = None
    client_id: str = ""
    # May publish without a second person (policy.py).
    may_bypass: bool = False

    @property
    def key(self) -> str:
        return actor_key(self.user_id, self.client_id, self.label)


def actor_key(user_id: int | None, client_id: str, label: str) -> str:
    """Who somebody is, whatever they are called: of a revision's author, what `LibraryItem.modified_by_key` holds."""
    if client_id:
        return f"{CLIENT}{client_id}"
    return f"{NAME}{label}" if user_id is None else f"{PERSON}{user_id}"


def author_key(row: str) -> str:
    """The same in SQL, of the revision that a statement calls `row`."""
    return (
        f"CASE WHEN {row}.client_id <> '' THEN '{CLIENT}' || {row}.client_id "
        f"WHEN {row}.actor_id IS NULL THEN '{NAME}' || {row}.actor_label ELSE '{PERSON}' || {row}.actor_id END"
    )


def account_of(key: str) -> int | None:
    """The number of the account that has this key; None where it is no person's: each has one, so "user-07" is nobody's."""
    number = asked.number(key.removeprefix(PERSON)) if key.startswith(PERSON) else None
    return number if key == f"{PERSON}{number}" else None


def client_of(key: str) -> str:
    """The id of the API client that has this key; "" where it is no program's."""
    return key.removeprefix(CLIENT) if key.startswith(CLIENT) else ""


def actor_for_user(user: User | AnonymousUser, sandbox_name: str) -> Actor:
    """The signed-in person as an actor in the named sandbox. Raises NotFound for a stranger to it."""
    if user.pk is None:
        raise NotFound
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERSHIP, [user.pk, sandbox_name])
        row = cursor.fetchone()
    if row is None:
        raise NotFound
    *sandbox, role, may_bypass = row
    return Actor(sandbox_of(sandbox), role, label_for_user(user), user_id=user.pk, may_bypass=may_bypass)


def actor_for_client(client: "Actor", sandbox_name: str) -> "Actor":
    """An API client as an actor in another sandbox of the same organisation. Raises NotFound where it is no member."""
    found = Membership.objects.select_related("sandbox").filter(
        client=client.client_id, sandbox__name=sandbox_name, sandbox__org_id=client.sandbox.org_id
    )
    member = found.first()
    if not client.client_id or member is None:
        raise NotFound
    return Actor(member.sandbox, member.role, client.label, client_id=client.client_id, may_bypass=member.may_bypass)


# In the order of the model's fields, which is that of its instances' values. For statements in which it is called `sandbox`.
SANDBOX_COLUMNS = ", ".join(f"sandbox.{field.attname}" for field in Sandbox._meta.concrete_fields)
# Written out, because Django takes longer to make the statement than to run it, and every page needs it.
_MEMBERSHIP = f"""
SELECT {SANDBOX_COLUMNS}, membership.role, membership.may_bypass
  FROM offers_membership AS membership
  JOIN offers_sandbox AS sandbox ON sandbox.id = membership.sandbox_id
  JOIN auth_user AS person ON person.id = membership.user_id
 WHERE membership.user_id = %s AND sandbox.name = %s AND person.is_active
"""


def sandbox_of(row: Sequence[Any]) -> Sandbox:
    """The sandbox that these values of SANDBOX_COLUMNS are."""
    return Sandbox.from_db(connection.alias, [field.attname for field in Sandbox._meta.concrete_fields], row)


def label_for_user(user: User | AnonymousUser) -> str:
    """How history names a person: the full name, else the user name; as much of it as history keeps."""
    return ((user.get_full_name() if isinstance(user, User) else "") or user.get_username())[:MAX_LABEL]


def can_edit(actor: Actor) -> bool:
    return actor.role in EDITORS


def check_edit(actor: Actor) -> None:
    """Refuse who only reads. Raises NotAllowed."""
    if not can_edit(actor):
        raise NotAllowed(_("You can read this sandbox but not change it."))


def may_audit(actor: Actor) -> bool:
    """Whether this person answers for how the sandbox is controlled, or looks at that."""
    return actor.role in (Role.AUDITOR, Role.ADMIN)


def check_audit(actor: Actor) -> None:
    """Refuse everybody but auditors and admins. Raises NotAllowed."""
    if not may_audit(actor):
        raise NotAllowed(_("Only auditors and admins of this sandbox see its controls."))


def get_item_for(actor: Actor, id: str, *, kinds: tuple[Kind, ...] = OFFER_KINDS, deleted: bool = False) -> LibraryItem:
    """The item of one of these kinds that this actor may read. Raises NotFound.

    With `deleted`, also one that has been deleted: its history stays readable.
    """
    # An id of an address cannot have what PostgreSQL's text cannot; one of a parameter can.
    item = reading.item_of(actor.sandbox, id) if id.isprintable() else None
    if item is None or item.kind not in kinds or (item.deleted_at is not None and not deleted):
        raise NotFound
    return item
