"""A text is taken out of an item's whole history: nothing in the database has it any more, and everything still verifies."""

from dataclasses import replace as replaced
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from offers.access.members import Moved, Refused
from offers.access.permissions import Actor, NotAllowed
from offers.bulk import runs
from offers.bulk.actions import Action, Do
from offers.bulk.rows import kept_change
from offers.document.erased import mark
from offers.document.errors import InvalidDocument
from offers.document.kinds.registry import Kind
from offers.document.words.describe import describe
from offers.erasure import asking, keeping
from offers.ledger import history, writes
from offers.ledger.heads import head_of_item
from offers.models import (
    BulkRow,
    BulkRun,
    ChangeRequest,
    Erasure,
    ErasureStep,
    IdempotencyKey,
    Keeping,
    LibraryItem,
)
from offers.review import comments, requests
from tests.cast import FORM, patch, replace
from tests.erasure.conftest import SECRET, found, wrong
from tests.review.conftest import Cast

pytestmark = pytest.mark.django_db


def erased(people: Cast, hyun: Actor, sale: LibraryItem) -> Erasure:
    asked = asking.ask_value(people.jisoo, sale, "/description", [4], "She asked us to")
    return asking.confirm(hyun, asked.key)


def test_nothing_in_the_database_says_it_any_more_and_everything_still_verifies(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    assert {"offers_revision.patch", "offers_revision.snapshot", "offers_listingpast.name"} <= found(SECRET)
    made = erased(people, hyun, sale)
    assert made.state == Erasure.State.DONE
    assert found(SECRET) == set()
    assert wrong() == []


def test_the_past_replays_with_a_mark_in_its_place_and_what_stayed_is_as_it_was(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    before = history.documents(sale, 1, 56)
    made = erased(people, hyun, sale)
    after = history.documents(sale, 1, 56)
    assert after[56] == before[56]
    assert after[1] == before[1]
    document = after[4]
    assert document is not None
    assert document["name"] == document["description"] == mark(made.key)
    assert document["representations"][0]["components"][0]["content"] == mark(made.key)
    assert document["rank"] == (before[4] or {})["rank"]


def test_what_was_asked_and_said_about_it_goes_too(people: Cast, hyun: Actor, sale: LibraryItem) -> None:
    head = head_of_item(sale)
    wanted = requests.proposal(head, replace("/name", f"Call {SECRET}"), "form")
    asked = requests.propose(people.mina, [wanted], title=f"Say {SECRET}", reason=f"{SECRET} wants it")
    comments.say(people.jun, asked, f"Who is {SECRET}?")
    with pytest.raises(Refused, match=f"#{asked.number}"):
        asking.ask_value(people.jisoo, sale, "/description", [4], "She asked us to")
    requests.withdraw(people.mina, asked, f"not {SECRET}")
    IdempotencyKey.objects.create(
        client_id="feed",
        sandbox=people.sandbox,
        value="k",
        request_digest="",
        body=SECRET.encode(),
        created_at=timezone.now(),
    )
    run = runs.begin(people.jisoo, Action(Do.PRIORITY, 7), [sale.key])
    BulkRow.objects.filter(run=run).update(changes=[{"old_text": SECRET}])
    BulkRun.objects.filter(pk=run.pk).update(note=SECRET, state=BulkRun.State.FINISHED)
    made = asking.ask_value(people.jisoo, sale, "/description", [4], f"{SECRET} asked us to")
    numbers = asking.touched(made)
    assert numbers["versions"] == 54
    assert numbers["requests"] == 1
    assert numbers["answers"] == 1
    assert numbers["bulk"] == 1
    asking.confirm(hyun, made.key)
    assert found(SECRET) == set()
    assert wrong() == []


def test_what_is_still_said_is_changed_first(people: Cast, hyun: Actor, sale: LibraryItem) -> None:
    made = asking.ask_value(people.jisoo, sale, "/description", [4], "She asked us to")
    patch(people.mina, sale, replace("/name", f"{SECRET} again"))
    with pytest.raises(Refused, match="still says it"):
        asking.confirm(hyun, made.key)
    made.refresh_from_db()
    assert made.state == Erasure.State.ASKED
    assert "offers_revision.patch" in found(SECRET)
    assert not ErasureStep.objects.filter(what="confirmed").exists()
    patch(people.mina, sale, replace("/name", "Spring sale"))
    asking.confirm(hyun, made.key)
    assert found(SECRET) == set()


def test_a_deleted_item_keeps_no_last_document_that_says_it(people: Cast, hyun: Actor, sale: LibraryItem) -> None:
    patch(people.mina, sale, replace("/name", f"{SECRET} again"))
    writes.delete(people.jisoo, list(Kind), sale.id, FORM)
    sale.refresh_from_db()
    made = erased(people, hyun, sale)
    assert found(SECRET) == set()
    assert wrong() == []
    with pytest.raises(InvalidDocument) as refused:
        writes.undelete(people.jisoo, list(Kind), sale.id, FORM)
    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == [("/name", "erased")]
    assert history.document_at(sale, 57) is not None
    assert mark(made.key) in str(history.document_at(sale, 57))


def test_an_old_version_with_a_mark_is_not_restored(people: Cast, hyun: Actor, sale: LibraryItem) -> None:
    erased(people, hyun, sale)
    with pytest.raises(InvalidDocument):
        patch(people.mina, sale, replace("/name", str((history.document_at(sale, 4) or {})["name"])))


@pytest.mark.parametrize(
    "pointer", ["/rank/priority", "/status", "/selectionConstraint/endDate", "", "name", "/nothing", "/~2"]
)
def test_only_texts_that_people_write_can_be_erased(people: Cast, sale: LibraryItem, pointer: str) -> None:
    with pytest.raises(Refused):
        asking.ask_value(people.jisoo, sale, pointer, [4], "Why")
    assert not Erasure.objects.exists()


def test_it_takes_two_admins_and_a_reason(people: Cast, hyun: Actor, sale: LibraryItem) -> None:
    for nobody in (people.mina, people.jun, people.ara):
        with pytest.raises(NotAllowed):
            asking.ask_value(nobody, sale, "/description", [4], "Why")
    with pytest.raises(Refused, match="Say why"):
        asking.ask_value(people.jisoo, sale, "/description", [4], "")
    made = asking.ask_value(people.jisoo, sale, "/description", [4], "Why")
    for nobody in (people.jisoo, people.mina, people.jun, people.ara):
        with pytest.raises(NotAllowed):
            asking.confirm(nobody, made.key)
    with pytest.raises(NotAllowed):
        asking.confirm(replaced(people.jisoo, user_id=None, client_id="robot"), made.key)
    assert "offers_revision.patch" in found(SECRET)
    asking.refuse(hyun, made.key, "No need")
    with pytest.raises(Moved):
        asking.confirm(hyun, made.key)
    assert [step.what for step in made.steps.order_by("key")] == ["asked", "refused"]


def test_a_legal_hold_and_a_retention_class_refuse_it(people: Cast, hyun: Actor, sale: LibraryItem) -> None:
    made = asking.ask_value(people.jisoo, sale, "/description", [4], "Why")
    keeping.set_hold(hyun, sale, "Case 7")
    with pytest.raises(Refused, match="legal hold"):
        asking.confirm(hyun, made.key)
    with pytest.raises(NotAllowed, match="legal hold"):
        writes.delete(people.jisoo, list(Kind), sale.id, FORM)
    keeping.lift_hold(people.jisoo, sale, "Case 7 is over", Keeping.objects.get().hold_id)
    keeping.set_class(people.jisoo, "Advertisements", 36, "FINRA 4511")
    keeping.give_class(people.jisoo, sale, "Advertisements", "An advertisement")
    until = max(sale.modified_at, sale.ends_at or sale.modified_at)
    with pytest.raises(Refused, match=str(until.year + 3)):
        asking.confirm(hyun, made.key)
    with pytest.raises(Refused, match="have this class"):
        keeping.remove_class(people.jisoo, "Advertisements", "Gone")
    keeping.give_class(people.jisoo, sale, "", "A mistake")
    asking.confirm(hyun, made.key)
    assert found(SECRET) == set()
    assert wrong() == []
    whats = list(ErasureStep.objects.order_by("key").values_list("what", flat=True))
    assert whats == [
        "asked",
        "hold-set",
        "hold-lifted",
        "class-set",
        "class-given",
        "class-given",
        "confirmed",
        "erased",
    ]


@pytest.mark.parametrize("name", ["replace", '가을 <b>"세일"</b>', "Long " + "and longer " * 22])
def test_what_a_bulk_edit_said_goes_and_what_it_did_stays(
    people: Cast, hyun: Actor, sale: LibraryItem, name: str
) -> None:
    patch(people.jun, sale, replace("/name", name))
    sale.refresh_from_db()
    action = Action(Do.PATCH, [{"op": "replace", "path": "/name", "value": name}])
    run = runs.begin(people.jisoo, action, [sale.key], filter="?" + urlencode({"q": name, "status": "draft"}))
    changes = [kept_change(one) for one in describe({"name": "Autumn"}, {"name": name})]
    BulkRow.objects.filter(run=run).update(changes=changes)
    before = BulkRow.objects.get(run=run).changes
    BulkRun.objects.filter(pk=run.pk).update(state=BulkRun.State.FINISHED)
    told = tell_of(people, sale, name)
    patch(people.jun, sale, replace("/name", "Autumn"))
    sale.refresh_from_db()
    made = asking.ask_value(people.jisoo, sale, "/name", [sale.etag - 1], "She asked us to")
    asking.confirm(hyun, made.key)
    run.refresh_from_db()
    instead = mark(made.key)
    assert runs.action_of(run) == Action(Do.PATCH, [{"op": "replace", "path": "/name", "value": instead}])
    assert run.filter == "?" + urlencode({"q": instead, "status": "draft"})
    after = BulkRow.objects.get(run=run).changes
    assert after == [before[0] | {"new_text": instead}], "how it is shown stays"
    told.refresh_from_db()
    assert told.title == instead
    assert wrong() == []
    if len(name) > 10:
        assert found(name[:100]) == found(name[:100].replace(" ", "+")) == set()


def tell_of(people: Cast, sale: LibraryItem, name: str) -> ChangeRequest:
    """A request that is called as the offer was, as far as there is room; it is over."""
    wanted = requests.proposal(head_of_item(sale), replace("/rank/priority", 99), "form")
    asked = requests.propose(people.mina, [wanted], title="")
    requests.withdraw(people.mina, asked, "Not now")
    assert asked.title.startswith(name[:100])
    return ChangeRequest.objects.get(pk=asked.key)
