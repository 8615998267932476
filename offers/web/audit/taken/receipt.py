"""The proof of one change as a page to print: what it was, whose, what was checked just now, and how to check it oneself."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from offers.access.permissions import Actor
from offers.ledger import history
from offers.log import checkpoints
from offers.log.following import brought_by
from offers.log.taken import receipts
from offers.log.taken.scripts import path_of, script
from offers.models import LibraryItem, LogEntry, Revision
from offers.review.changes.consent import consents_of
from offers.web.frame.access import actor_for, item_for
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.entries import entries, item_context


def page(request: HttpRequest, sandbox: str, section: Section, id: str, etag: int) -> HttpResponse:
    """Of any change of any item, deleted ones too."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    made = history.revision(item, etag)
    (entry,) = entries(item, [made])
    consent = consents_of(actor.sandbox.pk, [made]).get(made.refers_to.get("request", 0))
    context = item_context(
        item,
        "history",
        entry=entry,
        made=made,
        consent=consent,
        brought=brought_by(made),
        now=timezone.now(),
        **proved(actor, item, made),
        **file_names(item, made),
    )
    return answer(request, "audit/taken/receipt.html", context)


def proved(actor: Actor, item: LibraryItem, made: Revision) -> dict[str, Any]:
    """What the receipt proves, found with the script that we hand out; or why there is none."""
    try:
        text, vkey = receipts.receipt(actor.sandbox, item, made), checkpoints.signer_of(actor.sandbox).vkey
    except receipts.NotYet:
        return {"not_yet": True}
    except checkpoints.NoKey:
        return {"unsigned": True, "index": _index(actor, item, made)}
    try:
        found = script("verify_receipt").verify(text, vkey)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with it, it proves nothing, and that is said
        return {"not_proved": str(error) or type(error).__name__}
    opened = found["opened"]
    return {
        "proof": found,
        # People count from 1; what the log calls it is its index.
        "place": found["index"] + 1,
        "codes": [
            (_("Log"), found["origin"]),
            (_("Digest"), made.digest),
            (_("Root"), text.rpartition("\n\n")[0].split("\n")[-1]),
            (_("Key"), vkey),
        ],
        "erased": [name for name in ("patch", "document", "label", "note") if name not in opened],
    }


def _index(actor: Actor, item: LibraryItem, made: Revision) -> int | None:
    """Its place in the log, which is not signed."""
    entries = LogEntry.objects.filter(
        sandbox=actor.sandbox, item_id=item.pk, row=made.pk, event=LogEntry.Event.REVISION
    )
    return entries.values_list("index", flat=True).first()


def file_names(item: LibraryItem, made: Revision) -> dict[str, str]:
    """The receipt's file, and the line that checks it."""
    name = f"{item.id}-{made.etag}.tlog-proof"
    return {"file_name": name, "check": f"python verify_receipt.py {name} --key KEY"}


def checker(request: HttpRequest, sandbox: str) -> HttpResponse:
    """The script that checks receipts, as a file: whoever got one need not have our source."""
    actor_for(request, sandbox)
    response = HttpResponse(path_of("verify_receipt").read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="verify_receipt.py"'
    return response
