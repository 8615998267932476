"""Put the sample library into an empty database."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime
from itertools import chain

from django.db import transaction

from offers.demo.library import (
    BEFORE_THE_FIRST_OFFER,
    BRANDS,
    FALLBACKS,
    TEMPLATES,
    arrangements,
    foundations,
    template_id,
)
from offers.demo.offers import SPAN, offers
from offers.demo.people import Cast, ask_for_a_second_person, make_cast
from offers.demo.proposals import make_requests
from offers.ledger.imports import Imported, Past, import_history, text_index_at_the_end
from offers.models import LibraryItem, OfferTemplate

# The documented offers, the fallback offers and the templates are there in any case.
FEWEST_OFFERS = FALLBACKS + TEMPLATES + 2
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
        for one in cast:
            _mark_templates(seed, one, now)
        production = next(one for one in cast if one.sandbox.name == "prod")
        ask_for_a_second_person(production, now)
        make_requests(seed, production, count - FEWEST_OFFERS, now)
    return Imported(sum(one.items for one in stored), sum(one.revisions for one in stored))


def _mark_templates(seed: int, cast: Cast, now: datetime) -> None:
    ids = [template_id(seed, brand) for brand in BRANDS]
    made = LibraryItem.objects.filter(sandbox=cast.sandbox, id__in=ids)
    by = {"marked_by_id": cast.admin.user_id, "marked_at": now - SPAN}
    OfferTemplate.objects.bulk_create(OfferTemplate(item=item, sandbox=cast.sandbox, **by) for item in made)


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
