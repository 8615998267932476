"""Whatever door a change comes by, the same is made of it: compared with a policy of five lines, on the database.

Every address of the project is one of these doors, or in a list of those that write no item.
"""

import ast
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.contrib import admin
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from offers.api import auth
from offers.api.routes import CALLS, REQUEST_CALLS
from offers.models import ChangeRequest, LibraryItem, Revision, Sandbox
from tests.review.doors import API_DOORS, PAGE_DOORS, PEOPLE, Door, Scene, by_import, by_schedule, set_up

CHANGED, ASKED, PUBLISHED, NOTHING = "changed", "asked for", "published without review", "nothing"
POLICIES = ("none", "reviewer", "two-people", "everything")


def expected(policy: str, who: str, door: Door) -> str:
    """What is to come of it. Nothing of this is the project's own code."""
    decides = who in ("reviewer", "admin")
    if who == "auditor" or door.kind == "nothing":
        return NOTHING
    if door.kind in ("agrees", "applies"):
        return CHANGED if decides else NOTHING
    if door.kind == "proposes":
        return ASKED
    alone = {"none": True, "reviewer": decides or not door.shown, "two-people": not door.shown, "everything": False}
    if alone[policy]:
        return CHANGED
    if door.kind == "bypasses" and who == "hasty":
        return PUBLISHED
    return ASKED if door.kind == "asks" else NOTHING


def what_came_of(go: Callable[[], object]) -> str:
    """What it did to items and requests, in the database; all of it is taken back."""
    point = transaction.savepoint()
    before = state()
    go()
    after = state()
    opened = ChangeRequest.objects.filter(key__gt=before[1])
    changed, asked = before[0] != after[0], opened.exists()
    published = opened.filter(state="applied", review_due_at__isnull=False).exists()
    transaction.savepoint_rollback(point)
    if changed and asked:
        return PUBLISHED if published else "changed and asked for"
    return CHANGED if changed else ASKED if asked else NOTHING


def state() -> tuple[list[object], int]:
    items = list(LibraryItem.objects.order_by("key").values_list("id", "etag", "digest"))
    last = ChangeRequest.objects.order_by("key").last()
    return [*items, Revision.objects.count()], last.key if last else 0


@pytest.mark.django_db
def test_every_door_makes_of_a_change_what_the_policy_says() -> None:
    scene = set_up()
    wrong, count = {}, 0
    for policy in POLICIES:
        Sandbox.objects.update(review_policy=policy)
        auth.forget()
        for turn, (who, door) in enumerate(tries(scene), POLICIES.index(policy)):
            by_policy = {one: expected(one, who, door) for one in POLICIES}
            wanted = by_policy[policy]
            if len({*by_policy.values()}) == 1 and turn % 2:
                continue  # The policy is to make no difference: it is tried under half of them.
            count += 1
            came = what_came_of(partial(door.go, scene, who))
            if came != wanted:
                wrong[f"{policy}, {who}: {door.name}"] = f"{came}, not {wanted}"
    assert wrong == {}
    assert count > 800


@pytest.mark.django_db
def test_nobodys_role_is_asked_for_by_an_import_and_a_schedule_applies_what_others_agreed_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene, later = set_up(), timezone.now() + timedelta(minutes=31)
    Sandbox.objects.update(review_policy="everything")
    assert what_came_of(partial(by_import, scene)) == CHANGED
    for agreed, wanted in ((True, "changed and asked for"), (False, ASKED)):
        with monkeypatch.context() as patched:
            passes = partial(patched.setattr, timezone, "now", lambda: later)
            assert what_came_of(partial(by_schedule, scene, passes, agreed=agreed)) == wanted


def tries(scene: Scene) -> Iterator[tuple[str, Door]]:
    yield from ((who, door) for who in PEOPLE for door in PAGE_DOORS if not _has_none(who, door))
    yield from ((who, door) for who in scene.callers for door in API_DOORS if not _has_none(who, door))


def _has_none(who: str, door: Door) -> bool:
    """Who has no request of their own has no such door, and who need not wait is an editor but for that."""
    return (who == "auditor" and door.name == "agree to one's own") or (who == "hasty" and door.kind != "bypasses")


# The addresses that write no item, by their names; what each of them does instead is up to its own tests.
READS = {
    "password_link", "password_set", "change_email", "forget_email", "address_link", "address_set",
    "login", "start", "find", "find_anywhere", "shortcuts", "end_session", "preferences", "set_language", "mail_preferences", "session", "signed_in", "sandbox",
    "offers", "filter_choices", "choose_columns", "column_width", "save_view", "delete_view", "bulk_runs", "bulk_new", "bulk_run",
    "bulk_stop", "bulk_exclude", "bulk_discard", "bulk_again", "bulk_withdraw", "access", "access_policy", "access_changes", "access_new_person",
    "access_member", "access_remove", "access_secret", "access_end_old_secret", "access_switch",
    "access_new_client", "reviews", "review", "review_request_changes", "review_reject", "review_look",
    "review_withdraw", "review_claim", "review_when", "review_leave_out",
    "evidence", "mark_template",
    "audit_sample", "audit_sample_zip",
    "audit_integrity", "audit_controls", "log_checkpoint", "log_vkey", "log_tile", "receipt", "entry_receipt", "proof", "log_checker",
    "audit", "audit_download", "audit_csv", "audit_ndjson", "library_file", "promote", "on_air", "differences", "review_comment", "review_resolve", "inbox",
    "erasures", "erasure_of_person", "retention_class", "retention_class_remove", "erasure", "erasure_confirm", "erasure_refuse",
    "keep", "keep_hold", "keep_class", "keep_erase", "inbox_read", "items", "item", "preview_text", "attributes", "presence", "bring_in", "item_api", "preview", "history", "revision", "compare", "blame", "field_values",
}  # fmt: skip
# A stopped run goes on as it was started.
SAME_AS = {"bulk_resume": "bulk_start"}
CALLS_WITHOUT = {
    *("list", "read", "revisions", "revision", "blame"),
    *("comment", "resolve", "leave-out", "claim", "look", "withdraw"),
}


def test_every_address_is_a_door_that_was_tried_or_writes_no_item() -> None:
    doors = {door.url for door in PAGE_DOORS}
    named = {
        name for name, module in addresses() if module.startswith("offers.web.") and not name.startswith("account_")
    }
    assert "" not in named
    assert named - doors - {*READS, *SAME_AS} == set(), "a new address: is it a door?"
    assert doors | {*READS, *SAME_AS} - named == doors, "one that is not there any more"
    assert not doors & READS
    calls = {call.name for call in (*CALLS, *REQUEST_CALLS)}
    assert calls == {door.url for door in API_DOORS} | CALLS_WITHOUT


def addresses() -> Iterator[tuple[str, str]]:
    """The name of each address of the pages, and the module that answers it; what has no name goes by its pattern."""
    waiting: list[URLPattern | URLResolver] = [*get_resolver().url_patterns]
    while waiting:
        one = waiting.pop()
        if isinstance(one, URLResolver):
            waiting += one.url_patterns
        else:
            module = getattr(one.callback, "__module__", "")
            yield (one.name or (SHARED.get(str(one.pattern), "") or str(one.pattern))), module


SHARED = {"s/<slug:sandbox>/offers/<item:id>/": "item", "healthz": "start", "readyz": "start"}


def test_djangos_admin_shows_items_and_changes_none() -> None:
    for model in (LibraryItem, Revision):
        page = admin.site._registry[model]
        may = (page.has_add_permission, page.has_change_permission, page.has_delete_permission)
        assert not any(ask(None) for ask in may)  # type: ignore[arg-type]  # whoever asks
    assert ChangeRequest not in admin.site._registry


# What stores items, or has them stored, and where from: a module that begins to is a door as well.
WRITERS = {
    "offers.ledger.writes": "web.in_place.cell web.edit.form web.edit.saving web.edit.new web.item.deleted "
    "web.item.said web.item.history.undoing web.item.lifecycle web.item.status review.taking_back review.applying bulk.worker bulk.plan bulk.removing bulk.rows "
    "bulk.proposing api.proposing api.wire.problems api.wire.answers api.endpoints",
    # A library that comes with its past is an operator's to bring in, from the command line.
    "offers.ledger.imports": "demo.load demo.library demo.offers demo.story transfer.importing transfer.reading",
}


def test_what_writes_is_reached_from_these_doors_alone() -> None:
    found = {(writer, name) for writer in WRITERS for name in importers(writer)}
    named = {(writer, name) for writer, names in WRITERS.items() for name in names.split()}
    assert found - named == set(), "a new door: put it into tests/review/doors.py"
    assert named - found == set(), "one that is not there any more"


def importers(module: str) -> Iterator[str]:
    package, name = module.rsplit(".", 1)
    for path in Path("offers").rglob("*.py"):
        text = path.read_text()
        # Most files are not parsed: that takes a second.
        if re.search(rf"\b{name}\b", text) and any(
            isinstance(node, ast.ImportFrom)
            and (node.module == module or (node.module == package and name in {one.name for one in node.names}))
            for node in ast.parse(text).body
        ):
            yield str(path.relative_to("offers").with_suffix("")).replace("/", ".")
