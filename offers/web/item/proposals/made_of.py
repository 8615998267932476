"""Of which request a form was made: it wants what that wants of the item, and nothing else."""

import re
from dataclasses import dataclass

from django.http import HttpRequest

INPUT = "made-of"
_SAID = re.compile(r"([0-9]{1,9}):([0-9]{1,9})(:warned)?")


@dataclass(frozen=True, slots=True)
class MadeOf:
    """A request of the reader's own, by its number, in the version that the form was made of.

    `warned`: the form was told that the request is another by now, which is this version. Sent again, it is put together with
    that, and does not take its place.
    """

    number: int
    version: int
    warned: bool = False

    def __str__(self) -> str:
        return f"{self.number}:{self.version}{':warned' if self.warned else ''}"


def made_of(request: HttpRequest) -> MadeOf | None:
    """What the form says of that; None where it says nothing that can be understood."""
    found = _SAID.fullmatch(request.POST.get(INPUT, ""))
    return MadeOf(int(found[1]), int(found[2]), bool(found[3])) if found else None
