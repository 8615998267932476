"""Every door that writes items: the library that it opens on, who comes through it, and how they go."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from offers.access.permissions import Actor
from offers.bulk import runs, worker
from offers.bulk.actions import Action, Do
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.imports import Past, Version, import_history
from offers.models import BulkRun, ChangeRequest, LibraryItem, Membership, Sandbox
from offers.review import comments, requests, schedule, verdicts
from offers.review.comments import About
from offers.review.requests import When
from tests.api.conftest import BROWSER, Caller, make_caller, make_sandbox
from tests.cast import FORM, WEB, Role, actor, make, make_placement, offer, patch, replace, shown_in
from tests.review.asking import ask, digest, wanted
from tests.review.conftest import member
from tests.web.form_reader import Sent, form_in
from tests.web.frame.test_respond import text_of

RULE = {"name": "Gold", "condition": {"type": "PQL", "format": "pql/text", "value": "tier = 'gold'"}}
NAME, RANK = replace("/name", "Another name"), replace("/rank/priority", 9)
DESCRIBED = [{"op": "add", "path": "/description", "value": "Once"}]
PEOPLE = {"editor": Role.EDITOR, "reviewer": Role.REVIEWER, "admin": Role.ADMIN, "auditor": Role.AUDITOR}
# The requests that others wrote and that doors are tried on, each on an offer of its own.
ASKED = ("asked", "agreed", "talked", "stuck")


@dataclass
class Scene:
    """A library with its past, who works in it, and what they have under way."""

    sandbox: Sandbox
    actors: dict[str, Actor] = field(default_factory=dict)
    browsers: dict[str, Client] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    forms: dict[str, Sent] = field(default_factory=dict)
    # By what they are for; those of a person, and their bulk edits, by who that is.
    requests: dict[str, ChangeRequest] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    bulk: dict[str, BulkRun] = field(default_factory=dict)
    comment: int = 0

    def item(self, id: str) -> LibraryItem:
        return LibraryItem.objects.get(id=id)


def set_up() -> Scene:
    """The library and its people, while everything was still open to everybody."""
    sandbox = make_sandbox(review_policy="none")
    scene, admin = Scene(sandbox), actor(sandbox, label="Setup")
    _items(admin)
    for name, role in PEOPLE.items():
        scene.actors[name] = member(sandbox, name, role)
        scene.browsers[name] = Client()
        # The middleware is loaded once.
        scene.browsers[name].handler = BROWSER.handler
        scene.browsers[name].force_login(User.objects.get(username=name))
        if role != Role.ADMIN:
            scene.callers[name] = make_caller(f"{name}-client", (sandbox, role))
    scene.callers["hasty"] = make_caller("hasty-client", (sandbox, Role.EDITOR))
    Membership.objects.filter(client="hasty-client").update(may_bypass=True)
    for section, id in (("offers", "live"), ("offers", "draft"), ("rules", "used"), ("rules", "spare")):
        scene.forms[id] = _opened(scene.browsers["admin"], f"/s/prod/{section}/{id}/edit/")
    scene.forms["new"] = _opened(scene.browsers["admin"], "/s/prod/offers/new/")
    _under_way(scene, admin)
    return scene


def _items(admin: Actor) -> None:
    make_placement(admin)
    make_placement(admin, "nowhere")
    for id in ("used", "spare"):
        make(admin, RULE, Kind.RULE, id)
    window = {**offer()["selectionConstraint"], "profileConstraintType": "eligibilityRule", "eligibilityRule": "used"}
    more = {"representations": [shown_in("home")], "selectionConstraint": window, "description": "Sale of the year"}
    _with_past(admin, "live", offer(status="approved", **more))
    _with_past(admin, "draft", offer(description="approved"))
    make(admin, {"name": "Nothing", "status": "draft"}, Kind.FALLBACK_OFFER, "reserve")
    make(admin, {"name": "Home", "status": "live", "fallback": "reserve"}, Kind.DECISION, "choice")
    for id, status in (("gone", "draft"), ("gone-live", "approved")):
        make(admin, offer(status=status), id=id)
        writes.delete(admin, list(Kind), id, FORM)
    for name in (*PEOPLE, *ASKED, "timed"):
        make(admin, offer(status="approved", name=f"For {name}"), id=f"for-{name}")


def _with_past(admin: Actor, id: str, document: dict[str, Any]) -> None:
    """Three versions: the name was changed, and then the priority."""
    made = make(admin, {**document, "name": "First name"}, id=id)
    patch(admin, made, replace("/name", "Second name"))
    patch(admin, made, replace("/rank/priority", 5))


def _opened(browser: Client, address: str) -> Sent:
    form = form_in(text_of(browser.get(address)))
    # Whoever sends it is not who opened it here: each is as if they had.
    form.pop("person", None)
    return form


def _under_way(scene: Scene, admin: Actor) -> None:
    author, other = member(scene.sandbox, "hana", Role.EDITOR), member(scene.sandbox, "jun", Role.REVIEWER)
    for name in ASKED:
        scene.requests[name] = ask(author, scene.item(f"for-{name}"), NAME)
    verdicts.approve(other, scene.requests["agreed"], digest(scene.requests["agreed"]), apply=False)
    said = comments.say(author, scene.requests["talked"], "", About("for-talked", ("name",)), "Better name")
    scene.comment = said.key
    patch(admin, scene.item("for-stuck"), replace("/name", "Somebody's name"))
    for name in ("editor", "reviewer", "admin"):
        by = scene.actors[name]
        scene.requests[f"own-{name}"] = ask(by, scene.item(f"for-{name}"), NAME)
        if name in scene.callers:
            program = Actor(scene.sandbox, PEOPLE[name], name, client_id=f"{name}-client")
            scene.requests[f"own-{name}-client"] = ask(program, scene.item(f"for-{name}"), NAME)
        run = runs.begin(by, Action(Do.PATCH, DESCRIBED), runs.keys_of(by, [f"for-{name}"]))
        worker.work(run.number)
        runs.start(by, run, "Why")
        worker.work(run.number)
        scene.bulk[name] = run
    scene.bulk["auditor"] = scene.bulk["admin"]
    for name, request in scene.requests.items():
        scene.digests[name] = digest(request)


@dataclass(frozen=True, slots=True)
class Door:
    """One way to write an item. `url` is what the site map calls it; `shown`: it is about what customers see.

    `kind`: what comes of it where it takes a second person ("asks": a request, "refuses": nothing), or that it always asks
    ("proposes"), does not wait ("bypasses"), is about a request ("agrees", "applies"), or writes no item ("nothing").
    """

    name: str
    url: str
    shown: bool
    kind: str
    go: Callable[[Scene, str], Any]


def page(name: str, path: str, shown: bool, url: str, *, form: Mapping[str, Any] | None = None) -> Door:
    def go(scene: Scene, who: str) -> Any:
        sent = {"etag": scene.item(path.split("/")[1]).etag, "note": "Why", **(form or {})}
        return scene.browsers[who].post(f"/s/prod/{path}", sent)

    return Door(name, url, shown, "asks", go)


def form_of(id: str, section: str, shown: bool, action: str) -> Door:
    """The form of this item (or of a new one), sent by this button."""

    def go(scene: Scene, who: str) -> Any:
        sent = {**scene.forms[id], "/name": ["Another name"], "note": ["Why"], "action": action}
        where = "new/" if id == "new" else f"{id}/edit/"
        return scene.browsers[who].post(f"/s/prod/{section}/{where}", sent)

    kind = "proposes" if action == "propose" else "refuses"
    return Door(f"form of {id}: {action}", "new" if id == "new" else "edit", shown, kind, go)


def in_place(id: str, shown: bool) -> Door:
    """The priority, changed in the row of the list."""

    def go(scene: Scene, who: str) -> Any:
        sent = {"etag": scene.item(id).etag, "/rank/priority": "9"}
        where = f"/s/prod/offers/{id}/in-place/priority/"
        return scene.browsers[who].post(where, sent, headers={"HX-Request": "true"})

    return Door(f"{id} in its row", "in_place", shown, "asks", go)


def bulk(id: str, shown: bool, do: str = "priority") -> Door:
    def go(scene: Scene, who: str) -> Any:
        answer = scene.browsers[who].post("/s/prod/bulk/new/", {"id": [id], "do": do, "priority": "8"})
        return _run(scene, who, answer)

    return Door(f"bulk edit of {id}: {do}", "bulk_start", shown, "asks", go)


def bulk_undo(scene: Scene, who: str) -> Any:
    return _run(scene, who, scene.browsers[who].post(f"/s/prod/bulk/{scene.bulk[who].number}/undo/"))


def _run(scene: Scene, who: str, answer: Any) -> Any:
    if answer.status_code == 302:
        answer = scene.browsers[who].post(f"{answer['Location']}start/", {"note": "Why"})
    return answer


WAYS = {"": "refuses", "propose": "proposes", "bypass": "bypasses"}


def call(method: str, path: str, body: object, name: str, shown: bool) -> list[Door]:
    """A call of the API in each of the ways in which it can be made."""

    def door(way: str, kind: str) -> Door:
        def go(scene: Scene, who: str) -> Any:
            query = f"{'&' if '?' in path else '?'}{way}=true" if way else ""
            patches = method == "PATCH"
            more = {"Content-Type": "application/json-patch+json"} if patches else {}
            return scene.callers[who](method, f"{path}{query}", body, **{**more, "X-Change-Note": "Why"})

        return Door(
            f"{method} {name} {way}", {"POST": "create", "DELETE": "delete"}.get(method, "change"), shown, kind, go
        )

    return [door(way, kind) for way, kind in WAYS.items()]


def of_request(name: str, url: str, kind: str, which: str, path: str, **form: str) -> Door:
    """Something done to the request that is called so, on its page."""

    def go(scene: Scene, who: str) -> Any:
        request = scene.requests[which.format(who=who)]
        sent = {key: value.format(comment=scene.comment) for key, value in form.items()}
        sent["digest"] = scene.digests[which.format(who=who)]
        return scene.browsers[who].post(f"/s/prod/reviews/{request.number}/{path.format(comment=scene.comment)}", sent)

    return Door(name, url, True, kind, go)


def of_request_by_api(name: str, url: str, kind: str, which: str, path: str, body: dict[str, Any]) -> Door:
    def go(scene: Scene, who: str) -> Any:
        request = which.format(who=f"{who}-client")
        sent = {**body, "digest": scene.digests[request]} if url == "judge" else body
        method = "PATCH" if url == "edit" else "POST"
        path_of = path.format(comment=scene.comment)
        return scene.callers[who](method, f"change-requests/{scene.requests[request].number}{path_of}", sent)

    return Door(name, url, True, kind, go)


def together(scene: Scene, who: str) -> Any:
    pick = f"{scene.requests['asked'].number}:{scene.digests['asked']}"
    return scene.browsers[who].post("/s/prod/reviews/approve/", {"pick": [pick]})


def by_import(scene: Scene) -> None:
    version = Version(actor(scene.sandbox), timezone.now(), offer(status="approved"), FORM)
    import_history(scene.sandbox, [Past(Kind.PERSONALIZED_OFFER, "imported", [version])])


def by_schedule(scene: Scene, time_passes: Callable[[], None], *, agreed: bool) -> None:
    """A request whose moment comes."""
    author, when = scene.actors["editor"], When(timezone.now() + timedelta(minutes=30), None, "UTC")
    request = requests.propose(author, [wanted(scene.item("for-timed"), NAME)], "Later", when=when)
    if agreed:
        verdicts.approve(scene.actors["reviewer"], request, digest(request))
    time_passes()
    schedule.keep()


def patches_of_live() -> list[Door]:
    """Each kind of operation, on what customers see."""
    document = offer(status="approved", name="Another name")
    operations: dict[str, dict[str, Any]] = {
        "add": {"op": "add", "path": "/characteristics", "value": {"a": "b"}},
        "remove": {"op": "remove", "path": "/description"},
        "replace": {"op": "replace", "path": "/name", "value": "Another name"},
        "move": {"op": "move", "from": "/description", "path": "/name"},
        "copy": {"op": "copy", "from": "/description", "path": "/name"},
        "root": {"op": "replace", "path": "", "value": document},
    }
    test = {"op": "test", "path": "/status", "value": "approved"}
    found = [
        one
        for name, it in operations.items()
        for one in call("PATCH", LIVE, [test, it], f"live: {name}", True)[: 3 if name in ("replace", "root") else 1]
    ]
    nothing = call("PATCH", LIVE, [test], "live: test alone", True)[:1]
    return [*found, *(Door(one.name, one.url, one.shown, "nothing", one.go) for one in nothing)]


LIVE, DRAFT = "offers/live?offer-type=personalized", "offers/draft?offer-type=personalized"
INTO_STATUS = [{"op": op, "from": "/description", "path": "/status"} for op in ("move", "copy")]
NEW = {"name": "New place", "componentType": "html", "channel": WEB}
PAGE_DOORS = [
    *(form_of(id, "offers", shown, action) for id, shown in (("live", True), ("draft", False), ("new", False))
      for action in ("save", "propose")),
    *(form_of(id, "rules", shown, "save") for id, shown in (("used", True), ("spare", False))),
    page("approve a draft", "offers/draft/approve/", True, "set_status"),
    page("take it off air", "offers/live/unapprove/", True, "set_status"),
    page("archive what is live", "offers/live/status/archived/", True, "set_status"),
    page("archive a draft", "offers/draft/archive/", False, "set_status"),
    page("complete a live decision", "decisions/choice/status/complete/", True, "set_status"),
    page("duplicate what is live: a draft", "offers/live/duplicate/", False, "duplicate_item"),
    page("delete what is live", "offers/live/delete/", True, "delete_item"),
    page("delete a draft", "offers/draft/delete/", False, "delete_item"),
    page("bring a draft back", "offers/gone/undelete/", False, "undelete"),
    page("bring back what was live", "offers/gone-live/undelete/", True, "undelete"),
    *(page(f"{verb} of {id}", f"offers/{id}/history/{etag}/{verb}/", id == "live", verb)
      for verb, etag in (("undo", 2), ("restore", 1)) for id in ("live", "draft")),
    in_place("live", True),
    in_place("draft", False),
    bulk("live", True),
    bulk("draft", False),
    bulk("live", True, "delete"),
    bulk("draft", False, "delete"),
    Door("undo of a bulk edit", "bulk_undo", True, "asks", bulk_undo),
    of_request("agree to another's", "review_approve", "agrees", "asked", "approve/"),
    Door("agree to several", "reviews_approve", True, "agrees", together),
    of_request("agree to one's own", "review_approve", "nothing", "own-{who}", "approve/"),
    of_request("apply what waits", "review_apply", "applies", "agreed", "apply/"),
    of_request("apply what nobody agreed to", "review_apply", "nothing", "asked", "apply/"),
    of_request("accept a suggestion", "review_accept", "nothing", "talked", "comments/{comment}/accept/"),
    of_request("settle a conflict", "review_settle", "nothing", "stuck", "settle/", id="for-stuck"),
    of_request("agree to a conflict", "review_approve", "nothing", "stuck", "approve/"),
]  # fmt: skip
API_DOORS = [
    *patches_of_live(),
    *call("PATCH", DRAFT, NAME, "a draft", False),
    *(one for it in INTO_STATUS for one in call("PATCH", DRAFT, [it], f"{it['op']} into the status", True)),
    *call("PATCH", "placements/home", NAME, "a placement that is used", True),
    *call("PATCH", "placements/nowhere", NAME, "one that is not", False),
    *call("PATCH", "offers/reserve?offer-type=fallback", NAME, "a live decision's fallback offer", True),
    *call("POST", "placements", NEW, "a placement", False),
    *call("POST", "offers?offer-type=personalized", offer(status="approved"), "a live offer", True),
    *call("DELETE", LIVE, None, "what is live", True),
    *call("DELETE", DRAFT, None, "a draft", False),
    Door("PUT", "change", True, "nothing", lambda scene, who: scene.callers[who]("PUT", LIVE, offer())),
    Door("ask for it", "open", True, "proposes", lambda scene, who: scene.callers[who]("POST", "change-requests", {
        "title": "Together", "changes": [{"kind": "personalized-offer", "id": "live", "patch": NAME}]})),
    of_request_by_api("accept a suggestion", "accept", "nothing", "talked", "/comments/{comment}/accept", {}),
    of_request_by_api("add to a request", "edit", "nothing", "talked", "", {
        "changes": [{"kind": "personalized-offer", "id": "live", "patch": NAME}]}),
    of_request_by_api("agree to another's", "judge", "agrees", "asked", "/verdicts", {"verdict": "approve"}),
    of_request_by_api("agree to one's own", "judge", "nothing", "own-{who}", "/verdicts", {"verdict": "approve"}),
    of_request_by_api("apply what waits", "apply", "applies", "agreed", "/apply", {}),
]  # fmt: skip
