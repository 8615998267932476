"""The page on which an auditor picks what to take home, and the pack itself: a zip, streamed."""

import secrets
from datetime import datetime, time, timedelta

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from offers import asked
from offers.access.permissions import Actor
from offers.document.kinds.registry import KINDS, Kind
from offers.log import checkpoints
from offers.log.taken import sample
from offers.log.taken.sample import MOST, Wanted
from offers.web.audit.taken.pack import Pack
from offers.web.frame.access import actor_for, while_allowed
from offers.web.frame.middleware import zone_of
from offers.web.frame.respond import answer
from offers.web.lists.filters import day_of

MAX_SEED = 64
SIZE, DAYS = 25, 90
# Of how many a sample is shown on the page: who waits for a page waits for a second at most.
SHOWN_OF = 100_000


class Refused(Exception):
    """What was asked for cannot be had; the message is for people, `field` is where it was asked."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def page(request: HttpRequest, sandbox: str) -> HttpResponse:
    """`?show=yes` shows what is drawn by what else is asked for, the first of it."""
    actor = actor_for(request, sandbox)
    if "show" not in request.GET:
        return _form(request, actor)
    try:
        found = sample.draw(actor.sandbox, _wanted(request), SHOWN_OF)
    except Refused as refused:
        return _form(request, actor, refused)
    except sample.Nothing:
        return _form(request, actor, Refused(_("There is no such change in this period."), "from"))
    except sample.TooMany:
        said = _("More than 100,000 changes are in this period. The pack has what is drawn of them.")
        return _form(request, actor, Refused(said, "from"))
    return _form(request, actor, found=found)


def pack(request: HttpRequest, sandbox: str) -> HttpResponseBase:
    """The zip; what cannot be had is said at the form."""
    actor = actor_for(request, sandbox)
    try:
        found = _drawn(actor, _wanted(request))
    except Refused as refused:
        return _form(request, actor, refused)
    made = Pack(found, actor, get_language() or "en", zone_of(request), request.build_absolute_uri("/"))
    response = StreamingHttpResponse(while_allowed(request, actor, made.stream()), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{made.name}.zip"'
    return response


def _drawn(actor: Actor, wanted: Wanted) -> sample.Draw:
    try:
        return sample.draw(actor.sandbox, wanted)
    except sample.Nothing:
        raise Refused(_("There is no such change in this period."), "from") from None
    except sample.TooMany:
        raise Refused(_("More than 1,000,000 changes are in this period. Choose a shorter one."), "from") from None


def _wanted(request: HttpRequest) -> Wanted:
    query, zone = request.GET, zone_of(request)
    first, last = day_of(query, "from"), day_of(query, "to")
    if first is None or last is None or first > last:
        raise Refused(_("Choose the first and the last day of the period."), "from")
    size = asked.number(query.get("size"), MOST)
    if not size:
        raise Refused(_("Choose a size from 1 to 500."), "size")
    seed = _seed(query)
    if not seed:
        raise Refused(_("Give a seed: any word or number."), "seed")
    starts, ends = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    kind, bypass = query.get("kind", ""), query.get("bypass", "")
    # Who takes a sample home would take one of all for the one that they asked for.
    if kind not in ["", *Kind] or bypass not in ("", "yes"):
        raise BadRequest("a filter that is none")
    return Wanted(starts, ends, size, seed, kind, bool(bypass))


def _seed(query: QueryDict) -> str:
    """On one line, as the text of the draw has it."""
    return " ".join(asked.text(query.get("seed"), MAX_SEED).split())


def _form(
    request: HttpRequest, actor: Actor, refused: Refused | None = None, found: sample.Draw | None = None
) -> HttpResponse:
    query, today = request.GET, timezone.localdate()
    context: dict[str, object] = {
        "refused": refused,
        "found": found,
        "drawn": next(sample.changes(found)) if found else (),
        "field": refused.field if refused else "",
        "first": asked.text(query.get("from"), 10) or (today - timedelta(days=DAYS)).isoformat(),
        "last": asked.text(query.get("to"), 10) or today.isoformat(),
        "size": asked.text(query.get("size"), 4) or SIZE,
        "most": MOST,
        # Nobody can have looked for one that draws what they like.
        "seed": _seed(query) or secrets.token_hex(8),
        "kind": query.get("kind", ""),
        "kinds": [(kind.value, _(KINDS[kind].label)) for kind in Kind],
        "bypass": query.get("bypass") == "yes",
        "signed": _is_signed(actor),
    }
    return answer(request, "audit/taken/sample.html", context, status=422 if refused else 200)


def _is_signed(actor: Actor) -> bool:
    try:
        return bool(checkpoints.signer_of(actor.sandbox))
    except checkpoints.NoKey:
        return False
