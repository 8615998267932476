"""Whether a change request still fits what is there now, and who agreed to it as it stands: found out at every look.

Nothing of this is stored. A verdict names a digest of the exact changes and of the values that they replace. So whatever else
changes meanwhile leaves an approval as it was, and a change of one of those values makes it one about something else.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from offers.document.errors import Problem
from offers.document.identity import Path
from offers.document.kinds.registry import Kind
from offers.document.merge import ABSENT, Conflict, merge
from offers.document.patch import replay
from offers.document.touched import touched, value_at
from offers.document.validate import validate
from offers.document.values import Document, canonical, equal
from offers.ledger.heads import Head, read_each
from offers.models import ChangeRequest, RequestedChange, RequestEvent

What = RequestEvent.What
VERDICTS = (What.APPROVED, What.REQUESTED_CHANGES, What.REJECTED)


class Trouble(StrEnum):
    """Why a change cannot be made to its item as that is now."""

    CONFLICT = "conflict"  # somebody changed the same fields to something else
    GONE = "gone"  # the item was deleted
    ARCHIVED = "archived"  # what is archived is not changed
    TAKEN = "taken"  # another item has the id by now, or the deleted one is back
    INVALID = "invalid"  # together with what others changed it breaks a rule
    DONE = "done"  # the item says all of it already


@dataclass(frozen=True)
class Place:
    """One change of a request, on top of its item as it is now."""

    change: RequestedChange
    head: Head | None

    @cached_property
    def kind(self) -> Kind:
        return Kind(self.change.kind)

    @cached_property
    def wanted(self) -> Document | None:
        """What the request makes of the document that it was made on; None where it deletes."""
        return replay(self.change.base, self.change.patch)

    @cached_property
    def before(self) -> Document | None:
        """What is there now; None where nothing is."""
        return None if self.head is None or self.head.deleted_at is not None else self.head.document

    @property
    def is_carried(self) -> bool:
        """Whether the item has changed since, and the change still goes with it."""
        return not self.trouble and self.head is not None and self.head.etag != self.change.base_etag

    @cached_property
    def _merged(self) -> tuple[Document | None, tuple[Conflict, ...]]:
        if self.wanted is None or self.change.base is None or self.before is None:
            return self.wanted, ()
        if self.head is not None and self.head.etag == self.change.base_etag:
            return self.wanted, ()
        merged = merge(self.change.base, self.wanted, self.before)
        return merged.document, merged.conflicts

    @property
    def after(self) -> Document | None:
        """What the item becomes if the request is applied now; None where it is deleted."""
        return self._merged[0]

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        return self._merged[1]

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        return () if self.after is None else validate(self.kind, self.after, self.before)

    @cached_property
    def trouble(self) -> Trouble | None:
        if self.change.base is None and self.change.item_id is None:
            return Trouble.TAKEN if self.head is not None else self._invalid
        if self.change.base is None:
            return Trouble.DONE if self.before is not None else self._invalid
        if self.before is None:
            return Trouble.DONE if self.wanted is None else Trouble.GONE
        if self.wanted is None:
            return None
        if self.conflicts:
            return Trouble.CONFLICT
        if equal(self.after, self.before):
            return Trouble.DONE
        if self.before.get("status") == "archived" and self.change.base.get("status") != "archived":
            return Trouble.ARCHIVED
        return self._invalid

    @property
    def _invalid(self) -> Trouble | None:
        return Trouble.INVALID if self.problems else None

    @cached_property
    def touched(self) -> tuple[Path, ...]:
        """The identity paths that the change is about."""
        return touched(self.change.base, self.wanted)

    def replaced(self) -> Iterator[list[object]]:
        """What stands now at each of them: [path, value], or [path] where nothing does."""
        for path in self.touched:
            value = value_at(self.before, path) if self.before is not None else ABSENT
            yield [list(path)] if value is ABSENT else [list(path), value]


@dataclass(frozen=True)
class Standing:
    """A change request as it stands now."""

    request: ChangeRequest
    places: tuple[Place, ...]
    verdicts: tuple[RequestEvent, ...]

    @cached_property
    def digest(self) -> str:
        """Of the exact changes, the values that they replace and when: what a verdict is about. SHA-256, in hex."""
        request = self.request
        says = {
            "request": request.number,
            "version": request.version,
            "times": [at.isoformat() if at else "" for at in (request.apply_at, request.until)],
            "changes": [
                {
                    "id": place.change.id,
                    "kind": place.change.kind,
                    "patch": place.change.patch,
                    "of": [*place.replaced()],
                }
                for place in self.places
            ],
        }
        return hashlib.sha256(canonical(says)).hexdigest()

    @cached_property
    def last_verdicts(self) -> dict[str, RequestEvent]:
        """What each person said last to the present version."""
        return {event.actor_key: event for event in self.verdicts if event.version == self.request.version}

    @cached_property
    def approvals(self) -> tuple[RequestEvent, ...]:
        """Who agrees to the request exactly as it stands, and wrote none of it."""
        return tuple(event for event in self._approved if event.digest == self.digest)

    @cached_property
    def dropped(self) -> tuple[RequestEvent, ...]:
        """Approvals of the present version that were about values which have changed since."""
        return tuple(event for event in self._approved if event.digest != self.digest)

    @property
    def _approved(self) -> Iterator[RequestEvent]:
        contributors = set(self.request.contributors)
        for event in self.last_verdicts.values():
            if event.what == What.APPROVED and event.actor_key not in contributors:
                yield event

    @cached_property
    def objections(self) -> tuple[RequestEvent, ...]:
        """Who asked for changes of the present version and has not agreed since."""
        return tuple(event for event in self.last_verdicts.values() if event.what == What.REQUESTED_CHANGES)

    @property
    def troubled(self) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.trouble)

    @property
    def is_approved(self) -> bool:
        return bool(self.approvals) and not self.objections

    @property
    def can_be_applied(self) -> bool:
        return self.request.is_under_way and self.is_approved and not self.troubled


def standing(request: ChangeRequest, heads: Mapping[str, Head] | None = None) -> Standing:
    """How this request stands: three statements, or two where its items were just read."""
    return standings([request], heads)[0]


def standings(requests: Sequence[ChangeRequest], heads: Mapping[str, Head] | None = None) -> list[Standing]:
    """The same of several requests of one sandbox, in as many statements."""
    keys = [request.key for request in requests]
    changes = list(RequestedChange.objects.filter(request__in=keys).order_by("key"))
    verdicts = list(RequestEvent.objects.filter(request__in=keys, what__in=VERDICTS).order_by("key"))
    if heads is None:
        heads = read_each(requests[0].sandbox_id, {change.id for change in changes}) if requests else {}
    return [
        Standing(
            request,
            tuple(Place(change, heads.get(change.id)) for change in changes if change.request_id == request.key),
            tuple(verdict for verdict in verdicts if verdict.request_id == request.key),
        )
        for request in requests
    ]
