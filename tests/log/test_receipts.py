"""Receipts of whatever is in the log, cosigned or not; and the entries themselves, by which anybody makes the tree again."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from django.contrib.auth.models import User
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from offers.access import members
from offers.access.changes import Reason
from offers.access.permissions import Actor
from offers.document.kinds.registry import Kind
from offers.ledger import writes
from offers.log import checkpoints, sequencer
from offers.log.notes import Signer
from offers.log.taken import leaves, receipts, tiles
from offers.log.taken.scripts import script as script_of
from offers.log.tree import HASH, of_leaf, split
from offers.models import LibraryItem, LogEntry, LogHead, Membership, Revision, Sandbox
from tests.cast import FORM, make, make_sandbox, offer, patch, replace
from tests.emptying import empty
from tests.log.test_proof import SCRIPT, verify
from tests.review.asking import agree, ask, digest

pytestmark = pytest.mark.django_db
FORGING = "Because\n  by Jun (account 2, program none)\x1b[2J"
WITNESSES = ("witness.example.com/w1", "another.example.org")


@pytest.fixture(scope="module")
def asked_digest(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """A log with an event of each kind and a long chain; the digest of the request that was approved."""
    with django_db_blocker.unblock(), override_settings(LOG_KEY=b"\7" * 32, PUBLIC_URL="https://offers.example.com"):
        try:
            sandbox = make_sandbox(review_policy="two-people")
            users = [User.objects.create_user(name) for name in ("mina", "jun")]
            for user in users:
                Membership.objects.create(sandbox=sandbox, user=user, role="admin")
            mina, jun = (Actor(sandbox, "admin", user.username.title(), user_id=user.pk) for user in users)
            sale = make(mina, offer(name="설날 세일"), id="sale")
            for number in range(2, 104):
                patch(mina, sale, replace("/rank/priority", number))
            make(jun, {"name": "Tag"}, Kind.TAG, "tag")
            writes.delete(mina, list(Kind), "tag", FORM)
            request = ask(mina, LibraryItem.objects.get(id="sale"), replace("/status", "approved"))
            said = digest(request)
            agree(jun, request)
            members.change_policy(mina, "everything", was="two-people", reason=Reason(FORGING))
            sequencer.keep()
            assert LogHead.objects.get().size == 110
            yield said
        finally:
            empty()


def index_of(**what: object) -> int:
    (index,) = LogEntry.objects.filter(**what).values_list("index", flat=True)
    return int(index)


def test_the_receipt_of_an_approval_names_what_was_approved_and_by_whom(asked_digest: str, tmp_path: Path) -> None:
    sandbox = Sandbox.objects.get()
    text, vkey = receipts.of_entry(sandbox, index_of(what="approve")), checkpoints.signer_of(sandbox).vkey
    found = verify()(text, vkey)
    assert (found["leaf"]["event"], found["leaf"]["what"], found["leaf"]["digest"]) == (
        "request",
        "approve",
        asked_digest,
    )
    assert found["opened"]["label"] == "Jun"
    assert found["opened"].keys() == {"label", "text", "about"}
    file = tmp_path / "file"
    file.write_text(text, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, SCRIPT, file, "--key", vkey], capture_output=True, text=True, check=True
    ).stdout
    assert f"change request 1, version 1: approve, which is about the changes with the digest {asked_digest}" in told
    assert "by Jun (account" in told


def test_what_people_wrote_cannot_pass_for_a_line_of_what_was_proved(asked_digest: str, tmp_path: Path) -> None:
    sandbox, file = Sandbox.objects.get(), tmp_path / "file"
    file.write_text(receipts.of_entry(sandbox, index_of(event=0)), encoding="utf-8")
    run = [sys.executable, str(SCRIPT), str(file), "--key", checkpoints.signer_of(sandbox).vkey]
    told = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert r"  note: Because\n  by Jun (account 2, program none)\x1b[2J" in told.splitlines()
    assert [line.split()[1] for line in told.splitlines() if line.startswith("  by ")] == ["Mina"]


def test_a_change_of_access_has_a_receipt_too_and_every_other_entry(asked_digest: str) -> None:
    sandbox = Sandbox.objects.get()
    vkey = checkpoints.signer_of(sandbox).vkey
    found = verify()(receipts.of_entry(sandbox, index_of(event=0)), vkey)
    assert (found["leaf"]["before"], found["leaf"]["after"]) == (
        {"review_policy": "two-people"},
        {"review_policy": "everything"},
    )
    assert found["opened"]["label"] == "Mina"
    for index in range(100, 110):
        text = receipts.of_entry(sandbox, index)
        assert verify()(text, vkey)["index"] == index
        with pytest.raises((ValueError, InvalidSignature)):
            verify()(text.replace(f"index {index}", f"index {index - 1}"), vkey)
    for index, size in ((110, None), (5, 5), (5, 111), (-1, None)):
        with pytest.raises(receipts.NoSuchEntry):
            receipts.of_entry(sandbox, index, size)


def test_each_text_has_a_salt_that_says_nothing_of_another(asked_digest: str) -> None:
    salts = [
        part["salt"]
        for event in (0, 1)
        for entry in LogEntry.objects.filter(event=event)
        for part in leaves.texts_of(sequencer.steps([(event, entry.row)])[event, entry.row]).values()
    ]
    assert len(salts) == len(set(salts)) > 6


def test_witnesses_who_are_named_must_have_cosigned(asked_digest: str, tmp_path: Path) -> None:
    sandbox, script = Sandbox.objects.get(), script_of("witness")
    vkey, log = checkpoints.signer_of(sandbox).vkey, tmp_path / "log"
    (log / "tile" / "0" / "000.p").mkdir(parents=True)
    (log / "checkpoint").write_text(checkpoints.checkpoint(sandbox, 105), encoding="utf-8")
    (log / "tile" / "0" / "000.p" / "105").write_bytes(tiles.served(sandbox, "0", "000.p/105") or b"")
    cosigned, keys = "", []
    for name in WITNESSES:
        secret, public = script.new_key(name)
        note = str(
            script.witness(script.Source(str(log), {}), vkey, secret, tmp_path / name.split(".")[0], 1_700_000_000)
        )
        cosigned = cosigned + note.splitlines(keepends=True)[-1] if cosigned else note
        keys.append(public)
    text, check = receipts.of_entry(sandbox, 3, 105), verify()
    assert check(text, vkey, keys, cosigned)["witnessed"] == dict.fromkeys(WITNESSES, 1_700_000_000)
    with pytest.raises(ValueError, match="not signed with this key"):
        check(text, vkey, keys[:1])
    with pytest.raises(ValueError, match="not signed with this key"):
        check(text, vkey, [script.new_key(WITNESSES[0])[1]], cosigned)
    with pytest.raises(ValueError, match="not of this kind"):
        check(text, vkey, [vkey], cosigned)
    with pytest.raises(InvalidSignature):
        check(text, vkey, keys, later(cosigned))
    with pytest.raises(ValueError, match=r"not in the signed tree|too short|too long"):
        check(receipts.of_entry(sandbox, 3), vkey, keys, cosigned)
    for name, content in (("receipt", text), ("cosigned", cosigned), ("w1", keys[0])):
        (tmp_path / name).write_text(content, encoding="utf-8")
    words = [tmp_path / "receipt", "--key", vkey, "--witness", tmp_path / "w1", "--witness", keys[1]]
    run = [sys.executable, SCRIPT, *words]
    assert subprocess.run(run, capture_output=True, check=False).returncode == 1
    told = subprocess.run(
        [*run, "--checkpoint", tmp_path / "cosigned"], capture_output=True, text=True, check=True
    ).stdout
    assert "cosigned by another.example.org at 2023-11-14T22:13:20+00:00" in told


def later(cosigned: str) -> str:
    """The same with another time on the last line."""
    head, _space, encoded = cosigned.strip().rpartition(" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[11] ^= 1
    return f"{head} {base64.b64encode(raw).decode()}\n"


def unpacked(bundle: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(bundle):
        end = at + 2 + int.from_bytes(bundle[at : at + 2])
        found.append(bundle[at + 2 : end])
        at = end
    return found


def test_from_the_bundles_of_entries_anybody_makes_every_leaf_hash(asked_digest: str) -> None:
    sandbox = Sandbox.objects.get()
    hashes = split(tiles.served(sandbox, "0", "000.p/110") or b"")
    assert [of_leaf(leaf) for leaf in unpacked(tiles.served(sandbox, "entries", "000.p/110") or b"")] == hashes
    assert [of_leaf(leaf) for leaf in unpacked(tiles.served(sandbox, "entries", "000.p/7") or b"")] == hashes[:7]
    some = list(LogEntry.objects.filter(index__in=(60, 75, 99, 104)).order_by("index"))
    assert [of_leaf(leaf) for leaf in leaves.leaves_of(sandbox, some)] == [bytes(one.leaf_hash) for one in some]
    assert Revision.objects.filter(snapshot__isnull=False).count() == 2
    for place in ("000", "000.p/111", "001.p/1", "000.p/0"):
        assert tiles.served(sandbox, "entries", place) is None


def test_members_get_receipts_and_entries_and_strangers_none(asked_digest: str, client: Client) -> None:
    stranger, mina = User.objects.create_user("stranger"), User.objects.get(username="mina")
    addresses = [f"/s/prod/audit/{index_of(what='approve')}/receipt", "/s/prod/log/tile/entries/000.p/110"]
    client.force_login(stranger)
    assert [client.get(one).status_code for one in addresses] == [404, 404]
    client.force_login(mina)
    assert f'href="{addresses[0]}"' in client.get("/s/prod/audit/").content.decode()
    receipt, entries = map(client.get, addresses)
    vkey = client.get("/s/prod/log/vkey").content.decode()
    assert verify()(receipt.content.decode(), vkey)["leaf"]["what"] == "approve"
    assert verify()(client.get(f"{addresses[0]}?size=109").content.decode(), vkey)["size"] == 109
    assert "immutable" in entries["Cache-Control"]
    assert len(unpacked(entries.content)) == 110
    assert client.get("/s/prod/audit/1/receipt?size=many").status_code == 400, (
        "of now, it would be another checkpoint's"
    )
    for nowhere in ("110/receipt", "1/receipt?size=1", f"{'9' * 30}/receipt"):
        assert client.get(f"/s/prod/audit/{nowhere}").status_code == 404
    with override_settings(LOG_KEY=b""):
        assert client.get(addresses[0]).status_code == 404
        assert "/receipt" not in client.get("/s/prod/audit/").content.decode()
    assert Signer.of("x", b"\7" * 32).vkey != vkey
    assert len(receipt.content) < 5_000 > HASH
