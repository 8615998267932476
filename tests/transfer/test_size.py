"""A file of any size takes the memory of a small one, and no line is read beyond its limit."""

import gc
import hashlib
import io
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import orjson
import pytest

from offers.document.values import canonical_text
from offers.ledger import imports
from offers.models import LibraryItem, Sandbox, reading
from offers.transfer import exporting, importing
from offers.transfer.lines import digest_of
from tests.cast import make_sandbox, replace

NIGHT = "T00:00:00.000000+00:00"
Lines = list[dict[str, Any]]


def test_a_line_that_nobody_asked_for_is_read_no_further_than_the_limit(db: None) -> None:
    class Endless(io.BytesIO):
        read_so_far = 0

        def readline(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert 0 < size < 3_000_000
            self.read_so_far += size
            return b"x" * size

    source = Endless()
    with pytest.raises(importing.Refused, match="line 1: is longer"):
        importing.bring(make_sandbox(), source, by="Olga", note="")
    assert source.read_so_far < 3_000_000


def tags(count: int) -> Iterator[bytes]:
    """The lines of a file of so many tags, each changed twice, made as they are read."""
    told, texts = hashlib.sha256(), {"label": "Mina Park", "note": "x" * 500}
    salts = dict.fromkeys(("patch", "document", "label", "note"), "00" * 16)
    header = {
        "format": "offeradmin-library/1",
        "origin": "host/org/prod",
        "exported": f"2026-01-02{NIGHT}",
        "checkpoint": "",
    }
    made: Lines = [{"library": header}]
    for number in range(count):
        item: Any = {"id": f"tag{number}", "kind": "tag", "revisions": 3}
        digest, revisions = "", []
        for etag in (1, 2, 3):
            document = {"name": f"{number} {etag}"}
            change = replace("/name", document["name"]) if etag > 1 else [{"op": "add", "path": "", "value": document}]
            revision: Any = {
                "etag": etag,
                "patch": change,
                "actor": 1,
                "client": "",
                "door": "form",
                "request": "",
                "refers_to": {},
                "time": f"2026-01-0{etag}{NIGHT}",
                "salts": salts,
                **texts,
            }
            digest = digest_of(revision, sandbox="prod", item=item, before=digest, document=canonical_text(document))
            revisions.append({"revision": {**revision, "digest": digest}})
        made += [{"item": {**item, "digest": digest}}, *revisions]
        for line in made:
            written = orjson.dumps(line) + b"\n"
            told.update(written)
            yield written
        made = []
    yield orjson.dumps({"end": {"items": count, "revisions": 3 * count, "sha256": told.hexdigest()}}) + b"\n"


class Trickle(io.BytesIO):
    """A file of lines that are made as they are read."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        super().__init__()
        self.lines = lines

    def readline(self, size: int | None = -1, /) -> bytes:
        return next(self.lines, b"")


def bring_tags(sandbox: Sandbox, count: int) -> None:
    importing.bring(sandbox, Trickle(tags(count)), by="Olga", note="")


def _peak(do: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        do()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_memory_that_a_file_takes_does_not_grow_with_it(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 10)
    monkeypatch.setattr(reading, "CHUNK", 20)
    few, many = make_sandbox("few"), make_sandbox("many")
    small, large = _peak(partial(bring_tags, few, 20)), _peak(partial(bring_tags, many, 400))
    assert LibraryItem.objects.filter(sandbox=many).count() == 400
    assert large < small * 1.3
    # Python itself keeps up to 2,000 tuples that were let go.
    size = sum(map(len, exporting.lines(many)))
    assert _peak(lambda: all(exporting.lines(many))) < size / 2
