"""What comes in: bodies parsed by our own strict parser, and the headers that say how a change is recorded."""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from offers.access.asking import asking, header
from offers.api.wire.problems import ApiError, bad_parameter
from offers.document.errors import InvalidDocument, Problem
from offers.document.parse import parse
from offers.document.words.labels import gettext_noop
from offers.ledger.records import Stamp
from offers.models import Revision

JSON_TYPES = ("application/json",)
# RFC 5789 wants a type of its own for patches; the documented API sends them as plain JSON.
PATCH_TYPES = ("application/json-patch+json", "application/json")
MAX_NOTE = 1_000
# Parameters that ask for something else than the call itself: passed over, they would delete what was to be tried.
MODES = ("dryRun", "asOf", "propose", "bypass")
# Those of them that say how a change is made, if not at once and alone.
WAYS = ("dryRun", "propose", "bypass")


def sent_document(request: HttpRequest) -> dict[str, Any]:
    """The body of a POST: a document. Raises ApiError (415), ParseError, InvalidDocument."""
    _check_type(request, JSON_TYPES, "Accept-Post")
    document = parse(request.body)
    if not isinstance(document, dict):
        raise InvalidDocument(Problem("", "not-an-object", gettext_noop("The document must be an object.")))
    return document


def sent_patch(request: HttpRequest) -> Any:
    """The body of a PATCH; whether it is a patch is found out when it is applied. Raises ApiError (415), ParseError."""
    _check_type(request, PATCH_TYPES, "Accept-Patch")
    return parse(request.body)


def stamp_of(request: HttpRequest) -> Stamp:
    """How this request's change is recorded. Raises ApiError (400) for a note that cannot be."""
    return Stamp(Revision.Source.API.value, note=_note(request), request_id=asking(request).request_id)


def check_modes(request: HttpRequest, known: Collection[str]) -> None:
    """Raises ApiError (400) for a parameter that is one of MODES, however it is spelled, and not `known` to the call."""
    for name in request.GET:
        folded = name.replace("-", "").replace("_", "").lower()
        if name not in known and folded in [mode.lower() for mode in MODES]:
            detail = _("This call does not know the parameter %(name)s.") % {"name": name}
            raise bad_parameter(detail)


def way_of(request: HttpRequest) -> str:
    """Which of WAYS a change is asked to be made, "" for none of them: `dryRun` changes nothing, `propose` asks a second person
    first, `bypass` does not wait for one. Raises ApiError (400) for anything but true and false, and for two of them.
    """
    wanted = [name for name in WAYS if _is_true(request, name)]
    if len(wanted) > 1:
        detail = _("Only one of {names} can be true.").format(names=", ".join(WAYS))
        raise bad_parameter(detail)
    return wanted[0] if wanted else ""


def _is_true(request: HttpRequest, name: str) -> bool:
    values = {value.lower() for value in request.GET.getlist(name, ["false"])}
    if values not in ({"true"}, {"false"}):
        detail = _("{name} is true or false.").format(name=name)
        raise bad_parameter(detail)
    return values == {"true"}


def _note(request: HttpRequest) -> str:
    """X-Change-Note. WSGI hands headers over as Latin-1; a note in UTF-8 is brought back from that."""
    text = header(request, "X-Change-Note")
    if text is None:
        return ""
    with suppress(UnicodeError):
        text = text.encode("latin-1").decode()
    # Not before: the last byte of many a Korean syllable is a space in Latin-1.
    text = text.strip()
    # Empty is what some servers make of a note that is not ASCII: a reason must not get lost without a word.
    if not text or len(text) > MAX_NOTE or not text.isprintable():
        detail = _("X-Change-Note is one line of 1 to {limit} characters.").format(limit=MAX_NOTE)
        raise ApiError(400, "malformed-header", _("A header could not be read"), detail)
    return text


def is_coded(request: HttpRequest) -> bool:
    """Whether the body is compressed or the like. None is decoded here: a few bytes would make many."""
    codings = (header(request, "Content-Encoding") or "").lower().split(",")
    return any(coding.strip() not in ("", "identity") for coding in codings)


def _check_type(request: HttpRequest, accepted: tuple[str, ...], header: str) -> None:
    if is_coded(request):
        # RFC 9110 section 12.5.3: this says that it was the coding and not the type.
        detail, headers = _("Send the body as it is, without Content-Encoding."), {"Accept-Encoding": "identity"}
        title = _("This Content-Encoding is not accepted")
        raise ApiError(415, "unsupported-content-encoding", title, detail, headers=headers)
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if request.content_type in accepted and charset in ("utf-8", "utf8", "us-ascii"):
        return
    types = ", ".join(accepted)
    detail = _("Send the body as {types}, in UTF-8.").format(types=types)
    raise ApiError(
        415, "unsupported-media-type", _("This Content-Type is not accepted"), detail, headers={header: types}
    )
