"""The sample pack: what is in the zip, that a stranger draws the same and proves each change, and what is refused."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from offers.document.kinds.registry import Kind
from offers.log import checkpoints, sequencer
from offers.log.taken import sample
from offers.log.taken.scripts import script
from offers.models import Revision, Sandbox
from offers.review import requests
from tests.cast import Role, actor, make, offer, patch, replace
from tests.review.asking import agree, ask, wanted
from tests.review.conftest import member
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

pytestmark = pytest.mark.django_db(transaction=True)
ZIP = "/s/prod/audit/sample.zip"


@pytest.fixture
def lived(sandbox: Sandbox, settings: Settings) -> Sandbox:
    """Twelve changes: ten by hand, one by a request that somebody approved, and one that did not wait."""
    settings.LOG_KEY = b"\7" * 32
    sale = make(actor(sandbox), offer(status="approved", name="=세일"), id="sale")
    for priority in range(2, 10):
        patch(actor(sandbox), sale, replace("/rank/priority", priority))
    make(actor(sandbox), {"name": "Tag"}, Kind.TAG, "tag")
    Sandbox.objects.update(review_policy="two-people")
    ena, jisoo = (member(sandbox, name, Role.REVIEWER) for name in ("ena", "jisoo"))
    hasty = member(sandbox, "hasty", Role.EDITOR, may_bypass=True)
    agree(jisoo, ask(ena, sale, replace("/name", "Summer")))
    requests.publish(hasty, [wanted(sale, replace("/rank/priority", 99))], "Quick", "It was wrong")
    sequencer.keep()
    return sandbox


def asked(**more: str) -> str:
    # Yesterday as well, for who began before midnight.
    today = timezone.now().date()
    query = {"from": str(today - timedelta(days=1)), "to": str(today), "size": "12", "seed": "audit 2026", **more}
    return f"{ZIP}?" + "&".join(f"{name}={value}" for name, value in query.items())


def pack(browser: Client, to: Path, **more: str) -> Path:
    """The folder that the zip has."""
    answer: Any = browser.get(asked(**more))
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as zipped:
        assert zipped.testzip() is None
        zipped.extractall(to)
    (folder,) = to.iterdir()
    return folder


def test_a_pack_has_each_change_in_words_its_documents_and_whose_it_was(
    lived: Sandbox, sign_in: SignIn, tmp_path: Path
) -> None:
    folder = pack(sign_in("auditor"), tmp_path)
    told = json.loads((folder / "index.json").read_text())
    assert told["draw"]["population"] == Revision.objects.count() == 12
    by = {(change["id"], change["etag"]): change for change in told["changes"]}
    assert len(by) == 12
    asked_for = by["sale", 10]
    assert asked_for["changes"] == ["Name: =세일 → Summer"]
    assert [one["name"] for one in asked_for["request"]["approved"]] == ["Jisoo"]
    assert asked_for["request"]["approved_by_others"]
    assert asked_for["request"]["proposed_by"]["name"] == "Ena"
    hasty = by["sale", 11]["request"]
    assert (hasty["bypass"]["name"], hasty["bypass"]["text"], hasty["looked"]) == ("Hasty", "It was wrong", None)
    for change in told["changes"]:
        documents = {
            name: json.loads((folder / place).read_text())
            for name, place in change["files"].items()
            if name.endswith(".json")
        }
        assert ("before.json" in documents) == (change["etag"] > 1)
        assert documents["patch.json"]
    assert json.loads((folder / asked_for["files"]["after.json"]).read_text())["name"] == "Summer"
    page = (folder / "index.html").read_text()
    for part in ("Ena", "Jisoo", "published without review by Hasty", "12 of 12 changes", "audit 2026", "Summer"):
        assert part in page, part
    assert "<script" not in page
    assert "src=" not in page
    assert "Nobody else has reviewed it yet" in page
    assert "<svg" not in page, "pictures of ours are no part of it"
    rows = list(csv.DictReader(io.StringIO((folder / "index.csv").read_text("utf-8-sig"))))
    assert {row["name"] for row in rows} >= {"'=세일", "Summer"}, "no spreadsheet calculates it"
    assert {row["approved_by"] for row in rows} == {"", "Jisoo"}


def test_the_page_shows_what_is_drawn_which_is_what_the_pack_has(
    lived: Sandbox, sign_in: SignIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = sign_in("auditor")
    page: Any = auditor.get(asked(size="5", show="yes").replace("sample.zip", "sample/"))
    text = text_of(page)
    told = json.loads((pack(auditor, tmp_path, size="5") / "index.json").read_text())
    drawn = [(one.revision.item.id, one.revision.etag) for one in page.context["drawn"]]
    assert drawn == [(change["id"], change["etag"]) for change in told["changes"]]
    assert "5 of 12 changes are drawn" in text
    id, etag = drawn[0]
    assert f"{id}/history/{etag}/proof/" in text
    none = auditor.get(asked(show="yes", kind="placement").replace("sample.zip", "sample/"))
    assert none.status_code == 422
    monkeypatch.setattr("offers.web.audit.taken.sample.SHOWN_OF", 3)
    many = auditor.get(asked(show="yes").replace("sample.zip", "sample/"))
    assert "The pack has what is drawn of them" in text_of(many), "nobody waits for a page of a million"


def test_a_stranger_draws_the_same_and_proves_each_change_with_what_is_in_it(
    lived: Sandbox, sign_in: SignIn, tmp_path: Path
) -> None:
    folder = pack(sign_in("auditor"), tmp_path, size="5")
    told = json.loads((folder / "index.json").read_text())
    vkey = checkpoints.signer_of(lived).vkey
    assert (folder / "vkey").read_text().strip() == vkey
    assert checkpoints.read((folder / "checkpoint").read_text(), vkey).size == told["draw"]["size"]
    run = [sys.executable, "draw_sample.py", "index.json"]
    found = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=True)
    assert found.stdout == "The same: 5 of 12\n"
    space: dict[str, Any] = {"__name__": "verify_receipt"}
    exec((folder / "verify_receipt.py").read_text(), space)  # noqa: S102  # what a stranger runs
    for change in told["changes"]:
        proved = space["verify"]((folder / change["files"]["receipt.tlog-proof"]).read_text(), vkey)
        assert (proved["index"], proved["leaf"]["item"], proved["leaf"]["etag"]) == (
            change["index"],
            change["id"],
            change["etag"],
        )
        assert proved["size"] == told["draw"]["size"]
        assert proved["opened"]["patch"] == (folder / change["files"]["patch.json"]).read_text()
    told["changes"] = told["changes"][::-1]
    (folder / "index.json").write_text(json.dumps(told))
    assert subprocess.run(run, check=False, cwd=folder, capture_output=True).returncode == 1, "another one in a place"


def test_the_draw_follows_from_seed_and_root_alone_and_favours_nobody(lived: Sandbox) -> None:
    ranks = script("draw_sample").ranks
    draw = dict.fromkeys(script("draw_sample").MEMBERS, "") | {"seed": "a", "population": 40, "wanted": 10}
    assert ranks(draw) == ranks(dict(draw))
    assert ranks(draw) != ranks({**draw, "seed": "b"})
    assert ranks(draw) != ranks({**draw, "root": "other"})
    assert sorted(ranks({**draw, "wanted": 500})) == list(range(40)), "all of few, each once"
    count = Counter(rank for seed in range(400) for rank in ranks({**draw, "seed": str(seed)}))
    assert set(count) == set(range(40))
    assert 55 < min(count.values()) <= max(count.values()) < 150, "a hundred each, about"


def test_filters_narrow_the_population_down(lived: Sandbox, sign_in: SignIn, tmp_path: Path) -> None:
    auditor = sign_in("auditor")
    tags = json.loads((pack(auditor, tmp_path / "a", kind="tag") / "index.json").read_text())
    assert [change["id"] for change in tags["changes"]] == ["tag"]
    assert tags["draw"]["population"] == 1
    hasty = json.loads((pack(auditor, tmp_path / "b", bypass="yes") / "index.json").read_text())
    assert [change["etag"] for change in hasty["changes"]] == [11]


def test_without_a_key_it_says_that_nothing_is_proved(
    lived: Sandbox, sign_in: SignIn, settings: Settings, tmp_path: Path
) -> None:
    settings.LOG_KEY = b""
    auditor = sign_in("auditor")
    assert "Nothing is signed here, so the sample has no receipts" in text_of(auditor.get("/s/prod/audit/sample/"))
    folder = pack(auditor, tmp_path, size="2")
    names = {path.name for path in folder.rglob("*")}
    assert not names & {"vkey", "checkpoint", "receipt.tlog-proof"}
    assert "nothing in here is proved to you" in (folder / "index.html").read_text()
    assert not json.loads((folder / "index.json").read_text())["signed"]


def test_what_cannot_be_drawn_is_said_at_the_form_and_nothing_typed_is_lost(
    lived: Sandbox, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = sign_in("auditor")
    for more, said in (
        ({"from": "2001-01-01", "to": "2001-02-01"}, "There is no such change in this period."),
        ({"from": "tomorrow"}, "Choose the first and the last day"),
        ({"from": "2099-01-01"}, "Choose the first and the last day"),
        ({"size": "501"}, "Choose a size from 1 to 500."),
        ({"size": "0"}, "Choose a size from 1 to 500."),
        ({"seed": "+"}, "Give a seed"),
    ):
        answer = auditor.get(asked(**more))
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert more.get("seed", "") == "+" or 'value="audit 2026"' in text_of(answer)
    monkeypatch.setattr(sample, "POPULATION", 3)
    assert "Choose a shorter one" in text_of(auditor.get(asked()))
    first, second = (text_of(auditor.get("/s/prod/audit/sample/")) for _ in range(2))
    assert first != second, "another seed is proposed to each"
    assert auditor.get("/s/dev/audit/sample.zip").status_code == 404
    # Of no type that there is, nobody takes home a sample of all.
    assert {auditor.get(asked(**more)).status_code for more in ({"kind": "tags"}, {"bypass": "true"})} == {400}


def test_korean_readers_get_it_in_korean_and_what_is_asked_of_the_database_does_not_grow(
    lived: Sandbox, sign_in: SignIn, tmp_path: Path
) -> None:
    auditor = sign_in("auditor")
    auditor.cookies["django_language"] = "ko"
    counts = []
    for size in ("2", "12"):
        with CaptureQueriesContext(connection) as queries:
            folder = pack(auditor, tmp_path / size, size=size)
        counts.append(len(queries))
    assert '<html lang="ko">' in (folder / "index.html").read_text()
    assert "변경한 사람" in (folder / "index.html").read_text()
    assert counts[1] - counts[0] <= 10 * 12, "at most a dozen for each change more"
    assert counts[0] <= 2 * 12 + 25
