"""A sample of the changes of a period, drawn so that a stranger can draw it again (docs/draw_sample.py). Reads only.

The population is what the log had at its newest checkpoint: the changes of the period by time and, of one time, by place. Which of
them are drawn follows from the seed, the log, its size and root, the period and the filters.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Window
from django.db.models.functions import RowNumber

from offers.ledger.leaf import time_text
from offers.log import checkpoints
from offers.log.following import Told, told
from offers.log.found import wanted as filters
from offers.log.taken.scripts import script
from offers.log.tree import Tree
from offers.models import LogEntry, Sandbox, reading

MOST = 500
# Of how many a sample is drawn at most: each of them is counted.
POPULATION = 1_000_000
AT_ONCE = 25
ORDER = ("created_at", "index")


class TooMany(Exception):
    """More changes are in the period than it is drawn of."""


class Nothing(Exception):
    """No change is in the period, by these filters."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """From `first` on, before `last`; `kind` and `bypass` narrow the population down, "" and False for all of it."""

    first: datetime
    last: datetime
    size: int
    seed: str
    kind: str = ""
    bypass: bool = False


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn: places in the log, in the order of the draw. Without a key, `checkpoint` and `vkey` are ""."""

    sandbox: Sandbox
    wanted: Wanted
    size: int
    root: bytes
    checkpoint: str
    vkey: str
    population: int
    places: list[int]

    @property
    def told(self) -> dict[str, Any]:
        """What it was drawn by, as docs/draw_sample.py reads it."""
        return _told(self.sandbox, self.wanted, self.size, self.root, self.population)


def draw(sandbox: Sandbox, wanted: Wanted, most: int | None = None) -> Draw:
    """Of up to `most` changes, POPULATION if none is given. Raises Nothing and TooMany."""
    most = most or POPULATION
    size = checkpoints.size_of(sandbox)
    root = Tree(sandbox.pk).root(size)
    with reading.under("plan_cache_mode", "force_custom_plan"):
        population = _population(sandbox, wanted, size)[: most + 1].count()
        if not population:
            raise Nothing
        if population > most:
            raise TooMany
        ranks = script("draw_sample").ranks(_told(sandbox, wanted, size, root, population))
        places = _at_ranks(sandbox, wanted, size, ranks)
    try:
        signed, vkey = checkpoints.checkpoint(sandbox, size), checkpoints.signer_of(sandbox).vkey
    except checkpoints.NoKey:
        signed = vkey = ""
    return Draw(sandbox, wanted, size, root, signed, vkey, population, places)


def changes(found: Draw) -> Iterator[list[Told]]:
    """What was drawn, so many at a time, in the order of the draw."""
    for start in range(0, len(found.places), AT_ONCE):
        places = found.places[start : start + AT_ONCE]
        entries = {one.index: one for one in LogEntry.objects.filter(sandbox=found.sandbox, index__in=places)}
        yield told([entries[place] for place in places])


def population(found: Draw) -> Iterator[int]:
    """The places of everything that could have been drawn, by rank."""
    rows = _population(found.sandbox, found.wanted, found.size).order_by(*ORDER).values_list("index")
    statement, params = rows.query.sql_with_params()
    for (place,) in reading.stream(statement, params):
        yield place


def _population(sandbox: Sandbox, wanted: Wanted, size: int) -> QuerySet[LogEntry]:
    asks = filters.Wanted(
        event=LogEntry.Event.REVISION,
        kind=wanted.kind,
        bypass=wanted.bypass,
        first=wanted.first,
        last=wanted.last,
    )
    return filters.matching(sandbox.pk, asks).filter(index__lt=size)


def _at_ranks(sandbox: Sandbox, wanted: Wanted, size: int, ranks: list[int]) -> list[int]:
    """The places of these ranks, counted from 0, in their order."""
    ranked = _population(sandbox, wanted, size).annotate(rank=Window(RowNumber(), order_by=ORDER))
    found = dict(ranked.filter(rank__in=[rank + 1 for rank in ranks]).values_list("rank", "index"))
    return [found[rank + 1] for rank in ranks]


def _told(sandbox: Sandbox, wanted: Wanted, size: int, root: bytes, population: int) -> dict[str, Any]:
    return {
        "seed": wanted.seed,
        "origin": checkpoints.origin_of(sandbox),
        "size": size,
        "root": base64.b64encode(root).decode(),
        "from": time_text(wanted.first),
        "to": time_text(wanted.last),
        "kind": wanted.kind,
        "bypass": "yes" if wanted.bypass else "",
        "population": population,
        "wanted": wanted.size,
    }
