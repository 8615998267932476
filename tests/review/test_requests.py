"""A change of what is live, from the wish to the revision: who asks, who agrees, and what is refused."""

import pytest
from django.contrib.auth.models import User

from offers.access.permissions import NotAllowed
from offers.access.policy import ReviewRequired
from offers.document.errors import InvalidDocument
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.ledger.heads import head_of_item
from offers.models import ChangeRequest, LibraryItem, Membership, Revision, Sandbox
from offers.review import requests, verdicts
from offers.review.applying import NoOwner, NotReady
from offers.review.requests import HasMoved, NothingToPropose, NotNow, ReasonMissing
from offers.review.standing import Trouble, standing
from tests.cast import FORM, Role, differences, make, offer, patch, replace
from tests.review.asking import agree, ask, digest, new, now, said, wanted
from tests.review.conftest import Cast, member

State = ChangeRequest.State
RENAME = replace("/name", "Autumn sale")


def revision_of(item: LibraryItem) -> Revision:
    return Revision.objects.get(item=item, etag=now(item).etag)


def test_what_is_live_changes_once_a_second_person_agrees(people: Cast, sale: LibraryItem) -> None:
    with pytest.raises(ReviewRequired, match="need a second person"):
        patch(people.mina, sale, RENAME)
    request = ask(people.mina, sale, RENAME)
    assert (request.number, request.state, now(sale).etag) == (1, State.OPEN, 1)
    agree(people.jun, request)
    assert now(sale).name == "Autumn sale"
    made = revision_of(sale)
    assert (made.actor_label, made.source, made.note) == ("Mina", "review", "Legal asked for it")
    assert made.refers_to == {"request": 1}
    assert said(request) == ["opened", "approve", "applied"]
    assert differences() == []


@pytest.mark.parametrize("who", ["jun", "jisoo"])
def test_reviewers_and_admins_are_no_exception(people: Cast, sale: LibraryItem, who: str) -> None:
    by = getattr(people, who)
    with pytest.raises(ReviewRequired):
        patch(by, sale, RENAME)
    request = ask(by, sale, RENAME)
    with pytest.raises(NotAllowed, match="You wrote this request"):
        agree(by, request)


@pytest.mark.parametrize("who", ["mina", "bora", "ara"])
def test_who_is_no_reviewer_decides_nothing(people: Cast, sale: LibraryItem, who: str) -> None:
    request = ask(people.jun, sale, RENAME)
    by, seen = getattr(people, who), digest(request)
    for decide in (verdicts.approve, verdicts.request_changes, verdicts.reject):
        with pytest.raises(NotAllowed):
            decide(by, request, seen, "No")


def test_who_adds_to_a_request_does_not_approve_it(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    requests.claim(people.jun, request)
    requests.add(people.jun, request, [wanted(sale, replace("/rank/priority", 9))])
    with pytest.raises(NotAllowed):
        agree(people.jun, request)
    agree(people.jisoo, request)
    assert (now(sale).name, now(sale).priority) == ("Autumn sale", 9)


def test_a_further_change_of_the_same_field_is_the_one_that_counts(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    requests.add(people.mina, request, [wanted(sale, replace("/name", "Winter sale"))])
    agree(people.jun, request)
    assert now(sale).name == "Winter sale"


def test_who_approves_something_else_than_there_is_is_told(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    seen = digest(request)
    requests.add(people.mina, request, [wanted(sale, replace("/rank/priority", 9))])
    with pytest.raises(HasMoved):
        verdicts.approve(people.jun, request, seen)
    assert now(sale).etag == 1


def test_an_approval_ends_with_the_version_that_it_was_about(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    agree(people.jun, request, apply=False)
    assert standing(request).is_approved
    changed = requests.add(people.mina, request, [wanted(sale, replace("/rank/priority", 9))])
    assert not standing(changed).is_approved
    assert changed.state == State.OPEN


def test_an_approval_stays_where_something_else_changes(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    agree(people.jun, request, apply=False)
    patch(people.setup, sale, replace("/rank/priority", 3))
    found = standing(request)
    assert found.is_approved
    assert [place.is_carried for place in found.places] == [True]
    requests.apply(people.mina, request)
    assert (now(sale).name, now(sale).priority, now(sale).etag) == ("Autumn sale", 3, 3)


def test_an_approval_is_dropped_where_what_it_is_about_changes(people: Cast, sale: LibraryItem) -> None:
    end = replace("/selectionConstraint/endDate", "2026-05-01T00:00:00+09:00")
    request = ask(people.mina, sale, end)
    agree(people.jun, request, apply=False)
    # The start belongs to the same window.
    patch(people.setup, sale, replace("/selectionConstraint/startDate", "2026-03-02T00:00:00+09:00"))
    found = standing(request)
    assert (found.is_approved, found.troubled, [event.actor_label for event in found.dropped]) == (False, (), ["Jun"])
    with pytest.raises(NotReady):
        requests.apply(people.mina, request)
    agree(people.jun, request)
    assert now(sale).document["selectionConstraint"]["endDate"] == "2026-05-01T00:00:00+09:00"


def test_a_conflict_is_said_and_settled_by_a_new_version(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    patch(people.setup, sale, replace("/name", "Their name"))
    (place,) = standing(request).places
    assert place.trouble == Trouble.CONFLICT
    with pytest.raises(NotReady):
        agree(people.jun, request)
    head = head_of_item(now(sale))
    requests.revise(people.mina, request, head, {**head.document, "name": "Both names"})
    agree(people.jun, request)
    assert now(sale).name == "Both names"


def test_several_items_change_together_or_not_at_all(people: Cast, sale: LibraryItem) -> None:
    rule = new(Kind.RULE, "gold", {"name": "Gold", "condition": {"type": "PQL", "value": "true", "format": "pql/text"}})
    with pytest.raises(InvalidDocument):
        requests.propose(people.mina, [rule, wanted(sale, replace("/name", ""))], "Gold only")
    assert not LibraryItem.objects.filter(id="gold").exists()
    assert not ChangeRequest.objects.exists()
    uses = [
        {"op": "add", "path": "/selectionConstraint/profileConstraintType", "value": "eligibilityRule"},
        {"op": "add", "path": "/selectionConstraint/eligibilityRule", "value": "gold"},
    ]
    request = requests.propose(people.mina, [wanted(sale, uses), rule], "Gold only")
    assert not LibraryItem.objects.filter(id="gold").exists()
    agree(people.jun, request)
    assert LibraryItem.objects.get(id="gold").etag == 1
    assert now(sale).document["selectionConstraint"]["eligibilityRule"] == "gold"
    assert differences() == []


def test_deleting_what_is_live_is_proposed_and_an_edit_meanwhile_drops_the_approval(
    people: Cast, sale: LibraryItem
) -> None:
    with pytest.raises(ReviewRequired):
        writes.delete(people.jisoo, list(Kind), "sale", FORM)
    request = ask(people.jisoo, sale, [{"op": "remove", "path": ""}])
    agree(people.jun, request, apply=False)
    patch(people.setup, sale, replace("/rank/priority", 3))
    assert not standing(request).is_approved
    agree(people.jun, request)
    assert now(sale).deleted_at is not None


def test_an_objection_stands_until_who_made_it_agrees(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    with pytest.raises(ReasonMissing):
        verdicts.request_changes(people.jun, request, digest(request), " ")
    assert verdicts.request_changes(people.jun, request, digest(request), "Too long").state == State.CHANGES_REQUESTED
    assert agree(people.jisoo, request).state == State.CHANGES_REQUESTED
    assert now(sale).etag == 1
    assert agree(people.jun, request).state == State.APPLIED


def test_what_is_over_is_over(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    seen = digest(request)
    verdicts.reject(people.jun, request, seen, "Not this year")
    with pytest.raises(NotNow):
        verdicts.approve(people.jisoo, request, seen)
    with pytest.raises(NotNow):
        requests.withdraw(people.mina, request)
    with pytest.raises(NotNow):
        requests.add(people.mina, request, [wanted(sale, RENAME)])
    with pytest.raises(NotNow):
        requests.claim(people.bora, request)
    assert now(sale).etag == 1


def test_the_author_withdraws_and_somebody_else_takes_over(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    with pytest.raises(NotAllowed):
        requests.withdraw(people.bora, request)
    assert requests.claim(people.bora, request).owner_label == "Bora"
    assert requests.withdraw(people.bora, request).state == State.WITHDRAWN


def test_nothing_is_proposed_by_who_only_reads_or_without_a_change(people: Cast, sale: LibraryItem) -> None:
    with pytest.raises(NotAllowed):
        ask(people.ara, sale, RENAME)
    with pytest.raises(NotReady) as refused:
        ask(people.mina, sale, replace("/name", sale.name))
    assert [place.trouble for place in refused.value.standing.places] == [Trouble.DONE]
    with pytest.raises(NothingToPropose):
        requests.propose(people.mina, [], "Nothing")


def test_who_may_publishes_without_waiting_and_somebody_looks_afterwards(people: Cast, sale: LibraryItem) -> None:
    with pytest.raises(NotAllowed):
        requests.publish(people.mina, [wanted(sale, RENAME)], "Now", "The price is wrong")
    with pytest.raises(ReasonMissing):
        requests.publish(people.bora, [wanted(sale, RENAME)], "Now", " ")
    request = requests.publish(people.bora, [wanted(sale, RENAME)], "Now", "The price is wrong")
    assert revision_of(sale).refers_to == {"request": 1, "bypass": True}
    assert request.review_due_at is not None
    with pytest.raises(NotAllowed):
        verdicts.look(people.bora, request)
    assert verdicts.look(people.jun, request).looked_at is not None
    with pytest.raises(NotNow):
        verdicts.look(people.jisoo, request)
    assert said(request) == ["opened", "bypassed", "looked"]
    assert differences() == []


def test_numbers_count_in_each_sandbox(people: Cast, sale: LibraryItem) -> None:
    assert [ask(people.mina, sale, RENAME).number for _ in range(2)] == [1, 2]
    other = Sandbox.objects.create(org_id="O", name="dev", title="Dev")
    by = member(other, "ena", Role.EDITOR)
    assert requests.propose(by, [new(Kind.TAG, "t", {"name": "Tag"})], "A tag").number == 1


def test_without_an_owner_who_may_edit_nothing_is_applied(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    User.objects.filter(username="mina").update(is_active=False)
    with pytest.raises(NoOwner):
        agree(people.jun, request)
    requests.claim(people.jisoo, request)
    agree(people.jun, request)
    assert revision_of(sale).actor_label == "Mina"


GO_LIVE = replace("/status", "approved")


@pytest.fixture
def draft(people: Cast) -> LibraryItem:
    return make(people.setup, offer(), id="draft")


def test_of_what_goes_live_an_approval_is_about_all_of_it(people: Cast, draft: LibraryItem) -> None:
    request = ask(people.mina, draft, GO_LIVE)
    seen = digest(request)
    patch(people.mina, draft, replace("/name", "Never looked at"))
    with pytest.raises(HasMoved):
        verdicts.approve(people.jun, request, seen)
    assert now(draft).status == "draft"


def test_a_draft_that_is_edited_after_the_yes_does_not_go_live(people: Cast, draft: LibraryItem) -> None:
    request = ask(people.mina, draft, GO_LIVE)
    agree(people.jun, request, apply=False)
    patch(people.mina, draft, [{"op": "add", "path": "/description", "value": "Never looked at"}])
    assert [event.actor_label for event in standing(request).dropped] == ["Jun"]
    with pytest.raises(NotReady):
        requests.apply(people.mina, request)
    agree(people.jun, request)
    assert now(draft).status == "approved"


RULE = {"name": "Gold", "condition": {"type": "PQL", "value": "true", "format": "pql/text"}}
BY_RULE = [
    {"op": "add", "path": "/selectionConstraint/profileConstraintType", "value": "eligibilityRule"},
    {"op": "add", "path": "/selectionConstraint/eligibilityRule", "value": "gold"},
]


@pytest.mark.parametrize("item", ["sale", "draft"])
def test_what_it_is_shown_with_is_looked_at_too(people: Cast, sale: LibraryItem, draft: LibraryItem, item: str) -> None:
    rule = make(people.mina, RULE, Kind.RULE, "gold")
    wants = BY_RULE if item == "sale" else [*BY_RULE, *GO_LIVE]
    request = ask(people.mina, LibraryItem.objects.get(id=item), wants)
    seen = digest(request)
    patch(people.mina, rule, replace("/condition/value", "false"))
    with pytest.raises(HasMoved):
        verdicts.approve(people.jun, request, seen)
    agree(people.jun, request)
    with pytest.raises(ReviewRequired):
        patch(people.mina, rule, replace("/condition/value", "true"))
    # Once it is live by that, it changes by review alone, and what else is asked of the offer does not wait for it.
    other = ask(people.mina, LibraryItem.objects.get(id=item), replace("/rank/priority", 8))
    seen = digest(other)
    patch(people.setup, rule, replace("/name", "Gold members"))
    assert digest(other) == seen


def test_the_yes_of_who_is_no_reviewer_any_more_does_not_count(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, RENAME)
    agree(people.jun, request, apply=False)
    Membership.objects.filter(user=people.jun.user_id).update(role=Role.EDITOR)
    with pytest.raises(NotReady):
        requests.apply(people.mina, request)
    agree(people.jisoo, request)
    assert now(sale).name == "Autumn sale"


def test_a_new_offer_goes_live_by_review(people: Cast, sale: LibraryItem) -> None:
    with pytest.raises(ReviewRequired):
        writes.create(people.jisoo, Kind.PERSONALIZED_OFFER, offer(status="approved"), FORM)
    request = requests.propose(people.mina, [new(Kind.PERSONALIZED_OFFER, "fresh", offer(status="approved"))], "New")
    agree(people.jun, request)
    assert LibraryItem.objects.get(id="fresh").status == "approved"


def test_what_comes_back_is_what_was_looked_at(people: Cast, draft: LibraryItem) -> None:
    seen = {**draft.document, "status": "approved"}
    writes.delete(people.mina, list(Kind), "draft", FORM)
    request = ask(people.mina, draft, [{"op": "add", "path": "", "value": seen}])
    writes.undelete(people.mina, list(Kind), "draft", FORM)
    patch(people.mina, draft, replace("/name", "Never looked at"))
    writes.delete(people.mina, list(Kind), "draft", FORM)
    agree(people.jun, request)
    assert now(draft).document == seen
    assert differences() == []
