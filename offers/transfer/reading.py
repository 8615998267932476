"""A file with a library (transfer/lines.py), read line by line: parsed like any body that comes in, and each chain proved.

Nothing of it is believed: each patch is applied, each digest made again by the recipe with the name of the sandbox that it comes
from, and what was counted and hashed is compared with the last line. Memory does not grow with the file.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from typing import IO, Any

from django.utils import timezone
from pydantic import ValidationError

from offers.access.permissions import Actor
from offers.document.erased import marked
from offers.document.errors import JSON, DocumentError
from offers.document.kinds.registry import Kind
from offers.document.parse import parse
from offers.document.patch import check, replay
from offers.document.validate import validate
from offers.document.values import Document, canonical_text
from offers.ledger.imports import Past, Version
from offers.ledger.leaf import Origin, RefersTo, text_hash
from offers.ledger.records import Stamp
from offers.models import Membership, Sandbox
from offers.models import Revision as Stored
from offers.transfer.lines import (
    FORMAT,
    LINE,
    LINE_LIMIT,
    End,
    Item,
    Library,
    Revision,
    digest_of,
    erased_of,
    instant,
    salts_of,
    sandbox_of,
)

# Etags of the same item, which a change refers to: they are the same here.
_ETAGS = ("merged_with", "undoes", "restores")
# As of the moments that pages ask for (web/frame/moment.py).
EARLIEST = 2000


class BadFile(Exception):
    """What is wrong with a file, and where: the number of the line, and a JSON Pointer into it."""

    def __init__(self, line: int, pointer: str, message: str) -> None:
        super().__init__(f"line {line}{f', {pointer}' if pointer else ''}: {message}")
        self.line = line


class LibraryFile:
    """A file that is being read: its header, and how far it was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._told = sha256()
        self.line = 0
        # Of every byte of the file, once it was read.
        self.sha256 = ""
        self.header: Library = self._next("library")
        exported = instant(self.header["exported"])
        if exported is None:
            raise self._bad("/library/exported", "is no time")
        self.exported: datetime = exported

    def items(self, sandbox: Sandbox) -> Iterator[Past]:
        """Its items as they are to be stored in this sandbox; the versions of each have to be read before the next. Raises BadFile."""
        latest, items, revisions = timezone.now(), 0, 0
        while "end" not in (line := self._any()):
            item: Item = self._of("item", line)
            if item["kind"] not in list(Kind):
                raise self._bad("/item/kind", "is no kind of item")
            yield Past(
                Kind(item["kind"]), item["id"], self._versions(sandbox, item, latest), place=f"line {self.line}: "
            )
            items, revisions = items + 1, revisions + item["revisions"]
        self._check_end(line["end"], items, revisions)

    def _versions(self, sandbox: Sandbox, item: Item, latest: datetime) -> Iterator[Version]:
        kind, document, digest, at = Kind(item["kind"]), None, "", None
        for etag in range(1, item["revisions"] + 1):
            made: Revision = self._next("revision")
            if made["etag"] != etag:
                raise self._bad("/revision/etag", f"is not {etag}, which comes next")
            at = self._time(made, at, latest)
            document = self._after(kind, document, made)
            again = digest_of(
                made,
                sandbox=sandbox_of(self.header["origin"]),
                item=item,
                before=digest,
                document=canonical_text(document),
            )
            digest = made["digest"]
            if again != digest:
                raise self._bad("/revision/digest", "is not that of what the revision says")
            yield self._version(sandbox, made, at, document)
        if digest != item["digest"]:
            raise self._bad("/revision/digest", "is not that of the item's last revision")

    def _after(self, kind: Kind, before: Document | None, made: Revision) -> Document | None:
        """The document that the revision made. The first patch adds all of it, and one that removes it can only be followed by another."""
        try:
            # Checked without its limit of operations: a patch that was made of a difference has as many as it needs.
            for start in range(0, len(made["patch"]), 100):
                check(made["patch"][start : start + 100])
            document = replay(before, made["patch"])
        except DocumentError as error:
            problem = error.problems[0]
            raise self._bad(f"/revision/patch/{problem.operation or 0}", problem.text) from None
        if document is None and before is None:
            raise self._bad("/revision/patch", "removes what is not there")
        # What stands in the place of an erased text need not be what its field takes.
        whole = document is not None and "document" not in erased_of(made)
        problems = validate(kind, document) if whole else ()
        if problems:
            raise self._bad(
                "/revision/patch", f"makes a document that is not valid: {problems[0].pointer}: {problems[0].text}"
            )
        return document

    def _time(self, made: Revision, before: datetime | None, latest: datetime) -> datetime:
        at = instant(made["time"])
        if at is None:
            raise self._bad("/revision/time", "is no time as digests are made of")
        if before is not None and at <= before:
            raise self._bad("/revision/time", "is not later than that of the revision before")
        if at.year < EARLIEST:
            raise self._bad("/revision/time", f"is before the year {EARLIEST}, and no page could show it in every zone")
        if at > latest:
            raise self._bad("/revision/time", "is still to come")
        return at

    def _version(self, sandbox: Sandbox, made: Revision, at: datetime, document: Document | None) -> Version:
        # Who has the same number here, or a program of the same name, is somebody else: the name is what comes along.
        by = Actor(sandbox, Membership.Role.AUDITOR, made["label"])
        stamp = Stamp(Stored.Source.IMPORT, made["note"], made["request"], self._refers_to(made, document))
        return Version(by, at, document, stamp, patch=made["patch"], salts=salts_of(made), erased=erased_of(made))

    def _refers_to(self, made: Revision, document: Document | None) -> RefersTo:
        """What is the same here, and what there is of it at its origin: requests and runs with these numbers are others."""
        said, same = made["refers_to"], RefersTo()
        for name in _ETAGS:
            value = said.get(name)
            if value is not None and (type(value) is not int or not 0 < value < made["etag"]):
                raise self._bad(f"/revision/refers_to/{name}", "is no version before this one")
            if value is not None:
                same[name] = value  # type: ignore[literal-required]
        copy_of = said.get("copy_of")
        if isinstance(copy_of, str) and len(copy_of) <= 64:
            same["copy_of"] = copy_of
        origin = Origin(digest=made["digest"], door=made["door"])
        if made["actor"] is not None:
            origin["actor"] = made["actor"]
        if made["client"]:
            origin["client"] = made["client"]
        if said:
            origin["refers_to"] = said
        if erased := self._erased(made):
            texts = {"patch": canonical_text(made["patch"]), "document": canonical_text(document)}
            texts |= {"label": made["label"], "note": made["note"]}
            self._check_marks(made, document, erased)
            origin["erased"] = {name: text_hash(texts[name]) for name in erased}
        return {**same, "origin": origin}

    def _erased(self, made: Revision) -> dict[str, str]:
        erased = erased_of(made)
        if {name for name, salt in made["salts"].items() if salt is None} != erased.keys():
            raise self._bad("/revision/salts", "are missing of other texts than those that were erased")
        return erased

    def _check_marks(self, made: Revision, document: Document | None, erased: Iterable[str]) -> None:
        """Whether what stands in an erased text's place says so: nothing in the file proves what stands there."""
        stands: dict[str, JSON] = {
            "patch": [one.get("value") for one in made["patch"]],
            "document": document,
            "label": made["label"],
            "note": made["note"],
        }
        for name in erased:
            where = list(marked(stands[name]))
            # A name and a note go whole.
            if not where or (name in ("label", "note") and where != [""]):
                raise self._bad(f"/revision/erased/{name}", "has no mark of an erasure in its place")

    def _check_end(self, end: End, items: int, revisions: int) -> None:
        if (end["items"], end["revisions"]) != (items, revisions):
            raise self._bad("/end", f"counts other items and revisions than the {items} and {revisions} that there are")
        if self._read():
            raise BadFile(self.line, "", "comes after the end")

    def _next(self, what: str) -> Any:
        return self._of(what, self._any())

    def _of(self, what: str, line: dict[str, Any]) -> Any:
        if what not in line:
            found = next(iter(line), "nothing")
            raise self._bad(f"/{found}", f"stands where a line “{what}” is expected")
        return line[what]

    def _any(self) -> dict[str, Any]:
        """The next line, whatever it is of. The end has to have the hash of what came before it."""
        before = self._told.hexdigest()
        raw = self._read()
        if not raw and not self.line:
            raise BadFile(1, "", "the file is empty")
        if not raw:
            raise BadFile(self.line, "", "the file is cut off after it: its last line would say “end”")
        if not raw.endswith(b"\n"):
            raise self._bad("", "the file is cut off in the middle of it")
        try:
            value: JSON = parse(raw, limit=LINE_LIMIT)
        except DocumentError as error:
            problem = error.problems[0]
            raise self._bad(problem.pointer, problem.text) from None
        try:
            line = LINE.validate_python(value)
        except ValidationError as error:
            raise self._newer(value) or self._misfit(error) from None
        if len(line) != 1:
            raise self._bad("", "has to have one member: library, item, revision or end")
        if "end" in line and line["end"]["sha256"] != before:
            raise self._bad("/end/sha256", "is not that of what comes before: the file was changed")
        return dict(line)

    def _read(self) -> bytes:
        raw = self._file.readline(LINE_LIMIT + 1)
        if raw:
            self.line += 1
            self._told.update(raw)
            self.sha256 = self._told.hexdigest()
        if len(raw) > LINE_LIMIT:
            raise self._bad("", f"is longer than {LINE_LIMIT} bytes")
        return raw

    def _newer(self, value: JSON) -> BadFile | None:
        """What is said of a file in another format than this one reads; None for anything else."""
        header = value.get("library") if isinstance(value, dict) else None
        format = header.get("format") if isinstance(header, dict) else FORMAT
        if format == FORMAT:
            return None
        message = f"is {str(format)[:60]!r}, and this version of the application reads {FORMAT!r}"
        return self._bad("/library/format", message)

    def _misfit(self, error: ValidationError) -> BadFile:
        detail = error.errors(include_url=False, include_input=False)[0]
        pointer = "".join(f"/{part}" for part in detail["loc"])
        return self._bad(pointer[:200], detail["msg"])

    def _bad(self, pointer: str, message: str) -> BadFile:
        return BadFile(self.line, pointer, message)
