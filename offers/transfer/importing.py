"""A library that comes from elsewhere is stored: all of it or nothing, with an event of the log that says where it came from.

Its revisions get leaves and digests here, under the name of this sandbox. Each keeps the digest that it had (`refers_to.origin`), and
the salts of its commitments: so a receipt of where it came from is still about what stands here.
"""

from typing import IO

from django.db import IntegrityError, transaction
from django.utils import timezone

from offers.document.errors import InvalidDocument
from offers.ledger.imports import DanglingReference, import_history
from offers.log import checkpoints
from offers.log.notes import BadNote
from offers.models import LibraryImport, Sandbox
from offers.transfer.reading import BadFile, LibraryFile


class Refused(Exception):
    """Nothing was stored, and why."""


@transaction.atomic
def bring(sandbox: Sandbox, file: IO[bytes], *, by: str, note: str, vkey: str = "") -> LibraryImport:
    """Store the library of a file. `by` is the name of whoever does it; `vkey` the key of the log that it comes from, if it is known.

    Raises Refused, with the line and the member where there is one.
    """
    try:
        source = LibraryFile(file)
        if vkey:
            _check_signature(source, vkey)
        stored = import_history(sandbox, source.items(sandbox))
    except (BadFile, InvalidDocument, DanglingReference, ValueError, IntegrityError) as error:
        raise Refused(str(error)) from error
    return LibraryImport.objects.create(
        sandbox=sandbox,
        origin=source.header["origin"],
        exported_at=source.exported,
        checkpoint=source.header["checkpoint"],
        sha256=source.sha256,
        items=stored.items,
        revisions=stored.revisions,
        actor_label=by,
        note=note,
        created_at=timezone.now(),
    )


def _check_signature(source: LibraryFile, vkey: str) -> None:
    try:
        found = checkpoints.read(source.header["checkpoint"], vkey)
    except BadNote as error:
        raise BadFile(1, "/library/checkpoint", str(error)) from None
    if found.origin != source.header["origin"]:
        raise BadFile(1, "/library/checkpoint", "is of another log")
