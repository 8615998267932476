"""No request costs more than a second of the processor, whatever is in the largest documents that may be stored."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User
from django.test import Client

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.document.validate import DOCUMENT_LIMIT
from offers.ledger import writes
from offers.models import LibraryItem, Membership, Sandbox
from tests.api.conftest import BASE, make_caller
from tests.cast import FORM, Role, actor, make, make_placement, make_sandbox, offer
from tests.measure import least
from tests.web.form_reader import form_in

# What costs the most (thousands of tiny members described) takes 0.9 s here alone; a slower machine may have twice as much.
SECONDS = 2.0
ID = "worst"
JSON_PLACE = 100
Document = dict[str, Any]


def _shown(*contents: dict[str, Any], number: int = 0) -> dict[str, Any]:
    channel = f"https://ns.adobe.com/xdm/channel-types/c{number}"
    return {"channel": channel, "placement": f"p{number}", "components": list(contents)}


def _component(content: str, type: str = "html") -> dict[str, Any]:
    return {"type": type, "format": "text/html", "content": content}


def _words(rng: random.Random, length: int) -> str:
    return " ".join(f"{rng.getrandbits(40):x}" for _ in range(length // 11))


def tiny(seed: int) -> Document:
    """As many small members as fit."""
    rows = [
        _shown(*({"id": f"{index}", "type": "html", "format": f"a/{seed}"} for index in range(68)), number=number)
        for number in range(100)
    ]
    return {"representations": rows}


def texts(seed: int) -> Document:
    """Long texts that have nothing in common with what was there before."""
    rng = random.Random(seed)
    return {"representations": [_shown(*(_component(_words(rng, 14_000)) for _ in range(20)))]}


def many(seed: int) -> Document:
    """As many contents as a form holds, of texts that are just short enough to be compared word by word."""
    rng = random.Random(seed)
    rows = [_shown(*(_component(_words(rng, 900)) for _ in range(60)), number=number) for number in range(5)]
    for row in rows:
        for index, component in enumerate(row["components"]):
            component["id"] = str(index)
    return {"representations": rows}


def emoji(seed: int) -> Document:
    rng = random.Random(seed)
    return {"representations": [_shown(_component("".join(rng.choices("🎉😀👩‍👩‍👧é", k=60_000))))]}


def deep(seed: int) -> Document:
    contents = "[" * 140_000 + str(seed), "{{" * 70_000
    return {"representations": [_shown(*(_component(text, "json") for text in contents), number=JSON_PLACE)]}


def mixed(seed: int) -> Document:
    """All lists as long as they may be."""
    cappings = [
        {
            "id": f"c{number}",
            "limit": seed + 1,
            "scope": "global",
            "entity": "offer",
            "events": ["custom"],
            "customQuery": "x" * 15_000,
        }
        for number in range(10)
    ]
    return {
        "frequencyCappingConstraints": cappings,
        "characteristics": {f"name{number}": f"{seed}" * 1_000 for number in range(30)},
        "labels": [f"label{seed}{number}" for number in range(100)],
        "tags": [f"tag{number}" for number in range(20)],
        "description": _words(random.Random(seed), 3_900),
    }  # fmt: skip


WORST: dict[str, Callable[[int], Document]] = {made.__name__: made for made in (tiny, texts, many, emoji, deep, mixed)}


class Timed:
    """Sends requests, and keeps what each cost: the least of three tries where the first took long, for the machine is shared."""

    def __init__(self) -> None:
        self.costs: dict[str, float] = {}

    def __call__(self, name: str, do: Callable[[], Any], *statuses: int, again: bool = True) -> Any:
        answers: list[Any] = []
        self.costs[name] = least(lambda: answers.append(do()), SECONDS if again else float("inf"))
        answer = answers[-1]
        assert answer.status_code in (statuses or (200,)), f"{name}: {answer.status_code} {answer.content[:300]!r}"
        return answer


@pytest.fixture
def library(db: None) -> Actor:
    admin = actor(make_sandbox())
    for number in range(101):
        takes = "json" if number == JSON_PLACE else "html"
        channel = f"https://ns.adobe.com/xdm/channel-types/c{number}"
        make_placement(admin, f"p{number}", channel=channel, componentType=takes)
    for number in range(20):
        make(admin, {"name": f"Tag {number}"}, Kind.TAG, f"tag{number}")
    return admin


def _change(by: Actor, document: Document) -> None:
    patch = [{"op": "add", "path": f"/{name}", "value": value} for name, value in document.items()]
    writes.change(by, list(Kind), ID, patch, FORM)


@pytest.mark.parametrize("worst", WORST)
def test_no_request_about_the_largest_documents_costs_more_than_a_second(worst: str, library: Actor) -> None:
    versions = [WORST[worst](seed) for seed in (1, 2, 3)]
    assert 150_000 < len(orjson.dumps(offer(**versions[0]))) < DOCUMENT_LIMIT
    item = make(library, offer(**versions[0]), id=ID)
    for version in versions[1:]:
        _change(library, version)
    writes.change(library, list(Kind), ID, [{"op": "replace", "path": "/name", "value": "Last"}], FORM)
    item.refresh_from_db()
    timed = Timed()
    _pages(timed, item)
    _api(timed, versions)
    slow = {name: round(cost, 2) for name, cost in timed.costs.items() if cost > SECONDS}
    assert not slow


def _pages(timed: Timed, item: LibraryItem) -> None:
    user = User.objects.create_user("mina")
    Membership.objects.create(sandbox=item.sandbox, user=user, role=Role.ADMIN)
    browser = Client()
    browser.force_login(user)
    at = f"/s/prod/offers/{ID}/"
    timed("list", lambda: browser.get("/s/prod/offers/"))
    timed("overview", lambda: browser.get(at))
    for page in (
        "history/",
        "history/1/",
        "history/2/",
        "compare/?from=1&to=2",
        "compare/?from=2&to=4",
        "blame/",
        "api/",
    ):
        timed(page, partial(browser.get, at + page))
    timed("undo", lambda: browser.get(f"{at}history/4/undo/"))
    timed("undo in conflict", lambda: browser.get(f"{at}history/2/undo/"), 200, 409)
    timed("restore", lambda: browser.get(f"{at}history/1/restore/"))
    shown = timed("edit", lambda: browser.get(f"{at}edit/"), 200, 403)
    if shown.status_code == 403:
        return  # the form says that it cannot hold it
    form = form_in(shown.content.decode())
    typed = {**form, "/name": "Typed", "action": "preview"}
    timed("preview", lambda: browser.post(f"{at}edit/", typed, headers={"HX-Request": "true"}), 200)
    mine = {
        name: ["mine " + value for value in values] if "/content" in name else values for name, values in form.items()
    }
    old = {**mine, "etag": "2", "/name": "Typed", "action": "save"}
    timed("conflict", lambda: browser.post(f"{at}edit/", old), 409)


def _api(timed: Timed, versions: list[Document]) -> None:
    caller = make_caller("program", (Sandbox.objects.get(), Role.ADMIN))
    at = f"{BASE}/offers/{ID}"
    for path in (at, f"{at}/blame", f"{at}/revisions?limit=100", f"{at}/revisions/2", f"{BASE}/offers?limit=100"):
        timed(f"GET {path}", partial(caller, "GET", path))
    patch = [{"op": "add", "path": f"/{name}", "value": value} for name, value in versions[0].items()]
    timed("PATCH, dry run", lambda: caller("PATCH", f"{at}?dryRun=true", patch))
    timed("PATCH", lambda: caller("PATCH", at, patch), again=False)
    copies = [{"op": "copy", "from": "/name", "path": "/description"}, {"op": "test", "path": "", "value": {}}] * 100
    timed("PATCH of 200 operations", lambda: caller("PATCH", at, copies), 409)
