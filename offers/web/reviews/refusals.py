"""Why something was not done to a request, in the words of its page, and with which status: the same for all that is pressed there."""

from django.http import HttpRequest
from django.utils.translation import gettext as _

from offers import asked
from offers.document.errors import DocumentError
from offers.ledger.references import InUse
from offers.review.applying import NoOwner, NotReady, NotYet, PeriodOver
from offers.review.changes.whose import NotYours
from offers.review.comments import MOST_TEXT, NoSuggestion, NothingSaid, TooLong
from offers.review.requests import HasMoved, NothingToPropose, NotNow, ReasonMissing
from offers.review.verdicts import HadPart
from offers.web.frame.words import problem_text
from offers.web.item.said import in_use
from offers.web.reviews.around.outcome import in_its_zone
from offers.web.reviews.around.typed import COMMENT, NOTE, SUGGESTION, at_field

# What those functions of offers/review raise that a person can do something about.
REFUSALS = (
    *(DocumentError, HasMoved, InUse, NoOwner, NoSuggestion, NotNow, NotReady, NothingSaid, NothingToPropose),
    *(HadPart, NotYet, NotYours, PeriodOver, ReasonMissing, TooLong),
)
# Problems of a document that are told.
TOLD = 5


def text_of(request: HttpRequest, name: str) -> str:
    """What was typed there. Raises TooLong: nothing of it is cut off without a word."""
    typed = asked.text(request.POST.get(name), MOST_TEXT + 1)
    if len(typed) > MOST_TEXT:
        raise TooLong(name)
    return typed


def refused_at(error: Exception, field: str = "") -> str:
    """The name of the input that one of REFUSALS is about, "" for none; of a comment at a `field`, of the one there."""
    match error:
        case TooLong():
            return str(error)
        case ReasonMissing():
            return NOTE
        case NothingSaid():
            return at_field(COMMENT, field)
        case NoSuggestion():
            return at_field(SUGGESTION, field)
    return ""


def why_not(error: Exception) -> tuple[str, int]:
    """What is said of one of REFUSALS, and the status of the answer."""
    match error:
        case HadPart() | NotYours():
            return str(error), 403
        case ReasonMissing():
            return _("Say why: whoever proposed it wants to know."), 422
        case NothingSaid():
            return _("Say something first."), 422
        case NoSuggestion():
            return _("Only a text or a number can be suggested for."), 422
        case TooLong():
            return _("This is too long: at most {n} characters.").format(n=f"{MOST_TEXT:,}"), 422
        case NotNow():
            said = _("Somebody was first: the request is “{state}” by now.")
            return said.format(state=error.request.get_state_display()), 409
        case HasMoved():
            return _("The value has changed since it was suggested: nothing was changed."), 409
        case NoOwner():
            return _("Nobody who may edit here sees to it any more: somebody has to take it over first."), 409
        case NothingToPropose():
            return _("Nothing would be left to change. Withdraw the request, or leave this item out of it."), 409
        case NotYet():
            assert error.request.apply_at is not None, "it has a time"
            said = _("It is applied on {when}, as others agreed. Give it another time, and have that agreed to again.")
            return said.format(when=in_its_zone(error.request, error.request.apply_at)), 409
        case PeriodOver():
            return _("The time that it was meant for is over. Give it another one."), 409
        case DocumentError():
            return " ".join(problem_text(one) for one in error.problems[:TOLD]), 422
        case InUse():
            return problem_text(in_use(error)), 409
    return _("It cannot be applied as it stands: nothing was written."), 409
