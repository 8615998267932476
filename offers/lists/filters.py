"""What a list is asked for, and the items that match it: as conditions that an index can answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from offers import asked
from offers.document.kinds.declared import Document
from offers.document.kinds.fields import CHANNEL_PREFIX
from offers.document.kinds.registry import KINDS, Kind
from offers.document.live import ENDING_WITHIN, LiveState
from offers.models import LibraryItem, Listing, SearchText

MAX_WORDS = 8
TRIGRAM = 3
# What a percent sign is in searched text, and is looked for as: trigrams are of letters and digits, so that for "20%" every text
# with a 20 had to be read. This letter has stood for "per" since the Middle Ages. The database's functions write it (0001_functions).
PER = "ꝑ"
# Asked for like a status, though it is none of a document's.
DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for. Empty means any."""

    text: str = ""
    status: str = ""
    state: str = ""
    kind: str = ""
    channel: str = ""
    # Ids of a tag and of a placement that an offer names, and of anything else that it refers to.
    tag: str = ""
    placement: str = ""
    reference: str = ""
    # The id of a collection that it is in.
    collection: str = ""
    # Who changed it last, by key (permissions.actor_key).
    by: str = ""
    # Shown at some time in here: from `first` on, before `last`; either may be open.
    first: datetime | None = None
    last: datetime | None = None

    @property
    def deleted(self) -> bool:
        """Whether it is what was deleted that is asked for; everywhere else that does not exist."""
        return self.status == DELETED

    @property
    def references(self) -> list[str]:
        """Everything that an offer must refer to."""
        return [id for id in (self.tag, self.placement, self.reference) if id]

    @property
    def named(self) -> list[str]:
        """Every item that the filter names."""
        return [*self.references, *([self.collection] if self.collection else [])]


def matching(sandbox_id: int, kind: Kind, wanted: Wanted, now: datetime, *, walk: bool = False) -> QuerySet[Listing]:
    """One kind at a time, so that an index that starts with the kind also gives the order.

    With `walk`, words are looked for in the rows of another index's walk, not in the index of trigrams.
    """
    items = having_words(unfiltered(sandbox_id, kind, wanted), wanted.text, walk=walk)
    if wanted.collection:
        items = items.filter(_in_collection(sandbox_id, kind, wanted.collection))
    return items.filter(*(asks for _column, asks in conditions(kind, wanted, now)))


def _in_collection(sandbox_id: int, kind: Kind, id: str) -> Q:
    """Those that a collection holds, as that is now; none where there is no such collection. It holds no fallback offers."""
    found = LibraryItem.objects.filter(sandbox_id=sandbox_id, id=id, kind=Kind.COLLECTION, deleted_at=None)
    document = found.values_list("document", flat=True).first()
    if document is None or kind != Kind.PERSONALIZED_OFFER:
        return Q(pk__in=[])
    return in_collection(sandbox_id, document)


def in_collection(sandbox_id: int, collection: Document) -> Q:
    """What is so of the rows of a collection's offers, in what lists know of now and of then."""
    ids = collection["ids"]
    if not ids:
        return Q(pk__in=[])
    if collection["filterType"] == "offers":
        keys = LibraryItem.objects.filter(sandbox_id=sandbox_id, id__in=ids)
        return Q(item_id__in=keys.values("key"))
    return Q(references__contains=ids) if collection["filterType"] == "all-tags" else Q(references__overlap=ids)


def unfiltered(sandbox_id: int, kind: Kind, wanted: Wanted) -> QuerySet[Listing]:
    """All that there is of the kind; where what was deleted is asked for, all of that."""
    return Listing.objects.filter(sandbox_id=sandbox_id, kind=kind, deleted_at__isnull=not wanted.deleted)


def conditions(kind: Kind, wanted: Wanted, now: datetime) -> Iterator[tuple[str, Q]]:
    """What is asked for besides words, each with the column by whose order an index leads straight to it; "" for none."""
    if wanted.status and not wanted.deleted:
        yield "status", Q(status=wanted.status)
    if wanted.state:
        yield from _in_state(wanted.state, kind, now)
    if wanted.channel:
        yield "", Q(channels__contains=[CHANNEL_PREFIX + wanted.channel])
    if wanted.references:
        yield "", Q(references__contains=wanted.references)
    if wanted.by:
        yield "modified_at", Q(modified_by_key=wanted.by)
    if wanted.first:
        yield _windowed(kind, "ends_at", Q(ends_at__gt=wanted.first))
    if wanted.last:
        yield _windowed(kind, "starts_at", Q(starts_at__lt=wanted.last))


def _windowed(kind: Kind, column: str, asks: Q) -> tuple[str, Q]:
    """Every personalized offer has a window, so its index alone decides. What has no start or no end is shown from ever or for
    ever, as `live_state_of` reads it.
    """
    return (column, asks) if kind == Kind.PERSONALIZED_OFFER else ("", asks | Q(**{column: None}))


def having_words(items: QuerySet[Listing], text: str, *, walk: bool = False) -> QuerySet[Listing]:
    """Those that have all words of the text; for `walk`, see `matching`."""
    for word in asked.words(text, MAX_WORDS):
        items = items.filter(has_word_in_row(word) if walk else has_word(word))
    return items


def named_like(text: str, most: int) -> list[QuerySet[SearchText, int]]:
    """The keys of the items that have a word in their name, id or description: one query for each word of the text."""
    words = asked.words(text, most)
    return [texts_with(word).filter(part__in=SearchText.NAMED).values_list("item_id", flat=True) for word in words]


def has_word(word: str) -> Q:
    """Anywhere in name, id, description or contents, found by the index of trigrams."""
    return Q(pk__in=texts_with(word).values("item_id"))


def texts_with(word: str) -> QuerySet[SearchText]:
    """The searched texts that have a word."""
    return SearchText.objects.filter(with_word(_searched(word)))


def with_word(word: str) -> Q:
    """One or two characters only where a word begins.

    That is what an index of trigrams can answer: it knows "  설" and " 설날", but not 설날 in the middle of a word.
    """
    if len(word) < TRIGRAM:
        return Q(text__contains=f" {word}") | Q(text__startswith=word)
    return Q(text__contains=word)


def has_word_in_row(word: str) -> RawSQL:
    """The same, looked for in the text of each row that another index leads to: OFFSET keeps PostgreSQL to that."""
    literally = _literally(_searched(word))
    patterns = [f"% {literally}%", f"{literally}%"] if len(word) < TRIGRAM else [f"%{literally}%"]
    return RawSQL(  # its values are parameters
        """EXISTS (SELECT FROM offers_searchtext AS searched
                    WHERE searched.item_key = offers_listing.key AND searched.text LIKE ANY(%s::text[]) OFFSET 0)""",
        (patterns,),
        BooleanField(),
    )


def _searched(word: str) -> str:
    """As the database's functions write it into searched text: percent signs as letters."""
    return word.replace("%", PER)


def _literally(word: str) -> str:
    """A word as a pattern of LIKE that means nothing but itself."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def live(sandbox_id: int, kind: Kind) -> QuerySet[Listing]:
    """The items of this kind with the status in which customers see them, whatever their window."""
    return Listing.objects.filter(sandbox_id=sandbox_id, kind=kind, deleted_at=None, status=KINDS[kind].live)


def in_state(state: str, kind: Kind, now: datetime) -> Q:
    """The items of which `live_state_of` says this; live ones are those that end soon, too."""
    return reduce(and_, (asks for _column, asks in _in_state(state, kind, now)), Q())


def _in_state(state: str, kind: Kind, now: datetime) -> Iterator[tuple[str, Q]]:
    if state in set(LiveState):
        yield "status", Q(status=KINDS[kind].live)
    match state:
        case LiveState.LIVE:
            yield _windowed(kind, "starts_at", Q(starts_at__lte=now))
            yield _windowed(kind, "ends_at", Q(ends_at__gt=now))
        case LiveState.ENDING:
            yield _windowed(kind, "starts_at", Q(starts_at__lte=now))
            yield "ends_at", Q(ends_at__gt=now, ends_at__lte=now + ENDING_WITHIN)
        case LiveState.SCHEDULED:
            yield "starts_at", Q(starts_at__gt=now)
            yield _windowed(kind, "ends_at", Q(ends_at__gt=now))
        case LiveState.EXPIRED:
            yield "ends_at", Q(ends_at__lte=now)
