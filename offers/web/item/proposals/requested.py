"""What open requests want of an item, said on its pages and at the fields of its form before anybody types."""

from dataclasses import dataclass

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.document.merge import merge
from offers.document.patch import replay
from offers.document.values import Document
from offers.document.words.describe import Change, describe, summary
from offers.document.words.naming import Phrase
from offers.lists.names import names_in
from offers.models import ChangeRequest, LibraryItem, RequestedChange
from offers.review.queue import open_on

FIELDS_TOLD = 3


@dataclass(frozen=True, slots=True)
class Requested:
    """What one request wants of an item. `how` is "changed", "deleted" or "back".

    `fields` are the first things that it changes, and `more` how many there are besides; `changes` is what it would change
    of the document that the page shows.
    """

    request: ChangeRequest
    is_mine: bool
    how: str
    fields: list[Phrase]
    more: int
    changes: list[Change]


def requested_of(actor: Actor, item: LibraryItem, document: Document | None = None) -> list[Requested]:
    """What is wanted of the item by requests that are under way, the newest first: one statement, two where there are any.

    `document` is the version of it that the page shows, if that is not the present one.
    """
    found = [(one, replay(one.base, one.patch)) for one in open_on(item)]
    if not found:
        return []
    shown = item.document if document is None else document
    names = names_in(item.sandbox_id, Kind(item.kind), [shown, *(wanted for _one, wanted in found)])
    return [_requested(actor, one, wanted, shown, names) for one, wanted in found]


def _requested(
    actor: Actor, one: RequestedChange, wanted: Document | None, shown: Document, names: dict[str, str]
) -> Requested:
    is_mine = one.request.owner_key == actor.key
    if wanted is None or one.base is None:
        return Requested(one.request, is_mine, "back" if wanted else "deleted", [], 0, [])
    fields, more = summary(describe(one.base, wanted, names=names), FIELDS_TOLD)
    # Where both changed a field, the request's value is the one that it would set.
    carried = merge(one.base, wanted, shown).document
    changes = describe(shown, carried, names=names, compared=False, by_field=True)
    return Requested(one.request, is_mine, "changed", fields, more, changes)
