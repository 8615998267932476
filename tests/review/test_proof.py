"""Whether what is live changed only with a second person: what went around it is found, whoever wrote it into the tables."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from offers import proof
from offers.access import members
from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.records import Stamp
from offers.models import AccessChange, ChangeRequest, LibraryImport, LibraryItem, RequestEvent, Sandbox
from offers.review import applying, requests, schedule
from offers.review.requests import When
from offers.review.standing import Standing
from tests.cast import FORM, WEB, Role, make, offer, patch, replace, shown_in
from tests.review.asking import agree, ask, digest, new, now, wanted
from tests.review.conftest import Cast, member
from tests.review.test_programs import new_secret, program
from tests.review.test_requests import BY_RULE, RULE

RENAME = replace("/name", "Autumn sale")
ALONE = "it changed what was live, and names no second person and no bypass"
NOBODY = "nobody who had no part in request 1 agreed to it as it was applied"
DIGEST = "the digest does not match what the revision says"


@pytest.fixture
def people(people: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """The policy is in force since the library was set up, and from its first moment on."""
    monkeypatch.setattr(proof, "GRACE", timedelta(0))
    return people


@pytest.fixture
def sale(people: Cast, sale: LibraryItem) -> LibraryItem:
    policy_since(people, timezone.now())
    return sale


def policy_since(people: Cast, at: Any) -> None:
    AccessChange.objects.create(
        sandbox=people.sandbox,
        what="policy-changed",
        before={"review_policy": "none"},
        after={"review_policy": people.sandbox.review_policy},
        created_at=at,
        actor_label="Setup",
        source="page",
    )


def found() -> list[tuple[str, int, str]]:
    return [(one.id, one.etag, one.message) for one in proof.verify(Sandbox.objects.all())]


def tamper(sql: str) -> None:
    """What the owner of the tables can do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in ("revision", "requestevent"):
            cursor.execute(f"ALTER TABLE offers_{name} DISABLE TRIGGER {name}_append_only")
        cursor.execute(sql)
        assert cursor.rowcount == 1, "the tampering itself must hit one row"
        for name in ("revision", "requestevent"):
            cursor.execute(f"ALTER TABLE offers_{name} ENABLE TRIGGER {name}_append_only")


def test_what_a_second_person_agreed_to_is_as_it_should_be(people: Cast, sale: LibraryItem) -> None:
    agree(people.jun, ask(people.mina, sale, RENAME))
    requests.publish(people.bora, [wanted(sale, replace("/rank/priority", 9))], "Now", "The price is wrong")
    agree(
        people.jun,
        requests.propose(people.mina, [new(Kind.PERSONALIZED_OFFER, "fresh", offer(status="approved"))], "New"),
    )
    carried = ask(people.jisoo, sale, replace("/name", "Winter sale"))
    agree(people.jun, ask(people.mina, sale, replace("/rank/priority", 7)))
    agree(people.jun, carried)
    patch(people.mina, make(people.mina, offer(), id="draft"), RENAME)
    agree(people.jun, ask(people.jisoo, sale, [{"op": "remove", "path": ""}]))
    agree(people.jun, ask(people.jisoo, sale, [{"op": "add", "path": "", "value": now(sale).document}]))
    assert now(sale).etag == 7
    assert found() == []


NOT_ASKED = "it is not what request 1 asked for"
EVENT = "UPDATE offers_requestevent SET {} WHERE what = '{}'"
REVISION = "UPDATE offers_revision SET {} WHERE etag = 2"


TAMPERED = {
    "DELETE FROM offers_requestevent WHERE what = 'approve'": [NOBODY],
    EVENT.format("actor_key = (SELECT actor_key FROM offers_changerequest)", "approve"): [NOBODY],
    EVENT.format("digest = repeat('0', 64)", "approve"): [NOBODY],
    EVENT.format("digest = repeat('0', 64)", "applied"): [NOBODY],
    EVENT.format("version = 2", "approve"): [NOBODY],
    EVENT.format("created_at = created_at + interval '1 hour'", "approve"): [NOBODY],
    EVENT.format("what = 'request-changes'", "approve"): [NOBODY],
    EVENT.format("about = '{}'", "opened"): [NOT_ASKED],
    "DELETE FROM offers_requestevent WHERE what = 'applied'": ["request 1 was never applied to it"],
    "UPDATE offers_changerequest SET number = 7": ["there is no request 1"],
    """UPDATE offers_requestedchange SET patch = jsonb_set(patch, '{0,value}', '"x"')""": [NOT_ASKED],
    "UPDATE offers_requestedchange SET applied_etag = 1": ["request 1 was neither applied nor taken back by it"],
    REVISION.format("refers_to = '{}'"): [DIGEST, ALONE],
    REVISION.format("xid = '1'"): ["it was not made when request 1 was applied"],
    "UPDATE offers_sandbox SET review_policy = 'none'": ["it became none from two-people, and nothing says by whom"],
}


def test_what_is_removed_or_altered_is_found(people: Cast, sale: LibraryItem) -> None:
    agree(people.jun, ask(people.mina, sale, RENAME))
    assert found() == []
    for sql, messages in TAMPERED.items():
        with transaction.atomic():
            tamper(sql)
            assert [message for _, _, message in found()] == messages, sql
            transaction.set_rollback(True)


def test_a_change_that_goes_around_it_is_found_whatever_it_names(people: Cast, sale: LibraryItem) -> None:
    # `setup` knows nothing of the policy, as who writes to the tables.
    patch(people.setup, sale, replace("/rank/priority", 3))
    request = ask(people.mina, sale, RENAME)
    agree(people.jun, request)
    for about in ({"request": request.number}, {"request": request.number, "bypass": True}, {"request": 99}):
        etag = now(sale).etag
        stamp = Stamp("review", refers_to=about)  # type: ignore[arg-type]  # what nobody would write
        writes.change(people.setup, list(Kind), "sale", replace("/rank/priority", etag + 10), stamp)
    assert found() == [
        ("sale", 2, ALONE),
        ("sale", 4, "request 1 was neither applied nor taken back by it"),
        ("sale", 5, "request 1 was never applied to it"),
        ("sale", 6, "there is no request 99"),
    ]


def test_a_verdict_that_was_invented_afterwards_is_found(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    seen = digest(request)
    held = ChangeRequest.objects.select_related("sandbox").get(key=request.key)
    applying.at_once(lambda: applying.carry_out(held, applying.look_and_lock(held), None, ""))
    assert found() == [("sale", 2, NOBODY)]
    said = {"request": request, "version": 1, "digest": seen, "created_at": request.created_at}
    RequestEvent.objects.create(what="approve", actor_key=people.jun.key, actor_id=people.jun.user_id, **said)
    assert found() == [("sale", 2, NOBODY)]


def test_more_than_was_asked_for_is_found(people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch) -> None:
    request = ask(people.mina, sale, RENAME)
    write = writes.change_head
    monkeypatch.setattr(
        writes,
        "change_head",
        lambda by, head, patch, stamp: write(by, head, [*patch, *replace("/rank/priority", 5)], stamp),
    )
    agree(people.jun, request)
    assert found() == [("sale", 2, "it is not what request 1 asked for")]


def test_what_something_live_referred_to_then_is_live_itself(people: Cast, sale: LibraryItem) -> None:
    home = LibraryItem.objects.get(id="home")
    patch(people.setup, home, replace("/name", "Home page"))
    agree(people.jun, ask(people.mina, sale, [{"op": "remove", "path": "/representations"}]))
    patch(people.mina, home, replace("/name", "Hero"))
    assert found() == [("home", 2, ALONE)]


def test_by_a_fallback_offer_of_a_live_decision_too(people: Cast, sale: LibraryItem) -> None:
    shown = {"name": "Nothing", "representations": [shown_in("away")]}
    make(people.setup, {"name": "Away", "componentType": "html", "channel": WEB}, Kind.PLACEMENT, "away")
    make(people.setup, shown, Kind.FALLBACK_OFFER, "nothing")
    away = LibraryItem.objects.get(id="away")
    patch(people.mina, away, replace("/name", "Afar"))
    make(people.setup, {"name": "Home", "status": "live", "fallback": "nothing"}, Kind.DECISION, "home-page")
    patch(people.setup, away, replace("/name", "Far away"))
    assert [(id, etag) for id, etag, _ in found()] == [("away", 3), ("home-page", 1)]


def test_whoever_was_given_a_programs_secret_is_no_second_person(people: Cast, sale: LibraryItem) -> None:
    admin = people.jisoo
    members.add_client(admin, "robot", "Robot", members.Given("editor"))
    robot = Actor(people.sandbox, "editor", "Robot", client_id="robot")
    request = ask(robot, sale, RENAME)
    ChangeRequest.objects.filter(key=request.key).update(contributors=[robot.key])
    approved = ChangeRequest.objects.select_related("sandbox").get(key=request.key)
    agree(admin, approved)
    assert found() == [("sale", 2, NOBODY)]


def test_whoever_is_given_it_later_changed_nothing_by_it(people: Cast, sale: LibraryItem) -> None:
    robot = program(member(people.sandbox, "hana", Role.ADMIN))
    draft = make(people.mina, offer(), id="draft")
    request = ask(people.mina, draft, replace("/status", "approved"))
    patch(robot, draft, RENAME)
    agree(people.jisoo, request)
    new_secret(people.jisoo)
    assert found() == []


@pytest.mark.parametrize("is_given", ["before it was changed", "before the yes"])
def test_whoever_was_given_it_by_then_is_no_second_person_to_what_it_changed(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch, is_given: str
) -> None:
    robot = program(member(people.sandbox, "hana", Role.ADMIN))
    draft = make(people.mina, offer(), id="draft")
    request = ask(people.mina, draft, replace("/status", "approved"))
    if is_given == "before it was changed":
        new_secret(people.jisoo)
    patch(robot, draft, RENAME)
    if is_given == "before the yes":
        new_secret(people.jisoo)
    with monkeypatch.context() as broken:
        broken.setattr(Standing, "changed_by", lambda *_: None)
        agree(people.jisoo, request)
    message = "who agreed to request 1 alone changed what went live by it after it was proposed"
    assert found() == [("draft", 3, message)]


def test_the_policy_of_the_moment_counts(people: Cast, sale: LibraryItem) -> None:
    def set_policy(policy: str) -> None:
        was = Sandbox.objects.get().review_policy
        members.change_policy(people.jisoo, policy, was=was)

    set_policy("reviewer")
    patch(people.setup, sale, replace("/rank/priority", 3))
    set_policy("everything")
    draft = make(people.setup, offer(), id="draft")
    set_policy("none")
    patch(people.setup, sale, replace("/rank/priority", 4))
    assert found() == [("draft", 1, ALONE)]
    assert draft.etag == 1


def test_who_asked_before_a_policy_was_set_wrote_as_it_was(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    patch(people.setup, sale, replace("/rank/priority", 3))
    assert found() == [("sale", 2, ALONE)]
    monkeypatch.setattr(proof, "GRACE", timedelta(minutes=1))
    assert found() == []


def test_what_comes_back_at_the_end_of_a_period_was_agreed_to_with_it(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = timezone.now() + timedelta(hours=1)
    when = When(begin, begin + timedelta(hours=1), "Asia/Seoul")
    agree(people.jun, ask(people.mina, sale, RENAME, when=when))
    real = timezone.now
    for hours in (1.1, 2.1):
        monkeypatch.setattr(timezone, "now", lambda hours=hours: real() + timedelta(hours=hours))
        schedule.keep()
    assert (now(sale).etag, now(sale).name) == (3, sale.name)
    assert found() == []
    tamper("UPDATE offers_revision SET xid = '1' WHERE etag = 3")
    assert found() == [("sale", 3, "request 1 was neither applied nor taken back by it")]


def test_an_import_brings_its_past_along(people: Cast, sale: LibraryItem) -> None:
    writes.change(people.setup, list(Kind), "sale", RENAME, Stamp("import"))
    assert found() == [("sale", 2, ALONE)]
    now = timezone.now()
    told = {"origin": "host/org/prod", "actor_label": "Olga", "exported_at": now, "created_at": now, "sha256": "0" * 64}
    LibraryImport.objects.create(sandbox=people.sandbox, items=1, revisions=1, **told)
    assert found() == []
    writes.change(people.setup, list(Kind), "sale", replace("/name", "Alone"), FORM)
    assert found() == [("sale", 3, ALONE)]


@pytest.mark.parametrize("id", ["draft", "gold"])
def test_a_yes_of_who_changed_what_went_live_after_it_was_proposed_is_found(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch, id: str
) -> None:
    gold = make(people.mina, RULE, Kind.RULE, "gold")
    draft = make(people.mina, offer(), id="draft")
    patch(people.mina, draft, BY_RULE)
    request = ask(people.mina, draft, replace("/status", "approved"))
    if id == "draft":
        patch(people.jun, draft, RENAME)
    else:
        patch(people.jun, gold, replace("/condition/value", "false"))
    with monkeypatch.context() as broken:
        broken.setattr(Standing, "changed_by", lambda *_: None)
        agree(people.jun, request)
    went_live = ("draft", now(draft).etag)
    message = "who agreed to request 1 alone changed what went live by it after it was proposed"
    assert found() == [(*went_live, message)]


def test_what_others_saw_before_it_went_live_is_as_it_should_be(people: Cast, sale: LibraryItem) -> None:
    draft = make(people.mina, offer(), id="draft")
    request = ask(people.mina, draft, replace("/status", "approved"))
    patch(people.jun, draft, RENAME)
    agree(people.jisoo, request)
    agree(people.jun, ask(people.mina, draft, replace("/name", "Winter sale")))
    assert now(draft).etag == 4
    assert found() == []
