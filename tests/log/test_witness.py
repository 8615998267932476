"""docs/witness.py as it stands there, over real trees: what grows is cosigned, what was rewritten or shrank is not."""

import base64
import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import CommandError, call_command
from pytest_django import Settings

from offers.log import checkpoints, tree
from offers.log.checkpoints import Checkpoint
from offers.log.taken import scripts, tiles
from offers.log.tree import HASH, Tree
from offers.models import LogTile, Sandbox
from tests.cast import make_sandbox

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "witness.py"
SIZES = (0, 1, 2, 255, 256, 257, 300, 600, 66_000)
WITNESS = "witness.example.com/w1"


@pytest.fixture
def log(db: None, settings: Settings) -> Sandbox:
    """A log of a few thousand entries, of which the tests show as much as they like."""
    settings.LOG_KEY, settings.PUBLIC_URL = b"\7" * 32, "https://offers.example.com"
    made = make_sandbox()
    tree.append(made.pk, 0, [tree.of_leaf(b"%d" % number) for number in range(SIZES[-1])])
    return made


@pytest.fixture
def cosign(tmp_path: Path, log: Sandbox) -> Callable[[], str]:
    """The script's witness, at what `shown` put there."""
    script, key = scripts.script("witness"), tmp_path / "witness.key"
    key.write_text(script.new_key(WITNESS)[0])

    def sign() -> str:
        vkey = checkpoints.signer_of(log).vkey
        source = script.Source(str(tmp_path / "log"), {})
        return str(script.witness(source, vkey, key.read_text(), tmp_path / "state", 1_700_000_000))

    return sign


def shown(tmp_path: Path, log: Sandbox, size: int, of: Sandbox | None = None) -> Path:
    """A directory with a checkpoint of the log and its tiles, or with those `of` another that passes for it."""
    of, place = of or log, tmp_path / "log"
    text = Checkpoint(checkpoints.origin_of(log), size, Tree(of.pk).root(size)).text
    place.mkdir(exist_ok=True)
    (place / "checkpoint").write_text(checkpoints.signer_of(log).sign(text), encoding="utf-8")
    for level, index in LogTile.objects.filter(sandbox=of).values_list("level", "index"):
        width = min(256, (size >> 8 * level) - 256 * index)
        if width <= 0:
            continue
        name = tiles.named(index) + (f".p/{width}" if width < 256 else "")
        file = place / "tile" / str(level) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(tiles.served(of, str(level), name) or b"")
    return place


def rewritten(count: int, *, at: int) -> Sandbox:
    """A log that says something else at one place."""
    other = make_sandbox("dev")
    tree.append(other.pk, 0, [tree.of_leaf(b"%d" % (-1 if number == at else number)) for number in range(count)])
    return other


def test_a_log_that_only_grows_is_cosigned(log: Sandbox, tmp_path: Path, cosign: Callable[[], str]) -> None:
    for size in (*SIZES, SIZES[-1]):
        shown(tmp_path, log, size)
        note = cosign()
        said = checkpoints.read(note, checkpoints.signer_of(log).vkey)
        assert said.size == size, "and it is still a checkpoint of the log's"
        assert (tmp_path / "state").read_text() == note


def test_the_cosignature_is_what_c2sp_says(log: Sandbox, tmp_path: Path, cosign: Callable[[], str]) -> None:
    shown(tmp_path, log, 300)
    name, key_id, encoded = _public(tmp_path / "witness.key").split("+", 2)
    text, _, lines = cosign().rpartition("\n\n")
    by, signed = lines.splitlines()[1].removeprefix("— ").rsplit(" ", 1)
    raw, public = base64.b64decode(signed), base64.b64decode(encoded)
    assert (by, raw[:4].hex(), public[:1]) == (name, key_id, b"\4")
    assert hashlib.sha256(name.encode() + b"\n" + public).hexdigest()[:8] == key_id
    assert int.from_bytes(raw[4:12], "big") == 1_700_000_000
    message = f"cosignature/v1\ntime 1700000000\n{text}\n".encode()
    Ed25519PublicKey.from_public_bytes(public[1:]).verify(raw[12:], message)


def _public(file: Path) -> str:
    name, key = scripts.script("witness").read_signing_key(file.read_text())
    raw = b"\4" + key.public_key().public_bytes_raw()
    key_id = hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(raw).decode()}"


@pytest.mark.parametrize(("before", "now", "altered", "why"), [
    (600, 300, None, "SHRANK: it had 600 entries, and now says 300"),
    (600, 0, None, "SHRANK"),
    (300, 300, 299, "REWRITTEN: it has 300 entries as before"),
    (300, 600, 0, "REWRITTEN"),
    (300, 600, 299, "REWRITTEN"),
    (256, 257, 255, "REWRITTEN"),
    (1, 600, 0, "REWRITTEN"),
    (600, 66_000, 512, "REWRITTEN"),
])  # fmt: skip
def test_a_log_that_shrank_or_was_rewritten_is_refused_and_nothing_is_forgotten(
    log: Sandbox, tmp_path: Path, cosign: Callable[[], str], before: int, now: int, altered: int | None, why: str
) -> None:
    shown(tmp_path, log, before)
    kept = cosign()
    shown(tmp_path, log, now, None if altered is None else rewritten(now, at=altered))
    with pytest.raises(scripts.script("witness").Refused, match=why):
        cosign()
    assert (tmp_path / "state").read_text() == kept
    shown(tmp_path, log, 66_000)
    cosign()


def test_tiles_that_show_each_asker_what_it_wants_to_see_do_not_help(
    log: Sandbox, tmp_path: Path, cosign: Callable[[], str]
) -> None:
    """The old tree below and the rewritten one above: each root by itself could be computed from them."""
    shown(tmp_path, log, 300)
    cosign()
    place = shown(tmp_path, log, 600, rewritten(600, at=290))
    (place / "tile/0/001").write_bytes(tiles.served(log, "0", "001") or b"")
    with pytest.raises(scripts.script("witness").Refused, match="REWRITTEN"):
        cosign()


def test_damage_is_refused(log: Sandbox, tmp_path: Path, cosign: Callable[[], str]) -> None:
    place = shown(tmp_path, log, 300)
    good = (place / "checkpoint").read_text()
    for text in (good.replace("\n300\n", "\n301\n"), good[:-1], good.replace("— offers", "— others"), ""):
        (place / "checkpoint").write_text(text)
        with pytest.raises(scripts.script("witness").Refused):
            cosign()
    (place / "checkpoint").write_text(good)
    tile = place / "tile/0/001.p/44"
    tile.write_bytes(tile.read_bytes()[HASH:])
    with pytest.raises(scripts.script("witness").Refused, match="does not have 44 hashes"):
        cosign()
    assert not (tmp_path / "state").exists()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The directory over HTTP, for those who say who they are."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            file = tmp_path / "log" / self.path.removeprefix("/log/")
            allowed = self.headers["Authorization"] == "Bearer abc"
            self.send_response(302 if not allowed else 200 if file.is_file() else 404)
            self.send_header("Location", "/log/checkpoint")
            self.end_headers()
            if allowed and file.is_file():
                self.wfile.write(file.read_bytes())

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/log"
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_runs_by_itself_and_as_a_command_over_http(
    log: Sandbox, tmp_path: Path, served: str, capsys: pytest.CaptureFixture[str]
) -> None:
    key, headers, state = tmp_path / "w.key", tmp_path / "headers", tmp_path / "last"
    public = subprocess.run(
        [sys.executable, SCRIPT, "new", WITNESS, "--signing-key", key], capture_output=True, text=True, check=True
    ).stdout
    assert public.strip() == _public(key)
    assert key.stat().st_mode & 0o777 == 0o600
    headers.write_text("Authorization: Bearer abc\nx-api-key: demo-client\n")
    vkey = checkpoints.signer_of(log).vkey
    given = [served, "--key", vkey, "--state", str(state), "--signing-key", str(key)]
    shown(tmp_path, log, 300)
    call_command("witness", "cosign", *given, "--headers", str(headers))
    assert WITNESS in capsys.readouterr().out
    shown(tmp_path, log, 600)
    told = subprocess.run(
        [sys.executable, SCRIPT, "cosign", *given, "--headers", headers], capture_output=True, text=True, check=True
    )
    assert told.stdout == state.read_text()
    assert checkpoints.read(told.stdout, vkey).size == 600
    with pytest.raises(CommandError, match="302"):
        call_command("witness", "cosign", *given)
    with pytest.raises(CommandError, match="exists"):
        call_command("witness", "new", WITNESS, "--signing-key", str(key))
