"""The rows of the offers list: which columns there are, and what each row draws."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from offers.access.permissions import Actor
from offers.access.policy import REACHED, reached_among
from offers.document.kinds.fields import CHANNEL_PREFIX
from offers.document.kinds.registry import Kind
from offers.document.live import live_state_of
from offers.models import LibraryItem
from offers.web.frame.icons import channel_icon
from offers.web.frame.moment import machine_text
from offers.web.frame.words import channel_name
from offers.web.item.badges import live_state
from offers.web.item.offered import Offered

AXIS = 200  # units of the window bar's drawing
# Many an offer ends in 9999, and a draft of years ago is listed: to scale, nobody would see the windows of the others.
AXIS_BEFORE = timedelta(days=30)
AXIS_AFTER = timedelta(days=75)
TAGS_SHOWN = 1
CHANNELS_SHOWN = 4


Axis = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Column:
    """`sort` is what its heading sorts by (web/lists/filters.py); `width` in CSS pixels; `css` the class of its heading."""

    key: str
    title: Promise
    sort: str
    width: int
    css: str = ""

    @property
    def usual(self) -> int:
        """How wide it is where nobody made it another width."""
        return COLUMNS[self.key].width


# In the order in which they are shown, after the name, which is always there.
COLUMNS: Mapping[str, Column] = {
    column.key: column
    for column in (
        Column("status", _("Status"), "status", 132),
        Column("window", _("Window"), "ends", 152, "window-cell"),
        Column("starts", _("Starts"), "starts", 112),
        Column("ends", _("Ends"), "ends", 112),
        Column("priority", _("Priority"), "priority", 68, "num"),
        Column("channels", _("Channels"), "channels", 112, "channels"),
        Column("created", _("Created"), "created", 112),
        Column("modified", pgettext_lazy("when", "Changed"), "modified", 184),
    )
}
# How wide a person can make one.
NARROWEST, WIDEST = 48, 800
NO_WIDTHS: Mapping[str, int] = {}
USUAL = ("status", "window", "priority", "channels", "modified")


def known_columns(keys: Iterable[str]) -> list[str]:
    """Those of these columns that there are, in the order of the list."""
    wanted = set(keys)
    return [key for key in COLUMNS if key in wanted]


def heads_of(columns: Iterable[str], widths: Mapping[str, int] = NO_WIDTHS, *, deleted: bool) -> list[Column]:
    """The headings of these columns, some as wide as the person made them. What changed a deleted item last is its deletion."""
    heads = [replace(COLUMNS[key], width=widths.get(key, COLUMNS[key].width)) for key in columns]
    return [replace(head, title=_("Deleted")) if deleted and head.key == "modified" else head for head in heads]


@dataclass(frozen=True, slots=True)
class Bar:
    """A window on the axis: where it starts and how wide it is, where today is, in units of the drawing.

    One that goes on `before` the axis, or `after` it, has an arrow at that end; one that is all beyond it has no width.
    """

    x: float
    width: float
    today: float
    state: str
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class OfferRow:
    """`address` is the offer's page: made here, because a `url` tag for every link costs a tenth of the list's time. So are those
    of `tags`, each with its tag's name: the list of the offers that have it. `tag_names` has all of them.

    `at` is the moment that the list is of, "" for now; `live` says whether customers see it then.
    `closed` says why the reader does not edit the offer, and is "" where they do; `proposes`, that an edit of it is a
    proposal; `fixed`, that not even its status is theirs to change, or to propose; `in_place`, that its dates and its priority
    are changed in the row.
    """

    item: LibraryItem
    address: str
    at: str
    live: SafeString
    bar: Bar | None
    tags: list[tuple[str, str]]
    more_tags: int
    tag_names: str
    channels: SafeString
    closed: str
    proposes: bool
    fixed: bool
    in_place: bool


def rows_of(
    actor: Actor,
    items: list[LibraryItem],
    known: dict[str, str],
    at: datetime | None = None,
    axis: Axis | None = None,
) -> list[OfferRow]:
    """The items with what their rows draw, all on one time axis; of a moment with what was so `at` that."""
    now, all_offers = at or timezone.now(), reverse("offers", args=[actor.sandbox.name])
    moment = machine_text(at) if at else ""
    then = f"&at={moment}" if moment else ""
    axis = axis or axis_of(now)
    rows = []
    drawn: dict[tuple[str, ...], SafeString] = {}
    # The policy looks at kind, status and whether something live refers to it: there are few such cases in a page.
    reached = reached_among(actor.sandbox.pk, [item.id for item in items if item.kind in REACHED])
    may = {
        (item.kind, item.status, item.id in reached): Offered(actor, item, reached=item.id in reached) for item in items
    }
    for item in items:
        can = may[item.kind, item.status, item.id in reached]
        tags = [(f"{all_offers}?tag={quote(tag)}{then}", known.get(tag, tag)) for tag in item.document.get("tags", ())]
        channels = tuple(channels_of(item))
        if channels not in drawn:
            drawn[channels] = _drawn(channels)
        bar, more = bar_of(item, axis, now), max(0, len(tags) - TAGS_SHOWN)
        rows.append(
            OfferRow(
                item,
                f"{all_offers}{item.id}/",
                moment,
                live_state(item, now, in_row=True),
                bar,
                tags[:TAGS_SHOWN],
                more,
                ", ".join(name for _address, name in tags),
                drawn[channels],
                can.closed,
                bool(can.proposes),
                can.fixed,
                not can.closed and not at and item.deleted_at is None and item.kind == Kind.PERSONALIZED_OFFER,
            )
        )
    return rows


def channels_of(item: LibraryItem) -> list[str]:
    """Where it is shown, by the short names of the channels, each once."""
    shown = {representation["channel"] for representation in item.document.get("representations", ())}
    return sorted(channel.removeprefix(CHANNEL_PREFIX) for channel in shown)


def _drawn(channels: Sequence[str]) -> SafeString:
    """Channels as icons with their names: for those who point at one, and for those who hear. Of many the first few."""
    named = [(channel_name(one), channel_icon(one)) for one in channels]
    parts = ((name, icon, name) for name, icon in named[:CHANNELS_SHOWN])
    drawn = format_html_join("", '<span title="{}">{}<span class="visually-hidden">{} </span></span>', parts)
    others = [name for name, _icon in named[CHANNELS_SHOWN:]]
    if not others:
        return drawn
    more = '<span title="{}"><span aria-hidden="true">+{}</span><span class="visually-hidden">{}</span></span>'
    return drawn + format_html(more, ", ".join(others), len(others), " ".join(others))


def axis_of(now: datetime) -> Axis:
    """What every list draws windows on: a month before today, and ten weeks after it. What is beyond has the edge that it is beyond."""
    return now - AXIS_BEFORE, now + AXIS_AFTER


def bar_of(item: LibraryItem, axis: Axis, now: datetime) -> Bar | None:
    if not (item.starts_at and item.ends_at):
        return None
    first, last = axis
    length = last - first

    def at(instant: datetime) -> float:
        return round(min(1.0, max(0.0, (instant - first) / length)) * AXIS, 1)

    state = live_state_of(item.status, item.starts_at, item.ends_at, now) if item.deleted_at is None else None
    named = state.value if state else "none"
    if item.ends_at <= first or item.starts_at >= last:
        return Bar(at(item.starts_at), 0.0, at(now), named, item.ends_at <= first, item.starts_at >= last)
    x = min(at(item.starts_at), AXIS - 3.0)
    width = max(3.0, round(at(item.ends_at) - x, 1))
    return Bar(x, width, at(now), named, item.starts_at < first, item.ends_at > last)
