"""Whether what a document refers to is there, stays there until the write is done, and fits."""

from collections.abc import Collection, Iterator

import orjson
from django.db import connection

from offers.document.errors import Problem
from offers.document.kinds.registry import Kind
from offers.document.validate import Reference, fits
from offers.document.values import Document
from offers.document.words.labels import gettext_noop
from offers.models import reading

# Of what 300,000 items refer to, nobody needs to know the twenty that were changed last.
SORTED = 10_000


class InUse(Exception):
    """The item cannot be deleted, or not changed this way: others refer to it (409). `users` are (kind, id, name)."""

    # The id of the item, where several are changed at once.
    item: str = ""

    def __init__(self, users: tuple[tuple[str, str, str], ...]) -> None:
        super().__init__("the item is in use")
        self.users = users


def used_by(sandbox_id: int, id: str, limit: int = 20) -> tuple[tuple[str, str, str], ...]:
    """The items that refer to this id, as (kind, id, name), newest change first; of more than SORTED the newest of some of them."""
    # MATERIALIZED, for else the planner looks for the first ones through the whole table.
    found = reading.rows(
        """WITH naming AS MATERIALIZED (
             SELECT kind, id, name, modified_at, key FROM offers_listing
              WHERE sandbox_id = %s AND "references" @> ARRAY[%s::text] AND deleted_at IS NULL)
           SELECT kind, id, name FROM (SELECT * FROM naming LIMIT %s) AS found ORDER BY modified_at DESC, key DESC LIMIT %s""",
        [sandbox_id, id, SORTED, limit],
    )
    return tuple(found)


def reference_problems(sandbox_id: int, document: Document, wanted: Collection[Reference]) -> list[Problem]:
    """What is wrong with these references of a document: one that leads nowhere, a placement that takes other content.

    Call it in the transaction that writes the document: the rows referred to are locked (FOR KEY SHARE) until its end.
    Whoever deletes one of them waits, and then sees this use.
    """
    if not wanted:
        return []
    # Locked in the order of their keys, so that two writers who need the same rows cannot wait for each other in a circle.
    with connection.cursor() as cursor:
        # In the order of their keys, so that two who refer to the same items never wait for each other.
        cursor.execute(
            """SELECT id, kind, document FROM offers_libraryitem
                WHERE sandbox_id = %s AND id = ANY(%s) AND deleted_at IS NULL ORDER BY key FOR KEY SHARE""",
            [sandbox_id, sorted({reference.id for reference in wanted})],
        )
        found = {(row[1], row[0]): orjson.loads(row[2]) for row in cursor.fetchall()}
    return [*_missing(wanted, found), *_misfits(document, found)]


def _missing(wanted: Collection[Reference], found: Collection[tuple[str, str]]) -> Iterator[Problem]:
    message = gettext_noop("There is no {kind} with the id {id}.")
    for reference in wanted:
        if (reference.kind, reference.id) not in found:
            params = {"kind": reference.kind.value, "id": reference.id}
            yield Problem(reference.pointer, "unknown-reference", message, params=params)


def _misfits(document: Document, found: dict[tuple[str, str], Document]) -> Iterator[Problem]:
    for index, representation in enumerate(document.get("representations") or []):
        placement = found.get((Kind.PLACEMENT, representation["placement"]))
        if placement is not None:
            yield from _representation_misfits(f"/representations/{index}", representation, placement)


def _representation_misfits(pointer: str, representation: Document, placement: Document) -> Iterator[Problem]:
    name = placement["name"]
    if placement["channel"] != representation["channel"]:
        message = gettext_noop("The placement {name} is for another channel.")
        yield Problem(f"{pointer}/channel", "channel-mismatch", message, params={"name": name})
    message = gettext_noop("The placement {name} takes {type} content.")
    for index, component in enumerate(representation.get("components") or []):
        if not fits(component["type"], placement["componentType"]):
            params = {"name": name, "type": placement["componentType"]}
            yield Problem(f"{pointer}/components/{index}/type", "component-mismatch", message, params=params)
