"""The moment that a page shows the library of: `?at=` in its address. Without it, now."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils import timezone

from offers.lists.expressions import date_time
from offers.web.frame.middleware import zone_of


@dataclass(frozen=True, slots=True)
class Moment:
    """What the band over such a page says and leads to.

    `typed` is the moment as its field has it, in the viewer's zone. `now` is this page's address without it, `before` and
    `after` are those of the changes around it, "" where there are none or where these are not looked for; `kept` is what
    else the address asks for.
    """

    at: datetime
    typed: str
    now: str
    kept: list[tuple[str, str]]
    before: str = ""
    after: str = ""

    @property
    def is_to_come(self) -> bool:
        return self.at > timezone.now()


def moment_of(request: HttpRequest, *, before: datetime | None = None, after: datetime | None = None) -> Moment | None:
    """The moment of the address, with the times of the changes around it where the page knows them; None for now.

    A time without an offset is in the viewer's zone, as their browser's field sends it. Raises BadRequest for no time of this
    century, of which every zone can be counted with.
    """
    at = at_of(request)
    if at is None:
        return None
    kept = [
        (name, value)
        for name, values in request.GET.lists()
        if name not in ("at", "cursor")
        for value in values
        if value
    ]
    return Moment(
        at,
        typed(at),
        _address(request, None),
        kept,
        _address(request, before) if before else "",
        _address(request, after) if after else "",
    )


def at_of(request: HttpRequest, name: str = "at") -> datetime | None:
    """The moment alone, for what it takes to find the page's things; or another one of the address. Raises BadRequest."""
    text = request.GET.get(name)
    if not text:
        return None
    at = date_time(text, zone_of(request))
    if at is None or not 2000 <= at.year < 2100:
        raise BadRequest(f"{name} is no time")
    return at


def typed(at: datetime) -> str:
    """A moment as a browser's field for one has it, in the viewer's zone."""
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"


def _address(request: HttpRequest, at: datetime | None) -> str:
    query = request.GET.copy()
    query.pop("cursor", None)
    query.pop("at", None)
    if at:
        query["at"] = machine_text(at)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def machine_text(at: datetime) -> str:
    """A moment as an address has it."""
    return at.astimezone(tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
