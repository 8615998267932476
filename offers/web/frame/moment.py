"""The moment that a page shows the library of: `?at=` in its address. Without it, now. And the item that it shows then."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from offers import asked
from offers.access.permissions import Actor
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger.history import NoSuchRevision, changes_around, was_at
from offers.lists.expressions import date_time
from offers.models import LibraryItem
from offers.web.frame.access import item_for
from offers.web.frame.middleware import zone_of

# Of what somebody gave for a moment.
MOST_SHOWN = 40


class NoMoment(BadRequest):
    """An address asks for a moment that is none; the message is for people."""


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
    def text(self) -> str:
        return machine_text(self.at)

    @property
    def more(self) -> str:
        """The same behind other parameters."""
        return f"&{self.query[1:]}"

    @property
    def query(self) -> str:
        """What an address of another page of this moment ends with."""
        return query_of(self.at)

    @property
    def is_to_come(self) -> bool:
        return self.at > timezone.now()


def moment_of(request: HttpRequest, *, before: datetime | None = None, after: datetime | None = None) -> Moment | None:
    """The moment of the address, with the times of the changes around it where the page knows them; None for now.

    A time without an offset is in the viewer's zone, as their browser's field sends it. Raises NoMoment for no time of this
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
    """The moment alone, for what it takes to find the page's things; or another one of the address. Raises NoMoment."""
    text = request.GET.get(name)
    if not text:
        return None
    at = date_time(text, zone_of(request))
    if at is None or not 2000 <= at.year < 2100:
        words = _("“{text}” is no moment that can be shown. Give a day and a time from 2000 to 2099: 2026-11-01T09:00Z")
        raise NoMoment(words.format(text=asked.text(text, MOST_SHOWN)))
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


def query_of(at: datetime) -> str:
    return "?" + urlencode({"at": machine_text(at)})


def machine_text(at: datetime) -> str:
    """A moment as an address has it."""
    return at.astimezone(tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Then:
    """`item` is what the page shows, which is not to be stored where it is of a `moment`; `now` is the item as it stands."""

    actor: Actor
    item: LibraryItem
    now: LibraryItem
    moment: Moment | None

    @property
    def at(self) -> datetime | None:
        return self.moment.at if self.moment else None

    @property
    def later(self) -> int:
        """How many changes have come since."""
        return self.now.etag - self.item.etag


class NotThere(Http404):
    """The item was not there at the moment: web/item/deleted.py shows a page that says so."""

    def __init__(self, item: LibraryItem, moment: Moment | None) -> None:
        super().__init__(f"{item.id} was not there")
        self.item, self.moment = item, moment


def item_then(
    request: HttpRequest, sandbox: str, id: str, *, kinds: tuple[Kind, ...] = OFFER_KINDS, deleted: bool = False
) -> Then:
    """As `item_for`; two queries more for a moment. Raises NotThere, BadRequest."""
    at = at_of(request)
    actor, now = item_for(request, sandbox, id, kinds=kinds, deleted=deleted or at is not None)
    if at is None:
        return Then(actor, now, now, None)
    before, after = changes_around(now, at)
    moment = moment_of(request, before=before, after=after)
    try:
        return Then(actor, was_at(now, at), now, moment)
    except NoSuchRevision:
        raise NotThere(now, moment) from None
