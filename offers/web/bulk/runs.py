"""Bulk edits: choose what to do with many offers, look at the dry run, run it, watch it, undo it."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from offers import asked, jobs
from offers.access.asking import asking
from offers.access.permissions import Actor, NotFound, check_edit
from offers.access.policy import can_restore_archived
from offers.bulk import listed, queue, worker
from offers.bulk import runs as bulk
from offers.bulk.actions import Action, Do
from offers.bulk.removing import Step, live_among, step_of
from offers.bulk.rows import requests_of, requests_with_room, to_repeat
from offers.bulk.runs import NothingSelected, NotNow, TooMany
from offers.models import BulkRun, ChangeRequest, Listing
from offers.review import requests
from offers.review.changes.whose import may_own
from offers.review.requests import MOST_CHANGES
from offers.web.bulk.actions import filter_words, read_action, statuses, tags_of, title_of
from offers.web.bulk.rows import shown, word
from offers.web.frame.access import actor_for
from offers.web.frame.middleware import zone_of
from offers.web.frame.respond import answer
from offers.web.lists.filters import wanted_in, whole_of

MAX_IDS = 1_000
MAX_ID = 64
MAX_FILTER = 2_000
NAMED, FOLDED = 8, 200
DRY_TABS = ("change", "propose", "conflict", "invalid", "refused", "same", "excluded", "all")
RUN_TABS = ("changed", "proposed", "skipped", "failed", "left", *DRY_TABS[2:])
# What of a run still waits for somebody is shown first.
WAITS = ("left", "failed", "skipped", "proposed")


def runs(request: HttpRequest, sandbox: str) -> HttpResponse:
    """The sandbox's bulk edits, newest first."""
    actor = actor_for(request, sandbox)
    before = _key(request.GET.get("before"))
    found = listed.recent(actor, before=before)
    waits = queue.waits(found)
    came, undone = listed.came_of(found), listed.undone_by(found)
    rows = [
        {
            "run": run,
            "title": title_of(run, bulk.action_of(run)),
            "silent": bulk.is_silent(run) and run.number not in waits,
            "waits": run.number in waits,
            "came": [(result, n, word(result, step_of(run))) for result, n in came.get(run.number, {}).items()],
            "undone_by": undone.get(run.number, 0),
        }
        for run in found
    ]
    older = f"?before={found[-1].number}" if len(found) == bulk.PAGE_SIZE else ""
    newest = request.path if before else ""
    return answer(request, "bulk/runs.html", {"rows": rows, "next": older, "newest": newest})


@dataclass(frozen=True, slots=True)
class Selection:
    """The offers to work on: how many there are, the names of the first few and those to unfold, and the filter in words.

    `gone` is how many of those that were picked are not there any more.
    """

    keys: list[int]
    names: list[str]
    folded: list[str]
    ids: list[str]
    whole: bool
    filter: str
    words: list[str]
    gone: int = 0

    @property
    def too_many(self) -> bool:
        return len(self.keys) > bulk.LIMIT

    @property
    def more(self) -> int:
        return len(self.keys) - len(self.names)

    @property
    def unnamed(self) -> int:
        return self.more - len(self.folded)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, sandbox: str) -> HttpResponse:
    """Choose what to do with a selection: `id` fields, or with `all` the `filter`, which is a list's query string.

    A POST with `do` stores the run and starts its dry run; any other shows the choices.
    """
    actor = actor_for(request, sandbox)
    check_edit(actor)
    form = request.POST if request.method == "POST" else request.GET
    selection = _selection(request, actor, form)
    refused = None
    if request.method == "POST" and "do" in form and selection.keys and not selection.too_many:
        action = read_action(actor, form.dict())
        if isinstance(action, Action):
            return _begun(request, actor, action, selection)
        refused = action
    context = {
        "selection": selection,
        "limit": bulk.LIMIT,
        "form": form.dict(),
        "chosen": form.get("do") or form.get("choose", ""),
        "statuses": statuses(actor),
        "archives_for_good": not can_restore_archived(actor),
        "tags": tags_of(actor),
        "refused": refused,
    }
    return answer(request, "bulk/new.html", context, status=422 if refused else 200)


def _selection(request: HttpRequest, actor: Actor, form: QueryDict) -> Selection:
    ids = [asked.text(id, MAX_ID) for id in form.getlist("id")[:MAX_IDS]]
    query = QueryDict(form.get("filter", "")[:MAX_FILTER], mutable=True)
    query.pop("cursor", None)
    whole, words = bool(form.get("all")), list[str]()
    if whole:
        wanted = whole_of(query, zone_of(request))
        keys, words = bulk.keys_matching(actor, wanted), filter_words(actor, wanted)
    else:
        keys = bulk.keys_of(actor, ids)
    named = list(Listing.objects.filter(pk__in=keys[:FOLDED]).order_by("pk").values_list("name", flat=True))
    gone = 0 if whole else len(set(ids)) - len(keys)
    return Selection(keys, named[:NAMED], named[NAMED:], [] if whole else ids, whole, query.urlencode(), words, gone)


def _begun(request: HttpRequest, actor: Actor, action: Action, selection: Selection) -> HttpResponse:
    kept = f"?{selection.filter}" if selection.whole else ""
    try:
        run = bulk.begin(actor, action, selection.keys, filter=kept, request_id=asking(request).request_id)
    except (TooMany, NothingSelected):
        return HttpResponseRedirect(reverse("offers", args=[actor.sandbox.name]))
    worker.at_once(run)
    return HttpResponseRedirect(_address(actor, run))


def run(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """One bulk edit: its dry run, its progress or its results. htmx gets all of it but the heading."""
    actor, found = _run_for(request, sandbox, number)
    return _shown(request, actor, found)


def _shown(request: HttpRequest, actor: Actor, run: BulkRun, *, problem: str = "", status: int = 200) -> HttpResponse:
    action, counts, wait = bulk.action_of(run), bulk.counts(run), queue.waits([run]).get(run.number)
    at_work = run.state in (BulkRun.State.PLANNING, BulkRun.State.RUNNING)
    ended = run.state in (BulkRun.State.FINISHED, BulkRun.State.STOPPED)
    names, step = RUN_TABS if ended else DRY_TABS, step_of(run)
    tab = request.GET.get("tab", "")
    first = (*WAITS, *names) if ended else names
    tab = tab if tab in names else next(name for name in first if counts.tabs[name] or name == "all")
    page = bulk.page(run, tab, after=_key(request.GET.get("after")), before=_key(request.GET.get("before")))
    taken_back = ended and bulk.is_taken_back(run)
    proposed = requests_of(run) if counts.tabs["proposed"] else []
    context = {
        "run": run,
        "title": title_of(run, action),
        "patch": action.value if action.do == Do.PATCH else None,
        "words": filter_words(actor, wanted_in(QueryDict(run.filter[1:]), zone_of(request))) if run.filter else [],
        "counts": counts,
        "tabs": [(name, word(name, step), counts.tabs[name]) for name in names if counts.tabs[name] or name == tab],
        "step": step,
        "live": live_among(run) if step == Step.DELETE and run.state == BulkRun.State.PLANNED else 0,
        "tab": tab,
        "rows": [] if at_work else shown(actor, run, page.rows, step),
        "links": {"next": _to(tab, after=page.after), "previous": _to(tab, before=page.before)},
        "at_work": at_work,
        "silent": bulk.is_silent(run) and wait is None,
        "nobody_works": at_work and not jobs.somebody_works(),
        "wait": wait,
        "ended": ended,
        "to_undo": len(bulk.to_undo(run)) if ended and (counts.tabs["changed"] or proposed) else 0,
        "to_repeat": ended and bool(counts.tabs["skipped"] + counts.tabs["failed"]) and to_repeat(run).exists(),
        "requests": proposed,
        "left_open": _left_open(actor, run, proposed, taken_back),
        "parts": ceil(counts.tabs["propose"] / MOST_CHANGES),
        "too_many": counts.tabs["propose"] > bulk.MOST_PROPOSED,
        "most_proposed": bulk.MOST_PROPOSED,
        "room": requests_with_room(actor, run) if run.state == BulkRun.State.PLANNED and counts.tabs["propose"] else [],
        "done": counts.looked_at if run.state == BulkRun.State.PLANNING else counts.done,
        "of": run.total if run.state == BulkRun.State.PLANNING else counts.to_run,
        "may_act": bulk.may_act(actor, run),
        "archived_for_good": bulk.archived_for_good(actor, run),
        "undone_by": list(run.undo_runs.order_by("number")) if ended else [],
        "problem": problem,
        "note": request.POST.get("note", ""),
    }
    return answer(request, "bulk/run.html", context, fragment="bulk/_run.html", status=status)


def _left_open(
    actor: Actor, run: BulkRun, proposed: list[ChangeRequest], taken_back: bool
) -> list[tuple[ChangeRequest, bool]]:
    """The requests of a run that is taken back, or of the one that this run takes back, which no undo closes.

    Each with whether the actor may withdraw it.
    """
    asked = requests_of(run.undoes) if run.undoes else proposed if taken_back else []
    return [(one, may_own(actor, one)) for one in asked if one.is_under_way]


@require_POST
def start(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Run it, with the note that says why. What takes a second person goes `into` a request of theirs, or into new ones."""
    actor, found = _run_for(request, sandbox, number)
    chosen = asked.number(request.POST.get("into"))
    try:
        bulk.start(
            actor,
            found,
            asked.note(request.POST.get("note")),
            title=title_of(found, bulk.action_of(found)),
            into=requests.get(actor, chosen) if chosen else None,
            request_id=asking(request).request_id,
        )
    except bulk.NoteMissing:
        problem = _("Say why: the note is kept with every offer's change.")
        return _shown(request, actor, found, problem=problem, status=422)
    except bulk.TooManyToPropose:
        return _shown(request, actor, found, problem=_("So many do not fit: choose again where they go."), status=422)
    except NotNow:
        return HttpResponseRedirect(_address(actor, found))
    worker.at_once(found)
    return HttpResponseRedirect(_address(actor, found))


@require_POST
def stop(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Stop after the offers in hand."""
    actor, found = _run_for(request, sandbox, number)
    return _done(request, actor, found, lambda: bulk.stop(actor, found))


@require_POST
def resume(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Go on with a run that was stopped."""
    actor, found = _run_for(request, sandbox, number)

    def resumed() -> None:
        bulk.resume(actor, found)
        worker.at_once(found)

    return _done(request, actor, found, resumed)


@require_POST
def exclude(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Leave a row out (`leave`), or take it back in (`take`): the field's value is the row's key."""
    actor, found = _run_for(request, sandbox, number)
    leave = "leave" in request.POST
    key = _key(request.POST.get("leave" if leave else "take"))
    return _done(request, actor, found, lambda: bulk.exclude(actor, found, key, leave))


@require_POST
def discard(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Forget a dry run."""
    actor, found = _run_for(request, sandbox, number)

    def discarded() -> str:
        bulk.discard(actor, found)
        messages.success(request, _("The dry run was discarded. Nothing was changed."))
        return reverse("offers", args=[sandbox])

    return _done(request, actor, found, discarded)


@require_POST
def undo(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Plan to take the whole run back: a run of its own, with its own dry run."""
    return _planned(request, sandbox, number, bulk.undo)


@require_POST
def again(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Plan the same once more for what was skipped or failed: a run of its own, with its own dry run."""
    return _planned(request, sandbox, number, bulk.again)


@require_POST
def withdraw(request: HttpRequest, sandbox: str, number: int) -> HttpResponse:
    """Withdraw the `request` that a run opened, without leaving the run's page."""
    actor, found = _run_for(request, sandbox, number)
    opened = requests.get(actor, _key(request.POST.get("request")))
    if opened not in requests_of(found.undoes or found):
        raise NotFound
    try:
        requests.withdraw(actor, opened)
        messages.success(request, _("Request {number} is withdrawn.").format(number=opened.number))
    except requests.NotNow:
        messages.warning(
            request, _("That is no longer possible: request {number} is over.").format(number=opened.number)
        )
    return HttpResponseRedirect(_address(actor, found))


def _planned(request: HttpRequest, sandbox: str, number: int, plan: Callable[..., BulkRun]) -> HttpResponse:
    """Begin another run that follows from this one, and go there."""
    actor, found = _run_for(request, sandbox, number)

    def planned() -> str:
        following = plan(actor, found, request_id=asking(request).request_id)
        worker.at_once(following)
        return _address(actor, following)

    return _done(request, actor, found, planned)


def _run_for(request: HttpRequest, sandbox: str, number: int) -> tuple[Actor, BulkRun]:
    actor = actor_for(request, sandbox)
    return actor, bulk.run_for(actor, number)


def _done(request: HttpRequest, actor: Actor, run: BulkRun, act: Callable[[], str | None]) -> HttpResponse:
    """Do it and go where it says, else back to where it was asked for. Who was not first is told so."""
    address = None
    try:
        address = act()
    except NotNow:
        messages.warning(request, _("That is no longer possible: this bulk edit has gone on meanwhile."))
    query = request.GET.urlencode()
    return HttpResponseRedirect(address or _address(actor, run) + (f"?{query}" if query else ""))


def _address(actor: Actor, run: BulkRun) -> str:
    return reverse("bulk_run", args=[actor.sandbox.name, run.number])


def _to(tab: str, **edge: int) -> str:
    (name, value), *_rest = edge.items()
    return f"?tab={tab}&{name}={value}" if value else ""


def _key(given: str | None) -> int:
    """A row's or a run's number in an address; 0 for what is none."""
    return asked.number(given, asked.MAX_KEY) or 0
