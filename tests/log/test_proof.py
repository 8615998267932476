"""What a stranger can check: receipts, checkpoints and tiles; and what verifying says of a log that was tampered with."""

import base64
import importlib.util
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from offers.document.kinds.registry import Kind
from offers.ledger import history
from offers.log import checkpoints, sequencer
from offers.log.notes import BadNote, Signer, text_of
from offers.log.taken import receipts
from offers.models import LibraryItem, LogEntry, Membership, Sandbox
from offers.transfer import exporting, importing
from tests.cast import actor, make, make_sandbox, offer, patch, replace

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "verify_receipt.py"
SEED = b"\7" * 32


@pytest.fixture
def sandbox(settings: Settings) -> Sandbox:
    """A sandbox with a log of a few changes, and a key that signs."""
    settings.LOG_KEY, settings.PUBLIC_URL = SEED, "https://offers.example.com"
    made = make_sandbox()
    item = make(actor(made), offer(name="설날 세일"), id="sale")
    patch(actor(made, label="Jisoo Kim"), item, replace("/rank/priority", 7))
    patch(actor(made), item, replace("/name", "Spring"))
    make(actor(made), {"name": "Tag"}, Kind.TAG, "tag")
    sequencer.keep()
    return made


def verify() -> Any:
    spec = importlib.util.spec_from_file_location("verify_receipt", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.verify


def receipt(sandbox: Sandbox, etag: int) -> str:
    item = LibraryItem.objects.get(id="sale")
    return receipts.receipt(sandbox, item, history.revision(item, etag))


@contextmanager
def as_owner(*tables: str) -> Iterator[Any]:
    """The database's owner at work, with the triggers off."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE offers_{table} DISABLE TRIGGER USER")
        yield cursor
        for table in tables:
            cursor.execute(f"ALTER TABLE offers_{table} ENABLE TRIGGER USER")


def test_a_stranger_checks_a_receipt_with_a_key_and_a_page_of_python(sandbox: Sandbox, tmp_path: Path) -> None:
    vkey = checkpoints.signer_of(sandbox).vkey
    found = verify()(receipt(sandbox, 2), vkey)
    assert (found["index"], found["size"], found["origin"]) == (1, 4, "offers.example.com/DEMO@OfferOrg/prod")
    assert found["opened"]["label"] == "Jisoo Kim"
    assert found["opened"]["patch"] == '[{"op":"replace","path":"/rank/priority","value":7}]'
    assert (found["leaf"]["item"], found["leaf"]["etag"], found["leaf"]["door"]) == ("sale", 2, "form")
    file, key = tmp_path / "sale.tlog-proof", tmp_path / "vkey"
    file.write_text(receipt(sandbox, 1), encoding="utf-8")
    key.write_text(vkey)
    told = subprocess.run([sys.executable, SCRIPT, file, "--key", key], capture_output=True, text=True, check=True)
    assert "Proved: entry 0 of 4" in told.stdout
    assert "설날 세일" in told.stdout


def test_a_stranger_is_told_what_was_imported_and_from_where(sandbox: Sandbox, tmp_path: Path) -> None:
    file, elsewhere = io.BytesIO(b"".join(exporting.lines(sandbox))), make_sandbox("elsewhere")
    made = importing.bring(elsewhere, file, by="Olga", note="We moved")
    sequencer.keep()
    receipt, key = tmp_path / "import.tlog-proof", checkpoints.signer_of(elsewhere).vkey
    receipt.write_text(receipts.of_entry(elsewhere, 4), encoding="utf-8")
    told = subprocess.run([sys.executable, SCRIPT, receipt, "--key", key], capture_output=True, text=True, check=True)
    assert "import of 2 items with 4 changes from offers.example.com/DEMO@OfferOrg/prod" in told.stdout
    assert made.sha256 in told.stdout
    assert "note: We moved" in told.stdout


def test_a_receipt_in_which_anything_was_changed_proves_nothing(sandbox: Sandbox) -> None:
    vkey, good, check = checkpoints.signer_of(sandbox).vkey, receipt(sandbox, 2), verify()
    other = Signer.of(checkpoints.origin_of(sandbox), b"\1" * 32).vkey
    extra = re.findall("^extra (.*)$", good, re.MULTILINE)[0]
    told = base64.b64decode(extra).decode()
    forged = {
        "name": (b"Jisoo Kim", b"Mina Park!"[:9]),
        "value": (b'"value\\":7', b'"value\\":8'),
        "time": (b'time\\":\\"2', b'time\\":\\"3'),
    }
    for old, new in forged.values():
        assert old in told.encode()
        changed = base64.b64encode(told.encode().replace(old, new)).decode()
        with pytest.raises(ValueError, match=r"not what was recorded|not in the signed tree"):
            check(good.replace(extra, changed), vkey)
    for nothing in ("", "\0", "c2sp.org/tlog-proof@v1\n"):
        with pytest.raises(ValueError, match="that is no receipt"):
            check(nothing, vkey)
    with pytest.raises(ValueError, match="that is no key"):
        check(good, "key")
    for text in (
        good.replace("index 1", "index 2"),
        good.replace("\n4\n", "\n5\n"),
        good.replace("\nindex", "\nx"),
        "\n\n",
    ):
        assert text != good
        with pytest.raises((ValueError, InvalidSignature)):
            check(text, vkey)
    with pytest.raises(ValueError, match="not signed with this key"):
        check(good, other)


def test_a_change_has_no_receipt_before_it_is_in_the_log_nor_without_a_key(
    sandbox: Sandbox, settings: Settings
) -> None:
    patch(actor(sandbox), LibraryItem.objects.get(id="sale"), replace("/rank/priority", 9))
    with pytest.raises(receipts.NotYet):
        receipt(sandbox, 4)
    settings.LOG_KEY = b""
    with pytest.raises(checkpoints.NoKey):
        receipt(sandbox, 1)


def test_a_note_is_read_only_with_the_key_that_signed_it() -> None:
    signer = Signer.of("offers.example.com/log", SEED)
    note = signer.sign("a\n\nb\n")
    assert text_of(note, signer.vkey) == "a\n\nb\n"
    for text, key in (
        (note.replace("a", "c", 1), signer.vkey),
        (note, Signer.of("offers.example.com/log", b"\1" * 32).vkey),
        (note, Signer.of("another", SEED).vkey),
        (note, "nonsense"),
        ("", signer.vkey),
    ):
        with pytest.raises(BadNote):
            text_of(text, key)
    for name in ("with space", "a+b", "", "a\tb", "a\u3000b"):
        with pytest.raises(ValueError, match="no name"):
            Signer.of(name, SEED)


def test_what_is_signed_of_one_log_does_not_pass_for_another_of_the_same_installation(sandbox: Sandbox) -> None:
    """One private key signs for all of them: the name in the line is not what is signed."""
    prod, dev = (Signer.of(f"offers.example.com/DEMO@OfferOrg/{name}", SEED) for name in ("prod", "dev"))
    note = dev.sign(checkpoints.checkpoint(sandbox).split("\n\n")[0].replace("/prod", "/dev") + "\n")
    line = prod.sign(note.split("\n\n")[0] + "\n").split("\n\n")[1]
    taken = f"{note.split(chr(10) * 2)[0]}\n\n{line}"
    assert text_of(taken, prod.vkey).startswith(dev.name)
    with pytest.raises(BadNote, match="another log"):
        checkpoints.read(taken, prod.vkey)
    with pytest.raises(ValueError, match="another log"):
        verify()(receipt(sandbox, 2).partition("\n\n")[0] + f"\n\n{taken}", prod.vkey)


@pytest.mark.parametrize("size", ["04", "+4", "4_0", " 4", "-1", "٤"])
def test_a_checkpoint_is_written_in_one_way_only(size: str) -> None:
    signer = Signer.of("offers.example.com/log", SEED)
    root = base64.b64encode(b"0" * 32).decode()
    assert checkpoints.read(signer.sign(f"{signer.name}\n4\n{root}\nmore\n"), signer.vkey).size == 4
    for text in (f"{signer.name}\n{size}\n{root}\n", f"{signer.name}\n4\n{root[4:]}\n", f"{signer.name}\n4\n"):
        with pytest.raises(BadNote, match="no checkpoint"):
            checkpoints.read(signer.sign(text), signer.vkey)


def test_commands_write_checkpoints_and_check_against_them(sandbox: Sandbox, tmp_path: Path, capsys: Any) -> None:
    call_command("checkpoint", "--out", str(tmp_path))
    (file,) = tmp_path.iterdir()
    assert file.name == "prod-4.checkpoint"
    call_command("verify_history", "--checkpoint", str(file))
    assert "as it should be" in capsys.readouterr().out
    forged = Signer.of(checkpoints.origin_of(sandbox), SEED).sign(
        f"{checkpoints.origin_of(sandbox)}\n4\n{base64.b64encode(b'0' * 32).decode()}\n"
    )
    file.write_text(forged)
    with pytest.raises(CommandError, match="1 difference found"):
        call_command("verify_history", "--checkpoint", str(file))
    file.write_text(forged.replace("\n4\n", "\n5\n"))
    with pytest.raises(CommandError, match="signature"):
        call_command("verify_history", "--checkpoint", str(file))


def test_members_get_checkpoint_key_tiles_and_receipts_and_strangers_none(sandbox: Sandbox, client: Client) -> None:
    addresses = ("log/checkpoint", "log/vkey", "log/tile/0/000.p/4", "offers/sale/history/1/receipt")
    assert [client.get(f"/s/prod/{one}").status_code for one in addresses] == [302] * 4
    user = User.objects.create_user("mina")
    client.force_login(user)
    assert [client.get(f"/s/prod/{one}").status_code for one in addresses] == [404] * 4
    Membership.objects.create(sandbox=sandbox, user=user, role="auditor")
    note, vkey, tile, file = (client.get(f"/s/prod/{one}") for one in addresses)
    assert text_of(note.content.decode(), vkey.content.decode()).splitlines()[1] == "4"
    assert tile.content == b"".join(bytes(e.leaf_hash) for e in LogEntry.objects.order_by("index"))
    assert client.get("/s/prod/log/tile/0/000.p/2").content == tile.content[:64]
    assert "immutable" in tile["Cache-Control"]
    assert "no-store" in note["Cache-Control"]
    assert verify()(file.content.decode(), vkey.content.decode())["leaf"]["item"] == "sale"
    for place in (
        "0/000",
        "0/000.p/5",
        "0/000.p/0",
        "0/x000/001",
        "1/000.p/1",
        "99/000.p/1",
        "0/0",
        "0/000.p/256",
        "0/a",
        "00/000.p/4",
        "0/000.p/04",
        "0/x000/000.p/4",
        "0/٠٠٠.p/4",
        "entries/000.p/5",
        "entries/001.p/1",
    ):
        assert client.get(f"/s/prod/log/tile/{place}").status_code == 404
    assert client.get("/s/prod/offers/sale/history/9/receipt").status_code == 404
