"""Put the sample library into an empty database."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from itertools import chain

from django.db import transaction

from offers.demo.library import BEFORE_THE_FIRST_OFFER, FALLBACKS, arrangements, foundations
from offers.demo.offers import SPAN, offers
from offers.demo.people import Cast, ask_for_a_second_person, make_cast
from offers.demo.proposals import make_requests
from offers.ledger.imports import Imported, Past, import_history, text_index_at_the_end
from offers.models import LibraryItem

# The documented offers and the fallback offers are there in any case.
FEWEST_OFFERS = FALLBACKS + 2
DEVELOPMENT_OFFERS = 40
MANY = 20_000


def is_loaded() -> bool:
    """Whether there are library items at all, of the demo or of somebody's own."""
    return LibraryItem.objects.exists()


def load(count: int, seed: int, now: datetime, *, long_texts: bool = False) -> Imported:
    """Make the demo's accounts and sandboxes, and `count` offers in the production one (fewer in the other).

    With `long_texts`, an offer's document has about 3 KB, in many different words.

    The same seed and the same `now` (aware) make the same library. All of it is stored, or nothing. Its past, up to `now`, was made
    when a reviewer still changed alone what is live in production; since `now` that takes a second person.
    """
    with transaction.atomic():
        cast = make_cast(now - SPAN - BEFORE_THE_FIRST_OFFER)
        with text_index_at_the_end() if count >= MANY else nullcontext():
            stored = [
                import_history(one.sandbox, _items(one, count - FEWEST_OFFERS, seed, now, long_texts)) for one in cast
            ]
        production = next(one for one in cast if one.sandbox.name == "prod")
        ask_for_a_second_person(production, now)
        make_requests(seed, production, count - FEWEST_OFFERS, now)
    return Imported(sum(one.items for one in stored), sum(one.revisions for one in stored))


def _items(cast: Cast, count: int, seed: int, now: datetime, long_texts: bool) -> Iterator[Past]:
    if cast.sandbox.name == "prod":
        return chain(
            foundations(seed, cast, now - SPAN, now),
            offers(seed, cast, count, now, long_texts=long_texts),
            arrangements(seed, cast, count, now),
        )
    first = max(0, count - DEVELOPMENT_OFFERS)
    latest = offers(seed, cast, count, now, first=first, long_texts=long_texts)
    return chain(foundations(seed, cast, now - SPAN, now), latest)
