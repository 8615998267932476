"""Who somebody is: the key that a person or a program has for good, and the name that goes with it now. Reads only.

Names are for reading: two people may have the same one, and one may change hers. Filters and addresses carry keys.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

from allauth.idp.oidc.models import Client
from django.contrib.auth.models import User

from offers.access.permissions import CLIENT, PERSON, account_of, client_of, label_for_user
from offers.document.kinds.registry import OFFER_KINDS
from offers.models import LibraryItem, Listing

Shown = TypeVar("Shown", LibraryItem, Listing)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody under their key; `aside` tells namesakes apart: the user name, the client id."""

    key: str
    name: str
    aside: str


def known(keys: Collection[str]) -> dict[str, Known]:
    """Those of these keys that have an account now. One query for people, one for programs, none for nobody."""
    # What an address says may be no number: it is nobody's.
    numbers = [number for key in keys if (number := account_of(key)) is not None]
    clients = [client for key in keys if (client := client_of(key))]
    found = {}
    for user in User.objects.filter(pk__in=numbers) if numbers else ():
        found[f"{PERSON}{user.pk}"] = Known(f"{PERSON}{user.pk}", label_for_user(user), user.get_username())
    for id, name in Client.objects.filter(pk__in=clients).values_list("id", "name") if clients else ():
        found[f"{CLIENT}{id}"] = Known(f"{CLIENT}{id}", name or id, id)
    return found


def choices(copied: Mapping[str, str]) -> list[tuple[str, str]]:
    """(key, name) pairs by name, of keys with the names that history copied: namesakes with what tells them apart.

    An account that is gone goes by the copied name.
    """
    accounts = known(copied)
    people = [accounts.get(key, Known(key, name, key)) for key, name in copied.items()]
    times = Counter(person.name for person in people)
    named = ((person.key, _apart(person) if times[person.name] > 1 else person.name) for person in people)
    return sorted(named, key=lambda pair: (pair[1].casefold(), pair[0]))


def _apart(person: Known) -> str:
    return f"{person.name} ({person.aside})"


def name_of(sandbox_id: int, key: str) -> str:
    """The name of one key, as it is now, else as it was copied last; the key itself where it is nobody's."""
    account = known([key]).get(key)
    if account:
        return account.name
    items = Listing.objects.filter(sandbox_id=sandbox_id, kind__in=OFFER_KINDS, modified_by_key=key, deleted_at=None)
    return next(iter(items.values_list("modified_by", flat=True)[:1]), key)


def with_names_of_now(items: list[Shown]) -> list[Shown]:
    """The items or their rows in lists, for reading, with the name that who changed them last has now."""
    accounts = known({item.modified_by_key for item in items})
    for item in items:
        if item.modified_by_key in accounts:
            item.modified_by = accounts[item.modified_by_key].name
    return items
