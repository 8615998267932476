"""Whether nobody's change went live alone: each revision that took a second person has one, or a recorded bypass.

`manage.py verify_history` asks this beside whether history is intact, of the same rows in the same pass: a revision that changed what
was live, while the sandbox's policy asked for a second person, is part of a change request that was applied by the same transaction,
says what the request asked for, and was agreed to, as it was applied, by somebody who had no part in it, and did not change what went
live by it after it was proposed. Or it was published without
review, which the request says, or it came with an import.

What was live by its own status is known from the documents, which digests prove. What is believed of other tables has none:
what lists knew (of a rule or placement: whether something live referred to it then), policies, secrets and who were given them,
requests and their events. Events and policies are append-only by trigger and have keys in one order, so what was added, removed or
altered afterwards is found where that order, a transaction or another record says otherwise. Who forges all of these at once, as the
owner of the tables can, is not found here.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet

from offers.access.client_secrets import who_was_behind
from offers.access.policy import REACHED
from offers.document.kinds.registry import KINDS, Kind
from offers.document.merge import merge
from offers.document.patch import replay
from offers.document.validate import with_defaults
from offers.document.values import Document, Patch, equal
from offers.ledger import verify as ledger
from offers.ledger.history import document_at
from offers.ledger.records import StoredRevision
from offers.ledger.verify import Difference, Step
from offers.log import checking
from offers.models import (
    AccessChange,
    ChangeRequest,
    LibraryImport,
    LibraryItem,
    RequestedChange,
    RequestEvent,
    Revision,
    Sandbox,
    reading,
)
from offers.review.changes.meanwhile import Made, made_since
from offers.review.standing import reached_by

Policy = Sandbox.ReviewPolicy
What = RequestEvent.What
Access = AccessChange.What

# Who asked before a policy was set may write as it was until then: a request lasts no longer, and no two clocks are further apart.
GRACE = timedelta(minutes=1)
_LIVE = {kind.value: declared.live for kind, declared in KINDS.items() if declared.live}
_STRICTNESS = Policy.values.index
_ALONE = "it changed what was live, and names no second person and no bypass"


def verify(sandboxes: QuerySet[Sandbox]) -> Iterator[Difference]:
    """Whether history is intact (ledger/verify), and whether what was live changed only with a second person: what differs."""
    yield from ledger.verify(sandboxes, Looking, checking.Listed)
    for sandbox in sandboxes:
        yield from _gaps(sandbox)


class Period(NamedTuple):
    """When a policy was in force: `until` with the time in which who asked before still writes as it was."""

    since: datetime
    until: datetime
    policy: str


_ALWAYS, _NEVER_ENDS = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def _periods(sandbox: Sandbox) -> list[Period]:
    """The policies that this sandbox had, as they were recorded; what was so before the first record was so from the beginning."""
    changes = _policy_changes(sandbox)
    if not changes:
        return [Period(_ALWAYS, _NEVER_ENDS, Sandbox.objects.get(pk=sandbox.pk).review_policy)]
    policies = [changes[0].before or Policy.NONE, *(change.after for change in changes)]
    starts = [_ALWAYS, *(change.at for change in changes)]
    ends = [*(change.at + GRACE for change in changes), _NEVER_ENDS]
    return [Period(*one) for one in zip(starts, ends, policies, strict=True)]


def _gaps(sandbox: Sandbox) -> Iterator[Difference]:
    """Where the policy became another one without a record of that."""
    changes = _policy_changes(sandbox)
    nexts = [change.before for change in changes[1:]] + [change.present for change in changes[:1]]
    for change, found in zip(changes, nexts, strict=True):
        if change.after != found:
            message = f"it became {found} from {change.after}, and nothing says by whom"
            yield Difference(sandbox.name, "review policy", 0, message)


class _PolicyChange(NamedTuple):
    at: datetime
    before: str | None
    after: str
    # What it is now, read together with the records.
    present: str


def _policy_changes(sandbox: Sandbox) -> list[_PolicyChange]:
    found = AccessChange.objects.filter(sandbox=sandbox.pk, what=Access.POLICY_CHANGED).order_by("key")
    names = ("created_at", "before__review_policy", "after__review_policy", "sandbox__review_policy")
    return [_PolicyChange(*values) for values in found.values_list(*names)]


class Looking:
    """Looks at each revision of a sandbox: says what is wrong with it, "" for nothing. What it remembers does not grow."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._periods: list[Period] = []
        self._asks = False  # whether any of them asked for a second person
        self._asked: dict[int, _Asked] = {}
        self._imports: set[int] = set()

    def ahead(self, revisions: Sequence[StoredRevision]) -> None:
        """Read the requests that these came by. Policies are read with the first ones, so that they are no older."""
        if not self._periods:
            self._periods = _periods(self.sandbox)
            self._asks = any(one.policy in Sandbox.SECOND_PERSON for one in self._periods)
        if any(made.source == Revision.Source.IMPORT for made in revisions):
            self._imports = set(LibraryImport.objects.filter(sandbox=self.sandbox.pk).values_list("xid", flat=True))
        about = [made.refers_to["request"] for made in revisions if "request" in made.refers_to and self._policy(made)]
        self._asked = _asked(self.sandbox, set(about)) if about else {}

    def __call__(self, step: Step) -> str:
        if not self._asks:
            return ""
        policy = self._policy(step.revision)
        if not policy or not self._takes_two(step, policy):
            return ""
        number = step.revision.refers_to.get("request")
        if number is None:
            return _ALONE
        asked = self._asked.get(number)
        return asked.problem(step) if asked else f"there is no request {number}"

    def _policy(self, made: StoredRevision) -> str:
        """The policy that asked for a second person; "" where none did, and for what came with an import that the log has."""
        at = made.created_at
        if made.source == Revision.Source.IMPORT and int(made.xid) in self._imports:
            return ""
        # Of two that were in force within GRACE, the one that asks for less.
        policy = min((one.policy for one in self._periods if one.since <= at < one.until), key=_STRICTNESS)
        return policy if policy in Sandbox.SECOND_PERSON else ""

    def _takes_two(self, step: Step, policy: str) -> bool:
        if policy == Policy.EVERYTHING or _is_live(step.kind, step.status_was) or _is_live(step.kind, step.status):
            return True
        may_be_reached = step.kind in REACHED and step.before is not None
        return may_be_reached and was_reached(self.sandbox.pk, step.id, step.revision.created_at)


def _is_live(kind: str, status: object) -> bool:
    return kind in _LIVE and status == _LIVE[kind]


# Of thousands of offers in a placement only that there are such is read; fallback offers are told apart, for what is behind them.
NAMING = """
SELECT DISTINCT kind, status, CASE WHEN kind = 'fallback-offer' THEN id ELSE '' END FROM (
  SELECT kind, status, id FROM offers_listing
   WHERE sandbox_id = %(sandbox)s AND "references" && %(ids)s::text[] AND deleted_at IS NULL AND since <= %(at)s
  UNION ALL
  SELECT past.kind, past.status, item.id
    FROM offers_listingpast AS past JOIN offers_libraryitem AS item ON item.key = past.item_id
   WHERE past.sandbox_id = %(sandbox)s AND past."references" && %(ids)s::text[]
     AND NOT past.deleted AND past.since <= %(at)s AND %(at)s < past.until) AS naming
"""


def was_reached(sandbox_id: int, id: str, at: datetime) -> bool:
    """Whether something that was live then referred to this item, directly or through a fallback offer, as lists knew."""
    naming = reading.rows(NAMING, {"sandbox": sandbox_id, "ids": [id], "at": at})
    if any(status in ("approved", "live") for _, status, _ in naming):
        return True
    fallbacks = [fallback for _, _, fallback in naming if fallback]
    more = reading.rows(NAMING, {"sandbox": sandbox_id, "ids": fallbacks, "at": at}) if fallbacks else []
    return any((kind, status) == (Kind.DECISION, "live") for kind, status, _ in more)


class _Event(NamedTuple):
    request: int
    key: int
    what: str
    version: int
    digest: str
    actor_key: str
    created_at: datetime
    xid: int
    # Of those that made a version: what it changes.
    changes: list[dict[str, Any]] | None


class _Change(NamedTuple):
    request: int
    id: str
    base: Document | None
    base_etag: int
    patch: Patch
    applied_etag: int


def _asked(sandbox: Sandbox, numbers: Collection[int]) -> dict[int, "_Asked"]:
    """These requests, by their numbers: three statements."""
    requests = ChangeRequest.objects.filter(sandbox=sandbox.pk, number__in=numbers)
    found = {
        key: _Asked(sandbox.pk, key, number, {author, *contributors}, {}, [])
        for key, number, author, contributors in requests.values_list("key", "number", "actor_key", "contributors")
    }
    names = [*_Event._fields[:-1], "about__changes"]
    for event in RequestEvent.objects.filter(request__in=found).order_by("key").values_list(*names):
        found[event[0]].events.append(_Event(*event))
    for change in RequestedChange.objects.filter(request__in=found).values_list(*_Change._fields):
        found[change[0]].changes[change[1]] = _Change(*change)
    return {asked.number: asked for asked in found.values()}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A change request: who wrote it, what it changes by item, and what happened to it."""

    sandbox_id: int
    key: int
    number: int
    writers: set[str]
    changes: dict[str, _Change]
    events: list[_Event]

    def problem(self, step: Step) -> str:
        """Why this request does not stand behind a revision; "" where it does."""
        number, refers_to = self.number, step.revision.refers_to
        applied = self._last(What.BYPASSED if refers_to.get("bypass") else What.APPLIED)
        change = self.changes.get(step.id)
        if applied is None or change is None:
            return f"request {number} was never applied to it"
        agreed = self._agreed(applied)
        if not refers_to.get("bypass") and not agreed:
            return f"nobody who had no part in request {number} agreed to it as it was applied"
        if change.applied_etag != step.revision.etag:
            return self._taking_back_problem(change, step)
        if int(step.revision.xid) != applied.xid:
            return f"it was not made when request {number} was applied"
        if not self._asks_for(change, step, applied):
            return f"it is not what request {number} asked for"
        if not refers_to.get("bypass") and not self._seen_by_two(step, change, agreed, applied):
            return f"who agreed to request {number} alone changed what went live by it after it was proposed"
        return ""

    def _seen_by_two(self, step: Step, change: _Change, agreed: Sequence[_Event], applied: _Event) -> bool:
        """Whether somebody agreed who had not changed, alone and since it was proposed, what went live by this revision."""
        ids = _newly_live(step)
        if change.base_etag == step.revision.etag - 1:
            ids.discard(step.id)
        if step.kind == Kind.DECISION:
            ids |= _behind_fallbacks(self.sandbox_id, ids, applied)
        asked = [(self.key, applied.version, id) for id in ids]
        made = made_since(self.sandbox_id, asked, applied.created_at) if asked else ()
        alone = [one for one in made if one.alone]
        return any(not any(_is_theirs(one, event) for one in alone) for event in agreed)

    def _last(self, what: RequestEvent.What) -> _Event | None:
        return next((event for event in reversed(self.events) if event.what == what), None)

    def _agreed(self, applied: _Event) -> list[_Event]:
        """Who had no part in it and said yes last, before it was applied, to what was applied."""
        said = [event for event in self.events if event.key < applied.key and event.version == applied.version]
        last = {event.actor_key: event for event in said if event.what in (What.APPROVED, What.REQUESTED_CHANGES)}
        wrote = self._wrote()
        return [
            event
            for event in last.values()
            if event.what == What.APPROVED
            and event.digest == applied.digest
            and event.created_at <= applied.created_at
            and event.actor_key
            and wrote.isdisjoint(_behind(event))
        ]

    def _edits(self) -> list[_Event]:
        """What made the request, and made it another one."""
        return [event for event in self.events if event.what in (What.OPENED, What.EDITED)]

    def _wrote(self) -> set[str]:
        return self.writers.union(*map(_behind, self._edits()))

    def _taking_back_problem(self, change: _Change, step: Step) -> str:
        """A period's end: what was agreed to with the period. What goes live by it is what was there before, and nothing else."""
        made, ended = step.revision, self._last(What.TAKEN_BACK)
        if ended is None or int(made.xid) != ended.xid or made.refers_to.get("undoes") != change.applied_etag:
            return f"request {self.number} was neither applied nor taken back by it"
        if _is_live(step.kind, step.status) and not _is_live(step.kind, step.status_was):
            item = LibraryItem.objects.get(key=made.item_id)
            if not equal(step.after, document_at(item, change.applied_etag - 1)):
                return f"what went live at the end of request {self.number} is not what it was before"
        return ""

    def _asks_for(self, change: _Change, step: Step, applied: _Event) -> bool:
        version = next((event for event in reversed(self._edits()) if event.version == applied.version), None)
        told = version.changes if version else None
        if not any((one["id"], one["patch"]) == (change.id, change.patch) for one in told or []):
            return False
        return equal(_wanted(change, step), step.after)


def _wanted(change: _Change, step: Step) -> Document | None:
    """What the request makes of the document that was there."""
    if change.base is None or step.before is None:
        wanted: Document | None = with_defaults(Kind(step.kind), replay(None, change.patch))
    elif change.base_etag == step.revision.etag - 1:
        wanted = replay(step.before, change.patch)
    else:
        wanted = replay(change.base, change.patch)
        wanted = wanted and merge(change.base, wanted, step.before).document
    return wanted


def _newly_live(step: Step) -> set[str]:
    """The ids of what customers got by this revision and did not before: the item, where it went live, and what it refers to."""
    if not _is_live(step.kind, step.status):
        return set()
    was_live, kind = _is_live(step.kind, step.status_was), Kind(step.kind)
    known = {step.id, *reached_by(kind, step.before)} if was_live else set()
    return {step.id, *reached_by(kind, step.after)} - known


def _behind_fallbacks(sandbox_id: int, ids: Collection[str], applied: _Event) -> set[str]:
    """What the fallback offers among these referred to when it was applied."""
    found: set[str] = set()
    for item in LibraryItem.objects.filter(sandbox=sandbox_id, id__in=ids, kind=Kind.FALLBACK_OFFER):
        made = Revision.objects.filter(item=item, created_at__lte=applied.created_at).order_by("-etag").first()
        found |= reached_by(Kind.FALLBACK_OFFER, document_at(item, made.etag) if made else None)
    return found


def _is_theirs(made: Made, event: _Event) -> bool:
    """Whether who said this acted where that was changed, as it was or as they said it: who was given a secret later did not."""
    who = who_was_behind(made.actor_key, made.at) | who_was_behind(made.actor_key, event.created_at)
    return not who.isdisjoint(_behind(event))


def _behind(event: _Event) -> set[str]:
    return who_was_behind(event.actor_key, event.created_at)
