"""The page of controls: who could do what at any moment, how bypass was used, and which policies were in force."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch as patched

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from offers.access import members
from offers.access.changes import Author, Reason, Subject, What, record
from offers.access.members import Given
from offers.access.permissions import Actor
from offers.access.then import access_at
from offers.log import sequencer
from offers.log.taken import bypasses
from offers.models import ChangeRequest, LogCheck, Membership, RequestEvent, Sandbox
from offers.review import requests, verdicts
from tests.cast import Role, make, offer, replace
from tests.log.test_proof import as_owner
from tests.review.asking import agree, ask, wanted
from tests.review.conftest import Cast, cast_in
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import flat, text_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/s/prod/audit/controls/"
START = datetime(2026, 3, 1, 9, tzinfo=UTC)


@contextmanager
def on_day(day: int) -> Iterator[datetime]:
    """What happens within happens on that day."""
    at = START + timedelta(days=day)
    with patched.object(timezone, "now", lambda: at):
        yield at


@pytest.fixture
def people(sandbox: Sandbox) -> Cast:
    return cast_in(sandbox)


def seen(sandbox: Sandbox, day: float) -> dict[str, tuple[str, bool]]:
    return {
        one.name: (one.role, one.bypasses)
        for one in access_at(sandbox, START + timedelta(days=day)).members
        if one.is_open
    }


def key(who: Actor) -> int:
    return Membership.objects.get(user__pk=int(who.user_id or 0)).pk


def test_who_could_do_what_is_what_it_was_on_each_day_whatever_was_changed_since(people: Cast) -> None:
    sandbox, admin = people.sandbox, people.jisoo
    days = [seen(sandbox, -1)]
    with on_day(1):
        members.change_member(admin, key(people.mina), Given(Role.REVIEWER, True), was=Given(Role.EDITOR))
        days.append(seen(sandbox, 1))
    with on_day(2):
        members.remove_member(admin, key(people.jun), was=Given(Role.REVIEWER))
        User.objects.create_user("dana", first_name="Dana")
        members.add_person(admin, "dana", Given(Role.EDITOR))
        days.append(seen(sandbox, 2))
    with on_day(3):
        members.change_policy(admin, "two-people", was="none", reason=Reason("The audit asked for it"))
        members.add_client(admin, "feed", "Feed", Given(Role.EDITOR))
        days.append(seen(sandbox, 3))
    with on_day(4):
        members.change_member(admin, key(people.mina), Given(Role.AUDITOR), was=Given(Role.REVIEWER, True))
        Membership.objects.filter(user__username="dana").delete()
        days.append(seen(sandbox, 4))
    assert [seen(sandbox, day) for day in (-1, 1, 2, 3)] == [
        days[0],
        days[1],
        # What was changed past every door that records it is not known of the past either.
        {name: given for name, given in days[2].items() if name != "Dana"},
        {name: given for name, given in days[3].items() if name != "Dana"},
    ]
    assert days[0]["Mina"] == ("editor", False)
    assert days[1]["Mina"] == ("reviewer", True)
    assert "Jun" in days[1]
    assert "Jun" not in days[2]
    assert days[4]["Mina"] == ("auditor", False)
    sandbox.refresh_from_db()
    was = access_at(sandbox, START + timedelta(days=2))
    assert (was.policy, access_at(sandbox).policy) == ("none", "two-people")
    assert [(one.policy, one.since) for one in was.policies] == [
        ("two-people", START + timedelta(days=3)),
        ("none", None),
    ]
    assert was.begins == START + timedelta(days=1)


def test_a_closed_account_can_do_nothing_from_then_on(people: Cast, sign_in: SignIn) -> None:
    with on_day(1):
        User.objects.filter(username="jun").update(is_active=False)
        record(
            Author(None, "Root", "operator"),
            [people.sandbox.pk],
            What.ACCOUNT_CLOSED,
            Subject(people.jun.key, "Jun"),
            {},
            {},
        )
    assert "Jun" in seen(people.sandbox, 0.5)
    assert "Jun" not in seen(people.sandbox, 1.5)
    with on_day(2):
        members.remove_member(people.jisoo, key(people.jun), was=Given(Role.REVIEWER))
    assert "Jun" in seen(people.sandbox, 0.5)
    assert "Jun" not in seen(people.sandbox, 1.5), "though all that is known of it now is that it was removed"
    text = flat(text_of(sign_in("auditor", "Ida Berg").get(f"{PAGE}?at=2026-03-02T21:00Z")))
    assert "account closed by Root" in text


def lived(people: Cast) -> Any:
    sale = make(people.setup, offer(status="approved"), id="sale")
    Sandbox.objects.update(review_policy="two-people")
    for one in ("mina", "jun", "jisoo", "bora", "ara"):
        getattr(people, one).sandbox.review_policy = "two-people"
    requests.publish(people.bora, [wanted(sale, replace("/name", "Now"))], "", "Wrong price")
    agree(people.jun, ask(people.mina, sale, replace("/name", "Later")))
    return sale


def test_uses_of_bypass_say_who_looked_and_how_soon(people: Cast, sign_in: SignIn) -> None:
    sale = lived(people)
    auditor = sign_in("auditor", "Ida Berg")
    assert "Nobody else has reviewed it yet" in text_of(auditor.get(PAGE)), "before the log has it"
    sequencer.keep()
    looked_at = timezone.now() + timedelta(hours=30)
    with patched.object(timezone, "now", lambda: looked_at):
        verdicts.look(people.jun, ChangeRequest.objects.get(number=1))
    requests.publish(people.bora, [wanted(sale, replace("/name", "Again"))], "", "In a hurry")
    sequencer.keep()
    found, more = bypasses.uses(people.sandbox.pk)
    assert [(use.by, use.reason, use.looked_by) for use in found] == [
        ("Bora", "In a hurry", ""),
        ("Bora", "Wrong price", "Jun"),
    ]
    assert not more
    with CaptureQueriesContext(connection) as queries:
        page: Any = auditor.get(PAGE)
    assert len(queries) <= 26
    text = flat(text_of(page))
    assert "reviewed by Jun after 30 h · too late" in text
    controls = {one.name: one for one in page.context["controls"]}
    assert [one.holds for one in controls.values()] == [True, True, False, True, False]
    assert "1 not reviewed yet · 1 too late" in controls["Unreviewed changes are reviewed on time"].found
    assert controls["Unreviewed changes are reviewed on time"].ways == [("review #3", "/s/prod/reviews/3/")]
    assert "2 of 5 controls need attention" in text
    assert re.search(r"<td>Bora</td><td[^>]*>2</td><td[^>]*>1</td><td[^>]*>1</td>", text)
    own = controls["Nobody approves their own change"]
    assert own.found == "None in the last 3 applied requests"
    assert own.ways == [("verify the history to check every request", "/s/prod/audit/integrity/")]
    assert re.search(r"</svg>No violation found</b>", text), "the last ones are not all"
    then = text_of(auditor.get(PAGE, {"at": found[1].at.isoformat()}))
    assert "Wrong price" in then
    assert "In a hurry" not in then, "that was after the moment that it is about"


def test_of_a_past_moment_the_uses_until_then_are_counted_however_many_came_since(
    people: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = lived(people)
    sequencer.keep()
    then = timezone.now()
    monkeypatch.setattr(bypasses, "MOST", 1)
    for name in ("Again", "And again"):
        requests.publish(people.bora, [wanted(sale, replace("/name", name))], "", name)
    auditor = sign_in("auditor", "Ida Berg")
    coming = text_of(auditor.get(PAGE, {"at": then.isoformat()}))
    sequencer.keep()
    for found, more in (bypasses.uses(people.sandbox.pk, then), bypasses.uses(people.sandbox.pk)):
        assert (len(found), more) == (1, found[0].at > then)
    for text in (coming, text_of(auditor.get(PAGE, {"at": then.isoformat()}))):
        assert "Wrong price" in text
        assert "Nothing was published" not in text, "it was, though others were used later"


def test_an_approval_of_ones_own_is_named(people: Cast, sign_in: SignIn) -> None:
    lived(people)
    auditor = sign_in("auditor", "Ida Berg")
    own, applied, more = bypasses.own_approvals(people.sandbox.pk)
    assert (own, len(applied), more) == ([], 2, False)
    page: Any = auditor.get(PAGE)
    counted: Any = auditor.get(page.context["controls"][0].more)
    assert {row.asked.number for row in counted.context["rows"]} == {1, 2}, "it leads to what it counts"
    with as_owner("requestevent") as cursor:
        cursor.execute("UPDATE offers_requestevent SET actor_key = %s WHERE what = 'approve'", [people.mina.key])
    assert RequestEvent.objects.filter(what="approve", actor_key=people.mina.key).exists()
    assert bypasses.own_approvals(people.sandbox.pk)[0] == [2]
    text = text_of(auditor.get(PAGE))
    assert "1 applied request was approved by one of its authors" in text
    assert '<a class="taken-way" href="/s/prod/reviews/2/">#2</a>' in text
    assert "No violation found" not in text


def test_a_past_moment_is_judged_by_nothing_that_came_after_it(people: Cast, sign_in: SignIn) -> None:
    lived(people)
    sequencer.keep()
    before = timezone.now()
    tampered = make(people.setup, offer(status="approved"), id="tampered")
    agree(people.jun, ask(people.mina, tampered, replace("/name", "Mine")))
    number = ChangeRequest.objects.latest("key").number
    with as_owner("requestevent") as cursor:
        cursor.execute(
            "UPDATE offers_requestevent SET actor_key = %s WHERE what = 'approve' AND created_at > %s",
            [people.mina.key, before],
        )
    verdicts.look(people.jun, ChangeRequest.objects.get(number=1))
    LogCheck.objects.create(sandbox=people.sandbox, at=timezone.now(), size=9, differences=2)
    Sandbox.objects.filter(pk=people.sandbox.pk).update(review_policy="two-people")
    members.change_policy(people.jisoo, "none", was="two-people", reason=Reason("Too slow"))
    auditor = sign_in("auditor", "Ida Berg")
    now: Any = auditor.get(PAGE)
    then: Any = auditor.get(PAGE, {"at": before.isoformat()})
    assert [one.holds for one in now.context["controls"]] == [False, False, True, True, False]
    assert [one.holds for one in then.context["controls"]] == [True, True, True, True, False]
    assert [one.waits for one in then.context["controls"]] == [False, False, True, False, False], "it has its time"
    assert " · 1 not reviewed yet · due by " in then.context["controls"][2].found
    assert now.context["controls"][0].ways == [(f"#{number}", f"/s/prod/reviews/{number}/")]
    assert then.context["controls"][0].found.startswith("None in the last 2 requests applied by then"), (
        "one that was published is applied, too"
    )
    said, said_now = flat(text_of(then)), flat(text_of(now))
    assert "2 differences were found" in said_now
    assert "reviewed by Jun" in said_now
    for part in ("Not verified by then", "Nobody else had reviewed it by then", "Who could do what"):
        assert part in said
        assert part not in said_now
    assert [one.policy for one in then.context["policies"]] == ["two-people"]
    assert "Too slow" not in said
    assert said.count("in force on") == said_now.count("in force now") == 1
    assert text_of(then).count('name="at"') == 1, "the band's, and no second one"
    first: Any = auditor.get(PAGE, {"at": "2020-01-01T00:00Z"})
    assert "None was applied." in text_of(first)


def test_auditors_and_admins_see_it_and_nobody_else(people: Cast, sign_in: SignIn) -> None:
    for role, name, expected in (
        (Role.AUDITOR, "Ida Berg", 200),
        (Role.ADMIN, "Noa Levi", 200),
        (Role.REVIEWER, "Max Ode", 403),
        (Role.EDITOR, "Kim Roh", 403),
        (None, "Eve Doe", 404),
    ):
        assert sign_in(role, name).get(PAGE).status_code == expected


def test_it_says_where_the_record_begins_and_what_is_still_to_come(people: Cast, sign_in: SignIn) -> None:
    auditor = sign_in("auditor", "Ida Berg")
    assert "No change of access was recorded so far" in text_of(auditor.get(f"{PAGE}?at=2026-01-01T00:00Z"))
    with on_day(1):
        members.change_policy(people.jisoo, "two-people", was="none", reason=Reason("The audit asked for it"))
    text = flat(text_of(auditor.get(f"{PAGE}?at=2026-01-01T00:00Z")))
    assert "The record of access begins on" in text
    assert "You see the library as it was on" in text
    assert "This page has no past" not in text, "what it says is of that moment"
    assert "“The audit asked for it”" not in text, "that came later"
    assert "“The audit asked for it”" in text_of(auditor.get(PAGE))
    assert "still to come" in text_of(auditor.get(f"{PAGE}?at=2099-01-01T00:00Z"))
    assert auditor.get(f"{PAGE}?at=yesterday").status_code == 400


def test_that_a_second_person_is_asked_for_says_since_when_and_what_went_live_since(
    people: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(people)
    auditor = sign_in("auditor", "Ida Berg")

    def told() -> tuple[bool, str]:
        page: Any = auditor.get(PAGE)
        (found,) = (one for one in page.context["controls"] if one.name.startswith("Live changes"))
        assert ("Holds, 1 exception" in flat(text_of(page))) == bool(found.ways)
        return found.holds, ", ".join((found.found, *(word for word, _address in found.ways)))

    assert told() == (True, "Live changes need a second person"), "since when is not recorded"
    members.change_policy(people.jisoo, "everything", was="two-people", reason=Reason("The audit asked for it"))
    assert re.fullmatch(r"Required since .+ · 0 requests applied", told()[1])
    sale = make(people.setup, offer(status="approved"), id="other")
    agree(people.jun, ask(people.mina, sale, replace("/name", "New")))
    requests.publish(people.bora, [wanted(sale, replace("/name", "Newer"))], "", "In a hurry")
    holds, said = told()
    assert holds, "every change needs one, and so do live ones"
    assert said.endswith(" · 2 requests applied, 1 of them without review")
    monkeypatch.setattr(bypasses, "APPLIED", 1)
    assert " · 1+ request applied, 1 of them without review" in told()[1], "more than were looked at"
