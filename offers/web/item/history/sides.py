"""The sides of a conflict in words: of one that saving meets, and of one that an undo meets."""

from dataclasses import dataclass

import orjson

from offers.document.errors import JSON
from offers.document.identity import Path
from offers.document.merge import ABSENT, Conflict
from offers.document.words.clips import clipped
from offers.document.words.describe import titled
from offers.document.words.naming import Places, value_text
from offers.document.words.spans import Room, spans
from offers.document.words.tokens import Language
from offers.web.frame.words import limit_at, phrase, shown


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a contested field. `how` says how the text is shown; `spans` compares it with what was before."""

    text: str
    how: str
    spans: tuple[tuple[str, str], ...] = ()


def side_of(conflict: Conflict, value: JSON, places: Places) -> Side:
    """One side of a conflict in words; an order by what its items are called."""
    if value is ABSENT:
        return Side("", "absent")
    if conflict.is_order:
        named = _item_names(places, [(*conflict.place, key) for key in value])
        return Side("\n".join(f"{number}. {name}" for number, name in enumerate(named, start=1)), "text")
    place = places.place(conflict.path)
    if sentence := limit_at(place.pointer, value):
        return Side(sentence, "text")
    text, how = value_text(place.member, value, places.names)
    if place.is_item and ABSENT not in (conflict.base, conflict.ours, conflict.theirs):
        # Both changed what it is known by: that is what is contested.
        known = places.place(conflict.path[:-1]).item(0, [value], places.names)
        text = f"{phrase((known.label, known.params))}: {text}" if "{number}" not in known.label else text
    return Side(text, how)


def compared(side: Side, before: JSON, after: JSON, language: Language, room: Room) -> Side:
    """The side with marks, where it is a text that is shown as it is."""
    is_shown_as_it_is = side.how == "text" and side.text == after
    return Side(side.text, side.how, spans(before, after, language, room) if is_shown_as_it_is else ())


def title_of(places: Places, path: Path) -> str:
    """The label of a contested field. An item around it that has only a number is told by what it says, too.

    For its number is that of one version, and people have others before them.
    """
    steps = [places.place(path[: length + 1]) for length in range(len(path))]
    around = [
        f"{phrase((step.label, step.params))} ({_said(places, path[: length + 1])})"
        if "{number}" in step.label
        else phrase(step.around)
        for length, step in enumerate(steps[:-1])
        if step.is_item
    ]
    return titled([*around, phrase((steps[-1].label, steps[-1].params))])


def _item_names(places: Places, paths: list[Path]) -> list[str]:
    """What tells the items of a list apart: what they are called, else what they say, else what they are known by."""
    called, said = [_called(places, path) for path in paths], [_said(places, path) for path in paths]
    keys = [orjson.loads(path[-1]) for path in paths]
    known = [", ".join(str(part) for part in key[1:] or key) for key in keys]
    return next((names for names in (called, said) if all(names) and len(set(names)) == len(names)), known)


def _called(places: Places, path: Path) -> str:
    """An item of a list by its placement's name, by its value, or by its label; "" where that has only a number."""
    place, item = places.place(path), places.value(path)
    if not isinstance(item, dict):
        return _said(places, path)
    if "{number}" in place.label:
        return ""
    return place.params["placement"] or phrase((place.label, place.params))


def _said(places: Places, path: Path) -> str:
    """What an item says; a limit by its sentence, as everywhere, which ends here where the brackets around it do."""
    if sentence := limit_at(places.place(path).pointer, places.value(path)):
        return sentence.removesuffix(".")
    return clipped(shown(*value_text(places.place(path).member, places.value(path), places.names)))
