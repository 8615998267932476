"""Following the log: a program that polls misses nothing, whoever writes meanwhile."""

import threading

import pytest
from django.utils import timezone
from pytest_django import Settings

from offers.access.changes import What
from offers.log import checkpoints, sequencer
from offers.log.tree import root_of, split
from offers.models import AccessChange, LogEntry, Sandbox
from tests.api.conftest import OFFER, fill, make_caller, make_sandbox
from tests.cast import actor, at_once, make, offer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def library() -> Sandbox:
    sandbox = make_sandbox()
    fill(sandbox)
    return sandbox


def test_it_tells_everything_in_order_and_where_to_go_on(library: Sandbox) -> None:
    AccessChange.objects.create(
        sandbox=library, what=What.POLICY_CHANGED, before={"review_policy": "none"}, after={"review_policy": "reviewer"},
        actor_label="Mina", source="page", created_at=timezone.now(),
    )  # fmt: skip
    caller = make_caller("editor-client", (library, "editor"))
    assert (
        caller("PATCH", f"{OFFER}&propose=true", [{"op": "replace", "path": "/name", "value": "New"}]).status_code
        == 202
    )
    sequencer.keep()
    total = LogEntry.objects.count()
    page = caller("GET", "changes?limit=2").json()
    assert (page["count"], page["next"], page["total"], page["results"][0]["index"]) == (2, 2, total, 0)
    assert page["_links"]["next"]["href"] == "/changes?limit=2&since=2"
    rest = caller("GET", f"changes?since={page['next']}&limit=100").json()
    entries = page["results"] + rest["results"]
    assert [entry["index"] for entry in entries] == list(range(total))
    (asked_for,) = [entry for entry in entries if "changeRequest" in entry]
    assert (asked_for["changeRequest"]["what"], asked_for["byKey"]) == ("opened", "client-editor-client")
    (access,) = [entry["access"] for entry in entries if "access" in entry]
    assert (access["what"], access["after"]) == ("policy-changed", {"review_policy": "reviewer"})
    made = [entry["revision"] for entry in entries if "revision" in entry]
    assert "personalizedOffer1234" in {revision["id"] for revision in made}
    assert all(entry["leafHash"] == entry["revision"]["digest"] for entry in entries if "revision" in entry)
    nothing = caller("GET", f"changes?since={total}").json()
    assert (nothing["results"], nothing["next"]) == ([], total)


def test_a_client_of_the_sandbox_reads_checkpoint_key_and_tiles(library: Sandbox, settings: Settings) -> None:
    sequencer.keep()
    caller = make_caller("editor-client", (library, "auditor"))
    addresses = ("log/checkpoint", "log/vkey", f"log/tile/0/000.p/{checkpoints.size_of(library)}")
    settings.LOG_KEY = b""
    assert [caller("GET", one).status_code for one in addresses] == [404, 404, 200], "nothing signs here"
    settings.LOG_KEY = b"\7" * 32
    note, vkey, tile = (caller("GET", one) for one in addresses)
    said = checkpoints.read(note.content.decode(), vkey.content.decode())
    assert said.root == root_of(split(tile.content))
    assert (note["Content-Type"], tile["Content-Type"]) == ("text/plain; charset=utf-8", "application/octet-stream")
    assert caller("GET", "log/tile/0/001")["Content-Type"] == "application/problem+json"
    stranger = make_caller("stranger-client", (make_sandbox("dev"), "admin"))
    assert {stranger("GET", one).status_code for one in addresses} == {404}


@pytest.mark.parametrize("query", ["since=-1", "since=x", "since=99999999999999999999", "limit=0"])
def test_what_is_no_index_is_400(library: Sandbox, query: str) -> None:
    assert make_caller("editor-client", (library, "auditor"))("GET", f"changes?{query}").status_code == 400


def test_whoever_followed_more_than_there_is_is_told_that_it_is_another_log(library: Sandbox) -> None:
    assert make_caller("editor-client", (library, "auditor"))("GET", "changes?since=999").status_code == 404


def test_whoever_polls_while_others_write_gets_every_entry_once(library: Sandbox) -> None:
    caller, over, got = make_caller("editor-client", (library, "auditor")), threading.Event(), list[int]()

    def work(number: int) -> None:
        if number < 3:
            for step in range(8):
                make(actor(library), offer(name=f"offer {number} {step}"))
            return
        since = 0
        while True:
            last = over.is_set()
            sequencer.keep()
            page = caller("GET", f"changes?since={since}&limit=100").json()
            got.extend(entry["index"] for entry in page["results"])
            since = page["next"]
            if last:
                return
            if LogEntry.objects.filter(event=LogEntry.Event.REVISION).count() >= 24:
                over.set()

    assert [one for one in at_once(4, work) if one is not None] == []
    assert got == list(range(LogEntry.objects.count()))
