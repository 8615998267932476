"""What was published without a second person, and whether approvals were those of others. Reads only.

The log has an index of bypasses; what it has not reached yet is looked at as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from offers.log import sequencer
from offers.models import ChangeRequest, LogEntry, RequestEvent, reading

What = RequestEvent.What
# Uses that are counted, and entries of the log among which they are looked for: each changed item of one has an entry, too.
MOST, LOOKED_AT = 1_000, 20_000
COMING = 50
# Applied requests that are looked at, the last ones.
APPLIED = 2_000


@dataclass(frozen=True, slots=True)
class Use:
    """One use: by whom, when and why, and who else looked at it, when. `due` is when somebody else was to have looked."""

    request: ChangeRequest
    by: str
    key: str
    at: datetime
    reason: str
    looked_by: str
    looked_at: datetime | None

    @property
    def due(self) -> datetime | None:
        return self.request.review_due_at

    @property
    def took(self) -> timedelta | None:
        return self.looked_at - self.at if self.looked_at else None

    def is_late(self, now: datetime) -> bool:
        return self.due is not None and (self.looked_at or now) > self.due


def uses(sandbox_id: int, at: datetime | None = None) -> tuple[list[Use], bool]:
    """The last MOST uses, the newest first, and whether there were more; of a past moment `at`, the last ones until then, as they were then."""
    coming = [
        one
        for one in sequencer.coming(sandbox_id, COMING)
        if one.bypass and one.event == LogEntry.Event.REQUEST and (at is None or one.created_at <= at)
    ]
    found = reading.rows(_USES, {"sandbox": sandbox_id, "looked_at": LOOKED_AT, "at": at})
    rows = [*(entry.row for entry in coming), *(row for row, is_last in found)]
    events = RequestEvent.objects.select_related("request").defer("about").in_bulk(rows[:MOST])
    requests = {event.request_id for event in events.values()}
    looked = {one.request_id: one for one in RequestEvent.objects.filter(request__in=requests, what=What.LOOKED)}
    more = len(rows) > MOST or any(is_last for row, is_last in found)
    every = [_use(events[row], looked) for row in rows[:MOST]]
    return every if at is None else [_then(one, at) for one in every], more


def _then(use: Use, at: datetime) -> Use:
    """The same as it was then: who looked later had not looked yet."""
    return replace(use, looked_by="", looked_at=None) if use.looked_at and use.looked_at > at else use


def _use(event: RequestEvent, looked: dict[int, RequestEvent]) -> Use:
    seen = looked.get(event.request_id)
    reason = event.text or event.request.reason
    by, at = (seen.actor_label, seen.created_at) if seen else ("", None)
    return Use(event.request, event.actor_label, event.actor_key, event.created_at, reason, by, at)


def own_approvals(sandbox_id: int, at: datetime | None = None) -> tuple[list[int], list[datetime], bool]:
    """The numbers of requests that were applied by the yes of somebody who had written part of them: there are to be none.

    Besides, when each applied request that was looked at was applied, of the last ones, and whether there are more; of a past moment
    `at`, those of them that were applied until then. `verify_history` looks at all.
    """
    found: Sequence[tuple[int, bool, datetime]] = reading.rows(_OWN, {"sandbox": sandbox_id, "most": APPLIED + 1})
    looked = [one for one in found[:APPLIED] if at is None or one[2] <= at]
    return [number for number, is_own, _ in looked if is_own], [when for *_, when in looked], len(found) > APPLIED


# Whether the last of the entries that were looked at is reached says each row, for there may be more behind it.
_USES = """
WITH looked AS MATERIALIZED (
  SELECT event, row, created_at, index FROM offers_logentry
   WHERE sandbox_id = %(sandbox)s AND bypass AND created_at <= COALESCE(%(at)s::timestamptz, 'infinity')
   ORDER BY created_at DESC, index DESC LIMIT %(looked_at)s)
SELECT row, (SELECT count(*) FROM looked) = %(looked_at)s FROM looked WHERE event = 1 ORDER BY created_at DESC, index DESC
"""
_OWN = """
WITH asked AS MATERIALIZED (
  SELECT key, number, actor_key, contributors FROM offers_changerequest
   WHERE sandbox_id = %(sandbox)s AND state = 'applied' ORDER BY updated_at DESC, key DESC LIMIT %(most)s)
SELECT number, EXISTS (
         SELECT FROM offers_requestevent AS yes CROSS JOIN LATERAL (
             SELECT key, version, digest FROM offers_requestevent
              WHERE request_id = asked.key AND what = 'applied' ORDER BY key DESC LIMIT 1) AS applied
          WHERE yes.request_id = asked.key AND yes.what = 'approve' AND yes.key < applied.key
            AND yes.version = applied.version AND yes.digest = applied.digest
            AND (yes.actor_key = asked.actor_key OR yes.actor_key = ANY(asked.contributors))),
       (SELECT max(created_at) FROM offers_requestevent
         WHERE request_id = asked.key AND what IN ('applied', 'bypassed'))
  FROM asked
"""
