"""Who somebody is: the key that a person or a program has for good, and the name that goes with it now. Reads only.

Names are for reading: two people may have the same one, and one may change hers. Filters and addresses carry keys.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from allauth.idp.oidc.models import Client
from django.contrib.auth.models import User
from django.db.models import CharField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from offers.access.permissions import CLIENT, PERSON, account_of, client_of, label_for_user
from offers.document.erased import mark, number_of
from offers.document.kinds.registry import OFFER_KINDS
from offers.models import Erasure, LibraryItem, Listing, Membership

Shown = TypeVar("Shown", LibraryItem, Listing)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody under their key; `aside` tells namesakes apart: the user name, the client id."""

    key: str
    name: str
    aside: str


def readable(text: str) -> str:
    """A name or a text as it is shown: where it was erased, that it was, and by which erasure."""
    number = number_of(text)
    return text if number is None else _("erased (no. {number})").format(number=number)


def known(keys: Collection[str], sandbox_id: int = 0) -> dict[str, Known]:
    """Those of these keys that have an account now. One query for people, one for programs, none for nobody.

    Whose name was erased from this sandbox and who is no member of it (any more) has the mark of that erasure for a name: their account
    may work elsewhere, and goes on to have one.
    """
    # What an address says may be no number: it is nobody's.
    numbers = [number for key in keys if (number := account_of(key)) is not None]
    clients = [client for key in keys if (client := client_of(key))]
    found = {}
    for user in _accounts(sandbox_id).filter(pk__in=numbers) if numbers else ():
        key = f"{PERSON}{user.pk}"
        erased = user.erased_here
        found[key] = Known(key, mark(erased), key) if erased else Known(key, label_for_user(user), user.get_username())
    for id, name in Client.objects.filter(pk__in=clients).values_list("id", "name") if clients else ():
        found[f"{CLIENT}{id}"] = Known(f"{CLIENT}{id}", name or id, id)
    return found


def _accounts(sandbox_id: int) -> QuerySet[Any]:
    """Accounts, each with the erasure that took its name out of this sandbox."""
    if not sandbox_id:
        return User.objects.annotate(erased_here=Value(0))
    key = Concat(Value(PERSON), Cast(OuterRef("pk"), CharField()))
    done = Erasure.objects.filter(sandbox=sandbox_id, subject_key=key, state=Erasure.State.DONE)
    here = Membership.objects.filter(sandbox=sandbox_id, user=OuterRef(OuterRef("pk")))
    return User.objects.annotate(erased_here=Subquery(done.exclude(Exists(here)).order_by("-key").values("key")[:1]))


def choices(copied: Mapping[str, str], sandbox_id: int = 0) -> list[tuple[str, str]]:
    """(key, name) pairs by name, of keys with the names that history copied: namesakes with what tells them apart.

    An account that is gone goes by the copied name.
    """
    accounts = known(copied, sandbox_id)
    found = (accounts.get(key, Known(key, name, key)) for key, name in copied.items())
    people = [replace(one, name=readable(one.name)) for one in found]
    times = Counter(person.name for person in people)
    named = ((person.key, _apart(person) if times[person.name] > 1 else person.name) for person in people)
    return sorted(named, key=lambda pair: (pair[1].casefold(), pair[0]))


def _apart(person: Known) -> str:
    return f"{person.name} ({person.aside})"


def name_of(sandbox_id: int, key: str) -> str:
    """The name of one key, as it is now, else as it was copied last; the key itself where it is nobody's."""
    account = known([key], sandbox_id).get(key)
    if account:
        return readable(account.name)
    items = Listing.objects.filter(sandbox_id=sandbox_id, kind__in=OFFER_KINDS, modified_by_key=key, deleted_at=None)
    return next(iter(items.values_list("modified_by", flat=True)[:1]), key)


def with_names_of_now(items: list[Shown]) -> list[Shown]:
    """The items or their rows in lists, for reading, with the name that who changed them last has now."""
    accounts = known({item.modified_by_key for item in items}, items[0].sandbox_id if items else 0)
    for item in items:
        if item.modified_by_key in accounts:
            item.modified_by = accounts[item.modified_by_key].name
    return items
