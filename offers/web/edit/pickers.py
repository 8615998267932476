"""Lists of library items to tick in a form: what is chosen first, then what a search finds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from offers import asked
from offers.document.kinds.registry import Kind
from offers.lists.filters import Wanted
from offers.lists.names import of_ids
from offers.lists.pages import recent
from offers.models import Listing

FOUND = 12
OFFERED = 1_000


@dataclass(frozen=True, slots=True)
class Choice:
    """`item` is None for an id that leads nowhere (any more)."""

    id: str
    name: str
    item: Listing | None = None


@dataclass(frozen=True, slots=True)
class Picker:
    """`name` is that of its inputs; `kind` says what it looks through; `more` that the search found more than is shown."""

    name: str
    kind: Kind
    chosen: Sequence[Choice]
    found: Sequence[Choice]
    text: str = ""
    more: bool = False


def picker(sandbox_id: int, name: str, kind: Kind, ids: Sequence[str], text: str = "") -> Picker:
    """A picker with these ids chosen, in their order. Two queries."""
    known = items_by_id(sandbox_id, kind, ids)
    return _picker(name, kind, ids, known, _found(sandbox_id, kind, text, len(ids)), text)


def pickers(
    sandbox_id: int, kind: Kind, wanted: Mapping[str, Sequence[str]], texts: Mapping[str, str]
) -> dict[str, Picker]:
    """Pickers by name, with the ids chosen in each and the texts searched for. Three queries, plus one for a search."""
    known = items_by_id(sandbox_id, kind, {id for ids in wanted.values() for id in ids})
    most = max((len(ids) for ids in wanted.values()), default=0)
    searched = {text: _found(sandbox_id, kind, text, most) for text in {texts.get(name, "") for name in wanted}}
    return {
        name: _picker(name, kind, ids, known, searched[texts.get(name, "")], texts.get(name, ""))
        for name, ids in wanted.items()
    }


def _picker(
    name: str,
    kind: Kind,
    ids: Sequence[str],
    known: Mapping[str, Listing],
    found: Iterable[Listing],
    text: str,
) -> Picker:
    others = [item for item in found if item.id not in set(ids)]
    chosen = [_choice(id, known.get(id)) for id in ids]
    return Picker(name, kind, chosen, [_choice(item.id, item) for item in others[:FOUND]], text, len(others) > FOUND)


def _choice(id: str, item: Listing | None) -> Choice:
    return Choice(id, item.name if item else id, item)


def _found(sandbox_id: int, kind: Kind, text: str, chosen: int) -> list[Listing]:
    """Enough to show a full list when all that is chosen has been left out of it."""
    return recent(sandbox_id, (kind,), Wanted(text=asked.text(text, 200)), "name", FOUND + chosen + 1, documents=True)


def items_by_id(sandbox_id: int, kind: Kind, ids: Collection[str]) -> dict[str, Listing]:
    if not ids:
        return {}
    items = of_ids(sandbox_id, asked.ids(ids)).filter(kind=kind, deleted_at=None).select_related("item")
    return {item.id: item for item in items}


def offered(sandbox_id: int, kind: Kind, chosen: Collection[str]) -> list[Choice]:
    """What a select offers: the items of this kind by name, and whatever is chosen already. Two queries at most."""
    first = recent(sandbox_id, (kind,), Wanted(), "name", OFFERED, documents=True)
    missing = set(chosen) - {item.id for item in first} - {""}
    rest = items_by_id(sandbox_id, kind, missing)
    return [*(_choice(item.id, item) for item in first), *(_choice(id, rest.get(id)) for id in sorted(missing))]
