"""Whether history is intact: what was tampered with is found, and a digest is what the documentation says."""

import hashlib
import json

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.document.values import canonical_text
from offers.ledger import history, writes
from offers.ledger.leaf import commitment
from offers.ledger.records import Stamp
from offers.ledger.verify import verify
from offers.models import LibraryItem, Revision, Sandbox
from tests.cast import differences, make, make_sandbox, offer, patch, replace, salts_of

APPEND_ONLY = ("revision", "listingpast")


def tamper(sql: str, *values: str) -> None:
    """Change history the only way it can be changed: as the table's owner, with its trigger out of the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE offers_{name} DISABLE TRIGGER {name}_append_only")
        cursor.execute(sql, values or None)
        assert cursor.rowcount == 1, "the tampering itself must hit one row"
        for name in APPEND_ONLY:
            cursor.execute(f"ALTER TABLE offers_{name} ENABLE TRIGGER {name}_append_only")


REVISION = "UPDATE offers_revision SET {} WHERE etag = 50"
ITEM = "UPDATE offers_libraryitem SET {} WHERE id = 'sale'"
LISTED, SEARCHED = "lists show it differently than its document says", "search knows another text than its document has"
KNEW = "what lists knew of it before has a gap or is there twice"
SOME_PAST = "SELECT key FROM offers_listingpast ORDER BY key OFFSET 40 LIMIT 1"
DIGEST = "the digest does not match what the revision says"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (REVISION.format("""patch = replace(patch, '"value":50', '"value":51')"""), DIGEST),
        (REVISION.format("patch = 'not json'"), "the patch cannot be replayed (JSONDecodeError)"),
        (REVISION.format("actor_id = 77"), DIGEST),
        (REVISION.format("actor_label = 'Somebody Else'"), DIGEST),
        (REVISION.format("client_id = 'feed'"), DIGEST),
        (REVISION.format("source = 'api'"), DIGEST),
        (REVISION.format("""refers_to = '{"undoes": 3}'"""), DIGEST),
        (REVISION.format("note_salt = sha256('')"), DIGEST),
        (REVISION.format("document_salt = NULL"), DIGEST),
        (
            REVISION.format("""erased = jsonb_build_object('note', encode(sha256(note_salt), 'hex'))"""),
            "the note was erased, and nothing says by whom",
        ),
        (REVISION.format("note = 'Legal said so'"), DIGEST),
        (REVISION.format("request_id = 'r'"), DIGEST),
        (REVISION.format("created_at = created_at - interval '1 microsecond'"), DIGEST),
        (REVISION.format("digest = repeat('0', 64)"), DIGEST),
        (
            REVISION.format("snapshot = replace(snapshot, 'Spring', 'Autumn')"),
            "the snapshot differs from the replayed document",
        ),
        (
            REVISION.format("sandbox_id = (SELECT id FROM offers_sandbox WHERE name = 'dev')"),
            "the revision is filed under another sandbox than its item",
        ),
        (
            REVISION.format("item_id = (SELECT key FROM offers_libraryitem WHERE id = 'other'), etag = 2"),
            "the revision of etag 50 is missing",
        ),
        (REVISION.format("etag = 500"), "the revision of etag 50 is missing"),
        ("DELETE FROM offers_revision WHERE etag = 50", "the revision of etag 50 is missing"),
        (
            "DELETE FROM offers_revision WHERE etag = 1 AND item_id = (SELECT key FROM offers_libraryitem WHERE id = 'sale')",
            "the revision of etag 1 is missing",
        ),
        ("DELETE FROM offers_revision WHERE etag = 120", "the item is at etag 120, its history ends at 119"),
        (
            "DELETE FROM offers_revision WHERE item_id = (SELECT key FROM offers_libraryitem WHERE id = 'other')",
            "the item has no history",
        ),
        (
            ITEM.format("""document = jsonb_set(document, '{name}', '"Autumn sale"')"""),
            "the item's document differs from the replayed one",
        ),
        (ITEM.format("etag = 121"), "the item is at etag 121, its history ends at 120"),
        (ITEM.format("digest = repeat('0', 64)"), "the item's digest is not its last revision's"),
        (ITEM.format("deleted_at = now()"), "the item and its history disagree on whether it is deleted"),
        (ITEM.format("kind = 'fallback-offer'"), DIGEST),
        (ITEM.format("id = 'sale2'"), DIGEST),
        (
            ITEM.format("created_by = 'Somebody Else'"),
            "the item and its first revision disagree on who created it, or when",
        ),
        (
            ITEM.format("created_by_client = 'feed'"),
            "the item and its first revision disagree on who created it, or when",
        ),
        (
            ITEM.format("created_at = now() - interval '1 year'"),
            "the item and its first revision disagree on who created it, or when",
        ),
        (
            ITEM.format("modified_by = 'Somebody Else'"),
            "the item and its last revision disagree on who modified it, or when",
        ),
        (
            ITEM.format("modified_by_key = 'user-1'"),
            "the item and its last revision disagree on who modified it, or when",
        ),
        (
            ITEM.format("modified_by_client = 'feed'"),
            "the item and its last revision disagree on who modified it, or when",
        ),
        (
            ITEM.format("modified_at = now() + interval '1 year'"),
            "the item and its last revision disagree on who modified it, or when",
        ),
        ("UPDATE offers_sandbox SET name = 'production' WHERE name = 'prod'", DIGEST),
        *(
            (f"UPDATE offers_listing SET {column} WHERE id = 'sale'", LISTED)
            for column in (
                "name = 'x'",
                "ends_at = now()",
                """"references" = '{a}'""",
                "deleted_at = now()",
                "kind = 'tag'",
            )
        ),
        ("DELETE FROM offers_listing WHERE id = 'sale'", LISTED),
        (
            "UPDATE offers_searchtext SET text = 'x' WHERE part = 'name' AND item_key = (SELECT min(key) FROM offers_libraryitem)",
            SEARCHED,
        ),
        ("UPDATE offers_searchtext SET text = 'x' WHERE part = 'about' AND text LIKE 'sale %'", SEARCHED),
        (
            "DELETE FROM offers_searchtext WHERE part = 'content' AND item_key = (SELECT min(key) FROM offers_libraryitem)",
            SEARCHED,
        ),
        ("UPDATE offers_listing SET since = now() WHERE id = 'sale'", KNEW),
        (f"DELETE FROM offers_listingpast WHERE key = ({SOME_PAST})", KNEW),
        (f"UPDATE offers_listingpast SET since = since - interval '1 hour' WHERE key = ({SOME_PAST})", KNEW),
        (
            """INSERT INTO offers_listingpast
               SELECT (jsonb_populate_record(past, '{"key": 99999}')).* FROM offers_listingpast AS past LIMIT 1""",
            KNEW,
        ),
    ],
)
def test_verification_finds_what_was_tampered_with(sale: LibraryItem, admin: Actor, sql: str, message: str) -> None:
    make(admin, offer(), id="other")
    make_sandbox("dev")
    assert differences() == []
    tamper(sql)
    assert message in differences()


def test_verification_names_the_place(sale: LibraryItem) -> None:
    tamper(REVISION.format("note = 'Legal said so'"))
    (found,) = verify(Sandbox.objects.all())
    assert (found.sandbox, found.id, found.etag, found.message) == ("prod", "sale", 50, DIGEST)


def test_verification_takes_as_many_statements_for_many_items_as_for_one(admin: Actor) -> None:
    counts = []
    for wanted in (1, 3):
        while LibraryItem.objects.count() < wanted:
            make(admin, offer())
        with CaptureQueriesContext(connection) as statements:
            assert list(verify(Sandbox.objects.all())) == []
        counts.append(len(statements))
    assert counts == [17, 17]


def test_a_digest_can_be_computed_from_the_documented_recipe(admin: Actor) -> None:
    """docs/architecture.md, History: done here by hand, so that the recipe cannot change unnoticed."""
    item = make(admin, offer(), id="sale")
    patch(admin, item, replace("/name", "Sommer"))
    created, changed = Revision.objects.filter(item=item).order_by("etag")
    assert created.digest == by_hand(created, "", offer())
    assert changed.digest == by_hand(changed, created.digest, offer(name="Sommer"))


def by_hand(found: Revision, before: str, document: dict[str, object]) -> str:
    salts = salts_of(found)

    def committed(salt: bytes, text: str) -> str:
        assert len(salt) == 16
        return hashlib.sha256(salt + text.encode()).hexdigest()

    text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()
    leaf: dict[str, object] = {
        "actor": None,
        "before": before,
        "client": "",
        "document": committed(salts.document, text),
        "door": "form",
        "etag": found.etag,
        "event": "revision",
        "item": "sale",
        "kind": "personalized-offer",
        "label": committed(salts.label, "Mina Park"),
        "note": committed(salts.note, ""),
        "patch": committed(salts.patch, found.patch),
        "refers_to": {},
        "request": "",
        "sandbox": "prod",
        "time": found.created_at.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00"),
        "version": 1,
    }
    return hashlib.sha256(b"\0" + json.dumps(leaf, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def test_what_is_erased_from_a_history_leaves_every_digest_as_it_was(admin: Actor) -> None:
    """A name and a note are erased, and a text that a patch wrote gets another one in its place, from there to the end."""
    item = make(admin, offer(), id="sale")
    noted = Stamp("form", note="as Jun asked")
    writes.change(admin, list(Kind), "sale", add("/description", "Call Jun Lee"), noted)
    patch(admin, item, replace("/rank/priority", 7))
    digests = list(Revision.objects.order_by("etag").values_list("digest", flat=True))
    erase(3, document=None)
    erase(
        2, actor_label="(erased)", note="(erased)", patch=canonical_text(add("/description", "(erased)")), document=None
    )
    LibraryItem.objects.update(document=offer(description="(erased)", rank={"priority": 7}))
    assert list(Revision.objects.order_by("etag").values_list("digest", flat=True)) == digests
    assert history.document_at(item, 2) == offer(description="(erased)")
    names = ("document", "label", "note", "patch", "document")
    assert differences() == [f"the {name} was erased, and nothing says by whom" for name in names]


def add(pointer: str, value: str) -> list[dict[str, object]]:
    return [{"op": "add", "path": pointer, "value": value}]


def erase(etag: int, **texts: str | None) -> None:
    """Put these texts in the place of a revision's, and the commitments to those that were there."""
    found = Revision.objects.get(etag=etag)
    was = {
        "patch": found.patch,
        "document": canonical_text(history.document_at(found.item, etag)),
        "label": found.actor_label,
        "note": found.note,
    }
    names = [name.removeprefix("actor_") for name in texts]
    kept = {name: commitment(getattr(found, f"{name}_salt"), was[name]) for name in names}
    written = {name: text for name, text in texts.items() if text is not None} | {"erased": canonical_text(kept)}
    sets = ", ".join([f"{name} = %s" for name in written] + [f"{name}_salt = NULL" for name in names])
    tamper(f"UPDATE offers_revision SET {sets} WHERE etag = {etag}", *written.values())


def test_no_two_commitments_share_a_salt(admin: Actor, sale: LibraryItem) -> None:
    every = [salt for found in Revision.objects.all() for salt in salts_of(found)]
    assert len(set(every)) == len(every) == 4 * 120


def test_a_revision_knows_the_transaction_that_stored_it(admin: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        (now,) = cursor.fetchone()
    item = make(admin, offer())
    assert Revision.objects.get(item=item).xid == int(now)
