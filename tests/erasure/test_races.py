"""Erasures beside edits, decisions and the sequencer, over real connections; and what is done to history behind an erasure's back."""

import pytest
from django.db import InternalError, OperationalError, connection, transaction
from django.db.utils import IntegrityError
from pytest_django import Settings

from offers.access.members import Moved, Refused
from offers.access.permissions import Actor
from offers.document.erased import mark
from offers.erasure import asking
from offers.log import checkpoints, sequencer
from offers.log.taken import receipts
from offers.models import ErasedText, Erasure, ErasureStep, LibraryItem, LogEntry, Revision
from offers.review import requests
from tests.cast import Role, another_connection, at_once, make, make_placement, offer, patch, replace
from tests.erasure.conftest import SECRET, found, wrong
from tests.log.test_proof import SEED, verify
from tests.review.asking import ask
from tests.review.conftest import Cast, member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sale(people: Cast) -> LibraryItem:
    make_placement(people.setup)
    made = make(people.mina, offer(name=SECRET), id="sale")
    patch(people.mina, made, replace("/name", "Spring sale"))
    made.refresh_from_db()
    return made


def test_of_two_admins_who_confirm_at_once_one_does_and_the_log_has_it_once(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    third = member(people.sandbox, "bitna", Role.ADMIN)
    asked = asking.ask_value(people.jisoo, sale, "/name", [1], "Why")
    results = at_once(2, lambda number: asking.confirm((hyun, third)[number], asked.key))
    assert sorted(type(one).__name__ for one in results) == ["Erasure", "Moved"], results
    assert isinstance(next(one for one in results if not isinstance(one, Erasure)), Moved)
    assert [step.what for step in ErasureStep.objects.order_by("key")] == ["asked", "confirmed", "erased"]
    sequencer.keep()
    assert list(LogEntry.objects.filter(event=3).order_by("index").values_list("what", flat=True)) == [
        "asked", "confirmed", "erased"
    ]  # fmt: skip
    assert found(SECRET) == set()
    assert wrong() == []


def test_beside_edits_the_sequencer_and_a_request_that_says_it_again_nothing_is_lost_and_nothing_stays(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    for turn in range(3):
        asked = asking.ask_value(people.jisoo, sale, "/name", [sale.etag - 1], f"Why {turn}")
        again = ask(people.mina, sale, replace("/name", SECRET)) if turn == 1 else None

        def work(number: int, asked: Erasure = asked, again: object = again) -> object:
            if number == 0:
                return asking.confirm(hyun, asked.key)
            if number == 1:
                sequencer.keep()
                return None
            if number == 2 and again is not None:
                return requests.apply(people.jisoo, again)  # type: ignore[arg-type]
            return [patch(people.jun, sale, replace("/rank/priority", 10 * number + one)) for one in range(5)]

        results = at_once(4, work)
        unexpected = [one for one in results if isinstance(one, Exception) and not isinstance(one, Refused)]
        assert not [one for one in unexpected if type(one).__module__.startswith("django.db")], results
        asked.refresh_from_db()
        sale.refresh_from_db()
        sequencer.keep()
        assert wrong() == []
        if asked.state == Erasure.State.DONE:
            says_again = sale.document["name"] == SECRET
            assert (found(SECRET) == set()) is not says_again
        if again is not None and requests.get(people.mina, again.number).is_under_way:
            requests.withdraw(people.mina, again)
        if sale.document["name"] != "Spring sale":
            patch(people.mina, sale, replace("/name", "Spring sale"))
        patch(people.mina, sale, replace("/name", SECRET))
        patch(people.mina, sale, replace("/name", "Spring sale"))
        sale.refresh_from_db()


def test_an_edit_that_is_under_way_is_waited_for_and_looked_at(people: Cast, hyun: Actor, sale: LibraryItem) -> None:
    asked = asking.ask_value(people.jisoo, sale, "/name", [1], "Why")
    with another_connection() as other:
        other.execute("BEGIN")
        other.execute("SELECT 1 FROM offers_libraryitem WHERE key = %s FOR NO KEY UPDATE", [sale.key])
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL lock_timeout = '200ms'")
            with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
                asking.confirm(hyun, asked.key)
        other.execute("COMMIT")
    asked.refresh_from_db()
    assert asked.state == Erasure.State.ASKED
    assert "offers_revision.patch" in found(SECRET)
    asking.confirm(hyun, asked.key)
    assert found(SECRET) == set()
    assert wrong() == []


UPDATES = [
    "UPDATE offers_revision SET note = 'x' WHERE etag = 1",
    "UPDATE offers_revision SET patch = '[]', patch_salt = NULL, erased = '{{\"patch\": \"{commitment}\"}}' WHERE etag = 1",
    'UPDATE offers_revision SET patch = \'[{{"op":"add","path":"","value":{{}}}}]\' WHERE etag = 1',
    "UPDATE offers_revision SET erased = NULL WHERE etag = 1",
    "UPDATE offers_revision SET label_salt = NULL WHERE etag = 2",
    "UPDATE offers_erasurestep SET text = 'x'",
    "UPDATE offers_erasurestep SET salts = '{{}}'",
    "UPDATE offers_erasedtext SET kept = 'x'",
    "DELETE FROM offers_erasedtext",
    "DELETE FROM offers_erasurestep",
    "UPDATE offers_listingpast SET name = '[erased:1]'",
    "UPDATE offers_logentry SET actor_key = 'name-[erased:1]'",
    "SELECT offers_erase('revision', (SELECT jsonb_agg(to_jsonb(one) || '{{\"note\": \"x\"}}') FROM offers_revision AS one))",
]


def test_history_lets_go_nothing_but_what_a_confirmed_erasure_names(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    asked = asking.ask_value(people.jisoo, sale, "/name", [1], "Why")
    asking.confirm(hyun, asked.key)
    sequencer.keep()
    kept = ErasedText.objects.filter(name="patch").values_list("kept", flat=True)[0]
    for statement in UPDATES:
        with pytest.raises((InternalError, IntegrityError)), connection.cursor() as cursor:
            cursor.execute(statement.format(commitment=kept))
    assert wrong() == []


ALONE = """
WITH erasure AS (INSERT INTO offers_erasure (sandbox_id, about, state, subject_key, item_id, pointer, etags, erased_count)
                 SELECT sandbox_id, 'value', 'done', '', key, '/name', '{1}', 1 FROM offers_libraryitem WHERE id = 'sale' RETURNING *),
     step AS (INSERT INTO offers_erasurestep (sandbox_id, erasure_id, item_id, what, text, about, created_at, actor_key, actor_label, client_id)
              SELECT sandbox_id, key, item_id, what, '', '{}', now(), 'user-1', 'Me', '' FROM erasure, unnest(ARRAY['asked', 'confirmed', 'erased']) AS what
              RETURNING *)
INSERT INTO offers_erasedtext (step_id, event, row, name, kept, instead)
SELECT step.key, 2, made.key, 'note', encode(sha256(made.note_salt || convert_to(made.note, 'UTF8')), 'hex'), encode(sha256('mine'), 'hex')
  FROM step, offers_revision AS made WHERE step.what = 'erased' AND made.etag = 1 AND made.item_id = step.item_id
"""
TAKEN = """UPDATE offers_revision SET note = 'mine', note_salt = NULL,
  erased = jsonb_build_object('note', encode(sha256(note_salt || convert_to(note, 'UTF8')), 'hex'))
  WHERE etag = 1 AND item_id = (SELECT key FROM offers_libraryitem WHERE id = 'sale')"""


def test_one_person_alone_erases_nothing_by_the_database_either(people: Cast, sale: LibraryItem) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALONE)
        with pytest.raises(IntegrityError, match="no erasure names its note"), transaction.atomic():
            cursor.execute(TAKEN)
        transaction.set_rollback(True)
    assert wrong() == []


def tampered(*statements: str) -> list[str]:
    """What is said once the tables' owner has done this with triggers off; it is taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name in ("revision", "erasurestep", "erasedtext", "logentry"):
            cursor.execute(f"ALTER TABLE offers_{name} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        said = wrong()
        transaction.set_rollback(True)
    return said


def test_what_the_owner_of_the_tables_does_to_erased_texts_is_named(
    people: Cast, hyun: Actor, sale: LibraryItem
) -> None:
    asked = asking.ask_value(people.jisoo, sale, "/name", [1], f"{SECRET} asked us to")
    asking.confirm(hyun, asked.key)
    sequencer.keep()
    assert wrong() == []
    text = mark(asked.key)
    another = f"UPDATE offers_revision SET patch = replace(patch, '{text}', 'Free sale') WHERE item_id = {sale.key} AND etag = 1"
    assert any("stands something else than the erasure put there" in one for one in tampered(another))
    assert "the note was erased, and no second person confirmed that" in str(tampered(ALONE, TAKEN))
    assert "the note was erased, and nothing says by whom" in str(tampered(TAKEN))
    assert "nothing says by whom" in str(tampered("DELETE FROM offers_erasedtext"))
    assert "is of a step of an erasure that has been changed since" in str(tampered("DELETE FROM offers_erasedtext"))
    assert "is of a step of an erasure that has been changed since" in str(
        tampered("UPDATE offers_erasurestep SET actor_id = 1 WHERE what = 'confirmed'")
    )
    assert "something else than was put there" in str(
        tampered("UPDATE offers_erasurestep SET text = 'Nobody asked' WHERE what = 'asked'")
    )
    gone = f"DELETE FROM offers_logentry WHERE event = 3 AND what = 'erased' AND sandbox_id = {people.sandbox.pk}"
    assert "the log does not have that" in str(tampered(gone))


def test_the_sequencer_gives_an_erased_author_no_name_back(people: Cast, hyun: Actor) -> None:
    author = Actor(people.sandbox, Role.ADMIN, "Olga Petrova")
    item = make(author, offer())
    sequencer.keep()
    patch(author, item, replace("/name", "Late"))
    asked = asking.ask_person(people.jisoo, "name-Olga Petrova", "Why")
    at_once(2, lambda number: sequencer.keep() if number else asking.confirm(hyun, asked.key))
    sequencer.keep()
    assert found("Olga Petrova") == set()
    assert wrong() == []
    entries = LogEntry.objects.filter(item_id=item.key)
    assert set(entries.values_list("actor_key", flat=True)) == {f"name-{mark(asked.key)}"}
    assert Revision.objects.filter(item=item, actor_label=mark(asked.key)).count() == entries.count() == 2


def test_a_receipt_says_which_erasure_took_what_is_missing(
    people: Cast, hyun: Actor, sale: LibraryItem, settings: Settings
) -> None:
    settings.LOG_KEY, settings.PUBLIC_URL = SEED, "https://offers.example.com"
    asked = asking.ask_value(people.jisoo, sale, "/name", [1], "Why")
    asking.confirm(hyun, asked.key)
    sequencer.keep()
    made = Revision.objects.get(item=sale, etag=1)
    given = receipts.receipt(people.sandbox, sale, made)
    found = verify()(given, checkpoints.signer_of(people.sandbox).vkey)
    entry = LogEntry.objects.get(event=3, what="erased")
    said = f"(not in this receipt, which says: erased by erasure {asked.key}, entry {entry.index} of the log)"
    assert found["missing"] == {"patch": said, "document": said}
    assert set(found["opened"]) == {"label", "note"}
