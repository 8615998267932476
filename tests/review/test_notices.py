"""Who is told what of a request: those whom it concerns, once, and never who did it."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Notice, RequestEvent
from offers.review import comments, notices, recheck, requests, schedule, verdicts
from tests.cast import make, patch, replace
from tests.review.asking import agree, ask, digest, said, wanted
from tests.review.conftest import Cast
from tests.review.test_requests import BY_RULE, RULE

RENAME = replace("/name", "Autumn sale")


def told(actor: Actor) -> list[tuple[str, str]]:
    return [(notice.actor_label, notice.what) for notice in notices.of(actor)]


def test_who_may_decide_is_asked_and_the_author_hears_what_they_say(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    assert [told(one) for one in (people.jun, people.jisoo)] == [[("Mina", "opened")]] * 2
    assert [told(one) for one in (people.mina, people.bora, people.ara)] == [[], [], []]
    comments.say(people.jun, request, "Why?")
    verdicts.request_changes(people.jun, request, digest(request), "Too long")
    assert told(people.mina) == [("Jun", "request-changes"), ("Jun", "commented")]
    assert told(people.jun) == [("Mina", "opened")]
    comments.say(people.mina, request, "Shorter, then.")
    assert told(people.jun) == [("Mina", "commented"), ("Mina", "opened")], "who asked hears the answer"
    assert told(people.jisoo) == [("Mina", "opened")]


def test_author_and_approver_hear_that_an_approval_does_not_count_any_more(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    agree(people.jun, request, apply=False)
    patch(people.setup, sale, replace("/name", "Their name"))
    recheck.keep()
    assert told(people.mina) == [("", "conflicted"), ("", "dropped"), ("Jun", "approve")]
    assert told(people.jun) == [("", "dropped"), ("Mina", "opened")]
    assert told(people.jisoo) == [("Mina", "opened")]


def test_they_hear_of_a_change_of_what_it_is_shown_with_too(people: Cast, sale: LibraryItem) -> None:
    rule = make(people.mina, RULE, Kind.RULE, "gold")
    request = ask(people.mina, sale, BY_RULE)
    agree(people.jun, request, apply=False)
    for value in ("false", "true and false"):
        patch(people.mina, rule, replace("/condition/value", value))
        recheck.keep()
    assert [told(one)[0] for one in (people.mina, people.jun)] == [("", "dropped")] * 2
    assert said(request) == ["opened", "approve", "dropped"]
    (change,) = RequestEvent.objects.get(request=request, what="dropped").about["changes"]
    fields = [(field["path"], field["by"], field["etag"]) for field in change["fields"]]
    assert (change["kind"], change["id"]) == ("rule", "gold")
    assert (["condition", "value"], "Mina", 2) in [(path[:2], by, etag) for path, by, etag in fields]


def test_the_author_hears_what_became_of_it_at_its_time(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is applied, and so the other, for the same field, is not."""
    now = timezone.now()
    when = requests.When(now + timedelta(hours=1), None, "Asia/Seoul")
    for name in ("Autumn sale", "Winter sale"):
        agree(people.jun, ask(people.mina, sale, replace("/name", name), when=when))
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=61))
    schedule.keep()
    told = [(one.request.number, notices.happened(one)) for one in notices.of(people.mina) if not one.actor_label]
    assert told == [(2, "could not be applied"), (1, "applied at its time"), (2, "scheduled"), (1, "scheduled")]


def test_a_press_of_a_button_is_one_piece_of_news(people: Cast, sale: LibraryItem) -> None:
    agree(people.jun, ask(people.mina, sale, RENAME), text="Fine")
    assert [(notice.what, notice.text) for notice in notices.of(people.mina)] == [("applied", "Fine")]
    Notice.objects.all().delete()
    requests.publish(people.bora, [wanted(sale, replace("/name", "Now"))], "Now", "The price is wrong")
    assert [(notice.what, notice.text) for notice in notices.of(people.jun)] == [("bypassed", "The price is wrong")]


def test_of_the_same_conflict_one_hears_once(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, [*RENAME, *replace("/rank/priority", 9)])
    for name in ("Their name", "Another name", sale.name, "Their name"):
        patch(people.setup, sale, replace("/name", name))
        recheck.keep()
    patch(people.setup, sale, replace("/rank/priority", 3))
    recheck.keep()
    # The first one, the one that came once it was settled, and the one about another field as well.
    assert said(request) == ["opened", *["conflicted"] * 3]


def test_a_step_that_is_taken_back_tells_nobody(people: Cast, sale: LibraryItem) -> None:
    with transaction.atomic():
        ask(people.mina, sale, RENAME)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_what_was_read_is_not_counted(people: Cast, sale: LibraryItem) -> None:
    for _ in range(3):
        asked = ask(people.mina, sale, RENAME)
    notices.tell(asked, people.mina, RequestEvent.What.EDITED)
    assert notices.of(people.jun).count() == 4
    assert notices.unread(people.jun) == 3, "news of so many requests"
    number = notices.of(people.jun)[0].request.number
    assert [notices.read(people.jun, number + 1), notices.read(people.jun, number)] == [0, 2]
    assert [notices.unread(people.jun), notices.read(people.jun), notices.unread(people.jun)] == [2, 2, 0]
    assert notices.unread(people.jisoo) == 3, "what one has read, others have not"
