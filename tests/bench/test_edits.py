"""The benchmark runs as the operator's page says: on few offers and for a second; with the peer where `make bench` has installed its packages before."""

import shutil

import orjson
import pytest

from tests.bench import edits, library, peers
from tests.servers import ROOT


@pytest.mark.skipif(not shutil.which("wrk"), reason="No wrk: `make test` installs Debian's where it can.")
def test_every_contender_edits_and_none_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edits, "FORMS", 30)
    monkeypatch.setattr(edits, "SETTLE", 0)
    options = "--offers 150 --rounds 1 --seconds 1 --hot-seconds 1 --clients 2"
    with_peer = peers.PLACE.exists()
    edits.main([*options.split(), *([] if with_peer else ["--without-peer"])])
    said = orjson.loads((ROOT / "test-results" / "bench.json").read_bytes())
    names = {"bare SQL", "our SQL", "PATCH, WSGI", "PATCH, door", "form, door", *(["the peer"] if with_peer else [])}
    assert {row["contender"] for row in said["edits"]} == names
    for row in said["edits"]:
        (sample,) = row["samples"]
        assert sample["rate"] > 0
        # In SQL, two may meet at one of so few offers; over HTTP each is answered all the same.
        assert "SQL" in row["contender"] or sample["failed"] == 0
    assert (said["hot"]["failed"], said["hot"]["missing"]) == (0, 0)
    assert "| 2 | PATCH, WSGI |" in capsys.readouterr().out


def test_its_postgresql_is_the_one_that_operators_are_told_to_have() -> None:
    rows = [
        line.split("|") for line in (ROOT / "docs" / "operator.md").read_text().splitlines() if line.startswith("| `")
    ]
    told = {name.strip(" `"): value for _, name, value, *_ in rows}
    assert all(value in told[name] for name, value in library.RECOMMENDED.items())
