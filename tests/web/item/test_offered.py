"""Whatever a page offers, works: every page is walked as each role, and each link and one-click button is followed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from offers.access.permissions import Actor
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import writes
from offers.models import LibraryItem, Sandbox
from tests.cast import FORM, Role, actor, make, make_placement, offer, patch, replace, shown_in
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import flat, text_of

PERIOD = {"startDate": "2026-03-01T00:00:00+09:00", "endDate": "2027-03-01T00:00:00+09:00"}
# What a page says where something was refused.
REFUSED = re.compile(r'toast-error|toast-warning|notice-error|class="empty-state"><svg[^>]*><use href="[^"]*#lock"')
VISIBLE = {"text", "search", "number", "date", "datetime-local", "url", "email", "password"}


@dataclass
class Form:
    action: str
    sent: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    asks: bool = False  # a person is to write or choose something


class Reader(HTMLParser):
    """The links and the POST forms of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            self.form = Form(given.get("action", ""))
            if given.get("method", "").lower() == "post":
                self.forms.append(self.form)
        elif self.form and tag in ("input", "select", "textarea") and "disabled" not in given:
            kind = given.get("type", "text") if tag == "input" else "text"
            is_asked = (kind in VISIBLE and given.get("name") != "note") or "checkbox" in kind or "required" in given
            self.form.asks = self.form.asks or is_asked
            if tag == "input" and (kind == "hidden" or given.get("name") == "note"):
                self.form.sent.append((given["name"], given.get("value", "")))
        elif self.form and tag == "button" and "disabled" not in given:
            self.form.buttons.append((given.get("name", ""), given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None


@pytest.fixture(params=["none", "reviewer"])
def library(request: Any, sandbox: Sandbox) -> Sandbox:
    """An offer and a decision in each state, with the ways there in their histories; a development or a reviewed sandbox."""
    sandbox.review_policy = request.param
    sandbox.save()
    admin = actor(sandbox, label="Jisoo Kim")
    make_placement(admin)
    make(admin, {"name": "Season"}, Kind.TAG, "season")
    make(admin, {"name": "Unused"}, Kind.TAG, "unused")
    make(admin, {"name": "Spring", "filterType": "any-tags", "ids": ["season"]}, Kind.COLLECTION, "spring")
    make(admin, {"name": "Leaflet", "status": "approved"}, Kind.FALLBACK_OFFER, "leaflet")
    scope = {"placements": ["home"], "optionSelection": {"filter": "spring"}}
    decision = {"name": "Next best", "status": "draft", **PERIOD, "fallback": "leaflet", "criteria": [scope]}
    shown = offer(tags=["season"], representations=[shown_in("home")])
    for status in ("draft", "approved", "archived", "deleted", "live-deleted"):
        _life(admin, make(admin, shown, id=f"offer-{status}"), "approved", status)
    for status in ("draft", "live", "complete", "archived", "deleted"):
        _life(admin, make(admin, decision, Kind.DECISION, f"decision-{status}"), "live", status)
    bare = {name: value for name, value in decision.items() if name != "fallback"}
    make(admin, bare, Kind.DECISION, "decision-bare")
    return sandbox


def _life(admin: Actor, item: LibraryItem, live: str, end: str) -> None:
    """Renamed, live and back, then what it is to be in the end."""
    ways = {"draft": [], "deleted": [], "live-deleted": [live], "complete": [live, "complete"]}
    patch(admin, item, replace("/name", f"{item.name} ({end})"))
    for status in (live, "draft", *ways.get(end, [end])):
        patch(admin, item, replace("/status", status))
    if end.endswith("deleted"):
        writes.delete(admin, list(Kind), item.id, FORM)


def _starts(sandbox: Sandbox) -> Iterator[str]:
    yield f"/s/{sandbox.name}/"
    for item in LibraryItem.objects.filter(sandbox=sandbox):
        section = "offers" if item.kind in OFFER_KINDS else f"{item.kind}s"
        yield f"/s/{sandbox.name}/{section}/{item.id}/{'history/' if item.deleted_at else ''}"


def _ours(address: str, sandbox: Sandbox) -> bool:
    """Pages of the sandbox; without the many ways to sort, filter and compare, and files of the audit."""
    many = r"[?&](sort|cursor|tag|q|status|state|by|tab|from|at|as-known|item)=|/api/|/blame/|/receipt|/audit\."
    return address.startswith(f"/s/{sandbox.name}/") and not re.search(many, address)


def _is_refusal(response: Any) -> bool:
    shown = re.sub(r"<template.*?</template>", "", text_of(response), flags=re.DOTALL)
    return response.status_code >= 400 or bool(REFUSED.search(shown))


def _pressed(browser: Client, page: str, form: Form) -> Iterator[tuple[str, Any]]:
    """Each button of a form, pressed in a transaction that is taken back; then what the message offers."""
    address = form.action or page
    for name, value in form.buttons:
        with transaction.atomic():
            sent = dict([*form.sent, (name, value)] if name else form.sent)
            response = browser.post(address, sent, follow=True)
            yield f"{page}: POST {address} {name}={value}", response
            toasts = text_of(response).partition('id="toasts"')[2].partition('id="said"')[0]
            for link in Reader(toasts).links:
                yield f"{page}: POST {address}, then its message's {link}", browser.get(link, follow=True)
            transaction.set_rollback(True)


def _bulk(browser: Client, sandbox: Sandbox) -> None:
    """Runs of this person's: one that is planned, one that changed something, one that archived."""
    new = f"/s/{sandbox.name}/bulk/new/"
    for number, form in enumerate(({"do": "priority", "priority": "5"}, {"do": "status", "status": "archived"}, {})):
        make(actor(sandbox), offer(), id=f"bulk-{number}")
        planned = browser.post(new, {"id": f"bulk-{number}", **(form or {"do": "priority", "priority": "7"})})
        if form:
            browser.post(f"{planned['Location']}start/", {"note": "why not"})


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REVIEWER, Role.ADMIN, Role.AUDITOR])
def test_whatever_a_page_offers_works(sign_in: SignIn, library: Sandbox, role: str) -> None:
    browser = sign_in(role)
    if role != Role.AUDITOR:
        _bulk(browser, library)
    refused, offered, pressed = [], 0, set()
    seen = set(_starts(library))
    waiting = sorted(seen)
    while waiting:
        page = waiting.pop()
        response = browser.get(page, follow=True)
        offered += 1
        if response.streaming:
            assert response.status_code == 200, page
            continue
        if _is_refusal(response):
            refused.append(f"{page}: {response.status_code}")
        read = Reader(text_of(response).partition("<main")[2])
        new = {link.partition("#")[0] for link in read.links if _ours(link, library)} - seen
        seen |= new
        waiting += sorted(new)
        for form in read.forms:
            if form.asks or "/preferences/" in form.action or (page, form.action) in pressed:
                continue
            pressed.add((page, form.action))
            for what, answer in _pressed(browser, page, form):
                offered += 1
                if _is_refusal(answer):
                    refused.append(f"{what}: {answer.status_code}")
    assert not refused, "\n".join(refused)
    assert offered > 60, "the walk went nowhere"
    assert bool([form for _page, form in pressed if form]) == (role != Role.AUDITOR)


def test_a_run_that_was_taken_back_is_taken_back_again_only_when_that_was_taken_back(
    editor: Client, sandbox: Sandbox
) -> None:
    make(actor(sandbox), offer(), id="sale")

    def run_page(number: int) -> str:
        return flat(text_of(editor.get(f"/s/prod/bulk/{number}/")))

    def run(address: str) -> int:
        editor.post(f"{address}start/", {"note": "because"})
        return int(address.split("/")[-2])

    undo = "Undo 1 offer"
    first = run(editor.post("/s/prod/bulk/new/", {"id": "sale", "do": "priority", "priority": "5"})["Location"])
    assert undo in run_page(first)
    planned = editor.post(f"/s/prod/bulk/{first}/undo/")["Location"]
    assert undo not in run_page(first), "its undo is planned"
    assert undo in flat(text_of(editor.get(planned)))
    second = run(planned)
    assert undo not in run_page(first)
    assert editor.post(f"/s/prod/bulk/{first}/undo/", follow=True).status_code == 200
    assert "no longer possible" in text_of(editor.post(f"/s/prod/bulk/{first}/undo/", follow=True))
    assert undo in run_page(second)
    run(editor.post(f"/s/prod/bulk/{second}/undo/")["Location"])
    assert undo in run_page(first)


def test_what_is_final_is_asked_about_and_says_for_whom(sign_in: SignIn, sandbox: Sandbox) -> None:
    make(actor(sandbox), offer(status="approved"), id="sale")
    editor, admin = sign_in(Role.EDITOR), sign_in(Role.ADMIN, "Ada Lee")
    overview, archive = "/s/prod/offers/sale/", "/s/prod/offers/sale/archive/"
    assert f'href="{archive}"' in text_of(editor.get(overview))
    asked = text_of(editor.get(archive))
    assert "Archive Spring sale?" in asked
    assert "It is live now. Customers stop seeing it." in asked
    assert "only an admin can bring it back" in asked
    assert "because you are an admin" in text_of(admin.get(archive))
    done = text_of(editor.post(archive, {"etag": "1", "note": "over"}, follow=True))
    assert "Archived." in done
    assert "/history/2/undo/" not in done
    assert "Only an admin can bring it back, as a draft." in done
    assert editor.get(archive)["Location"] == overview, "there is nothing left to ask"
    assert "Bring back as a draft" in text_of(admin.get(overview))


@pytest.mark.parametrize("page", ["", "history/"])
def test_whether_something_live_refers_to_it_is_asked_once_a_page(sign_in: SignIn, sandbox: Sandbox, page: str) -> None:
    """Of what a large library names a hundred thousand times, that is the dearest question of its page."""
    Sandbox.objects.filter(pk=sandbox.pk).update(review_policy="reviewer")
    make_placement(actor(sandbox), "home")
    browser = sign_in(Role.EDITOR)
    with CaptureQueriesContext(connection) as caught:
        text = text_of(browser.get(f"/s/{sandbox.name}/placements/home/{page}"))
    assert "home" in text
    assert sum("EXISTS (SELECT FROM naming" in query["sql"] for query in caught.captured_queries) == 1
