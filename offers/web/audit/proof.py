"""What the log proves, for whoever checks it: the newest checkpoint, the key, tiles, and the receipt of a change."""

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from offers import asked
from offers.ledger import history
from offers.log import checkpoints
from offers.log.taken import receipts, tiles
from offers.models import LibraryItem
from offers.web.frame.access import actor_for, item_for
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.entries import item_context


def checkpoint(request: HttpRequest, sandbox: str) -> HttpResponse:
    """The newest one (C2SP tlog-checkpoint); 404 where nothing is signed."""
    actor = actor_for(request, sandbox)
    try:
        return _text(checkpoints.checkpoint(actor.sandbox))
    except checkpoints.NoKey:
        raise Http404("LOG_KEY is not set") from None


def vkey(request: HttpRequest, sandbox: str) -> HttpResponse:
    """What signatures are checked with: `name+id+base64`."""
    actor = actor_for(request, sandbox)
    try:
        return _text(checkpoints.signer_of(actor.sandbox).vkey + "\n")
    except checkpoints.NoKey:
        raise Http404("LOG_KEY is not set") from None


def tile(request: HttpRequest, sandbox: str, level: str, place: str) -> HttpResponse:
    """The hashes of a tile, side by side, or the entries that it is over; of a part of one that is wider now, too."""
    hashes = tiles.served(actor_for(request, sandbox).sandbox, level, place)
    if hashes is None:
        raise Http404
    return HttpResponse(hashes, content_type="application/octet-stream", headers={"Cache-Control": tiles.CACHE})


def receipt(request: HttpRequest, sandbox: str, section: Section, id: str, etag: int) -> HttpResponse:
    """The receipt of a change, as a file (C2SP tlog-proof); a page that says why not, where there is none (yet)."""
    actor, item = item_for(request, sandbox, id, kinds=section.kinds, deleted=True)
    try:
        text = receipts.receipt(actor.sandbox, item, history.revision(item, etag))
    except receipts.NotYet:
        return _none(request, item, _("This change is not in the log yet. Try again in a second."))
    except checkpoints.NoKey:
        return _none(request, item, _("Nothing is signed here: an operator has to set a key for the log first."))
    response = _text(text)
    response["Content-Disposition"] = f'attachment; filename="{item.id}-{etag}.tlog-proof"'
    return response


def entry_receipt(request: HttpRequest, sandbox: str, index: int) -> HttpResponse:
    """The receipt of any entry of the log, as a file; by `size` of the log as it was when it had so many entries."""
    actor, size = actor_for(request, sandbox), request.GET.get("size")
    wanted = asked.number(size, asked.MAX_KEY)
    if size and wanted is None:
        raise BadRequest("size is no number")
    try:
        text = receipts.of_entry(actor.sandbox, index, wanted)
    except checkpoints.NoKey:
        raise Http404("LOG_KEY is not set") from None
    response = _text(text)
    response["Content-Disposition"] = f'attachment; filename="{actor.sandbox.name}-{index}.tlog-proof"'
    return response


def _none(request: HttpRequest, item: LibraryItem, why: str) -> HttpResponse:
    return answer(request, "audit/no_receipt.html", item_context(item, "history", why=why))


def _text(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
