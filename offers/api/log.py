"""What the sandbox's log proves, for programs that check it: the newest checkpoint, the key, the tiles of the tree and receipts."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from offers import asked
from offers.api.auth import ApiRequest
from offers.api.wire.problems import bad_parameter
from offers.log import checkpoints
from offers.log.taken import receipts, tiles

PATH = "log"
TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"


def checkpoint(request: ApiRequest) -> HttpResponse:
    """GET: size and root of the tree, signed (C2SP tlog-checkpoint)."""
    try:
        return HttpResponse(checkpoints.checkpoint(request.actor.sandbox), content_type=TEXT)
    except checkpoints.NoKey:
        raise Http404 from None


def vkey(request: ApiRequest) -> HttpResponse:
    """GET: what signatures are checked with, `name+id+base64`."""
    try:
        return HttpResponse(checkpoints.signer_of(request.actor.sandbox).vkey + "\n", content_type=TEXT)
    except checkpoints.NoKey:
        raise Http404 from None


def tile(request: ApiRequest, level: str, place: str) -> HttpResponse:
    """GET: the hashes of a tile, side by side, or at the level `entries` the entries that it is over (C2SP tlog-tiles)."""
    hashes = tiles.served(request.actor.sandbox, level, place)
    if hashes is None:
        raise Http404
    return HttpResponse(hashes, content_type=BYTES, headers={"Cache-Control": tiles.CACHE})


def receipt(request: ApiRequest, index: int) -> HttpResponse:
    """GET: the receipt of an entry (C2SP tlog-proof), of the log as it is or as it was when it had `size` entries."""
    size = request.GET.get("size")
    wanted = asked.number(size, asked.MAX_KEY)
    if size is not None and wanted is None:
        raise bad_parameter(_("size is how many entries the log had: a whole number."))
    try:
        return HttpResponse(receipts.of_entry(request.actor.sandbox, index, wanted), content_type=TEXT)
    except checkpoints.NoKey:
        raise Http404 from None
