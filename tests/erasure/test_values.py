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
from offers.erasure import asking, keeping, values, wordings
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
    SavedView,
)
from offers.review import comments, requests
from tests.cast import FORM, make, make_placement, offer, patch, replace, shown_in
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
    query = urlencode({"q": SECRET, "status": "draft"})
    SavedView.objects.create(
        user_id=people.jun.user_id or 0, sandbox=people.sandbox, name="Hers", query=query, columns=[]
    )
    made = asking.ask_value(people.jisoo, sale, "/description", [4], f"{SECRET} asked us to")
    touched = asking.touched(made)
    assert isinstance(touched, values.Touched)
    assert touched.versions == 54
    assert touched.beside == {"requests": 1, "notices": 4, "bulk": 1, "views": 1, "answers": 1}
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


def test_the_same_is_asked_for_once_and_of_two_that_overlap_the_second_is_told_that_it_is_erased_already(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    first, second = (asking.ask_value(people.jisoo, sale, "/description", [etag], "Why") for etag in (4, 5))
    for admin in (people.jisoo, hyun):
        with pytest.raises(Refused, match=f"Erasure {first.key} asks for this already"):
            asking.ask_value(admin, sale, "/description", [4], "Again")
    asking.confirm(hyun, first.key)
    with pytest.raises(Refused, match="erased already"):
        asking.confirm(hyun, second.key)


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


def said(people: Cast, sale: LibraryItem, *texts: str) -> list[int]:
    """The last etags of these names, the first of them given now."""
    etags = []
    for text in texts:
        patch(people.jun, sale, replace("/name", text))
        sale.refresh_from_db()
        etags.append(sale.etag)
    return etags


def test_every_wording_of_a_field_goes_by_one_request_and_one_confirmation_but_what_is_left_out(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    one, two, kept, _again, now = said(people, sale, "Call Hana", "Call 0199", "Winter fair", "Call Hana", "Now")
    found = wordings.of(sale, "/name", now)
    assert [(each.text, bool(each.why)) for each in found][:4] == [
        ("Now", True), ("Call Hana", False), ("Winter fair", False), ("Call 0199", False)
    ]  # fmt: skip
    hana = found[1]
    assert [(each.first, each.last) for each in hana.stretches] == [(one, one), (now - 1, now - 1)]
    assert hana.stretches[1].until == sale.modified_at
    made = asking.ask_value(people.jisoo, sale, "/name", [hana.etag, two], "She asked us to", seen=now)
    assert [each.text for each in asking.wordings_of(made)] == ["Call Hana", "Call 0199"]
    asking.confirm(hyun, made.key)
    assert found_anywhere("Call Hana", "Call 0199") == set()
    names = [(history.document_at(sale, etag) or {})["name"] for etag in (one, two, kept, now - 1, now)]
    assert names == [mark(made.key), mark(made.key), "Winter fair", mark(made.key), "Now"]
    assert [step.what for step in made.steps.order_by("key")] == ["asked", "confirmed", "erased"]
    assert wrong() == []


def found_anywhere(*texts: str) -> set[str]:
    return {place for text in texts for place in found(text)}


def test_a_field_is_followed_where_its_list_was_reordered(people: Cast, hyun: Actor, sale: LibraryItem) -> None:
    make_placement(people.setup, "footer")
    content = "/representations/0/components/0/content"
    patch(people.jun, sale, replace(content, "Call Hana"))
    patch(people.jun, sale, [{"op": "add", "path": "/representations/0", "value": shown_in("footer")}])
    patch(people.jun, sale, replace("/representations/1/components/0/content", "Call 0199"))
    sale.refresh_from_db()
    patch(people.jun, sale, replace("/representations/1/components/0/content", "Now"))
    sale.refresh_from_db()
    found = wordings.of(sale, "/representations/1/components/0/content", sale.etag)
    assert [each.text for each in found][:3] == ["Now", "Call 0199", "Call Hana"]
    chosen = [found[1].etag, found[2].etag]
    made = asking.ask_value(
        people.jisoo, sale, "/representations/1/components/0/content", chosen, "Why", seen=sale.etag
    )
    asking.confirm(hyun, made.key)
    assert found_anywhere("Call Hana", "Call 0199") == set()
    assert wrong() == []


def test_attributes_links_and_what_is_counted_are_texts_that_can_be_erased(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    patch(people.jun, sale, [
        {"op": "add", "path": "/characteristics", "value": {"contact": "Hana", "phone": "01055512345"}},
        {"op": "add", "path": "/representations/0/components/0/linkURL", "value": "https://example.com/hana?tel=0105551"},
        {"op": "add", "path": "/representations/0/components/0/deliveryURL", "value": "https://example.com/hana.png"},
        {"op": "add", "path": "/labels", "value": ["hana-seo"]},
    ])  # fmt: skip
    sale.refresh_from_db()
    etag = sale.etag
    patch(people.jun, sale, [
        {"op": "remove", "path": "/characteristics"},
        {"op": "remove", "path": "/labels"},
        {"op": "remove", "path": "/representations/0/components/0/linkURL"},
        {"op": "remove", "path": "/representations/0/components/0/deliveryURL"},
    ])  # fmt: skip
    sale.refresh_from_db()
    component = "/representations/0/components/0"
    for pointer in (
        "/characteristics/contact",
        "/characteristics/phone",
        "/labels/0",
        f"{component}/linkURL",
        f"{component}/deliveryURL",
    ):
        asking.confirm(hyun, asking.ask_value(people.jisoo, sale, pointer, [etag], "Why").key)
    assert found_anywhere("Hana", "hana", "01055512345", "0105551") == set()
    assert wrong() == []


def test_other_items_that_say_it_are_named_and_stay(people: Cast, hyun: Actor, sale: LibraryItem) -> None:
    other = make(people.mina, offer(name=f"Also {SECRET}"), id="other")
    touched = values.touched(sale, [SECRET])
    assert [one.pk for one in touched.others] == [other.key]
    assert {text for _place, text in touched.texts} == {f"Sale. {SECRET}", f"<b>{SECRET}</b>"}
    parts = make(people.mina, offer(name="Also Rene\N{COMBINING ACUTE ACCENT}e"), id="parts")
    assert [one.pk for one in values.others_saying(sale, ["Rene\N{COMBINING ACUTE ACCENT}e"])] == [parts.key]


def test_what_cannot_go_says_which_wording_and_where(people: Cast, hyun: Actor, sale: LibraryItem) -> None:
    (etag, _now) = said(people, sale, "home", "Now")
    patch(people.jun, sale, [{"op": "remove", "path": "/representations"}])
    sale.refresh_from_db()
    with pytest.raises(Refused, match=r"at /representations/0/placement, too, .*: home$"):
        asking.ask_value(people.jisoo, sale, "/name", [etag, 3], "Why")
    with pytest.raises(Refused, match="more than 50"):
        asking.ask_value(people.jisoo, sale, "/name", list(range(1, 53)), "Why")
