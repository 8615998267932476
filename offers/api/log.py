"""What the sandbox's log proves, for programs that check it: the newest checkpoint, the key, and the tiles of the tree."""

from django.http import Http404, HttpResponse

from offers.api.auth import ApiRequest
from offers.log import checkpoints, tiles

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
    """GET: the hashes of a tile, side by side (C2SP tlog-tiles)."""
    hashes = tiles.served(request.actor.sandbox, level, place)
    if hashes is None:
        raise Http404
    return HttpResponse(hashes, content_type=BYTES, headers={"Cache-Control": tiles.CACHE})
