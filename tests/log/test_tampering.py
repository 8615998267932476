"""What the owner of the database does with the triggers off, each by SQL: `verify_history` with a kept checkpoint names it."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from offers.access import members
from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.document.values import canonical_text
from offers.ledger import history, writes
from offers.ledger.records import Stamp, StoredRevision, leaf_of
from offers.log import checkpoints, sequencer, tree
from offers.log.notes import Signer
from offers.models import LibraryItem, LogEntry, LogHead, LogTile, Membership, Sandbox
from tests.cast import make, make_sandbox, offer, patch, replace
from tests.emptying import empty
from tests.review.asking import agree, ask

# The library is stored before the first of these, each of which is a transaction that is taken back.
pytestmark = pytest.mark.django_db
TABLES = ("revision", "listingpast", "requestevent", "accesschange", "logentry")
Tampering = str | Callable[[], None]


@pytest.fixture(scope="module")
def kept(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A small library in which a few people did a few things, and the checkpoint that an auditor took home."""
    with (
        django_db_blocker.unblock(),
        override_settings(LOG_KEY=b"\7" * 32, PUBLIC_URL="https://offers.example.com"),
    ):
        try:
            file = tmp_path_factory.mktemp("auditor") / "kept"
            file.write_text(checkpoints.checkpoint(_filled()))
            yield file
        finally:
            empty()


def _filled() -> Sandbox:
    sandbox = make_sandbox(review_policy="two-people")
    users = [User.objects.create_user(name) for name in ("mina", "jun")]
    for user in users:
        Membership.objects.create(sandbox=sandbox, user=user, role="admin")
    mina, jun = (Actor(sandbox, "admin", user.username.title(), user_id=user.pk) for user in users)
    sale = make(mina, offer(), id="sale")
    for priority in (2, 3, 4):
        patch(jun, sale, replace("/rank/priority", priority))
    writes.create(mina, Kind.TAG, {"name": "Tag"}, Stamp("form", note="As Legal asked"), id="tag")
    agree(jun, ask(mina, LibraryItem.objects.get(id="sale"), replace("/status", "approved")))
    members.change_policy(mina, "everything", was="two-people")
    sequencer.keep()
    assert LogHead.objects.get().size == LogEntry.objects.count() == 10
    return sandbox


def said_after(do: Tampering, kept: Path) -> str:
    """What is said after this was done, which is taken back."""
    out = io.StringIO()
    with transaction.atomic():
        with connection.cursor() as owner:
            _triggers(owner, "DISABLE")
            if isinstance(do, str):
                owner.execute(do)
            else:
                do()
            owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
            _triggers(owner, "ENABLE")
        try:
            call_command("verify_history", "--checkpoint", str(kept), stdout=out, stderr=out)
        except CommandError as error:
            out.write(f"FAILED: {error}")
        transaction.set_rollback(True)
    return out.getvalue()


def _triggers(owner: object, word: str) -> None:
    for table in TABLES:
        sql(f"ALTER TABLE offers_{table} {word} TRIGGER {table}_append_only")


def sql(*statements: str) -> None:
    with connection.cursor() as owner:
        for statement in statements:
            owner.execute(statement)


def rehashed(*statements: str) -> Callable[[], None]:
    """These, and every digest of the offer computed anew to its end: that takes no secret."""

    def do() -> None:
        sql(*statements)
        item, before = LibraryItem.objects.select_related("sandbox").get(id="sale"), ""
        for made, document in list(history.versions(item, 1, item.etag)):
            text = canonical_text(document)
            before = leaf_of(before, item.sandbox, item.id, item.kind, cast(StoredRevision, made), text).digest()
            sql(f"UPDATE offers_revision SET digest = '{before}' WHERE key = {made.key}")
        LibraryItem.objects.filter(pk=item.pk).update(digest=before)

    return do


def log_rehashed() -> None:
    """A chain rewritten to its end, and the log and its tree after it."""
    rehashed(REVISION.format("note = 'Legal said so'"))()
    sql(
        "UPDATE offers_logentry SET leaf_hash = decode(digest, 'hex') FROM offers_revision WHERE event = 2 AND row = key"
    )
    regrown()


def regrown() -> None:
    """The tree over the entries as they are now."""
    sandbox = Sandbox.objects.get()
    LogTile.objects.all().delete()
    tree.append(sandbox.pk, 0, map(bytes, LogEntry.objects.order_by("index").values_list("leaf_hash", flat=True)))


def turned() -> None:
    """Every entry at another place, and the tree after them."""
    sql("UPDATE offers_logentry SET index = index + 100", "UPDATE offers_logentry SET index = (index - 99) % 10")
    regrown()


def logged_later() -> None:
    """An approval that says by its key that it came before, and is put into the log where it comes now."""
    sql(INVENTED.format(xid="pg_current_xact_id()::text"))
    bounds = sequencer._BOUNDS
    try:
        server = "(SELECT system_identifier::text FROM pg_control_system())"
        sequencer._BOUNDS = f"SELECT {server}, '999999999999', '999999999999', %(sandbox)s IS NULL"
        assert sequencer.advance(Sandbox.objects.get()) == 1
    finally:
        sequencer._BOUNDS = bounds


REVISION = "UPDATE offers_revision SET {} WHERE etag = 3"
ENTRY = "UPDATE offers_logentry SET {} WHERE index = 2"
SALE = "(SELECT key FROM offers_libraryitem WHERE id = 'sale')"
LAST = f"UPDATE offers_libraryitem SET {{}} WHERE key = {SALE}"
COPY = (
    "INSERT INTO offers_revision SELECT (jsonb_populate_record(made, jsonb_build_object('key', 999, 'etag', {etag}, "
    "'actor_label', 'Jun', 'xid', {xid}))).* FROM offers_revision AS made WHERE etag = 2"
)
INVENTED = (
    "INSERT INTO offers_requestevent SELECT (jsonb_populate_record(said, jsonb_build_object('key', 0, 'actor_key', 'user-9', "
    "'actor_label', 'Mr Kim', 'xid', {xid}))).* FROM offers_requestevent AS said WHERE what = 'approve'"
)
APART = ["UPDATE offers_revision SET etag = etag + 100 WHERE etag >= 3", "SET CONSTRAINTS ALL IMMEDIATE"]
# As the offer was at its fourth version, before it went live.
ROLLED_BACK = [
    "DELETE FROM offers_revision WHERE etag = 5",
    LAST.format(
        "document = jsonb_set(document, '{status}', '\"draft\"'), (etag, digest, modified_at, modified_by, modified_by_key) = "
        "(SELECT 4, digest, created_at, actor_label, 'user-' || actor_id FROM offers_revision WHERE etag = 4)"
    ),
]
NOT_THERE, ALTERED = (
    "is of a revision that is not there",
    "the log has it at entry 2 as it was, and it has been changed",
)
NOT_LOGGED, LISTED = (
    "it is not in the log, though something later is",
    "lists show it differently than its document says",
)
NOT_KEPT, GONE = "entries are not those that a checkpoint was made of", "the last ones are gone"
CASES: dict[str, tuple[Tampering, str]] = {
    "a revision altered": (REVISION.format("note = 'x'"), "sale etag 3: the digest does not match what the revision says"),
    "altered and re-hashed": (rehashed(REVISION.format("patch = replace(patch, '3', '9')"), LAST.format("etag = etag")), ALTERED),
    "an actor's name": (rehashed(REVISION.format("actor_label = 'Mina'")), ALTERED),
    "an actor": (rehashed(REVISION.format("actor_id = 77")), ALTERED),
    "a time": (rehashed(REVISION.format("created_at = created_at + interval '1 microsecond'")), ALTERED),
    "rewritten with the log": (log_rehashed, NOT_KEPT),
    "inserted in somebody's name": (
        rehashed(*APART, COPY.format(etag=3, xid="(xid::text)"), "UPDATE offers_revision SET etag = etag - 99 WHERE etag > 100",
                 LAST.format("etag = 6")), f"sale etag 3: {NOT_LOGGED}"),
    "appended under a number never given": (
        rehashed(COPY.format(etag=6, xid="'999999999999'"), LAST.format("etag = 6")), f"sale etag 6: {NOT_LOGGED}"),
    "removed": (
        rehashed("DELETE FROM offers_revision WHERE etag = 3", *APART, "UPDATE offers_revision SET etag = etag - 101 WHERE etag > 100",
                 LAST.format("etag = 4")), f"entry 2 {NOT_THERE}"),
    "two swapped": (
        rehashed("UPDATE offers_revision SET etag = 100 WHERE etag = 2", "UPDATE offers_revision SET etag = 2 WHERE etag = 3",
                 "UPDATE offers_revision SET etag = 3 WHERE etag = 100"), "sale etag 2: the log has it at entry 2"),
    "the tail cut off and the item rolled back": (lambda: sql(*ROLLED_BACK), NOT_THERE),
    "an item removed with its history": (
        """DELETE FROM offers_revision WHERE item_id = (SELECT key FROM offers_libraryitem WHERE id = 'tag');
           DELETE FROM offers_searchtext WHERE item_key = (SELECT key FROM offers_libraryitem WHERE id = 'tag');
           DELETE FROM offers_listing WHERE id = 'tag'; DELETE FROM offers_libraryitem WHERE id = 'tag'""",
        f"entry 4 {NOT_THERE}"),
    "a list row": ("UPDATE offers_listing SET priority = 9 WHERE id = 'sale'", LISTED),
    "an older list row put back": (
        """UPDATE offers_listing SET status = past.status, priority = past.priority
             FROM offers_listingpast AS past WHERE past.item_id = offers_listing.key""", LISTED),
    "a verdict invented": (INVENTED.format(xid="xid::text"), f"a step of a request (row 0) etag 0: {NOT_LOGGED}"),
    "a verdict invented and logged": (logged_later, "entry 10 is put before what a checkpoint over 10 entries has already"),
    "a verdict altered": ("UPDATE offers_requestevent SET actor_label = 'Mr Kim' WHERE what = 'approve'",
                          "is of a step of a request that has been changed since"),
    "a verdict removed": ("DELETE FROM offers_requestevent WHERE what = 'approve'", "is of a step of a request that is not there"),
    "a change of access altered": ("UPDATE offers_accesschange SET note = 'x'", "is of a change of access that has been changed since"),
    "a change of access removed": ("DELETE FROM offers_accesschange", "is of a change of access that is not there"),
    "an entry moved": (
        """UPDATE offers_logentry SET index = 100 WHERE index = 2; UPDATE offers_logentry SET index = 2 WHERE index = 3;
           UPDATE offers_logentry SET index = 3 WHERE index = 100""", "entry 2 is not the one that the tree was made of"),
    "an entry removed": ("DELETE FROM offers_logentry WHERE index = 2", f"sale etag 3: {NOT_LOGGED}"),
    "entries moved with the tree": (turned, NOT_KEPT),
    "the log cut off": (
        """DELETE FROM offers_logentry WHERE index >= 5; UPDATE offers_loghead SET size = 5;
           UPDATE offers_logtile SET hashes = substring(hashes FROM 1 FOR 160)""", GONE),
    "its size lowered": ("UPDATE offers_loghead SET size = 5", "there are entries behind those that the log says it has"),
    "its tree altered": (
        "UPDATE offers_logtile SET hashes = overlay(hashes PLACING '\\x00' FROM 65)",
        "entry 2 is not the one that the tree was made of"),
    "its tree gone": ("DELETE FROM offers_logtile", "entry 9 is not the one that the tree was made of"),
    **{
        f"found by another {word}": (ENTRY.format(column), f"sale etag 3: audit pages find entry 2 by another {word} than was recorded")
        for word, column in (
            ("person or program", "actor_key = 'user-9'"), ("door", "door = 'api'"), ("fields", "fields = '{status}'"), ("status", "status = 'draft'"),
            ("bypass", "bypass = true"), ("type", "kind = 'tag'"), ("step", "what = 'x'"), ("request", "request = 4"),
            ("object", "item_id = item_id + 1"), ("time", "created_at = now()"), ("approver", "approved_by = '{user-9}'"),
        )
    },
    "a step found by another": ("UPDATE offers_logentry SET bypass = true WHERE event = 1 AND what = 'approve'", "by another bypass"),
    "an approver left out": (
        "UPDATE offers_logentry SET approved_by = '{}' WHERE approved_by <> '{}'",
        "sale etag 5: audit pages find entry 8 by another approver than was recorded"),
    "a day's count": (
        "UPDATE offers_logday SET entries = entries - 1 WHERE term = '' AND also = 'door=review'",
        " by door=review, and there are 1"),
    "a day's bypasses": (
        "UPDATE offers_logday SET bypasses = bypasses + 1 WHERE term = '' AND also = ''",
        "audit pages count 1 bypasses of "),
    "a day that nothing happened on": (
        """INSERT INTO offers_logday SELECT (jsonb_populate_record(made, '{"day": "2020-02-02"}')).* FROM offers_logday AS made
            WHERE day = (SELECT max(day) FROM offers_logday)""", " entries of 2020-02-02, and there are 0, and "),
    "the counts gone": ("DELETE FROM offers_logday", "audit pages count 0 entries of "),
    "a note that is searched": ("UPDATE offers_lognote SET text = 'legal said so'", "a search finds another note than was written with entry 4"),
    "a note that is not found": ("DELETE FROM offers_lognote", "no search finds the note of entry 4"),
    "a note that nobody wrote": (
        "INSERT INTO offers_lognote (sandbox_id, index, text) SELECT sandbox_id, 2, 'mina said so' FROM offers_lognote LIMIT 1",
        "a search finds a note that nobody wrote with entry 2"),
    "a document that lists cannot read": (
        """ALTER TABLE offers_libraryitem DISABLE TRIGGER item_listed;
           UPDATE offers_libraryitem SET document = document || '{"selectionConstraint": {"endDate": "never"}}' WHERE id = 'sale'""",
        "sale etag 5: lists cannot show what its document says"),
    "an offer that is none": (
        """DO $$ BEGIN EXECUTE (SELECT 'ALTER TABLE offers_listing DROP CONSTRAINT ' || conname FROM pg_constraint
              WHERE conrelid = 'offers_listing'::regclass AND contype = 'f'); END $$;
           INSERT INTO offers_listing SELECT (jsonb_populate_record(made, '{"key": 999, "id": "gone"}')).* FROM offers_listing AS made LIMIT 1""",
        "gone etag 0: lists show it, and there is no such item"),
    "an offer that never was": (
        "INSERT INTO offers_listingpast SELECT (jsonb_populate_record(made, '{\"key\": 999, \"item_id\": 999}')).* FROM offers_listingpast AS made LIMIT 1",
        "lists showed it before, and there never was such an item"),
    "more that is searched": (
        f"INSERT INTO offers_searchtext (item_key, part, text) VALUES ({SALE}, 'more', 'recalled')",
        "sale etag 5: search knows more of it than its document has"),
    "its tree goes on": ("UPDATE offers_logtile SET hashes = hashes || sha256('x')", "tile 0/0 of the tree has more than there are entries for"),
    "what lists knew": (
        "UPDATE offers_listingpast SET status = 'approved' WHERE priority = 2",
        "sale etag 2: lists showed it differently at this version than its document says"),
    "since when lists know what they do": (
        """DELETE FROM offers_listingpast WHERE priority = 4;
           UPDATE offers_listing AS listing SET since = past.until FROM offers_listingpast AS past WHERE past.item_id = listing.key AND past.priority = 3""",
        "sale etag 4: lists showed it differently at this version than its document says"),
    "until when lists knew what they did": (
        """UPDATE offers_listingpast AS past SET until = later.until FROM offers_listingpast AS later
            WHERE past.item_id = later.item_id AND past.priority = 3 AND later.priority = 4;
           DELETE FROM offers_listingpast WHERE priority = 4""",
        "sale etag 4: lists showed it differently at this version than its document says"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_the_owner_does_is_named(kept: Path, name: str) -> None:
    do, expected = CASES[name]
    said = said_after(do, kept)
    assert expected in said
    assert re.search(r"[0-9] differences? found", said)


def test_what_nobody_touched_is_as_it_should_be(kept: Path) -> None:
    assert said_after("SELECT 1", kept).startswith("Every digest and every document is as it should be")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("ALTER TABLE offers_revision DISABLE TRIGGER revision_append_only", "the trigger revision_append_only of offers_revision is switched off"),
        ("ALTER TABLE offers_libraryitem DISABLE TRIGGER USER", "the trigger item_listed of offers_libraryitem is switched off"),
        ("DROP TRIGGER accesschange_append_only ON offers_accesschange", "the trigger accesschange_append_only of offers_accesschange is gone"),
        (
            """CREATE OR REPLACE FUNCTION offers_refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
               BEGIN RETURN NULL; END $$""",
            "the function offers_refuse_history_change is another one than migrations made",
        ),
        (
            """CREATE OR REPLACE TRIGGER logentry_append_only BEFORE TRUNCATE ON offers_logentry
               FOR EACH STATEMENT EXECUTE FUNCTION offers_refuse_history_change()""",
            "the trigger logentry_append_only of offers_logentry is another one than migrations made",
        ),
        (
            """CREATE TRIGGER more BEFORE INSERT ON offers_requestevent
               FOR EACH STATEMENT EXECUTE FUNCTION offers_refuse_history_change()""",
            "the trigger more of offers_requestevent is none that a migration made",
        ),
        ("CREATE FUNCTION offers_mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", "the function offers_mine is none that a migration made"),
        ("CREATE RULE quiet AS ON INSERT TO offers_logentry DO INSTEAD NOTHING", "the rule quiet of offers_logentry is none that a migration made"),
    ],
)  # fmt: skip
def test_a_guard_that_was_left_off_is_named(kept: Path, statement: str, expected: str) -> None:
    with transaction.atomic():
        sql(statement)
        with pytest.raises(CommandError, match="1 difference found"):
            call_command("verify_history", "--checkpoint", str(kept), stdout=(out := io.StringIO()))
        transaction.set_rollback(True)
    assert f"the database: {expected}" in out.getvalue()


def test_a_checkpoint_that_another_key_signed_is_refused(kept: Path, tmp_path: Path) -> None:
    text = kept.read_text().rpartition("\n\n")[0] + "\n"
    forged = tmp_path / "forged"
    forged.write_text(Signer.of(text.split("\n")[0], b"\1" * 32).sign(text))
    with pytest.raises(CommandError, match="has not signed it"):
        call_command("verify_history", "--checkpoint", str(forged))
    assert settings.LOG_KEY == b"\7" * 32
