"""Which requests there are, and which of them wait for somebody: the newest first, page by page. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.utils import timezone
from django.utils.translation import gettext as _

from offers import asked
from offers.access.permissions import Actor, can_edit
from offers.access.policy import can_review
from offers.document.kinds.reading import CALLED
from offers.lists.keyset import Key, Page, item_key, page_of, start_of
from offers.models import ChangeRequest, LibraryItem, RequestedChange

State = ChangeRequest.State
# One of its changes cannot be made, and somebody still has to do something about that.
STUCK = Q(state__in=ChangeRequest.CAN_CONFLICT, is_stuck=True)
# Published without review, and nobody else has looked yet: ChangeRequest.is_to_look_at.
TO_LOOK_AT = Q(review_due_at__isnull=False, looked_at=None)
# Nothing becomes of it any more.
OVER = (State.APPLIED, State.REJECTED, State.WITHDRAWN)
ORDER = (Key("updated", "updated_at", "timestamptz", descending=True), item_key(descending=True))
PAGE_SIZE = 25
# More than that are not counted: a number that large only says that there are many.
MOST_COUNTED = 99
# Requests under way that are told of one item, as many as people read.
MOST_TOLD = 20
# How long nothing has happened to a request at least, by the name of the filter: rows say when something did.
AGES = {"day": timedelta(days=1), "week": timedelta(days=7)}
# Those whose titles are looked at when somebody looks for one: of each state, by its index (request_by_state). And whose authors can
# be chosen.
NEWEST = 500
MAX_WORDS = 8
NEWEST_SQL = """
SELECT found.* FROM unnest(%(states)s::text[]) AS wanted(state) CROSS JOIN LATERAL (
  SELECT * FROM offers_changerequest WHERE sandbox_id = %(sandbox)s AND state = wanted.state
   ORDER BY updated_at DESC, key DESC LIMIT %(newest)s) AS found
 WHERE NOT EXISTS (SELECT FROM unnest(%(words)s::text[]) AS word WHERE strpos(normalize(lower(found.title)), word) = 0)
 ORDER BY found.state = ANY(%(under_way)s::text[]) DESC, found.updated_at DESC, found.key DESC LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests: of a tab ("needs-me", "mine", "all"), and of those only some.

    `state` may be ChangeRequest.CONFLICTED. `field` is what people call a field that it touches (in English, as it is declared), `age` one of AGES.
    """

    tab: str = "needs-me"
    state: str = ""
    author: str = ""
    id: str = ""
    field: str = ""
    age: str = ""
    scheduled: bool = False
    # Published without review, and nobody else has looked yet.
    unseen: bool = False


def page(actor: Actor, wanted: Wanted, cursor: str = "") -> Page[ChangeRequest]:
    """A page of the queue; a cursor of another list is its start."""
    start = start_of(cursor, ORDER) or start_of("", ORDER)
    assert start is not None, "no cursor is the start of every list"
    order = ("updated_at", "key") if start.backwards else ("-updated_at", "-key")
    beyond = Q()
    if start.values:
        at, key = datetime.fromisoformat(start.values[0] or ""), int(start.values[1] or 0)
        way = "gt" if start.backwards else "lt"
        # The first condition is implied by the other two, and is what an index seeks by.
        beyond = Q(**{f"updated_at__{way}e": at}) & (Q(**{f"updated_at__{way}": at}) | Q(**{f"key__{way}": key}))
    ways = [found.filter(beyond).order_by(*order)[: PAGE_SIZE + 1] for found in matching(actor, wanted)]
    if len(ways) > 1:
        # Each has an index that it comes in order by; a condition that said all of them at once has none.
        keys = [row for (row,) in ways[0].values_list("key").union(*(way.values_list("key") for way in ways[1:]))]
        ways = [ChangeRequest.objects.filter(key__in=keys).order_by(*order)[: PAGE_SIZE + 1]]
    rows = list(ways[0]) if ways else []
    return page_of(rows, PAGE_SIZE, ORDER, start, lambda row: (row.updated_at.isoformat(), str(row.key)), total=0)


def other(actor: Actor, than: ChangeRequest) -> ChangeRequest | None:
    """Another request that waits for this person, the one that something happened to last; None where none does."""
    ways = [found.exclude(key=than.key).order_by("-updated_at", "-key")[:1] for found in matching(actor, Wanted())]
    found = [request for way in ways for request in way]
    return max(found, key=lambda request: (request.updated_at, request.key), default=None)


def named(keys: Iterable[int]) -> dict[int, str]:
    """What each request with one of these keys changes, by its key: its first item's name, and how many others. One query for all."""
    # What is still to be made is not listed: its name is in the document that the request adds.
    names = ("item__listing__name", "patch__0__value__name", "id")
    found = RequestedChange.objects.filter(request__in=set(keys)).order_by("request", "key").distinct("request")
    counted = found.annotate(n=Window(Count("key"), partition_by=F("request")))
    more = _("{name} and {n} more")
    called = [
        (key, str(name or new or id), n - 1) for key, name, new, id, n in counted.values_list("request", *names, "n")
    ]
    return {key: more.format(name=name, n=others) if others else name for key, name, others in called}


def authors(sandbox_id: int) -> list[str]:
    """Who opened the last of a sandbox's requests, by name."""
    last = ChangeRequest.objects.filter(sandbox=sandbox_id).order_by("-number")[:NEWEST]
    return sorted(set(last.values_list("actor_label", flat=True)))


def matching(actor: Actor, wanted: Wanted) -> list[QuerySet[ChangeRequest]]:
    """What is wanted, in one way or in several, of which each can be looked for by itself."""
    found = ChangeRequest.objects.filter(sandbox=actor.sandbox)
    if wanted.tab == "mine":
        found = found.filter(owner_key=actor.key)
    if wanted.state == ChangeRequest.CONFLICTED:
        found = found.filter(STUCK)
    elif wanted.state:
        found = found.filter(state=wanted.state)
    if wanted.author:
        found = found.filter(actor_label__icontains=wanted.author)
    if wanted.id:
        found = found.filter(Exists(RequestedChange.objects.filter(request=OuterRef("key"), id=wanted.id)))
    if wanted.field:
        found = found.filter(fields__overlap=CALLED.get(wanted.field, []))
    if wanted.age:
        found = found.filter(updated_at__lte=timezone.now() - AGES[wanted.age])
    if wanted.scheduled:
        found = found.filter(apply_at__isnull=False)
    if wanted.unseen:
        found = found.filter(TO_LOOK_AT)
    return [found.filter(one) for one in needs(actor)] if wanted.tab == "needs-me" else [found]


def needs(actor: Actor) -> list[Q]:
    """What waits for this person: what they may decide about, and their own that does not go on by itself.

    Of what does not fit any more, nobody else can make something; so it waits for its owner alone.
    """
    if not can_edit(actor):
        return []
    back = Q(state__in=(State.CHANGES_REQUESTED, State.FAILED, State.EXPIRED))
    mine = [Q(owner_key=actor.key) & back, Q(owner_key=actor.key) & STUCK]
    if not can_review(actor):
        return mine
    others = ~Q(contributors__contains=[actor.key])
    to_decide = Q(state=State.OPEN, is_stuck=False)
    return [*mine, to_decide & others, TO_LOOK_AT & others]


def due_of_unseen(sandbox_id: int) -> list[datetime]:
    """By when somebody else is to look at each change that was published without review, while nobody has; MOST_COUNTED + 1 at most."""
    unseen = ChangeRequest.objects.filter(TO_LOOK_AT, sandbox=sandbox_id)
    found = unseen.order_by("review_due_at").values_list("review_due_at", flat=True)[: MOST_COUNTED + 1]
    return [at for at in found if at is not None]


def count_needing(actor: Actor) -> int:
    """How many wait for this person; MOST_COUNTED + 1 stands for more."""
    most = MOST_COUNTED + 1
    # One by one, for each has its index: by a condition that said all of it at once none could be used, and every page asks.
    ways = [
        ChangeRequest.objects.filter(one, sandbox=actor.sandbox).order_by().values_list("key")[:most]
        for one in needs(actor)
    ]
    return len(ways[0].union(*ways[1:])[:most]) if ways else 0


def over_last(sandbox_id: int, most: int) -> list[ChangeRequest]:
    """Those that were over last, the newest first: each state by its index."""
    ways = [ChangeRequest.objects.filter(sandbox=sandbox_id, state=state) for state in OVER]
    found = [one for way in ways for one in way.order_by("-updated_at", "-key")[:most]]
    return sorted(found, key=lambda one: (one.updated_at, one.key), reverse=True)[:most]


def meant(sandbox_id: int, text: str, most: int) -> list[ChangeRequest]:
    """At most so many requests: the one with this number ("#13", "13"), then those whose title has all words, the open ones first.

    It costs the same however many there are: an old one that was over long ago is found by its number.
    """
    number, words = asked.number(text.removeprefix("#")), asked.words(text, MAX_WORDS)
    found = list(ChangeRequest.objects.filter(sandbox=sandbox_id, number=number)) if number is not None else []
    if words:
        under_way = [str(state) for state in ChangeRequest.UNDER_WAY]
        values = {"sandbox": sandbox_id, "words": words, "newest": NEWEST, "most": most, "under_way": under_way}
        titled = ChangeRequest.objects.raw(NEWEST_SQL, {**values, "states": ChangeRequest.State.values})
        found += [one for one in titled if one not in found]
    return found[:most]


def open_on(item: LibraryItem) -> list[RequestedChange]:
    """What requests that are under way want of the item, that of the newest one first, each with its `request`."""
    found = RequestedChange.objects.filter(item=item.key, request__state__in=ChangeRequest.UNDER_WAY)
    return list(found.select_related("request").order_by("-request")[:MOST_TOLD])


def own(actor: Actor) -> QuerySet[ChangeRequest]:
    """What this person or program sees to and something can still become of, what moved last first."""
    found = ChangeRequest.objects.filter(sandbox=actor.sandbox, owner_key=actor.key, state__in=ChangeRequest.UNDER_WAY)
    return found.order_by("-updated_at", "-key")


def takes(actor: Actor, item: LibraryItem | None) -> list[ChangeRequest]:
    """The actor's own requests that one more change can be put into; `has_it` says whether the item is in it already."""
    has_it = RequestedChange.objects.filter(request=OuterRef("key"), id=item.id if item else "")
    return list(own(actor).annotate(has_it=Exists(has_it))[:MOST_TOLD])
