"""Whether a change request still fits what is there now, and who agreed to it as it stands: found out at every look.

Nothing of this is stored. A verdict names a digest of the exact changes and of the values that they replace. So whatever else
changes meanwhile leaves an approval as it was, and a change of one of those values makes it one about something else.

Of what only goes live by the request everything is in the digest, with what it is shown with: anybody may edit a draft, and the
rule that no live offer has, up to that moment.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from offers.access.permissions import REVIEWERS, actor_key
from offers.access.policy import REACHED, ruling
from offers.document.errors import Problem
from offers.document.identity import Path
from offers.document.kinds.registry import Kind
from offers.document.live import is_live
from offers.document.merge import ABSENT, Conflict, merge
from offers.document.patch import replay
from offers.document.touched import touched, value_at
from offers.document.validate import references, validate
from offers.document.values import Document, canonical, equal
from offers.ledger.heads import Head, read_each
from offers.models import ChangeRequest, Membership, RequestedChange, RequestEvent
from offers.review.changes.meanwhile import Made, made_since, people
from offers.review.changes.whose import owner_of

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


# Of what cannot be made there is no document that it makes. It is shown as it was asked for: next to what is there now, everything
# that others changed meanwhile would look taken back.
AS_ASKED = (Trouble.CONFLICT, Trouble.GONE, Trouble.TAKEN, Trouble.DONE)


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

    @property
    def goes_live(self) -> bool:
        """Whether customers see it once the request is applied, and do not yet."""
        return is_live(self.kind, self.after) and not is_live(self.kind, self.before)

    @cached_property
    def judged(self) -> tuple[Path, ...]:
        """The identity paths that somebody who agrees agrees about: of what goes live, each of its members."""
        if not self.goes_live:
            return self.touched
        documents = (self.change.base, self.wanted, self.before)
        return tuple(sorted({(name,) for document in documents if document for name in document}))

    @property
    def newly_shown_with(self) -> set[str]:
        """The ids of what customers get through it from then on, and that may not be live by anything else."""
        if not is_live(self.kind, self.after):
            return set()
        known = reached_by(self.kind, self.before) if is_live(self.kind, self.before) else set()
        return reached_by(self.kind, self.after) - known

    def replaced(self) -> Iterator[list[object]]:
        """What stands now at each of the paths that are judged: [path, value], or [path] where nothing does."""
        for path in self.judged:
            value = value_at(self.before, path) if self.before is not None else ABSENT
            yield [list(path)] if value is ABSENT else [list(path), value]


@dataclass(frozen=True)
class Standing:
    """A change request as it stands now."""

    request: ChangeRequest
    places: tuple[Place, ...]
    verdicts: tuple[RequestEvent, ...]
    # The keys of those who gave a verdict and may give one now.
    reviewers: frozenset[str] = frozenset()
    # What customers get through it from then on, by id.
    shown_with: Mapping[str, Head] = field(default_factory=dict)
    # What was changed of all that goes live by it after it was proposed as it is now.
    made_since: tuple[Made, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Of the exact changes, the values that they replace and when: what a verdict is about. SHA-256, in hex."""
        request = self.request
        says = {
            "request": request.number,
            "version": request.version,
            "times": [at.astimezone(UTC).isoformat() if at else "" for at in (request.apply_at, request.until)],
            "changes": [
                {
                    "id": place.change.id,
                    "kind": place.change.kind,
                    "patch": place.change.patch,
                    "of": [*place.replaced()],
                }
                for place in self.places
            ],
            "with": {id: head.document for id, head in self.shown_with.items()},
        }
        return hashlib.sha256(canonical(says)).hexdigest()

    def with_it(self, place: Place) -> list[Head]:
        """What customers get through this one of its changes from then on."""
        ids = _with_theirs(place.newly_shown_with, self.shown_with)
        return [head for id, head in self.shown_with.items() if id in ids]

    @cached_property
    def last_verdicts(self) -> dict[str, RequestEvent]:
        """What each person said last to the present version."""
        return {event.actor_key: event for event in self.verdicts if event.version == self.request.version}

    @cached_property
    def approvals(self) -> tuple[RequestEvent, ...]:
        """Who agrees to the request exactly as it stands, and wrote none of it."""
        return tuple(event for event in self._approved if self._counts(event))

    @cached_property
    def dropped(self) -> tuple[RequestEvent, ...]:
        """Approvals of the present version that were about values which have changed since, or of who is no reviewer any more,
        or changed some of it."""
        return tuple(event for event in self._approved if not self._counts(event))

    def _counts(self, event: RequestEvent) -> bool:
        is_known = event.digest == self.digest and event.actor_key in self.reviewers
        return is_known and not self.changed_by(event.actor_key, event.created_at)

    def changed_by(self, key: str, at: datetime) -> Made | None:
        """What this one, or who acts where this one does, changed alone of what goes live, after the author had seen it."""
        alone = [made for made in self.made_since if made.alone]
        who = people(key, at) if alone else set()
        return next((made for made in alone if not who.isdisjoint(made.people)), None)

    def document_of(self, id: str) -> Document | None:
        """The document of an item that is changed, or shown with one, as it is now."""
        heads = {**self.shown_with, **{place.change.id: place.head for place in self.places if place.head}}
        return heads[id].document if id in heads else None

    def name_of(self, id: str) -> str:
        return str((self.document_of(id) or {}).get("name") or id)

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
    def is_conflicted(self) -> bool:
        """Whether it cannot be applied as things are now, and still is to be."""
        return self.request.state in ChangeRequest.CAN_CONFLICT and bool(self.troubled)

    @cached_property
    def is_owners_own(self) -> bool:
        """Whether who sees to it could make all of it alone, now, and only said when: then nobody has to agree."""
        if self.request.apply_at is None:
            return False
        owner = owner_of(self.request)
        return all(
            ruling(owner, place.kind, place.change.id, place.before, place.after).allows for place in self.places
        )

    @property
    def is_early(self) -> bool:
        """Whether its time is still to come, and is part of what others agree to."""
        at = self.request.apply_at
        return at is not None and at > timezone.now() and not self.is_owners_own

    @property
    def is_approved(self) -> bool:
        return not self.objections and (bool(self.approvals) or self.is_owners_own)

    @property
    def can_be_applied(self) -> bool:
        return self.request.is_under_way and self.is_approved and not self.troubled


Read = Callable[[Collection[str]], Mapping[str, Head]]


def standing(request: ChangeRequest, read: Read | None = None) -> Standing:
    """How this request stands; `read` gives items by their ids, where they are not only looked at but held."""
    return standings([request], read)[0]


def standings(requests: Sequence[ChangeRequest], read: Read | None = None) -> list[Standing]:
    """The same of several requests of one sandbox, in as many statements: three, one more where there are verdicts, and three where something goes live."""
    keys = [request.key for request in requests]
    changes = list(RequestedChange.objects.filter(request__in=keys).order_by("key"))
    verdicts = list(RequestEvent.objects.filter(request__in=keys, what__in=VERDICTS).order_by("key"))
    read = read or (lambda ids: read_each(requests[0].sandbox_id, ids))
    heads = read({change.id for change in changes}) if changes else {}
    places = [Place(change, heads.get(change.id)) for change in changes]
    more = _shown_with({id for place in places for id in place.newly_shown_with}, read)
    reviewers = _reviewers(requests[0].sandbox_id, verdicts) if verdicts else frozenset[str]()
    found = []
    for request in requests:
        own = tuple(place for place in places if place.change.request_id == request.key)
        about = tuple(verdict for verdict in verdicts if verdict.request_id == request.key)
        ids = _with_theirs({id for place in own for id in place.newly_shown_with}, more)
        found.append(Standing(request, own, about, reviewers, {id: more[id] for id in sorted(ids) if id in more}))
    going_live = [asked for one in found for asked in _going_live(one)]
    made = made_since(requests[0].sandbox_id, going_live) if going_live else ()
    return [replace(one, made_since=tuple(of for of in made if of.request == one.request.key)) for one in found]


def with_verdict(found: Standing, given: RequestEvent) -> Standing:
    """How a request whose row and items are held stands once this was said to it."""
    verdicts = (*found.verdicts, given)
    return replace(found, verdicts=verdicts, reviewers=_reviewers(found.request.sandbox_id, verdicts))


def _going_live(found: Standing) -> Iterator[tuple[int, int, str]]:
    """The items that go live by this request, whole."""
    ids = {place.change.id for place in found.places if place.goes_live} | found.shown_with.keys()
    yield from ((found.request.key, found.request.version, id) for id in sorted(ids))


def _reviewers(sandbox_id: int, verdicts: Sequence[RequestEvent]) -> frozenset[str]:
    """Who of those that gave these verdicts may give one now, by key."""
    people = {event.actor_id for event in verdicts if event.actor_id is not None}
    programs = {event.client_id for event in verdicts if event.client_id}
    members = Membership.objects.filter(sandbox=sandbox_id, role__in=REVIEWERS)
    who = Q(user__in=people, user__is_active=True) | Q(client__in=programs)
    return frozenset(
        actor_key(user, client or "", "") for user, client in members.filter(who).values_list("user_id", "client_id")
    )


def reached_by(kind: Kind, document: Document | None) -> set[str]:
    """The ids of what this document is served with (policy.REACHED)."""
    found = references(kind, document) if document is not None else []
    return {reference.id for reference in found if reference.kind in REACHED}


def _shown_with(ids: set[str], read: Read) -> dict[str, Head]:
    """These items, and what the fallback offers among them are served with."""
    found = dict(read(ids)) if ids else {}
    further = _with_theirs(ids, found) - ids
    return {**found, **read(further)} if further else found


def _with_theirs(ids: set[str], heads: Mapping[str, Head]) -> set[str]:
    theirs = (reached_by(heads[id].kind, heads[id].document) for id in ids if id in heads)
    return ids.union(*theirs)
