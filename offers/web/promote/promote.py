"""Promote items to another sandbox: where to, what that would do there, what has to be decided, and the change request."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_http_methods

from offers import asked, promotion
from offers.access.permissions import EDITORS, Actor, actor_for_user
from offers.bulk import runs as bulk
from offers.document.errors import DocumentError, Problem
from offers.document.kinds.registry import KINDS
from offers.document.merge import Conflict
from offers.document.validate import references
from offers.document.values import Document
from offers.document.words.describe import Change, describe
from offers.document.words.naming import Places
from offers.document.words.reads import Reading, read_of, reading
from offers.document.words.spans import Room
from offers.document.words.tokens import Language
from offers.ledger.references import InUse
from offers.lists.names import names
from offers.models import Listing, Revision, Sandbox
from offers.promotion import SOURCE, TARGET, Choices, Promoted, State, planned
from offers.review import requests
from offers.review.applying import NotReady
from offers.review.requests import MOST_CHANGES, AlreadyProposed
from offers.web.frame.access import actor_for
from offers.web.frame.middleware import zone_of
from offers.web.frame.respond import answer
from offers.web.item.history.sides import Side, compared, side_of, title_of
from offers.web.lists.filters import whole_of

MAX_ID = 64
MAX_FILTER = 2_000
# Items to choose from in the place of one that is missing.
OFFERED = 200
ALONG = "+"
# As many of those that are promoted are named where a sandbox is chosen.
NAMED = 8
# Of what is contested the page says how many fields are left to decide.
WORDS = {
    State.NEW: gettext_noop("New there"),
    State.CHANGED: gettext_noop("Changes there"),
    State.SAME: gettext_noop("Is the same there"),
    State.KEPT: gettext_noop("Stays as it is there"),
    State.MISSING: gettext_noop("Refers to what is not there"),
    State.TAKEN: gettext_noop("Its id is that of something else there"),
}

# Of these nothing is to be promoted.
NOTHING = (State.SAME, State.KEPT)


@dataclass(frozen=True, slots=True)
class Contested:
    """A field that differs on both sides: how the choice is sent, and what each side has."""

    name: str
    label: str
    source: Side
    target: Side
    chosen: str
    # How the source differs from the target, where both are read and not shown as their sources.
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An item, what becomes of it in words, and what is contested. `seen` is what its preview is of."""

    one: Promoted
    seen: str
    word: str
    changes: list[Change]
    contested: list[Contested]


@dataclass(frozen=True, slots=True)
class Replaced:
    """Something that is referred to and is not there under its id: what may take its place, and what does."""

    id: str
    name: str
    kind: str
    chosen: str
    options: list[tuple[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
def promote(request: HttpRequest, sandbox: str) -> HttpResponse:
    """`id` fields, or with `all` the `filter` of a list; `to` is the target. A POST with `propose` opens the request there."""
    source = actor_for(request, sandbox)
    form = request.POST if request.method == "POST" else request.GET
    ids = _ids(request, source, form)
    targets = _targets(request, source)
    target = next((one for one in targets if one.name == form.get("to")), None)
    # Who has one other sandbox is not asked which.
    target = target or (targets[0] if len(targets) == 1 else None)
    if not ids or len(ids) > MOST_CHANGES or target is None:
        named = names(source.sandbox.pk, ids[:NAMED])
        context = {
            "ids": ids,
            "names": [named.get(id, id) for id in ids[:NAMED]],
            "more": max(0, len(ids) - NAMED),
            "targets": targets,
            "too_many": len(ids) > MOST_CHANGES,
            "limit": MOST_CHANGES,
        }
        return answer(request, "promote/where.html", context)
    return _previewed(request, source, actor_for_user(request.user, target.name), ids, form)


def _ids(request: HttpRequest, source: Actor, form: QueryDict) -> list[str]:
    if not form.get("all"):
        given = [asked.text(id, MAX_ID) for id in form.getlist("id")[: MOST_CHANGES + 1]]
        return list(dict.fromkeys(asked.ids(given)))
    query = QueryDict(form.get("filter", "")[:MAX_FILTER], mutable=True)
    query.pop("cursor", None)
    keys = bulk.keys_matching(source, whole_of(query, zone_of(request)))[: MOST_CHANGES + 1]
    return list(Listing.objects.filter(pk__in=keys).order_by("pk").values_list("id", flat=True))


def _targets(request: HttpRequest, source: Actor) -> list[Sandbox]:
    """The other sandboxes where this person may propose."""
    person = request.user.pk or 0
    mine = Sandbox.objects.filter(membership__user_id=person, membership__role__in=EDITORS)
    return list(mine.exclude(pk=source.sandbox.pk).order_by("-type", "name"))


def _previewed(request: HttpRequest, source: Actor, target: Actor, ids: list[str], form: QueryDict) -> HttpResponse:
    referred = asked.ids(name[4:] for name in form if name.startswith("ref:"))
    given = {id: asked.text(form.get(f"ref:{id}"), MAX_ID) for id in referred}
    choices = Choices(_led(given), _picks(form), bool(form.get("statuses")))
    plan = planned(source, target, _with_along(ids, given), choices)
    if form.get("along"):
        given |= {missing.id: ALONG for one in plan for missing in one.missing}
        choices = replace(choices, references=_led(given))
        plan = planned(source, target, _with_along(ids, given), choices)
    side, _of, taken = form.get("take", "").partition(":")
    if side in (SOURCE, TARGET):
        picked = {one.here.id: {each.key: side for each in one.conflicts} for one in plan if taken in ("", one.here.id)}
        choices = replace(choices, picks={**choices.picks, **picked})
        plan = planned(source, target, _with_along(ids, given), choices)
    ready = any(one.is_ready for one in plan) and all(one.is_ready or one.state in NOTHING for one in plan)
    problems: Sequence[tuple[str, Problem | str]] = ()
    moved = False
    if request.method == "POST" and "propose" in form and ready:
        moved = any(form.get(f"seen:{one.here.id}") != seen(one) for one in plan)
        if not moved:
            done = _proposed(source, target, plan, form)
            if isinstance(done, HttpResponse):
                return done
            problems = done
    rows = _rows(source, target, plan, choices)
    context = {
        "target": target.sandbox,
        "sides": [(SOURCE, source.sandbox), (TARGET, target.sandbox)],
        "ids": ids,
        "rows": [row for row in rows if row.one.state != State.SAME],
        "same": [row for row in rows if row.one.state == State.SAME],
        "counts": [
            (state, _(word), n) for state, word in WORDS.items() if (n := sum(one.state == state for one in plan))
        ],
        "missing": len({missing.id for one in plan for missing in one.missing}),
        "contested": sum(len(one.conflicts) for one in plan),
        "undecided": sum(len(one.undecided) for one in plan),
        "replaced": _replaced(source, target, plan, given),
        "statuses": choices.statuses,
        "title": asked.text(form.get("title", _title(source, ids)), requests.MOST_TITLE),
        "reason": asked.text(form.get("reason"), 2_000),
        "ready": ready,
        "nothing": all(one.state in NOTHING for one in plan),
        "kept": any(one.state == State.KEPT for one in plan),
        "moved": moved,
        "tried": request.method == "POST" and "propose" in form,
        "problems": problems,
    }
    return answer(request, "promote/preview.html", context, status=409 if moved else 422 if problems else 200)


def _title(source: Actor, ids: Sequence[str]) -> str:
    """What the request is called unless somebody calls it otherwise: it is read in the target."""
    said = ngettext("Promote {n} offer from {title}", "Promote {n} offers from {title}", len(ids))
    return said.format(n=len(ids), title=source.sandbox.title)


def _led(given: Mapping[str, str]) -> dict[str, str]:
    """What takes the place of what is missing, of what was chosen for that."""
    return {id: chosen for id, chosen in given.items() if chosen and chosen != ALONG}


def _with_along(ids: Sequence[str], given: Mapping[str, str]) -> list[str]:
    along = [id for id, chosen in given.items() if chosen == ALONG]
    return list(dict.fromkeys([*along, *ids]))[:MOST_CHANGES]


def seen(one: Promoted) -> str:
    """What was looked at: both sides' etags. Who proposes has seen what is proposed."""
    return f"{one.here.etag}-{one.there.etag if one.there else 0}"


def _picks(form: QueryDict) -> Mapping[str, Mapping[str, str]]:
    picks: dict[str, dict[str, str]] = {}
    for name, side in form.dict().items():
        if name.startswith("pick:/"):
            key, _at, id = name[5:].rpartition("@")
            picks.setdefault(id, {})[key] = str(side)
    return picks


def _proposed(
    source: Actor, target: Actor, plan: Sequence[Promoted], form: QueryDict
) -> HttpResponse | list[tuple[str, Problem | str]]:
    wanted = promotion.proposals(plan, source.sandbox, Revision.Source.FORM.value)
    title = asked.text(form.get("title"), requests.MOST_TITLE)
    reason = asked.text(form.get("reason"), 2_000)
    try:
        made = requests.propose(target, wanted, title, reason, once=True)
    except AlreadyProposed as before:
        made = before.request
    except DocumentError as error:
        return [(error.item, problem) for problem in error.problems]
    except (NotReady, InUse):
        return [("", _("Something there has changed since you looked. Look again."))]
    return HttpResponseRedirect(reverse("review", args=[target.sandbox.name, made.number]))


def _document_there(one: Promoted) -> Document | None:
    return one.there.document if one.there and one.there.deleted_at is None else None


def _names(source: Actor, target: Actor, plan: Sequence[Promoted]) -> dict[str, str]:
    """Of all that the plan refers to; what is not in the target is called as in the source."""
    ids = {
        reference.id
        for one in plan
        for document in (one.here.document, one.document, _document_there(one))
        if document
        for reference in references(one.here.kind, document)
    }
    return {**names(source.sandbox.pk, ids), **names(target.sandbox.pk, ids)}


def _rows(source: Actor, target: Actor, plan: Sequence[Promoted], choices: Choices) -> list[Row]:
    rows, room = [], Room()
    known = _names(source, target, plan)
    for one in plan:
        before = _document_there(one)
        # Of what is new there each field that it has is told.
        changes = describe(before or {}, one.document, names=known) if one.state not in (*NOTHING, State.TAKEN) else []
        places = Places([one.here.document, *([before] if before else [])], known)
        contested = [_contested(one, conflict, places, choices, room) for conflict in one.conflicts]
        rows.append(Row(one, seen(one), _(WORDS[one.state]) if one.state in WORDS else "", changes, contested))
    return rows


def _contested(one: Promoted, conflict: Conflict, places: Places, choices: Choices, room: Room) -> Contested:
    """What the source has is marked where it differs from what is there, as long as there is `room` to compare."""
    chosen = choices.picks.get(one.here.id, {}).get(conflict.key, "")
    source, target = (side_of(conflict, value, places) for value in (conflict.ours, conflict.theirs))
    language = places.place(conflict.place).language
    read = _read(conflict, language, room)
    if read is None:
        source = compared(source, conflict.theirs, conflict.ours, language, room)
    else:
        target = Side(read_of(conflict.theirs, language, target.text), "text")
    label = title_of(places, conflict.place)
    return Contested(f"pick:{conflict.key}@{one.here.id}", label, source, target, chosen, read)


def _read(conflict: Conflict, language: Language, room: Room) -> Reading | None:
    """How a content in HTML or JSON differs, where that can be read: nobody chooses between sources."""
    old, new = conflict.theirs, conflict.ours
    if conflict.is_order or not isinstance(old, str) or not isinstance(new, str):
        return None
    found = reading(old, new, language, room)
    return found if found is not None and found.how == "parts" else None


def _replaced(source: Actor, target: Actor, plan: Sequence[Promoted], given: Mapping[str, str]) -> list[Replaced]:
    """What is not there under its id, or was chosen otherwise: each once, with what may take its place."""
    wanted = {one.id: one.kind for row in plan for one in row.missing}
    for row in plan:
        kinds = {one.id: one.kind for one in references(row.here.kind, row.here.document)}
        wanted |= {id: kinds[id] for id in kinds if id in row.replaced or id in given}
    found = {id: to for row in plan for id, to in row.replaced.items()}
    names = dict(Listing.objects.filter(sandbox=source.sandbox, id__in=list(wanted)).values_list("id", "name"))
    there = {kind: _items(target, kind.value) for kind in set(wanted.values())}
    return [
        Replaced(id, names.get(id, id), _(KINDS[kind].label), given.get(id) or found.get(id, ""), there[kind])
        for id, kind in wanted.items()
    ]


def _items(target: Actor, kind: str) -> list[tuple[str, str]]:
    """Each by its name; where two share it, with their ids."""
    rows = Listing.objects.filter(sandbox=target.sandbox, kind=kind, deleted_at=None).order_by("name")
    found = list(rows.values_list("id", "name")[:OFFERED])
    shared = Counter(name for _id, name in found)
    return [(id, f"{name} ({id})" if shared[name] > 1 else name) for id, name in found]
