"""What the log of a sandbox says of itself, when history was last proved, and how to check all of it oneself."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from offers.document.kinds.registry import API_BASE
from offers.log import checkpoints
from offers.models import LogCheck, LogEntry, Sandbox
from offers.web.audit.library import may_take
from offers.web.frame.access import actor_for
from offers.web.frame.respond import answer


def page(request: HttpRequest, sandbox: str) -> HttpResponse:
    actor = actor_for(request, sandbox)
    held = actor.sandbox
    checks = LogCheck.objects.filter(sandbox=held).order_by("-pk")
    passed, last = checks.filter(differences=0).first(), checks.first()
    size = checkpoints.size_of(held)
    context = {
        "passed": passed,
        # What came since, which nobody has looked at yet.
        "since": size - passed.size if passed else size,
        # The name and the id tell keys apart; the key itself is above.
        "signed_by": "+".join(passed.vkey.split("+", 2)[:2]) if passed else "",
        "prove": f"python manage.py verify_history --sandbox {held.name}",
        "may_take": may_take(actor),
        "failed": last if last and last.differences else None,
        **_signed(held, request.build_absolute_uri(f"{API_BASE}/log")),
    }
    return answer(request, "audit/integrity.html", context)


def _signed(held: Sandbox, address: str) -> dict[str, Any]:
    """The newest checkpoint with its key, and the lines that check it; nothing where nothing is signed here."""
    try:
        vkey = checkpoints.signer_of(held).vkey
        found = checkpoints.read(checkpoints.checkpoint(held), vkey)
    except checkpoints.NoKey:
        return {}
    entries = LogEntry.objects.filter(sandbox=held, index=found.size - 1)
    return {
        "checkpoint": found,
        "root": found.text.split("\n")[2],
        "last_at": entries.values_list("created_at", flat=True).first(),
        "vkey": vkey,
        "check_change": "python verify_receipt.py RECEIPT --key VKEY",
        "check_growth": f"python witness.py cosign {address} \\\n"
        "  --key VKEY --headers HEADERS --state LAST --signing-key MINE",
        "check_history": f"python manage.py verify_history --sandbox {held.name} --checkpoint CHECKPOINT --key VKEY",
    }
