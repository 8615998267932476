"""What the log proves, for whoever checks it: the newest checkpoint, the key, tiles, and the receipt of a change."""

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from offers.ledger import history
from offers.log import checkpoints, receipts
from offers.log.tree import HASH, WIDTH
from offers.models import LibraryItem, LogTile
from offers.web.frame.access import actor_for, item_for
from offers.web.frame.respond import answer
from offers.web.frame.sections import Section
from offers.web.item.entries import item_context

# A tile's number in groups of three digits, all but the last with an x in front (C2SP tlog-tiles), and its width if that is not full.
_PLACE = re.compile(r"((?:x\d{3}/){0,4}\d{3})(?:\.p/(\d{1,3}))?")


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


def tile(request: HttpRequest, sandbox: str, level: int, place: str) -> HttpResponse:
    """The hashes of a tile, side by side; of a part of one that is wider now, too."""
    actor, found = actor_for(request, sandbox), _PLACE.fullmatch(place)
    if found is None or level > 10:
        raise Http404
    index, width = int(found[1].replace("x", "").replace("/", "")), int(found[2] or WIDTH)
    kept = LogTile.objects.filter(sandbox=actor.sandbox, level=level, index=index).values_list("hashes", flat=True)
    hashes = bytes(kept.first() or b"")
    if not 0 < width * HASH <= len(hashes) or found[2] == str(WIDTH):
        raise Http404
    return HttpResponse(hashes[: width * HASH], content_type="application/octet-stream")


def receipt(request: HttpRequest, sandbox: str, section: Section, id: str, etag: int) -> HttpResponse:
    """The receipt of a change, as a file (C2SP tlog-proof); a page that says why not, where there is none yet."""
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


def _none(request: HttpRequest, item: LibraryItem, why: str) -> HttpResponse:
    return answer(request, "audit/no_receipt.html", item_context(item, "history", why=why), status=404)


def _text(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
