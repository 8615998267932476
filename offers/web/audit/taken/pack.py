"""What is in a sample pack, written while it is sent: each change with its files, an index to print, and what it takes to check it.

What is read of it at once is one change; the index, which comes last, waits on disk.
"""

import csv
import io
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import orjson
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from offers.access.permissions import Actor
from offers.log.taken import receipts, sample
from offers.log.taken.sample import Draw
from offers.log.taken.scripts import path_of
from offers.web.audit.taken.packed import COLUMNS, Packed, cells, packed

# What has been written is sent when it is so much.
ENOUGH = 64 * 1024
INDEX = ("html", "json", "csv")


class _Out(io.RawIOBase):
    """What a zip is written to that is sent meanwhile: it cannot go back."""

    def __init__(self) -> None:
        self.held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.held += data
        return len(data)

    def taken(self) -> bytes:
        data = bytes(self.held)
        self.held.clear()
        return data


@dataclass
class Pack:
    """The pack of one draw, in the language and time zone of whoever asked for it; `site` is where that was."""

    draw: Draw
    actor: Actor
    language: str
    zone: ZoneInfo
    site: str
    _number: int = field(default=0, init=False)

    @property
    def name(self) -> str:
        wanted = self.draw.wanted
        return f"sample-{self.draw.sandbox.name}-{wanted.first:%Y%m%d}-{len(self.draw.places)}"

    def stream(self) -> Generator[bytes, None, None]:
        out = _Out()
        with ExitStack() as stack:
            index: dict[str, IO[bytes]] = {ending: stack.enter_context(TemporaryFile()) for ending in INDEX}
            zipped = stack.enter_context(ZipFile(out, "w", ZIP_DEFLATED))
            self._begin(index)
            for batch in sample.changes(self.draw):
                for one in packed(self.draw, batch):
                    self._add(zipped, index, one)
                    if len(out.held) >= ENOUGH:
                        yield out.taken()
            self._end(index)
            for ending, file in index.items():
                yield from _copied(zipped, out, f"{self.name}/index.{ending}", file)
            self._add_proof(zipped)
            yield from self._population(zipped, out)
        yield out.taken()

    def _begin(self, index: dict[str, IO[bytes]]) -> None:
        index["html"].write(self._rendered("audit/taken/pack_head.html", {}))
        about = {"draw": self.draw.told, "signed": bool(self.draw.checkpoint), "key": self.draw.vkey}
        index["json"].write(orjson.dumps(about)[:-1] + b',"changes":[')
        # Else spreadsheets take UTF-8 for something else.
        index["csv"].write("\ufeff".encode() + _row(COLUMNS))

    def _add(self, zipped: ZipFile, index: dict[str, IO[bytes]], one: Packed) -> None:
        """A change's files, and what the index says of it."""
        self._number += 1
        place = f"changes/{self._number:03d}"
        with translation.override(self.language), timezone.override(self.zone):
            files = one.files()
            if self.draw.checkpoint:
                text = receipts.receipt(self.draw.sandbox, one.item, one.made, self.draw.size)
                files["receipt.tlog-proof"] = text.encode()
            said = one.said(self._number, {name: f"{place}/{name}" for name in files})
        for name, data in files.items():
            zipped.writestr(f"{self.name}/{place}/{name}", data)
        index["html"].write(
            self._rendered("audit/taken/pack_change.html", {"one": one, "number": self._number, "files": said["files"]})
        )
        index["json"].write((b"" if self._number == 1 else b",\n") + orjson.dumps(said))
        index["csv"].write(_row(cells(said)))

    def _end(self, index: dict[str, IO[bytes]]) -> None:
        index["html"].write(b"</main></body></html>\n")
        index["json"].write(b"]}\n")

    def _rendered(self, template: str, context: dict[str, Any]) -> bytes:
        with translation.override(self.language), timezone.override(self.zone):
            kind = self.draw.wanted.kind
            shown = {"pack": self, "draw": self.draw, "told": self.draw.told, "language": self.language, "kind": kind}
            return render_to_string(template, {**shown, **context}).encode()

    def _add_proof(self, zipped: ZipFile) -> None:
        for name in ("verify_receipt", "draw_sample"):
            zipped.write(path_of(name), f"{self.name}/{name}.py")
        if self.draw.checkpoint:
            zipped.writestr(f"{self.name}/checkpoint", self.draw.checkpoint)
            zipped.writestr(f"{self.name}/vkey", self.draw.vkey + "\n")

    def _population(self, zipped: ZipFile, out: _Out) -> Iterator[bytes]:
        """The places of all that could have been drawn, a line each."""
        with zipped.open(f"{self.name}/population.txt", "w") as file:
            for place in sample.population(self.draw):
                file.write(b"%d\n" % place)
                if len(out.held) >= ENOUGH:
                    yield out.taken()

    @property
    def title(self) -> str:
        return _("Sample of changes: {sandbox}").format(sandbox=self.draw.sandbox.title)


def _copied(zipped: ZipFile, out: _Out, name: str, file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    with zipped.open(name, "w") as target:
        while data := file.read(ENOUGH):
            target.write(data)
            yield out.taken()


def _row(values: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue().encode()
