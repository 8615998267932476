"""What is written down of a request: its events, one for each step, in the transaction of the step itself."""

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from offers.access.client_secrets import who_is_behind
from offers.access.permissions import Actor
from offers.document.patch import replay
from offers.document.words.describe import describe, summary
from offers.lists.names import names_in
from offers.models import ChangeRequest, RequestedChange, RequestEvent, Sandbox
from offers.review import notices
from offers.review.standing import Place


def lock(request: ChangeRequest) -> ChangeRequest:
    """The request as it is now, held until the transaction ends: every step begins with this."""
    return ChangeRequest.objects.select_for_update(of=("self",)).select_related("sandbox").get(key=request.key)


def next_number(sandbox: Sandbox) -> int:
    """The number of the next request; whoever else opens one in this sandbox waits for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM offers_sandbox WHERE id = %s FOR NO KEY UPDATE", [sandbox.pk])
    last: int | None = ChangeRequest.objects.filter(sandbox=sandbox).aggregate(Max("number"))["number__max"]
    return (last or 0) + 1


def contributed(request: ChangeRequest, key: str) -> None:
    """Note that this one wrote part of the request: of a program, whoever knows its secret did."""
    more = [one for one in who_is_behind(key) if one not in request.contributors]
    if more:
        request.contributors.extend(more)
        request.save(update_fields=["contributors"])


def event(
    request: ChangeRequest,
    actor: Actor | None,
    what: RequestEvent.What,
    *,
    text: str = "",
    digest: str = "",
    about: dict[str, Any] | None = None,
    also: Collection[str] = (),
    quiet: bool = False,
    said: str = "",
) -> RequestEvent:
    """Write down that this happened to the request; `actor` is None for what nobody did, like a schedule's time.

    `also` are the keys of those who are told besides the people whose request it is. Nobody is told of a `quiet` step: of what
    one and the same press of a button does, people hear once, with what was `said`.
    """
    made = RequestEvent.objects.create(
        request=request,
        what=what,
        version=request.version,
        digest=digest,
        text=text,
        about=about or {},
        created_at=timezone.now(),
        **by(actor),
    )
    if not quiet:
        notices.tell(request, actor, what, text or said, also)
    return made


def comes_to(
    request: ChangeRequest, state: ChangeRequest.State, what: RequestEvent.What, about: dict[str, Any]
) -> None:
    """Take a held request to this state, and write down that nobody did it: its time did."""
    to(request, state)
    event(request, None, what, about=about)


def to(request: ChangeRequest, state: str) -> ChangeRequest:
    """Take a held request to this state. Also where it is in it: something has happened to it."""
    request.state, request.updated_at = state, timezone.now()
    request.save(update_fields=["state", "updated_at"])
    return request


def by(actor: Actor | None) -> dict[str, Any]:
    """The columns that say who it was."""
    if actor is None:
        return {"actor_key": "", "actor_label": "", "actor_id": None, "client_id": ""}
    return {
        "actor_key": actor.key,
        "actor_label": actor.label,
        "actor_id": actor.user_id,
        "client_id": actor.client_id,
    }


def contents(request: ChangeRequest) -> dict[str, Any]:
    """What a version of the request changes, to be kept in the event that made it."""
    changes = RequestedChange.objects.filter(request=request).order_by("key")
    return {"changes": [content(one) for one in changes]}


def content(change: RequestedChange) -> dict[str, Any]:
    return {"id": change.id, "kind": change.kind, "baseEtag": change.base_etag, "patch": change.patch}


def said_of(request: ChangeRequest) -> dict[str, str | None]:
    """What a request says of itself beside its changes, as events keep it."""
    times = {"applyAt": request.apply_at, "until": request.until}
    return {
        "title": request.title,
        "reason": request.reason,
        **{name: at.isoformat() if at else None for name, at in times.items()},
    }


def difference(before: dict[str, str | None], after: dict[str, str | None]) -> dict[str, dict[str, str | None]]:
    """What was said before and is not any more, and what is said instead; {} where it is the same."""
    other = [name for name in after if before[name] != after[name]]
    return {"was": {name: before[name] for name in other}, "is": {name: after[name] for name in other}} if other else {}


def title_of(places: tuple[Place, ...], sandbox_id: int) -> str:
    """What a request is called for which nobody said anything: "Summer sale: End date, Name"; with more items, how many.

    That is its first change in words, in the language of who asks, by whatever door it came.
    """
    change = places[0].change
    after = replay(change.base, change.patch)
    names = names_in(sandbox_id, places[0].kind, [change.base, after])
    labels, more = summary(describe(change.base, after, names=names, restored=change.item_id is not None))
    fields = [*(_(label).format(**params) for label, params in labels), *([f"+{more}"] if more else [])]
    name = (change.base or after or {}).get("name", change.id)
    others = f" (+{len(places) - 1})" if len(places) > 1 else ""
    return f"{name}: {', '.join(fields)}{others}"
