"""One change in a sample pack: what it was, whose, by whose yes; as files, as data and for its index."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from offers.document.words.clips import shortened
from offers.document.words.describe import Change
from offers.log.following import Told
from offers.log.taken.sample import Draw
from offers.models import LibraryItem, LogEntry, Revision
from offers.review.changes.consent import Consent, Said, consents_of
from offers.web.audit.taken.files import FORMULA
from offers.web.frame.curl import json_text
from offers.web.frame.words import change_title, new_text, old_text
from offers.web.item.entries import Entry, entries

COLUMNS = (
    *("number", "index", "time", "kind", "id", "name", "etag", "who", "who_key", "client", "door", "note", "changes"),
    *("request", "proposed_by", "proposed_at", "approved_by", "approved_at", "approved_by_others"),
    *("bypassed_by", "bypass_reason", "looked_by", "looked_at", "digest", "erased", "receipt"),
)
# Changes of one version that are told in words in the index; the patch has all of them.
TOLD = 40


@dataclass(frozen=True, slots=True)
class Packed:
    """A change with all that the pack tells of it."""

    log: LogEntry
    item: LibraryItem
    entry: Entry
    consent: Consent | None

    @property
    def made(self) -> Revision:
        return self.entry.revision

    @property
    def name(self) -> str:
        document = self.entry.after or self.entry.before or {}
        return str(document.get("name", ""))

    @property
    def shown(self) -> list[Change]:
        return self.entry.changes[:TOLD]

    @property
    def unshown(self) -> int:
        return max(0, len(self.entry.changes) - TOLD)

    @property
    def erased(self) -> list[str]:
        return sorted(self.made.erased or {})

    def files(self) -> dict[str, bytes]:
        """The patch to the letter, as the digest has it, and the documents before and after it, where there were any."""
        sides = {"before.json": self.entry.before, "after.json": self.entry.after}
        documents = {name: json_text(side).encode() for name, side in sides.items() if side is not None}
        return {"patch.json": self.made.patch.encode(), **documents}

    def said(self, number: int, files: dict[str, str]) -> dict[str, Any]:
        made, consent = self.made, self.consent
        return {
            "number": number,
            "index": self.log.index,
            "time": made.created_at.isoformat(),
            "kind": self.item.kind,
            "id": self.item.id,
            "name": self.name,
            "etag": made.etag,
            "who": made.actor_label,
            "who_key": self.log.actor_key,
            "client": made.client_id,
            "door": made.source,
            "note": made.note,
            "changes": [_line(change) for change in self.shown],
            "more_changes": self.unshown,
            "request": _request(consent) if consent else None,
            # Of an import: the digest that the change has where it comes from, and by which door it was made there.
            "origin": {name: origin[name] for name in ("digest", "door")} if (origin := _origin(made)) else None,
            "digest": made.digest,
            "erased": self.erased,
            "files": files,
        }


def packed(found: Draw, batch: Sequence[Told]) -> Iterator[Packed]:
    """These changes one by one: each is read when it is needed."""
    consents = consents_of(found.sandbox.pk, [one.revision for one in batch if one.revision])
    for one in batch:
        assert one.revision is not None, "only revisions are drawn"
        item = one.revision.item
        item.sandbox = found.sandbox
        (entry,) = entries(item, [one.revision])
        yield Packed(one.entry, item, entry, consents.get(one.revision.refers_to.get("request", 0)))


def cells(said: dict[str, Any]) -> list[str]:
    """The row of the spreadsheet: no cell is a formula."""
    request = said["request"] or {}
    bypass, looked = request.get("bypass") or {}, request.get("looked") or {}
    approved = request.get("approved", [])
    more = {
        "changes": "\n".join(said["changes"]),
        "request": request.get("number", ""),
        "proposed_by": request.get("proposed_by", {}).get("name", ""),
        "proposed_at": request.get("proposed_by", {}).get("at", ""),
        "approved_by": ", ".join(one["name"] for one in approved),
        "approved_at": ", ".join(one["at"] for one in approved),
        "approved_by_others": "yes" if request.get("approved_by_others") else "",
        "bypassed_by": bypass.get("name", ""),
        "bypass_reason": bypass.get("text", ""),
        "looked_by": looked.get("name", ""),
        "looked_at": looked.get("at", ""),
        "erased": ", ".join(said["erased"]),
        "receipt": said["files"].get("receipt.tlog-proof", ""),
    }
    texts = (str(more[name] if name in more else said[name]) for name in COLUMNS)
    return [f"'{text}" if text.startswith(FORMULA) else text for text in texts]


def _origin(made: Revision) -> dict[str, Any] | None:
    found: dict[str, Any] | None = made.refers_to.get("origin")
    return found


def _request(consent: Consent) -> dict[str, Any]:
    return {
        "number": consent.number,
        "title": consent.title,
        "reason": consent.reason,
        "proposed_by": _said(consent.author),
        "applied_at": consent.applied_at.isoformat() if consent.applied_at else None,
        "approved": [_said(one) for one in consent.approved],
        "approved_by_others": consent.by_others,
        "bypass": _said(consent.bypassed) if consent.bypassed else None,
        "looked": _said(consent.looked) if consent.looked else None,
    }


def _said(one: Said) -> dict[str, str]:
    return {"name": one.name, "key": one.key, "at": one.at.isoformat(), "text": one.text}


def _line(change: Change) -> str:
    """A change in words, on one line."""
    old, new = (shortened(str(side)) for side in (old_text(change), new_text(change)))
    values = f"{old} → {new}" if change.action == "changed" else old or new
    return f"{change_title(change)}: {values}" if values else f"{change_title(change)} ({change.action})"
