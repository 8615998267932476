"""The changes of a request, as they are stored with it: one for each item, however often it was added to."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from offers.document.errors import PatchError, Problem
from offers.document.values import Patch
from offers.document.words.labels import gettext_noop
from offers.ledger.heads import erased_since
from offers.models import ChangeRequest, RequestedChange
from offers.review.changes.proposals import Proposal, combined, is_same

# Changes of a request: it is looked at by people, and applied in one transaction.
MOST_CHANGES = 200
ERASED_SINCE = gettext_noop("Something was erased from its past meanwhile. Look at it anew, and try again.")


class TooMany(Exception):
    """A request has at most MOST_CHANGES changes."""


class NothingToPropose(Exception):
    """What is proposed is what is there already."""


def stored(request: ChangeRequest, proposals: Collection[Proposal], *, instead: bool = False) -> bool:
    """Put these into the request, with what it has for the same items or `instead` of it; whether that makes it another one. Raises NothingToPropose, TooMany, and PatchError (409)
    where something was erased from the past of what they were made of.
    """
    refuse_erased({key: last for one in proposals for key, last in one.seen.items()})
    known = {change.id: change for change in RequestedChange.objects.filter(request=request)}
    is_new = False
    for one in proposals:
        before = known.get(one.id)
        patch = one.patch if before is None or instead else combined(before, one)
        if not patch:
            raise NothingToPropose
        if before is not None and is_same(before, replace(one, patch=patch)):
            continue
        RequestedChange.objects.update_or_create(request=request, id=one.id, defaults=_values(one, patch))
        is_new = True
    if RequestedChange.objects.filter(request=request).count() > MOST_CHANGES:
        raise TooMany
    return is_new


def refuse_erased(seen: Mapping[int, int]) -> None:
    """Hold what was seen (heads.erased_since), and refuse what was made of it before something of it was erased. Raises PatchError."""
    if erased_since(seen):
        raise PatchError(Problem("", "erased-since", ERASED_SINCE), status=409)


def _values(one: Proposal, patch: Patch) -> dict[str, Any]:
    return {
        "item_id": one.key,
        "kind": one.kind,
        "base": one.base,
        "base_etag": one.base_etag,
        "seen_etag": one.base_etag,
        "patch": patch,
        "source": one.source,
        "refers_to": one.refers_to,
    }
