"""What waits for whom on the first page, and the last changes in a line for each person and item."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from offers.access.permissions import actor_for_user
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.records import Stamp
from offers.models import BulkRow, BulkRun, ChangeRequest, LibraryItem, Sandbox
from offers.review import requests, verdicts
from offers.web.frame.times import day
from offers.web.home import changes
from offers.web.home.changes import last_changes
from offers.web.home.waiting import RUNS_ARE_NEWS, waiting_for
from tests.cast import Role, actor, make, offer, patch, replace, shown_in
from tests.review.asking import ask, digest, new, wanted
from tests.review.conftest import Cast, people, sale
from tests.web.conftest import SignIn

__all__ = ["people", "sale"]
pytestmark = pytest.mark.django_db
State = ChangeRequest.State


def waits(who: Any) -> list[tuple[str, str, bool]]:
    found, more = waiting_for(who, timezone.now())
    assert not more
    return [(one.title, one.why or one.what, one.is_wrong) for one in found]


def test_a_request_waits_for_who_may_decide_and_once_sent_back_for_its_author(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, replace("/name", "Autumn"))
    title = f"#{request.number} Another name"
    assert waits(people.mina) == []
    assert waits(people.jun) == [(title, "Spring sale: Name", False)]
    verdicts.request_changes(people.jun, request, digest(request), "Shorter")
    assert waits(people.jun) == []
    assert waits(people.mina) == [(title, "Sent back to you: changes requested", False)]


def test_a_row_names_what_a_request_touches_and_all_of_them_cost_one_statement(
    people: Cast, sale: LibraryItem, django_assert_num_queries: Any
) -> None:
    other = make(
        people.setup, offer(name="Autumn sale", status="approved", representations=[shown_in("home")]), id="autumn"
    )
    both = [wanted(one, replace("/rank/priority", 3)) for one in (sale, other)]
    requests.propose(people.mina, [new(Kind.PERSONALIZED_OFFER, "brand-new", offer(name="Brand new"))], "A new one", "")
    with CaptureQueriesContext(connection) as for_one:
        assert waiting_for(people.jun, timezone.now())[0][0].what == "Brand new"
    requests.propose(people.mina, both, "Both of them", "")
    ask(people.mina, sale, replace("/name", "Autumn"))
    with django_assert_num_queries(len(for_one)):
        found, _more = waiting_for(people.jun, timezone.now())
    said = [(one.what, one.who) for one in found]
    assert said[:2] == [("Spring sale: Name", "Mina"), ("Spring sale and 1 more: Priority", "Mina")]


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ({"state": State.FAILED}, "Could not be applied"),
        ({"state": State.EXPIRED}, "Expired before it was applied"),
        ({"state": State.OPEN, "is_stuck": True}, "In conflict with a later change"),
    ],
)
def test_what_went_wrong_comes_first_and_says_how(
    people: Cast, sale: LibraryItem, now: dict[str, Any], why: str
) -> None:
    wrong = ask(people.mina, sale, replace("/name", "Autumn"))
    later = ask(people.mina, sale, replace("/rank/priority", 3))
    ChangeRequest.objects.filter(key=wrong.key).update(**now)
    ChangeRequest.objects.filter(key=later.key).update(state=State.CHANGES_REQUESTED)
    assert [(said, is_wrong) for _title, said, is_wrong in waits(people.mina)] == [
        (why, True),
        ("Sent back to you: changes requested", False),
    ]


def a_run(editor: Client) -> BulkRun:
    editor.post("/s/prod/bulk/new/", {"id": ["one", "two"], "do": "priority", "priority": "5"})
    return BulkRun.objects.latest("number")


def test_a_bulk_edit_waits_for_run_and_then_tells_of_what_it_left_out(
    editor: Client, sign_in: SignIn, sandbox: Sandbox
) -> None:
    admin = actor(sandbox)
    one, _two = (make(admin, offer(name=id), id=id) for id in ("one", "two"))
    mina = actor_for_user(User.objects.get(), "prod")
    run = a_run(editor)
    title = f"Bulk edit {run.number}: Set priority to 5"
    assert waits(mina) == [(title, "The dry run is done: look at it, and run it", False)]
    patch(admin, one, replace("/rank/priority", 9))
    editor.post(f"/s/prod/bulk/{run.number}/start/", {"note": "Sale"})
    assert set(BulkRow.objects.values_list("result", flat=True)) == {"changed", "skipped"}
    assert waits(mina) == [(title, "Some offers were not changed", True)]
    assert f'href="/s/prod/bulk/{run.number}/"' in editor.get("/s/prod/").content.decode()
    sign_in(Role.ADMIN, "Jun Seo")
    assert waits(actor_for_user(User.objects.get(username="jun"), "prod")) == []
    BulkRun.objects.update(heartbeat_at=timezone.now() - RUNS_ARE_NEWS - timedelta(minutes=1))
    assert waits(mina) == []


def test_a_bulk_edit_that_went_well_waits_for_nobody(editor: Client, sandbox: Sandbox) -> None:
    for id in ("one", "two"):
        make(actor(sandbox), offer(name=id), id=id)
    run = a_run(editor)
    editor.post(f"/s/prod/bulk/{run.number}/start/", {"note": "Sale"})
    assert waits(actor_for_user(User.objects.get(), "prod")) == []
    lines = last_changes(sandbox)
    assert (lines[0].title, lines[0].what) == (f"2 items in bulk edit {run.number}", "Priority")
    assert [line.what for line in lines[1:]] == ["created", "created"]


def test_many_small_edits_of_a_person_are_one_line_that_names_the_fields(sandbox: Sandbox) -> None:
    mina, jun = actor(sandbox), actor(sandbox, label="Jun Seo")
    sale = make(actor(sandbox, label="Setup"), offer(name="Sale"), id="sale")
    for priority in (5, 6):
        patch(mina, sale, replace("/rank/priority", priority))
    patch(jun, sale, replace("/name", "Big sale"))
    patch(mina, sale, [{"op": "add", "path": "/description", "value": "All shops"}])
    lines = last_changes(sandbox)
    assert [(line.last.actor_label, line.title, line.what, line.last.etag) for line in lines] == [
        ("Mina Park", "Big sale", "Description, Priority", 5),
        ("Jun Seo", "Big sale", "Name", 4),
        ("Setup", "Big sale", "created", 1),
    ]


def test_a_line_names_three_fields_and_counts_the_others_and_says_what_became_of_an_item(sandbox: Sandbox) -> None:
    mina = actor(sandbox)
    sale = make(actor(sandbox, label="Setup"), offer(name="Sale"), id="sale")
    paths = {"/name": "Big", "/description": "All", "/rank/priority": 4, "/status": "archived", "/tags": []}
    patch(mina, sale, [{"op": "add", "path": path, "value": value} for path, value in paths.items()])
    line = last_changes(sandbox)[0]
    assert (line.fields, line.more_fields) == (["Name", "Description", "Priority"], 2)
    assert line.what == "Name, Description, Priority and 2 more"
    gone = make(actor(sandbox, label="Jun Seo"), offer(name="Gone"), id="gone")
    writes.delete(actor(sandbox, label="Olga Weiss"), list(Kind), gone.id, Stamp("form"))
    line = last_changes(sandbox)[0]
    assert (line.last.actor_label, line.what, line.address) == ("Olga Weiss", "deleted", "/s/prod/offers/gone/history/")


def test_a_long_history_is_not_read(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr(changes, "LOOKED_AT", 3)
    for number in range(6):
        make(actor(sandbox), offer(name=f"Offer {number}"))
    # Revisions, their items with their rows of lists, patches.
    with django_assert_num_queries(2):
        assert [line.title for line in last_changes(sandbox)] == ["Offer 5", "Offer 4", "Offer 3"]


def test_what_was_published_without_review_says_by_when_it_is_to_be_looked_at(people: Cast, sale: LibraryItem) -> None:
    made = requests.publish(people.bora, [wanted(sale, replace("/name", "Autumn"))], "Wrong price", "It was wrong")
    assert made.review_due_at is not None
    said = f"Published without review · review by {day(made.review_due_at)}"
    assert waits(people.jun) == [(f"#{made.number} Wrong price", said, True)]
