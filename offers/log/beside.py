"""Whether what stands beside recorded steps is what they made of it: who is a member, who wrote a request, and what it asks."""

from collections.abc import Iterator
from typing import Any

from offers.access.members import given_of, subject_of
from offers.models import AccessChange, Membership, Sandbox, reading

What = AccessChange.What
_NAMES = ("role", "may_bypass")


def apart(sandbox: Sandbox) -> Iterator[tuple[str, str]]:
    """What is not, and what is wrong with it, in words."""
    yield from _members(sandbox)
    for number, message in reading.stream(_REQUESTS, {"sandbox": sandbox.pk}):
        yield f"request {number}", message


def _members(sandbox: Sandbox) -> Iterator[tuple[str, str]]:
    """Of whom nothing is recorded was a member before the record began: that cannot be told from one who was let in past every door."""
    said: dict[str, dict[str, Any]] = {}
    recorded = AccessChange.objects.filter(
        sandbox=sandbox.pk, what__in=(What.MEMBER_ADDED, What.MEMBER_CHANGED, What.MEMBER_REMOVED)
    )
    members = Membership.objects.filter(sandbox=sandbox).select_related("user", "client")
    with reading.one_moment():
        for key, what, after in recorded.order_by("key").values_list("subject_key", "what", "after").iterator():
            given = {name: after[name] for name in _NAMES if name in after}
            said[key] = {} if what == What.MEMBER_REMOVED else {**said.get(key, {}), **given}
        found = {subject_of(one).key: given_of(one) for one in members}
    for key, recorded_as in said.items():
        given = {name: getattr(found[key], name) for name in _NAMES} if key in found else {}
        if {name: given.get(name) for name in recorded_as or given} != recorded_as:
            yield key, f"here it is {_word(given)}, and what was recorded makes it {_word(recorded_as)}"


def _word(given: dict[str, Any]) -> str:
    role = str(given.get("role", "a member")) if given else "no member"
    return f"{role} who may publish without review" if given.get("may_bypass") else role


# Against the steps, which the log proves. Erasures take the same texts out of both.
_REQUESTS = """
SELECT request.number, 'it names another author than opened it'
  FROM offers_changerequest AS request CROSS JOIN LATERAL (
    SELECT actor_key, actor_label FROM offers_requestevent WHERE request_id = request.key AND what = 'opened' ORDER BY key LIMIT 1) AS opened
 WHERE request.sandbox_id = %(sandbox)s AND (request.actor_key, request.actor_label) IS DISTINCT FROM (opened.actor_key, opened.actor_label)
UNION ALL
SELECT request.number, 'it asks for something else than was proposed'
  FROM offers_changerequest AS request CROSS JOIN LATERAL (
    SELECT about -> 'changes' AS changes FROM offers_requestevent
     WHERE request_id = request.key AND what IN ('opened', 'edited') AND version = request.version AND about ? 'changes'
     ORDER BY key DESC LIMIT 1) AS told
 WHERE request.sandbox_id = %(sandbox)s AND (
   SELECT jsonb_object_agg(id, jsonb_build_array(kind, patch)) FROM offers_requestedchange WHERE request_id = request.key)
   IS DISTINCT FROM (SELECT jsonb_object_agg(one ->> 'id', jsonb_build_array(one -> 'kind', one -> 'patch')) FROM jsonb_array_elements(told.changes) AS one)
"""
