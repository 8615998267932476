"""Every error of the API as a problem document (RFC 9457): one place decides what becomes which status."""

import logging
from collections.abc import Iterable, Iterator, Mapping

import orjson
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _

from offers.access.asking import asking
from offers.access.permissions import NotAllowed, NotFound
from offers.access.policy import ReviewRequired
from offers.api.wire import shapes
from offers.api.wire.dates import shown
from offers.document.errors import DocumentError, Problem
from offers.document.words.labels import gettext_noop
from offers.ledger import writes
from offers.ledger.heads import Head
from offers.ledger.history import NoSuchRevision
from offers.ledger.references import InUse
from offers.review.applying import NoOwner, NotReady, NotYet, PeriodOver
from offers.review.requests import MOST_CHANGES, HasMoved, NothingToPropose, NotNow, ReasonMissing, TooMany
from offers.review.standing import Standing, Trouble

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
# Names a kind of problem, stays the same over time, and is no address: nothing has to be served there.
TYPE_PREFIX = "urn:offers:problem:"
RETRY_SECONDS = 5


class ApiError(Exception):
    """A refusal that only the API makes. `title` and `detail` are translated already."""

    def __init__(
        self, status: int, code: str, title: str, detail: str = "", *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail or title)
        self.status, self.code, self.title, self.detail = status, code, title, detail
        self.headers = headers or {}


def bad_parameter(detail: str) -> ApiError:
    """The refusal of a parameter that says nothing that the call could do; `detail` says what it would have to be."""
    return ApiError(400, "bad-parameter", _("A parameter could not be read"), detail)


class AuthenticationError(Exception):
    """There is no token, or none of ours that is still good."""


class Conflict(Exception):
    """A refusal (409) that depends on how the item stands: it is told with the item's head."""

    def __init__(self, cause: DocumentError | InUse, head: Head) -> None:
        super().__init__(str(cause))
        self.cause, self.head = cause, head


def problem(
    request: HttpRequest,
    status: int,
    code: str,
    title: str,
    detail: str = "",
    *,
    errors: Iterable[shapes.ProblemDetail] = (),
    headers: Mapping[str, str] | None = None,
    head: Head | None = None,
    digest: str = "",
) -> HttpResponse:
    """The response. `errors` are its details; where it depends on how an item stands, its `head` is told as well, and
    where on how a change request does, the `digest` of that.
    """
    content: shapes.Problem = {
        "type": TYPE_PREFIX + code,
        "title": title,
        "status": status,
        "detail": detail or title,
        "errors": list(errors),
        "requestId": asking(request).request_id,
    }
    if digest:
        content["digest"] = digest
    told = dict(headers or {})
    if head is not None:
        content |= {"etag": head.etag, "modifiedBy": head.modified_by, "modified": shown(head.modified_at)}
        told["ETag"] = f'"{head.etag}"'
    return HttpResponse(orjson.dumps(content), status=status, content_type=CONTENT_TYPE, headers=told)


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """What the API says when `error` ends a request. Nothing was written."""
    match error:
        case ApiError():
            return problem(request, error.status, error.code, error.title, error.detail, headers=error.headers)
        case Conflict():
            return _conflict(request, error)
        case DocumentError():
            return _document_problem(request, error)
        case writes.StaleEtag():
            title = _("Somebody changed this first")
            detail = _("It is at etag {etag} now, changed by {name}.").format(
                etag=error.head.etag, name=error.head.modified_by
            )
            return problem(request, 412, "stale-etag", title, detail, head=error.head)
        case writes.PreconditionRequired():
            detail = _("This sandbox takes changes only with an If-Match header that names the etag you read.")
            return problem(request, 428, "precondition-required", _("An If-Match header is needed"), detail)
        case NotFound() | NoSuchRevision() | Http404():
            return problem(request, 404, "not-found", _("Not found"), _("There is no such thing here, or not for you."))
        case ReviewRequired():
            detail = _("{why} Send it with ?propose=true to ask for one.").format(why=error)
            return problem(request, 403, "review-required", _("A second person has to look at it"), detail)
        case NotReady() | NotNow() | HasMoved() | NoOwner() | ReasonMissing() | TooMany() | NothingToPropose():
            return _review_problem(request, error)
        case PeriodOver() | NotYet():
            return _review_problem(request, error)
        case InUse():
            return _in_use(request, error)
        case NotAllowed():
            return problem(request, 403, "not-allowed", _("Not allowed"), str(error))
        case AuthenticationError():
            return unauthorized(request)
        case RequestDataTooBig():
            return problem(request, 413, "too-large", _("The body is too large"))
        case SuspiciousOperation() | UnreadablePostError() | MultiPartParserError() | BadRequest():
            # Among them: more fields than a form may have.
            return problem(request, 400, "unreadable", _("The body could not be read"))
        case OperationalError() | InterfaceError():
            logger.warning("request %s: the database is away: %s", asking(request).request_id, error)
            return unavailable(request)
    logger.error("request %s failed", asking(request).request_id, exc_info=error)
    return problem(request, 500, "internal", _("Something went wrong here"), _("It was logged under this requestId."))


def unauthorized(request: HttpRequest) -> HttpResponse:
    """401 with the challenge of RFC 6750 section 3; without a token, it names no error."""
    given = request.headers.get("Authorization", "").lower().startswith("bearer ")
    challenge = 'Bearer realm="offers", error="invalid_token"' if given else 'Bearer realm="offers"'
    return problem(
        request,
        401,
        "unauthorized",
        _("An access token is needed"),
        _("Send Authorization: Bearer and a token from /ims/token/v3 that has not expired."),
        headers={"WWW-Authenticate": challenge},
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database is away or too busy; the change was not made, or its answer never came."""
    return problem(
        request,
        503,
        "unavailable",
        _("The library cannot be reached"),
        _("Try again in a few seconds."),
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def not_allowed(request: HttpRequest, methods: str) -> HttpResponse:
    """405 with Allow."""
    detail = _("This address takes {methods}.").format(methods=methods)
    return problem(
        request, 405, "method-not-allowed", _("This method is not for this address"), detail, headers={"Allow": methods}
    )


def _conflict(request: HttpRequest, error: Conflict) -> HttpResponse:
    if isinstance(error.cause, DocumentError):
        return _document_problem(request, error.cause, head=error.head)
    return _in_use(request, error.cause, head=error.head)


def _in_use(request: HttpRequest, error: InUse, *, head: Head | None = None) -> HttpResponse:
    messages = [
        _("{kind} {id} ({name}) uses it.").format(kind=kind, id=id, name=name) for kind, id, name in error.users
    ]
    errors = [_entry("", "in-use", message, error.item) for message in messages]
    detail = _("Other library items use it. Change those first.")
    return problem(request, 409, "in-use", _("It is in use"), detail, errors=errors, head=head)


def _review_problem(request: HttpRequest, error: Exception) -> HttpResponse:
    """What stands in the way of a step of a change request."""
    match error:
        case NotReady() if error.standing.request.is_under_way:
            errors = list(_in_the_way(error.standing))
            title = _("The change request does not fit what is there now")
            return problem(request, 409, "request-not-ready", title, errors[0]["message"], errors=errors)
        case HasMoved():
            detail = _("It is not what you looked at any more. Look again, and send the digest of that.")
            title = _("The change request has changed")
            return problem(request, 409, "request-moved", title, detail, digest=error.standing.digest)
        case NoOwner():
            detail = _("Nobody who may edit here answers for it any more. Somebody has to take it over first.")
            return problem(request, 409, "no-owner", _("The change request has no owner"), detail)
        case PeriodOver():
            detail = _("The time that it was meant for is over. Give it another one.")
            return problem(request, 409, "period-over", _("Its period is over"), detail)
        case NotYet():
            assert error.request.apply_at is not None, "it has a time"
            detail = _("Others agreed to it for {when}. Give it another time, and have that agreed to again.")
            detail = detail.format(when=shown(error.request.apply_at))
            return problem(request, 409, "not-yet", _("It is not its time yet"), detail)
        case ReasonMissing():
            errors = [_entry("/text", "required", _("Say why."))]
            return problem(request, 422, "reason-missing", _("A reason is needed"), _("Say why."), errors=errors)
        case TooMany():
            detail = _("A change request has at most {limit} changes.").format(limit=MOST_CHANGES)
            return problem(request, 422, "too-many-changes", _("Too many changes"), detail)
        case NothingToPropose():
            return problem(request, 422, "nothing-to-propose", _("There is nothing to propose"), _("It is so already."))
    held = error.standing.request if isinstance(error, NotReady) else error.request  # type: ignore[attr-defined]
    detail = _("The change request is in the state “{state}”.").format(state=held.get_state_display())
    return problem(request, 409, "not-now", _("This cannot be done any more"), detail)


TROUBLES = {
    Trouble.CONFLICT: gettext_noop("Somebody changed this to something else."),
    Trouble.GONE: gettext_noop("It was deleted."),
    Trouble.ARCHIVED: gettext_noop("It was archived, and what is archived does not change."),
    Trouble.TAKEN: gettext_noop("There is an item with this id."),
    Trouble.DONE: gettext_noop("It is so already."),
}


def _in_the_way(found: Standing) -> Iterator[shapes.ProblemDetail]:
    for place in found.troubled:
        if place.trouble == Trouble.INVALID:
            yield from (_detail(problem, place.change.id) for problem in place.problems)
            continue
        assert place.trouble is not None, "a change without trouble is not in the way"
        for pointer in [conflict.pointer for conflict in place.conflicts] or [""]:
            yield _entry(pointer, place.trouble.value, _(TROUBLES[place.trouble]), place.change.id)
    for objection in found.objections:
        message = _("{name} asked for changes.").format(name=objection.actor_label)
        yield _entry("", "changes-requested", message)
    if not found.approvals:
        yield _entry("", "not-approved", _("Nobody else has agreed to it as it stands now."))


def _entry(pointer: str, code: str, message: str, item: str = "") -> shapes.ProblemDetail:
    entry: shapes.ProblemDetail = {"pointer": pointer, "code": code, "message": message}
    if item:
        entry["item"] = item
    return entry


def _document_problem(request: HttpRequest, error: DocumentError, *, head: Head | None = None) -> HttpResponse:
    errors = [_detail(problem, error.item) for problem in error.problems]
    title, detail = _(error.title), errors[0]["message"]
    return problem(request, error.status, error.code, title, detail, errors=errors, head=head)


def _detail(found: Problem, item: str = "") -> shapes.ProblemDetail:
    detail = _entry(found.pointer, found.code, _(found.message).format(**found.params), item)
    if found.operation is not None:
        detail["operation"] = found.operation
    return detail
