"""What is recorded of a change of who may do what, and the way to read it. `members` makes them, and Django's admin."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from offers.access.permissions import Actor
from offers.models import AccessChange

PAGE_SIZE = 25
# Changes among which the last one of the policy is looked for: each home page asks.
LOOKED_AT = 500
What, Source = AccessChange.What, AccessChange.Source
Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a change is made, and where it was asked for."""

    note: str = ""
    request_id: str = ""


NO_REASON = Reason()


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a change is about: the key and the name, as they are now."""

    key: str = ""
    label: str = ""


THE_SANDBOX = Subject()


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a change, and by which door."""

    user_id: int | None
    label: str
    source: str = Source.PAGE


def author_of(actor: Actor) -> Author:
    return Author(actor.user_id, actor.label)


def record(
    author: Author,
    sandboxes: Iterable[int],
    what: str,
    about: Subject,
    before: Facts,
    after: Facts,
    reason: Reason = NO_REASON,
) -> None:
    """Record one change in each of these sandboxes. Called in the transaction that makes it."""
    now = timezone.now()
    AccessChange.objects.bulk_create(
        AccessChange(
            sandbox_id=sandbox,
            what=what,
            subject_key=about.key,
            subject_label=about.label,
            before=before,
            after=after,
            actor_id=author.user_id,
            actor_label=author.label,
            source=author.source,
            note=reason.note,
            request_id=reason.request_id,
            created_at=now,
        )
        for sandbox in sandboxes
    )


def policy_changed_since(sandbox_id: int, when: datetime) -> AccessChange | None:
    """The last change of the review policy, if it is that recent and among the last LOOKED_AT changes of access."""
    last = AccessChange.objects.filter(sandbox_id=sandbox_id).order_by("-key").values("key")[:LOOKED_AT]
    found = AccessChange.objects.filter(key__in=last, what=What.POLICY_CHANGED, created_at__gte=when)
    return found.order_by("-key").first()


def recent(sandbox_id: int, *, before: int | None = None, size: int = PAGE_SIZE) -> list[AccessChange]:
    """The sandbox's changes of access, newest first: so many, from below the key `before`."""
    found = AccessChange.objects.filter(sandbox_id=sandbox_id).order_by("-key")
    return list((found.filter(key__lt=before) if before else found)[:size])
