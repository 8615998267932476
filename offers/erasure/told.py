"""What there is to read of erasures, and of what is kept. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from offers.access.people import known
from offers.document.words.naming import Place, place_at
from offers.erasure import keeping
from offers.models import Erasure, ErasureStep, Keeping, LibraryItem

PAGE_SIZE = 25


@dataclass(slots=True)
class Told:
    """An erasure with its steps, the oldest first; `who` is whose names went, as they are called now.

    `place` is the field that a text stood in: as every version of the item calls it, unless one version is asked.
    """

    erasure: Erasure
    steps: list[ErasureStep] = field(default_factory=list)
    who: str = ""
    place: Place = field(default_factory=Place)

    @property
    def asked(self) -> ErasureStep | None:
        return self.steps[0] if self.steps else None

    @property
    def confirmed(self) -> ErasureStep | None:
        return next((step for step in self.steps if step.what == ErasureStep.What.CONFIRMED), None)

    @property
    def last(self) -> ErasureStep | None:
        return self.steps[-1] if self.steps else None

    @property
    def answered(self) -> ErasureStep | None:
        """The step that decided it; None while it waits."""
        return next((step for step in self.steps if step.what in _ANSWERS), None)


_ANSWERS = (ErasureStep.What.CONFIRMED, ErasureStep.What.REFUSED, ErasureStep.What.WITHDRAWN)


def of(erasures: Sequence[Erasure]) -> list[Told]:
    """These erasures with their steps: two statements however many they are."""
    sandbox_id = erasures[0].sandbox_id if erasures else 0
    names = known({one.subject_key for one in erasures if one.subject_key}, sandbox_id)
    found = {
        one.key: Told(
            one,
            who=names[one.subject_key].name if one.subject_key in names else one.subject_key,
            place=place_at(None, one.pointer),
        )
        for one in erasures
    }
    # A long one was erased in many steps, of which the last one says when.
    for step in (
        ErasureStep.objects.filter(erasure__in=found).order_by("erasure", "what", "-key").distinct("erasure", "what")
    ):
        found[step.erasure_id or 0].steps.append(step)
    for told in found.values():
        told.steps.sort(key=lambda step: step.key)
    return list(found.values())


def recent(sandbox_id: int, before: int | None = None) -> tuple[list[Told], int]:
    """A page of the sandbox's erasures, the newest first, and from below which number the next one goes on (0: none)."""
    found = Erasure.objects.filter(sandbox=sandbox_id).select_related("item").order_by("-key")
    page = list((found.filter(key__lt=before) if before else found)[: PAGE_SIZE + 1])
    return of(page[:PAGE_SIZE]), page[PAGE_SIZE - 1].key if len(page) > PAGE_SIZE else 0


def waiting(sandbox_id: int) -> list[Told]:
    """Those that another admin has yet to answer, the newest first; of very many, as many as a page has."""
    found = Erasure.objects.filter(sandbox=sandbox_id, state=Erasure.State.ASKED).order_by("-key")
    return of(list(found[:PAGE_SIZE]))


def of_item(item: LibraryItem) -> list[Told]:
    """What was erased of this item."""
    return of(list(Erasure.objects.filter(item=item, state=Erasure.State.DONE).order_by("key")))


@dataclass(frozen=True, slots=True)
class Kept:
    """What has to be kept of an item: under which class and until when, and the step that holds it, if one does."""

    item: LibraryItem
    retention: str
    until: datetime | None
    hold: ErasureStep | None


def kept_of(item: LibraryItem) -> Kept:
    found = Keeping.objects.filter(item=item).select_related("item", "retention", "hold").first()
    return _kept(found) if found else Kept(item, "", None, None)


def held(sandbox_id: int, most: int = 100) -> list[Kept]:
    """The items with a legal hold, the newest hold first."""
    found = Keeping.objects.filter(item__sandbox=sandbox_id, hold__isnull=False)
    return [_kept(one) for one in found.select_related("item", "retention", "hold").order_by("-hold")[:most]]


def _kept(found: Keeping) -> Kept:
    return Kept(found.item, found.retention.name if found.retention else "", keeping.kept_until(found), found.hold)
