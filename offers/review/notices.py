"""Who is told what of change requests: a row for each person, in the transaction of the step."""

from collections.abc import Collection

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from offers.access.permissions import REVIEWERS, Actor, account_of, can_edit
from offers.lists.keyset import Page, item_key, page_of, start_of
from offers.models import ChangeRequest, Membership, Notice, RequestComment, RequestEvent
from offers.review.changes.whose import owner_of
from offers.review.standing import VERDICTS

What = RequestEvent.What

ORDER = (item_key(descending=True),)
PAGE_SIZE = 25
# Of those who could decide, so many are asked: where there are more, a request is nobody's anyway.
MOST_ASKED = 50
# What is longer is read where it was said.
MOST_TEXT = 500
# More requests with news are not counted; news further back is not looked at.
MOST_COUNTED, LOOKED_AT = 99, 1_000
# What asks those who may decide; all else is news for those whose request it is.
ASKS = (What.OPENED, What.REOPENED, What.EDITED, What.BYPASSED)
# What somebody has to do something about: where nobody sees to the request any more, those who may decide are told.
NEWS_FOR_OWNER = (What.DROPPED, What.CONFLICTED, What.COLLIDES, What.EXPIRED, What.FAILED, What.TAKEN_BACK)


def tell(request: ChangeRequest, actor: Actor | None, what: str, text: str = "", also: Collection[str] = ()) -> None:
    """Tell the members whom this step concerns, and those with the keys in `also`; never who did it."""
    members = Membership.objects.filter(sandbox=request.sandbox_id, user__is_active=True)
    members = members.filter(_whom(request, what, also)).order_by("pk")
    did = actor.user_id if actor else None
    users = [user for user in members.values_list("user", flat=True)[: MOST_ASKED + 1] if user != did][:MOST_ASKED]
    label = actor.label if actor else ""
    shown = {"what": what, "actor_label": label, "text": text[:MOST_TEXT], "created_at": timezone.now()}
    mail = settings.SENDS_MAIL
    Notice.objects.bulk_create(
        Notice(user_id=user, sandbox_id=request.sandbox_id, request=request, mail_due=mail, **shown) for user in users
    )


def took_part(request: ChangeRequest) -> list[str]:
    """The keys of those who said something to it, or decided."""
    verdicts = RequestEvent.objects.filter(request=request, what__in=VERDICTS).values_list("actor_key")
    return [key for (key,) in verdicts.union(RequestComment.objects.filter(request=request).values_list("actor_key"))]


def happened(told: Notice | RequestEvent) -> str:
    """What it tells of, after the name of who did it; by itself where nobody did."""
    by_itself: dict[str, str] = {What.APPLIED: _("applied at its time"), What.SCHEDULED: _("scheduled")}
    by_people: dict[str, str] = {What.APPLIED: _("applied it")}
    return (by_people if told.actor_label else by_itself).get(told.what) or str(told.get_what_display())


def briefly(told: Notice | RequestEvent) -> str:
    """The same where it stands by itself, below the title of the request."""
    words: dict[str, str] = {
        What.OPENED: pgettext("request", "opened this request"),
        What.EDITED: pgettext("request", "changed this request"),
        What.APPROVED: pgettext("request", "approved this request"),
        What.REJECTED: pgettext("request", "rejected this request"),
        What.WITHDRAWN: pgettext("request", "withdrew this request"),
        What.CLAIMED: pgettext("request", "took over this request"),
        What.REOPENED: pgettext("request", "opened this request again"),
        What.SCHEDULED: pgettext("request", "scheduled this request"),
        What.APPLIED: pgettext("request", "applied this request"),
        What.BYPASSED: pgettext("request", "published this change without review"),
        What.LOOKED: pgettext("request", "reviewed this change afterwards"),
        Notice.What.COMMENTED: pgettext("request", "commented"),
    }
    return (words.get(told.what) if told.actor_label else "") or happened(told)


def _whom(request: ChangeRequest, what: str, also: Collection[str]) -> Q:
    keys = {request.actor_key, request.owner_key, *request.contributors, *also}
    theirs = Q(user__in={user for key in keys if (user := account_of(key)) is not None})
    asks = what in ASKS or (what in NEWS_FOR_OWNER and not can_edit(owner_of(request)))
    return Q(role__in=REVIEWERS) | theirs if asks else theirs


def of(actor: Actor) -> QuerySet[Notice]:
    """What this person was told in this sandbox, the newest first."""
    return Notice.objects.filter(user=actor.user_id, sandbox=actor.sandbox).order_by("-key").select_related("request")


def page(actor: Actor, cursor: str = "") -> Page[Notice]:
    """A page of them; a cursor of another list is its start."""
    start = start_of(cursor, ORDER) or start_of("", ORDER)
    assert start is not None, "no cursor is the start of every list"
    found = of(actor)
    if start.values:
        found = found.filter(**{f"key__{'gt' if start.backwards else 'lt'}": int(start.values[0] or 0)})
    rows = list(found.order_by("key" if start.backwards else "-key")[: PAGE_SIZE + 1])
    return page_of(rows, PAGE_SIZE, ORDER, start, lambda row: (str(row.key),), total=0)


def unread(actor: Actor) -> int:
    """Of how many requests there is news that was not read yet, as far back as is looked; MOST_COUNTED + 1 stands for more."""
    found = Notice.objects.filter(user=actor.user_id, sandbox=actor.sandbox, read_at=None).order_by("-key")
    about = set(found.values_list("request_id", flat=True)[:LOOKED_AT])
    return min(len(about), MOST_COUNTED + 1)


def read(actor: Actor, number: int | None = None) -> int:
    """Mark those of the request with this number as read, or all; how many were not yet."""
    found = Notice.objects.filter(user=actor.user_id, sandbox=actor.sandbox, read_at=None)
    return (found if number is None else found.filter(request__number=number)).update(read_at=timezone.now())


def seen(actor: Actor, request: ChangeRequest) -> None:
    """Whoever looks at a request has read what they were told of it."""
    told = Notice.objects.filter(user=actor.user_id, sandbox=actor.sandbox, read_at=None, request=request)
    told.update(read_at=timezone.now())
