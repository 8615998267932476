"""What a person can choose in the palette: an item, a page to go to, or something to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise

from offers import asked
from offers.models import Listing

MAX_WORDS = 8


@dataclass(frozen=True, slots=True)
class Command:
    """`href` is where it leads. Where it changes something it is sent to `post` instead, as the button `name` with `value`, by the
    form of the frame that has the token. `hint` stands at its end.
    """

    text: str | Promise
    icon: str
    href: str = ""
    post: str = ""
    name: str = ""
    value: str = ""
    hint: str | Promise = ""
    # A library item: its name is the text.
    item: Listing | None = None
    # What became of it, in a word.
    state: str = ""
    # Other words that it is found by.
    also: str | Promise = ""
    # Opens the dialog of the shortcuts where there are scripts.
    shortcuts: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    title: str | Promise
    commands: list[Command]


def having(commands: Iterable[Command], text: str) -> list[Command]:
    """Those whose text has all words of what was typed, in the reader's language or in English; the ones that begin so first."""
    words = asked.words(text, MAX_WORDS)
    found = []
    for place, command in enumerate(commands):
        texts = _texts(command)
        if any(all(word in text for word in words) for text in texts):
            found.append((min(_distance(text, words) for text in texts), place, command))
    return [command for _far, _place, command in sorted(found, key=lambda one: one[:2])]


def _distance(text: str, words: list[str]) -> int:
    if text.startswith(" ".join(words)):
        return 0
    return 1 if all(f" {word}" in f" {text}" for word in words) else 2


def _texts(command: Command) -> set[str]:
    own = {str(command.text).lower(), str(command.also).lower()}
    with translation.override("en"):
        return own | {str(command.text).lower(), str(command.also).lower()}
