"""Which lists hold items with an identity, and what that identity is. Diff, merge, blame and describe all ask here.

Its declaration says it (document/kinds/); the rule goes by the name of the member that holds the list, wherever it stands.
"""

from typing import TypeAlias

from offers.document.errors import JSON
from offers.document.kinds.reading import IDENTITIES

# Identity of a place: member names and item keys from the root down. An item key starts with "[", which keeps the two
# apart for readers; a place's container says which of them it is.
Path: TypeAlias = tuple[str, ...]

# Longer lists are replaced as a whole: matching their items would take too long, and nobody could read the result.
MAX_ITEMS = 2_000


def item_keys(member: str, items: list[JSON]) -> list[str] | None:
    """The identity of each item of the list in this member; None when the list is atomic.

    A list is atomic when its member has no rule, when an item has no key, when two items have the same, or when it is
    very long.
    """
    rule = IDENTITIES.get(member)
    if rule is None or len(items) > MAX_ITEMS:
        return None
    keys: dict[str, None] = {}
    for item in items:
        key = rule(item)
        if key is None or key in keys:
            return None
        keys[key] = None
    return list(keys)


def is_renamed(member: str, before: JSON, after: JSON) -> bool:
    """Whether two items of the list in this member differ, and only in what they are known by: a content's language."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return False
    members = before.keys() | after.keys()
    differing = [name for name in members if name not in before or name not in after or before[name] != after[name]]
    was = item_keys(member, [before])
    changed = ({**before, name: after.get(name)} for name in differing)
    return 0 < len(differing) < len(members) and all(item_keys(member, [item]) not in (was, None) for item in changed)


def both_keys(member: str, before: JSON, after: JSON) -> tuple[list[str], list[str]] | None:
    """The item keys of two lists that can be matched item by item; None when they cannot."""
    if not (isinstance(before, list) and isinstance(after, list)):
        return None
    old = item_keys(member, before)
    new = item_keys(member, after) if old is not None else None
    return None if old is None or new is None else (old, new)
