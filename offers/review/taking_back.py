"""The end of a period: what a request changed is as it was before, where that is still what the request made of it.

Where nobody agreed to the request, for none had to, its end is a change like any other: what takes a second person by then is asked for.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offers.access.permissions import Actor, Role, can_edit
from offers.access.policy import ReviewRequired, is_reached
from offers.document.diff import diff
from offers.document.errors import DocumentError
from offers.document.identity import Path
from offers.document.kinds.registry import Kind
from offers.document.live import is_live
from offers.document.merge import Conflict
from offers.document.values import Document, equal
from offers.ledger import writes
from offers.ledger.heads import Head, lock_each
from offers.ledger.history import undone
from offers.ledger.leaf import RefersTo
from offers.ledger.records import Stamp
from offers.ledger.references import InUse
from offers.models import ChangeRequest, LibraryItem, RequestedChange, RequestEvent, Revision
from offers.review import records
from offers.review.applying import DELETE, NoOwner, NotReady, deletes
from offers.review.changes.proposals import Proposal, proposal
from offers.review.changes.whose import owner_of
from offers.review.opening import When, opened
from offers.review.standing import reached_by

What = RequestEvent.What
# Why something was left: it takes a second person.
REVIEW = "review"


def take_back(request: ChangeRequest) -> None:
    """Take back an applied request that is held. Its event says what was left as it is, and why.

    Who agreed to the request agreed to its end; so that comes whoever is still here to answer for it.
    """
    agreed = _was_agreed_to(request)
    # Taken before any item is held, as whoever else opens a request takes it.
    number = 0 if agreed else records.next_number(request.sandbox)
    changes = list(RequestedChange.objects.filter(request=request, applied_etag__gt=0))
    heads = lock_each(request.sandbox_id, {change.id for change in changes}, "FOR UPDATE")
    owner = owner_of(request)
    role = owner.role if can_edit(owner) else Role.EDITOR
    by = Actor(request.sandbox, role, request.actor_label, user_id=request.actor_id, client_id=request.client_id)
    # The other way round than they were made: first what comes back, for others may refer to it; last what goes.
    found = [
        (_taken_back(by, request, change, heads[change.id], agreed), change) for change in sorted(changes, key=_turn)
    ]
    kept = [one for one, _change in found if one]
    asked = [_back(change, heads[change.id]) for one, change in found if one and one["why"] == REVIEW]
    made = _asked_for(request, owner, number, asked) if asked else None
    request.taken_back_at = request.updated_at = timezone.now()
    request.save(update_fields=["taken_back_at", "updated_at"])
    about = {"kept": kept, "asked": made.number} if made else {"kept": kept}
    records.event(request, None, What.TAKEN_BACK, text=f"#{made.number} {made.title}" if made else "", about=about)


def _was_agreed_to(request: ChangeRequest) -> bool:
    """Whether somebody agreed to it, with its end, as it was applied."""
    applied = RequestEvent.objects.filter(request=request, what=What.APPLIED).order_by("-key").first()
    return applied is not None and bool(applied.about.get("approvedBy"))


def _asked_for(
    request: ChangeRequest, owner: Actor, number: int, proposals: Sequence[Proposal]
) -> ChangeRequest | None:
    """A request of its owner for what takes a second person; who wrote the one that ends has a part in it. None where it cannot be
    opened, as nobody may edit here any more in whose name.
    """
    title = _("End of #{number}: {title}").format(number=request.number, title=request.title)
    try:
        with transaction.atomic():
            made = opened(owner, number, proposals, title, request.reason, When())
            for key in request.contributors:
                records.contributed(made, key)
            return made
    except (NoOwner, NotReady, DocumentError, InUse):
        return None


def _back(change: RequestedChange, head: Head) -> Proposal:
    """The change back, of an item that is held, as it is asked for."""
    about = RefersTo(undoes=change.applied_etag)
    if deletes(change):
        return proposal(head, [{"op": "add", "path": "", "value": head.document}], "review", about)
    if change.base is None:
        return proposal(head, [DELETE], "review", about)
    return proposal(head, diff(head.document, _as_before(change, head)[1]), "review", about)


def _turn(change: RequestedChange) -> tuple[int, int]:
    return (0 if deletes(change) else 2 if change.base is None else 1, -change.key)


def _taken_back(
    by: Actor, request: ChangeRequest, change: RequestedChange, head: Head, agreed: bool
) -> dict[str, Any] | None:
    """What of this change was left as it is, if anything."""
    about = RefersTo(request=request.number, undoes=change.applied_etag)
    stamp = Stamp("review", request.reason or request.title, refers_to=about, reviewed=agreed)
    try:
        with transaction.atomic():
            why, paths = _undo(by, change, head, stamp)
    except ReviewRequired:
        why, paths = REVIEW, ()
    except InUse:
        why, paths = "in-use", ()
    except DocumentError:
        why, paths = "invalid", ()
    return {"kind": change.kind, "id": change.id, "why": why, "paths": [list(path) for path in paths]} if why else None


def _undo(by: Actor, change: RequestedChange, head: Head, stamp: Stamp) -> tuple[str, tuple[Path, ...]]:
    """Why something was left, and which fields; "" where all of it was taken back. Raises what the write path raises."""
    kinds = [Kind(change.kind)]
    whole = change.base is None or deletes(change)
    if whole and head.etag != change.applied_etag:
        return "changed", ()
    if deletes(change):
        writes.undelete(by, kinds, change.id, stamp)
    elif change.base is None:
        writes.delete(by, kinds, change.id, stamp, if_match=head.etag)
    elif head.deleted_at is not None:
        return "gone", ()
    else:
        return _undo_fields(by, change, head, stamp)
    return "", ()


def _undo_fields(by: Actor, change: RequestedChange, head: Head, stamp: Stamp) -> tuple[str, tuple[Path, ...]]:
    before, document, conflicts = _as_before(change, head)
    if _shows_what_nobody_looked_at(by, change, head, before, document):
        return "changed", ()
    if patch := diff(head.document, document):
        writes.change_head(by, head, patch, stamp)
    return ("changed" if conflicts else ""), tuple(conflict.place for conflict in conflicts)


def _as_before(change: RequestedChange, head: Head) -> tuple[Document | None, Document, tuple[Conflict, ...]]:
    """What was there before the change; that with what others changed since; and where it is only theirs."""
    found = undone(LibraryItem.objects.get(key=head.key), change.applied_etag)
    _now, before, _made = found.versions
    return before, found.document, found.conflicts


def _shows_what_nobody_looked_at(
    by: Actor, change: RequestedChange, head: Head, before: Document | None, after: Document | None
) -> bool:
    """Whether customers would get by it what one person changed meanwhile: in a draft, or in what it is served with again."""
    if not is_live(head.kind, after):
        return False
    was_live = is_live(head.kind, head.document)
    if not was_live and not equal(after, before):
        return True
    again = reached_by(head.kind, after) - (reached_by(head.kind, head.document) if was_live else set())
    since = Revision.objects.get(item=head.key, etag=change.applied_etag).created_at
    # Held, so that nobody edits it as it goes live. What is live by something else changes only with a second person.
    held = lock_each(by.sandbox.pk, again, "FOR NO KEY UPDATE") if again else {}
    return any(one.modified_at > since and not is_reached(by.sandbox.pk, id) for id, one in held.items())
