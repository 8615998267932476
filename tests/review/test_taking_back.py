"""The end of a period: what is taken back, what stays as others left it, and what takes a second person by then."""

from datetime import timedelta

import pytest
from django.utils import timezone

from offers import proof
from offers.document.kinds.registry import Kind
from offers.models import ChangeRequest, LibraryItem, Membership, Notice, Revision, Sandbox
from offers.review import applying, requests, schedule
from offers.review.requests import When
from tests.cast import differences, make, make_placement, offer, patch, replace, shown_in
from tests.review.asking import agree, ask, new, now, said, wanted
from tests.review.conftest import Cast
from tests.review.test_schedule import RENAME, State, last, passes, scheduled, state

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_period_ends_with_what_was_before_and_what_others_changed_stays(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [*RENAME, *replace("/rank/priority", 9)]
    request = scheduled(people, wanted(sale, both), new(Kind.TAG, "autumn", {"name": "Autumn"}), until=1)
    name, priority = sale.name, sale.priority
    passes(monkeypatch, minutes=61)
    schedule.keep()
    patch(people.setup, sale, replace("/name", "Their name"))
    passes(monkeypatch, minutes=60)
    schedule.keep()
    schedule.keep()
    assert (now(sale).name, now(sale).priority) == ("Their name", priority)
    assert name != "Their name"
    assert LibraryItem.objects.get(id="autumn").deleted_at is not None
    made = Revision.objects.get(item=sale, etag=now(sale).etag)
    assert (made.source, made.refers_to) == ("review", {"request": request.number, "undoes": 2})
    assert said(request).count("taken-back") == 1
    (kept,) = last(request).about["kept"]
    assert (kept["id"], kept["why"], kept["paths"]) == ("sale", "changed", [["name"]])
    assert differences() == []


def test_what_one_person_changed_meanwhile_does_not_go_live_at_the_end_of_a_period(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_placement(people.setup, "side")
    other = make(people.setup, offer(status="approved", representations=[shown_in("side")]), id="other")
    off_air = wanted(sale, replace("/status", "draft"))
    elsewhere = wanted(other, [{"op": "remove", "path": "/representations"}])
    request = scheduled(people, off_air, elsewhere, until=1)
    passes(monkeypatch, minutes=61)
    schedule.keep()
    patch(people.mina, sale, replace("/name", "Nobody saw this"))
    patch(people.mina, LibraryItem.objects.get(id="side"), replace("/name", "Nor this"))
    passes(monkeypatch, minutes=60)
    schedule.keep()
    assert now(sale).status == "draft"
    assert "representations" not in now(other).document
    assert [(one["id"], one["why"]) for one in last(request).about["kept"]] == [
        ("other", "changed"),
        ("sale", "changed"),
    ]


def published_meanwhile(people: Cast, monkeypatch: pytest.MonkeyPatch, when: When | None = None) -> ChangeRequest:
    """A period of a draft that nobody had to agree to, at whose end the draft is live by a request of somebody else."""
    draft = make(people.setup, offer(name="Draft", representations=[shown_in("home")]), id="draft")
    begin = timezone.now() + timedelta(hours=1)
    when = when or When(begin, begin + timedelta(hours=1), "Asia/Seoul")
    alone = ask(people.mina, draft, [*RENAME, *replace("/rank/priority", 9)], when=when)
    passes(monkeypatch, minutes=61)
    schedule.keep()
    assert (now(draft).name, state(alone)) == ("Autumn sale", State.APPLIED)
    live = ask(people.bora, draft, replace("/status", "approved"))
    assert agree(people.jun, live).state == State.APPLIED
    return alone


def test_the_end_of_a_period_that_nobody_agreed_to_takes_a_second_person_where_that_is_live_by_then(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = published_meanwhile(people, monkeypatch)
    passes(monkeypatch, minutes=121)
    schedule.keep()
    draft = LibraryItem.objects.get(id="draft")
    assert (draft.name, draft.priority, draft.etag) == ("Autumn sale", 9, 3)
    made = ChangeRequest.objects.get(owner_key=people.mina.key, state=State.OPEN)
    about = last(alone).about
    assert (about["asked"], about["kept"]) == (
        made.number,
        [{"kind": "personalized-offer", "id": "draft", "why": "review", "paths": []}],
    )
    # Who sees to the period is told of both, and those who may decide of what they are asked.
    ended = Notice.objects.get(user=people.mina.user_id, request=alone, what="taken-back")
    assert ended.text == f"#{made.number} End of #{alone.number}: Another name"
    asked = Notice.objects.filter(request=made, what="opened").values_list("user", flat=True)
    assert {people.jun.user_id, people.jisoo.user_id} <= set(asked)
    assert {one.id for one in proof.verify(Sandbox.objects.all())} == {"sale"}
    assert agree(people.jun, made).state == State.APPLIED
    assert (now(draft).name, now(draft).priority, now(draft).status) == ("Draft", 1, "approved")
    assert {one.id for one in proof.verify(Sandbox.objects.all())} == {"sale"}


def test_without_anybody_to_ask_in_whose_name_a_period_ends_with_what_is_live_and_says_so(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = published_meanwhile(people, monkeypatch)
    Membership.objects.filter(user=people.mina.user_id).delete()
    passes(monkeypatch, minutes=121)
    schedule.keep()
    assert (LibraryItem.objects.get(id="draft").name, ChangeRequest.objects.count()) == ("Autumn sale", 2)
    assert [one["why"] for one in last(alone).about["kept"]] == ["review"]
    assert Notice.objects.filter(user=people.jun.user_id, request=alone, what="taken-back").exists()


def test_what_a_period_made_or_deleted_alone_is_taken_back_alone_where_that_takes_nobody(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make(people.setup, offer(name="Draft"), id="draft")
    begin = timezone.now() + timedelta(hours=1)
    when = When(begin, begin + timedelta(hours=1), "Asia/Seoul")
    both = [wanted(draft, [applying.DELETE]), new(Kind.TAG, "autumn", {"name": "Autumn"})]
    request = requests.propose(people.mina, both, "Autumn", when=when)
    passes(monkeypatch, minutes=61)
    schedule.keep()
    assert now(draft).deleted_at is not None
    passes(monkeypatch, minutes=121)
    schedule.keep()
    assert (now(draft).deleted_at, last(request).about) == (None, {"kept": []})
    assert LibraryItem.objects.get(id="autumn").deleted_at is not None


def test_under_a_policy_that_came_meanwhile_what_a_period_made_and_deleted_is_asked_for(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = make(people.setup, offer(name="Draft"), id="draft")
    begin = timezone.now() + timedelta(hours=1)
    when = When(begin, begin + timedelta(hours=1), "Asia/Seoul")
    both = [wanted(draft, [applying.DELETE]), new(Kind.TAG, "autumn", {"name": "Autumn"})]
    requests.propose(people.mina, both, "Autumn", when=when)
    passes(monkeypatch, minutes=61)
    schedule.keep()
    Sandbox.objects.update(review_policy="everything")
    passes(monkeypatch, minutes=121)
    schedule.keep()
    assert now(draft).deleted_at is not None
    made = ChangeRequest.objects.get(state=State.OPEN)
    assert agree(people.jun, made).state == State.APPLIED
    assert now(draft).deleted_at is None
    assert LibraryItem.objects.get(id="autumn").deleted_at is not None


def test_what_goes_live_collides_with_what_is_taken_back_of_it(
    people: Cast, sale: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = published_meanwhile(people, monkeypatch)
    live = ChangeRequest.objects.get(owner_key=people.bora.key)
    found = [(one.request.number, one.paths) for one in schedule.collisions(live)]
    assert found == [(alone.number, (("name",), ("rank", "priority")))]
