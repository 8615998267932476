"""What the forms of these pages say, read in one way."""

from datetime import timedelta

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from offers import asked
from offers.access.asking import asking
from offers.access.changes import Reason
from offers.access.members import Given

# As long as the longest role.
MAX_WORD = 12
# For how long an old secret goes on, in hours; the usual one first.
OVERLAPS: tuple[tuple[int, Promise], ...] = (
    (24, gettext_lazy("for 24 more hours")),
    (1, gettext_lazy("for 1 more hour")),
    (168, gettext_lazy("for 7 more days")),
    (0, gettext_lazy("not at all: it ends at once, with its tokens")),
)


def given_in(form: QueryDict) -> Given:
    """What a member is to be allowed."""
    return Given(asked.text(form.get("role"), MAX_WORD), bool(form.get("may_bypass")))


def was_in(form: QueryDict) -> Given:
    """What the member was allowed when the form was opened."""
    role, _, bypass = asked.text(form.get("was"), 2 * MAX_WORD).partition("+")
    return Given(role, bool(bypass))


def was_text(given: Given) -> str:
    """For the form to say."""
    return f"{given.role}+bypass" if given.may_bypass else given.role


def overlap_in(form: QueryDict) -> timedelta:
    """How long the old secret goes on; what is none of the choices is refused as too short."""
    hours = asked.number(form.get("overlap"))
    return timedelta(hours=hours if hours in dict(OVERLAPS) and hours is not None else -1)


def reason_of(request: HttpRequest) -> Reason:
    return Reason(asked.note(request.POST.get("note")), asking(request).request_id)
