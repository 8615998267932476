"""What others say to a change request: yes, not yet, or no. Nobody who wrote any of it is among them, admins included.

A verdict names the digest of what was looked at. Where that is not what there is any more, nothing is decided.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from offers.access.client_secrets import who_is_behind
from offers.access.permissions import CLIENT, Actor, NotAllowed
from offers.access.policy import can_review
from offers.models import ChangeRequest, RequestEvent
from offers.review import applying, notices, records
from offers.review.applying import NotReady
from offers.review.requests import HasMoved, NotNow, ReasonMissing, under_way
from offers.review.standing import Standing, standing, with_verdict

State = ChangeRequest.State
What = RequestEvent.What


class HadPart(NotAllowed):
    """Who wrote part of a request does not decide about it, whatever their role."""


class ChangedIt(HadPart):
    """Who would agree changed part of what goes live by it after it was proposed: nobody else has seen that."""


def approve(
    actor: Actor, request: ChangeRequest, digest: str, text: str = "", *, apply: bool = True, request_id: str = ""
) -> ChangeRequest:
    """Agree to the request exactly as it was looked at, which `digest` names; where nothing else is in the way it is applied,
    or scheduled, in the same transaction.

    Raises NotAllowed (a contributor, or no reviewer), ChangedIt, NotNow, HasMoved, NotReady (a change does not fit any more), PeriodOver.
    """
    check_may_judge(actor, request)

    def approved() -> ChangeRequest:
        held = under_way(request)
        check_may_judge(actor, held)
        found = applying.look_and_lock(held)
        why = not_agreed_by(actor, found)
        if why:
            raise ChangedIt(why)
        if found.digest != digest:
            raise HasMoved(found)
        if found.troubled:
            raise NotReady(found)
        # Where it is applied, that is what people hear.
        yes = records.event(held, actor, What.APPROVED, text=text, digest=digest, quiet=True)
        found = with_verdict(found, yes)
        now = apply and found.is_approved and not applying.waits(held, found)
        if now:
            return applying.carry_out(held, found, actor, request_id, said=text)
        notices.tell(held, actor, What.APPROVED, text)
        if not found.is_approved:
            return records.to(held, held.state)
        return held if applying.scheduled(held, found) else records.to(held, State.APPROVED)

    return applying.at_once(approved)


def request_changes(actor: Actor, request: ChangeRequest, digest: str, text: str) -> ChangeRequest:
    """Ask for another version; says why. Raises what `approve` raises, and ReasonMissing."""
    return _object(actor, request, digest, text, What.REQUESTED_CHANGES, State.CHANGES_REQUESTED)


def reject(actor: Actor, request: ChangeRequest, digest: str, text: str) -> ChangeRequest:
    """Say no for good; says why. Raises what `approve` raises, and ReasonMissing."""
    return _object(actor, request, digest, text, What.REJECTED, State.REJECTED)


def _object(
    actor: Actor, request: ChangeRequest, digest: str, text: str, what: RequestEvent.What, state: State
) -> ChangeRequest:
    check_may_judge(actor, request)
    if not text.strip():
        raise ReasonMissing
    with transaction.atomic():
        held = under_way(request)
        check_may_judge(actor, held)
        found = standing(held)
        if found.digest != digest:
            raise HasMoved(found)
        records.event(held, actor, what, text=text, digest=digest)
        return records.to(held, state)


def look(actor: Actor, request: ChangeRequest, text: str = "") -> ChangeRequest:
    """Say that somebody else has looked at what was published without review. Raises NotAllowed, NotNow."""
    check_may_judge(actor, request)
    with transaction.atomic():
        held = records.lock(request)
        if not held.is_to_look_at:
            raise NotNow(held)
        held.looked_at = timezone.now()
        held.save(update_fields=["looked_at"])
        records.event(held, actor, What.LOOKED, text=text)
        return held


def not_judged_by(actor: Actor, request: ChangeRequest) -> str:
    """Why this actor says neither yes nor no to the request, in words; "" where they may."""
    if actor.key == request.actor_key and not _has_programs(request):
        return _("You wrote this request, so someone else approves it.")
    if not can_review(actor):
        return _("Reviewers and admins decide about changes.")
    if actor.key in request.contributors and not _has_programs(request):
        return _("You wrote part of it, so somebody else decides.")
    if not set(request.contributors).isdisjoint(who_is_behind(actor.key)):
        return _("You or a program whose secret you know wrote part of it, so somebody else decides.")
    return ""


def not_agreed_by(actor: Actor, found: Standing) -> str:
    """Why this actor does not say yes to the request, though perhaps no, in words; "" where they may."""
    made = found.changed_by(actor.key, timezone.now())
    if made is None:
        return ""
    said = _("You changed {fields} of “{name}” after this was proposed: somebody else has to review it.")
    if made.actor_key != actor.key:
        said = _(
            "{person}, who has the same program’s secret, changed {fields} of “{name}” after this was proposed: "
            "somebody else has to review it."
        )
    fields = made.fields(found.document_of(made.id))
    return said.format(person=made.actor_label, fields=fields, name=found.name_of(made.id))


def _has_programs(request: ChangeRequest) -> bool:
    return any(key.startswith(CLIENT) for key in request.contributors)


def check_may_judge(actor: Actor, request: ChangeRequest) -> None:
    """Refuse a verdict of somebody who had a part in it, admins included. Raises NotAllowed."""
    why = not_judged_by(actor, request)
    if why:
        raise HadPart(why) if can_review(actor) else NotAllowed(why)
