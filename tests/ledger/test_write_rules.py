"""The finer rules of the write path: in which order it refuses, in which words, and what is kept of a long patch."""

from typing import Any

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers.access.permissions import Actor, NotAllowed
from offers.document.errors import InvalidDocument, PatchError
from offers.document.kinds.registry import Kind
from offers.document.values import canonical_text
from offers.ledger import heads, writes
from offers.ledger.records import Stamp
from offers.ledger.references import InUse, used_by
from offers.ledger.writes import SHORT_PATCH, PreconditionRequired, StaleEtag
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import FORM, Role, actor, make, make_placement, make_sandbox, offer, patch, replace, shown_in

MOBILE = "https://ns.adobe.com/xdm/channel-types/mobile"
REVIEWED = "Changes to live offers need a reviewer."


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox(review_policy=Sandbox.ReviewPolicy.REVIEWER)


@pytest.fixture
def admin(sandbox: Sandbox) -> Actor:
    return actor(sandbox)


@pytest.fixture
def sale(admin: Actor) -> LibraryItem:
    return make(admin, offer(), id="sale")


def said(error: pytest.ExceptionInfo[InvalidDocument]) -> list[tuple[str, str]]:
    return [(problem.pointer, problem.text) for problem in error.value.problems]


def etag_of(item: LibraryItem) -> int:
    return LibraryItem.objects.get(key=item.key).etag


def test_a_stale_precondition_is_refused_before_anything_else_is_looked_at(admin: Actor, sale: LibraryItem) -> None:
    for wrong in (replace("/name", ""), replace("/none", 1), replace("/name", "Spring sale")):
        with pytest.raises(StaleEtag, match="the item is at etag 1"):
            patch(admin, sale, wrong, if_match=2)
        with pytest.raises(StaleEtag):
            patch(admin, sale, wrong, if_match=0)


def test_a_deletion_of_what_was_changed_meanwhile_is_refused(admin: Actor, sale: LibraryItem) -> None:
    patch(admin, sale, replace("/rank/priority", 2))
    for stale in (1, 3):
        with pytest.raises(StaleEtag) as refused:
            writes.delete(admin, list(Kind), "sale", FORM, if_match=stale)
        assert refused.value.head.etag == 2
    assert LibraryItem.objects.get(id="sale").deleted_at is None


def test_a_dry_run_needs_no_precondition_where_the_write_does(admin: Actor, sale: LibraryItem) -> None:
    admin.sandbox.require_if_match = True
    assert patch(admin, sale, replace("/rank/priority", 2), dry_run=True).head.etag == 2
    with pytest.raises(StaleEtag):
        patch(admin, sale, replace("/rank/priority", 2), dry_run=True, if_match=7)
    with pytest.raises(PreconditionRequired):
        patch(admin, sale, replace("/name", "Spring sale"))
    assert writes.delete(admin, list(Kind), "sale", FORM, if_match=1).head.etag == 2


def test_what_a_change_would_be_is_judged_without_writing_and_without_a_digest(admin: Actor, sale: LibraryItem) -> None:
    head = heads.read(admin, list(Kind), "sale")
    judged = writes.judge(admin, head, replace("/name", "Summer sale"))
    assert (judged.changed, judged.head.etag, judged.head.document["name"]) == (True, 2, "Summer sale")
    assert (judged.before, judged.head.digest) == (head.document, head.digest)
    assert not writes.judge(admin, head, replace("/name", "Spring sale")).changed
    for patch_, error in ((replace("/name", ""), InvalidDocument), (replace("/none", 1), PatchError)):
        with pytest.raises(error):
            writes.judge(admin, head, patch_)
    assert (etag_of(sale), Revision.objects.count()) == (1, 1)


def test_a_change_on_top_of_what_somebody_was_first_to_change_is_not_written(admin: Actor, sale: LibraryItem) -> None:
    head = heads.read(admin, list(Kind), "sale")
    patch(admin, sale, replace("/rank/priority", 2))
    assert writes.change_head(admin, head, replace("/name", "Lost"), FORM) is None
    assert (LibraryItem.objects.get(id="sale").name, Revision.objects.count()) == ("Spring sale", 2)


@pytest.mark.parametrize("status", ["draft", "approved"])
def test_an_editor_neither_makes_live_nor_touches_what_is(admin: Actor, status: str) -> None:
    editor, item = actor(admin.sandbox, Role.EDITOR), make(admin, offer(status=status), id="it")
    there_and_back = replace("/status", "approved" if status == "draft" else "draft")
    with pytest.raises(NotAllowed, match=REVIEWED):
        patch(editor, item, there_and_back)
    with pytest.raises(NotAllowed, match=REVIEWED):
        writes.create(editor, Kind.PERSONALIZED_OFFER, offer(status="approved"), FORM, dry_run=True)
    assert etag_of(item) == 1


def test_an_editor_neither_deletes_what_is_live_nor_brings_it_back(admin: Actor) -> None:
    editor, item = actor(admin.sandbox, Role.EDITOR), make(admin, offer(status="approved"), id="live")
    with pytest.raises(NotAllowed, match=REVIEWED):
        writes.delete(editor, list(Kind), "live", FORM)
    writes.delete(admin, list(Kind), "live", FORM)
    with pytest.raises(NotAllowed, match=REVIEWED):
        writes.undelete(editor, list(Kind), "live", FORM)
    assert etag_of(item) == 2


def test_who_may_not_change_an_item_does_not_learn_whether_the_patch_would_fit(admin: Actor) -> None:
    item = make(admin, offer(status="approved"))
    for sent in (replace("/none", 1), [{"op": "test", "path": "/name", "value": "a guess"}], replace("/name", "")):
        with pytest.raises(NotAllowed):
            patch(actor(admin.sandbox, Role.EDITOR), item, sent)


def test_what_is_archived_is_told_with_all_else_that_is_wrong_and_in_front(admin: Actor) -> None:
    item = make(admin, offer(status="archived"))
    with pytest.raises(InvalidDocument) as refused:
        patch(admin, item, replace("/name", ""))
    pointers = [pointer for pointer, _text in said(refused)]
    assert said(refused)[0] == ("/status", "What is archived cannot be changed; duplicate it instead.")
    assert "/name" in pointers
    assert refused.value.document == offer(status="archived", name="")


def test_what_was_archived_and_deleted_comes_back_as_it_was(admin: Actor) -> None:
    make(admin, offer(status="archived"), id="old")
    writes.delete(admin, list(Kind), "old", FORM)
    back = writes.undelete(actor(admin.sandbox, Role.EDITOR), list(Kind), "old", Stamp("restore", refers_to={}))
    assert (back.before, back.changed, back.head.document, back.head.deleted_at) == (
        *(None, True),
        *(offer(status="archived"), None),
    )
    assert orjson.loads(Revision.objects.get(etag=3).patch) == [
        {"op": "add", "path": "", "value": offer(status="archived")}
    ]


def test_a_problem_with_a_reference_names_what_is_missing_and_what_the_placement_takes(admin: Actor) -> None:
    make_placement(admin, "home", name="Front page")
    wrong = shown_in("home", channel=MOBILE, components=[{"type": "text", "format": "text/plain"}])
    for document, problems in (
        (offer(tags=["gone"]), [("/tags/0", "There is no tag with the id gone.")]),
        (
            offer(representations=[shown_in("away")]),
            [("/representations/0/placement", "There is no placement with the id away.")],
        ),
        (
            offer(representations=[wrong]),
            [
                ("/representations/0/channel", "The placement Front page is for another channel."),
                ("/representations/0/components/0/type", "The placement Front page takes html content."),
            ],
        ),
    ):
        with pytest.raises(InvalidDocument) as refused:
            make(admin, document)
        assert said(refused) == problems
        assert refused.value.document == document


def test_each_content_is_looked_at_in_its_own_placement(admin: Actor) -> None:
    make_placement(admin, "home")
    make_placement(admin, "app", channel=MOBILE, componentType="text")
    text = {"type": "text", "format": "text/plain", "content": "Hi"}
    two = [{"type": "html", "format": "text/html", "content": "Hello"}, text]
    with pytest.raises(InvalidDocument) as refused:
        make(
            admin,
            offer(
                representations=[
                    shown_in("app", channel=MOBILE, components=[text]),
                    shown_in("home", components=two),
                ]
            ),
        )
    assert [pointer for pointer, _text in said(refused)] == ["/representations/1/components/1/type"]


@pytest.mark.parametrize("member", [{"channel": MOBILE}, {"componentType": "json"}])
def test_a_placement_takes_other_content_only_while_nobody_uses_it(admin: Actor, member: dict[str, str]) -> None:
    home = make_placement(admin, "home")
    used = make(admin, offer(representations=[shown_in("home")]), id="sale")
    ((name, value),) = member.items()
    with pytest.raises(InUse, match="the item is in use"):
        patch(admin, home, replace(f"/{name}", value))
    with pytest.raises(InUse):
        patch(admin, home, replace(f"/{name}", value), dry_run=True)
    writes.delete(admin, list(Kind), used.id, FORM)
    assert patch(admin, home, replace(f"/{name}", value)).head.document[name] == value


def test_a_reference_that_is_kept_is_not_read_again_with_every_change(admin: Actor) -> None:
    make(admin, {"name": "T"}, Kind.TAG, "tag")
    make_placement(admin)
    item = make(admin, offer(tags=["tag"], representations=[shown_in("home")]))
    for sent, locks in ((replace("/name", "B"), 0), (replace("/representations/0/components/0/content", "C"), 1)):
        with CaptureQueriesContext(connection) as statements:
            patch(admin, item, sent)
        assert sum("FOR KEY SHARE" in query["sql"] for query in statements) == locks


def test_used_by_names_no_more_than_asked_and_twenty_unless_told(admin: Actor) -> None:
    make(admin, {"name": "T"}, Kind.TAG, "tag")
    for number in range(21):
        make(admin, offer(name=f"Offer {number}", tags=["tag"]), id=f"offer-{number}")
    elsewhere = actor(make_sandbox("dev"))
    make(elsewhere, {"name": "T"}, Kind.TAG, "tag")
    make(elsewhere, offer(tags=["tag"]), id="elsewhere")
    assert [id for _kind, id, _name in used_by(admin.sandbox.pk, "tag")] == [f"offer-{n}" for n in range(20, 0, -1)]
    assert used_by(admin.sandbox.pk, "tag", 1) == (("personalized-offer", "offer-20", "Offer 20"),)
    assert used_by(admin.sandbox.pk, "ta") == ()


def long_patch(length: int) -> list[dict[str, Any]]:
    """A description, written twice, in so many characters."""
    sent = [{"op": "add", "path": "/description", "value": "x"}, {"op": "add", "path": "/description", "value": "B"}]
    sent[0]["value"] += "x" * (length - len(canonical_text(sent)))
    assert len(canonical_text(sent)) == length
    return sent


def test_history_keeps_a_short_patch_as_it_was_sent_and_of_a_long_one_what_differs(admin: Actor) -> None:
    for length, kept in ((SHORT_PATCH, 2), (SHORT_PATCH + 1, 1)):
        item = make(admin, offer())
        patch(admin, item, long_patch(length))
        assert len(orjson.loads(Revision.objects.get(item=item, etag=2).patch)) == kept


def test_a_long_patch_is_kept_as_sent_where_what_differs_is_no_shorter(admin: Actor) -> None:
    notes = {f"note{n}": "x" * 900 for n in range(3)}
    item = make(admin, offer(characteristics=notes))
    sent = [{"op": "move", "from": f"/characteristics/{name}", "path": f"/characteristics/new{name}"} for name in notes]
    sent.append({"op": "add", "path": "/description", "value": "y" * SHORT_PATCH})
    patch(admin, item, sent)
    assert orjson.loads(Revision.objects.get(item=item, etag=2).patch) == sent


def test_a_document_that_comes_without_its_defaults_is_stored_with_them_and_the_callers_stays(admin: Actor) -> None:
    sent = offer(name="Bare")
    del sent["status"]
    created = writes.create(admin, Kind.PERSONALIZED_OFFER, sent, FORM)
    assert (created.head.document["status"], "status" in sent) == ("draft", False)
    assert (created.before, created.changed, created.head.kind) == (None, True, Kind.PERSONALIZED_OFFER)
    assert created.head.key == LibraryItem.objects.get().key
    assert created.head.digest == Revision.objects.get().digest
