"""The one write path: beside the operator's import (imports.py), the only module that inserts or updates items and revisions.

Every write reads the row, decides, and then writes row and revision in ONE conditional statement (update where key and
etag still match, and nothing was erased since; insert the revision from what that returned). It is atomic by itself; no row back means that someone
was first. Nothing here grows with the length of an item's history.
"""

from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offers.access import policy
from offers.access.permissions import Actor, NotAllowed, check_edit
from offers.document import patch as patches
from offers.document.diff import diff
from offers.document.errors import InvalidDocument, Problem
from offers.document.kinds.registry import Kind
from offers.document.validate import Reference, references, validate, with_defaults
from offers.document.values import Document, Patch, canonical_text, equal
from offers.document.words.labels import gettext_noop
from offers.ledger.heads import HEAD_COLUMNS, Head, first_head, new_id, next_head, read_to_write
from offers.ledger.records import INSERT_REVISION, REWRITTEN, Stamp, record
from offers.ledger.references import InUse, reference_problems, used_by
from offers.models import Keeping

# A try needs no transaction of its own, which is two round trips less. Who lost this often waits in line instead.
OPTIMISTIC_TRIES = 3
# Characters. A shorter one would save little then, and to look for it is to compare two documents.
SHORT_PATCH = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a write did: `before` and the head's document are equal when it changed nothing (and made no revision)."""

    before: Document | None
    head: Head
    changed: bool


class StaleEtag(Exception):
    """The precondition names another etag than the item has now (412). Nothing was written."""

    def __init__(self, head: Head) -> None:
        super().__init__(f"the item is at etag {head.etag}")
        self.head = head


class OnHold(NotAllowed):
    """There is a legal hold on the item: it is not deleted."""

    said = gettext_noop("There is a legal hold on it: it is not deleted until an admin lifts that.")


class PreconditionRequired(Exception):
    """This sandbox takes no change without an If-Match (428)."""


def create(
    actor: Actor, kind: Kind, document: Document, stamp: Stamp, *, id: str = "", dry_run: bool = False
) -> Outcome:
    """Store a new item at etag 1 with its first revision. Without `id`, it gets a new opaque one.

    Raises NotAllowed, InvalidDocument, IntegrityError (the id is taken). The item, its revision and the lock on what it refers to succeed together.
    """
    document = with_defaults(kind, document)
    _allow(actor, stamp, kind, id, None, document)
    _refuse(validate(kind, document), document)
    head = first_head(actor, kind, id or new_id(), document, timezone.now())
    with transaction.atomic():
        _refuse(reference_problems(actor.sandbox.pk, document, references(kind, document)), document)
        if dry_run:
            return Outcome(None, head, True)
        head = _insert(actor, head, [{"op": "add", "path": "", "value": document}], stamp)
    return Outcome(None, head, True)


def change(
    actor: Actor,
    kinds: Collection[Kind],
    id: str,
    patch: Patch,
    stamp: Stamp,
    *,
    if_match: int | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Apply a JSON Patch (RFC 6902) to an item and record it.

    With `if_match`, only to that etag (else StaleEtag); without, to whatever the item is when the write lands: on a
    race it reads again and applies the patch again, and after a few lost races it waits its turn under a row lock.
    Raises NotFound, NotAllowed, PatchError, InvalidDocument, InUse, PreconditionRequired.
    """
    if if_match is None and actor.sandbox.require_if_match and not dry_run:
        raise PreconditionRequired
    for attempt in range(OPTIMISTIC_TRIES + 1):
        wait = attempt == OPTIMISTIC_TRIES
        with transaction.atomic() if wait else nullcontext():
            # This lock lets pass who only refers to the item (FOR KEY SHARE): their writes do not wait for this one.
            head = read_to_write(actor, kinds, id, lock="FOR NO KEY UPDATE" if wait else "")
            if if_match is not None and if_match != head.etag:
                raise StaleEtag(head)
            outcome = _change_head(actor, head, patch, stamp, dry_run)
        if outcome is not None:
            return outcome
    raise AssertionError("a write under a row lock cannot lose a race")


def change_head(actor: Actor, head: Head, patch: Patch, stamp: Stamp) -> Outcome | None:
    """Apply a JSON Patch to an item that was just read as `head`, and record it; None when somebody was first.

    Raises NotAllowed, PatchError, InvalidDocument, InUse.
    """
    return _change_head(actor, head, patch, stamp, dry_run=False)


def judge(actor: Actor, head: Head, patch: Patch, stamp: Stamp = Stamp("")) -> Outcome:  # noqa: B008  # it is frozen
    """What `change_head` would make of it; nothing is written. Raises what that does."""
    outcome = _change_head(actor, head, patch, stamp, dry_run=True)
    assert outcome is not None, "a dry run cannot lose a race"
    return outcome


def delete(actor: Actor, kinds: Collection[Kind], id: str, stamp: Stamp, *, if_match: int | None = None) -> Outcome:
    """Delete an item that nothing refers to; its history stays. Raises NotFound, NotAllowed (a legal hold, too: OnHold),
    StaleEtag, PreconditionRequired, InUse.
    """
    with transaction.atomic():
        head = read_to_write(actor, kinds, id, lock="FOR UPDATE")
        if if_match is not None and if_match != head.etag:
            raise StaleEtag(head)
        if if_match is None and actor.sandbox.require_if_match:
            raise PreconditionRequired
        judge_delete(actor, head, stamp)
        after = _after(actor, head, head.document, deleted=True)
        written = _write(actor, head, after, [{"op": "remove", "path": ""}], stamp)
        assert written is not None, "a write under a row lock cannot lose a race"
    return Outcome(head.document, written, True)


def is_on_hold(item: int) -> bool:
    """Whether there is a legal hold on the item with this key."""
    return Keeping.objects.filter(item=item, hold__isnull=False).exists()


def judge_delete(actor: Actor, head: Head, stamp: Stamp = Stamp("")) -> None:  # noqa: B008  # it is frozen
    """Whether `delete` would do it; nothing is written. Raises NotAllowed, InUse."""
    _allow(actor, stamp, head.kind, head.id, head.document, None)
    if is_on_hold(head.key):
        raise OnHold(_(OnHold.said))
    _refuse_in_use(actor, head.id)


def undelete(
    actor: Actor,
    kinds: Collection[Kind],
    id: str,
    stamp: Stamp,
    *,
    document: Document | None = None,
    if_match: int | None = None,
) -> Outcome:
    """Bring a deleted item back as it was, or as `document`; with `if_match`, only what was deleted as that version.

    Raises NotFound, NotAllowed, StaleEtag, InvalidDocument (what it needs may be gone).
    """
    with transaction.atomic():
        head = read_to_write(actor, kinds, id, lock="FOR UPDATE", deleted=True)
        if if_match is not None and if_match != head.etag:
            raise StaleEtag(head)
        back = head.document if document is None else document
        _allow(actor, stamp, head.kind, head.id, None, back)
        if head.deleted_at is None:
            return Outcome(head.document, head, False)
        _refuse_back(actor, head, back)
        after = _after(actor, head, back)
        written = _write(actor, head, after, [{"op": "add", "path": "", "value": back}], stamp)
        assert written is not None, "a write under a row lock cannot lose a race"
    return Outcome(None, written, True)


def judge_undelete(actor: Actor, head: Head, stamp: Stamp = Stamp("")) -> None:  # noqa: B008  # it is frozen
    """Whether `undelete` would bring it back as it was; nothing is written. Raises NotAllowed, InvalidDocument."""
    _allow(actor, stamp, head.kind, head.id, None, head.document)
    _refuse_back(actor, head, head.document)


def _refuse_back(actor: Actor, head: Head, back: Document) -> None:
    _refuse(validate(head.kind, back, head.document), back)
    _refuse(reference_problems(actor.sandbox.pk, back, references(head.kind, back)), back)


def _change_head(actor: Actor, head: Head, patch: Patch, stamp: Stamp, dry_run: bool) -> Outcome | None:
    """Apply and write on top of `head`; None when someone was first."""
    # Who may not change it at all is told so before anything about the patch.
    _allow(actor, stamp, head.kind, head.id, head.document, head.document)
    document, effective = patches.applied(head.document, patch)
    assert isinstance(document, dict), "the root of a patched document stays an object"
    if equal(document, head.document):
        return Outcome(head.document, head, False)
    # And again with what it becomes: to make something live takes the same right as to change what is.
    _allow(actor, stamp, head.kind, head.id, None, document)
    problem = policy.step_problem(actor, head.kind, head.document, document)
    _refuse(((problem,) if problem else ()) + validate(head.kind, document, head.document), document)
    after = _after(actor, head, document)
    before_references = {(reference.kind, reference.id) for reference in references(head.kind, head.document)}
    new_references = [
        reference
        for reference in references(head.kind, document)
        if (reference.kind, reference.id) not in before_references
        or _fit_may_change(head.document, document, reference)
    ]
    narrows = head.kind == Kind.PLACEMENT and any(
        head.document.get(member) != document.get(member) for member in ("channel", "componentType")
    )
    # What may have gone live by something that refers to it since that was asked, is asked again once it is held.
    asks_again = not stamp.reviewed and head.kind in policy.REACHED and not policy.can_change_live(actor)
    # What it starts to refer to is held until the write stands. The write itself is one statement, and needs no more.
    with transaction.atomic() if new_references or narrows or asks_again else nullcontext():
        _refuse(reference_problems(actor.sandbox.pk, document, new_references), document)
        if narrows:
            _lock_item(head.key)
            _refuse_in_use(actor, head.id)
        if dry_run:
            return Outcome(head.document, replace(after, digest=head.digest), True)
        written = _write(actor, head, after, _recorded(head.document, document, effective), stamp)
        if asks_again:
            _allow(actor, stamp, head.kind, head.id, head.document, document)
    return Outcome(head.document, written, True) if written else None


def _allow(actor: Actor, stamp: Stamp, kind: Kind, id: str, before: Document | None, after: Document | None) -> None:
    """Refuse what this actor may not do: alone, unless the stamp says that somebody else looks at it. Raises NotAllowed."""
    if stamp.reviewed:
        check_edit(actor)
    else:
        policy.check_change(actor, kind, id, before, after)


def _recorded(before: Document, after: Document, effective: Patch) -> Patch:
    """What history keeps of a patch: its operations that had an effect or, where those are long, what differs if shorter.

    So a revision is as long as its change, whatever was sent: also where operations take back what others did.
    """
    length = len(canonical_text(effective))
    if length <= SHORT_PATCH:
        return effective
    difference = diff(before, after)
    return difference if len(canonical_text(difference)) < length else effective


def _fit_may_change(before: Document, after: Document, reference: Reference) -> bool:
    """Whether what stands around a kept placement changed, so that it must be looked at again."""
    return reference.kind == Kind.PLACEMENT and not equal(before.get("representations"), after.get("representations"))


def _refuse(problems: Collection[Problem], document: Document) -> None:
    if problems:
        raise InvalidDocument(tuple(problems), document=document)


def _refuse_in_use(actor: Actor, id: str) -> None:
    users = used_by(actor.sandbox.pk, id)
    if users:
        raise InUse(users)


def _lock_item(key: int) -> None:
    """Wait for, and keep out, everyone who is about to refer to this item."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM offers_libraryitem WHERE key = %s FOR UPDATE", [key])


def _after(actor: Actor, head: Head, document: Document, *, deleted: bool = False) -> Head:
    """The item after this change. Its time is later than the one before, whatever the clocks of two servers say."""
    at = max(timezone.now(), head.modified_at + timedelta(microseconds=1))
    return next_head(head, actor, document, at, deleted=deleted)


_INSERTED = tuple(name for name in HEAD_COLUMNS if name != "key")
_INSERT = f"""
WITH item AS (
  INSERT INTO offers_libraryitem (sandbox_id, {", ".join(_INSERTED)})
  VALUES (%s, {", ".join("%s" for _ in _INSERTED)}) RETURNING key)
{INSERT_REVISION} FROM item RETURNING item_id"""
_UPDATE = f"""
WITH item AS (
  UPDATE offers_libraryitem SET {", ".join(f"{name} = %s" for name in REWRITTEN)}
   WHERE key = %s AND etag = %s AND last_erasure = %s RETURNING key)
{INSERT_REVISION} FROM item RETURNING etag"""


def _insert(actor: Actor, head: Head, patch: Patch, stamp: Stamp) -> Head:
    """Store a new row and its first revision in one statement."""
    recorded = record(actor, "", head, patch, stamp)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [actor.sandbox.pk, *recorded.item(_INSERTED), *recorded.revision])
        return replace(recorded.head, key=cursor.fetchone()[0])


def _write(actor: Actor, head: Head, after: Head, patch: Patch, stamp: Stamp) -> Head | None:
    """Store `after` and its revision in one statement if the item is still at `head`; None if someone was first, or erased something:
    what was made of the past before that may say what is gone.
    """
    recorded = record(actor, head.digest, after, patch, stamp)
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [*recorded.item(REWRITTEN), head.key, head.etag, head.last_erasure, *recorded.revision])
        return recorded.head if cursor.fetchone() else None
