"""The rows of the offers list without a library: their columns, their axis, their bars."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from offers.access.permissions import Actor
from offers.models import LibraryItem, Sandbox
from offers.web.lists.rows import (
    AXIS,
    CHANNELS_SHOWN,
    COLUMNS,
    TAGS_SHOWN,
    axis_of,
    bar_of,
    heads_of,
    known_columns,
    rows_of,
)
from tests.cast import WEB, Role, offer, shown_in

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)
AROUND = (NOW - 50 * DAY, NOW + 50 * DAY)
ADMIN = Actor(Sandbox(name="prod", title="Prod"), Role.ADMIN, "Mina Park")


def an_offer(start: timedelta | None = None, end: timedelta | None = None, status: str = "approved") -> LibraryItem:
    ends = (("startDate", start), ("endDate", end))
    window = {name: (NOW + end).isoformat() for name, end in ends if end is not None}
    document = offer(status=status, selectionConstraint=window)
    return LibraryItem(id="sale", kind="personalized-offer", document=document)


def test_columns_come_in_the_order_of_the_list_and_once_each() -> None:
    assert known_columns(["modified", "nonsense", "status", "modified", ""]) == ["status", "modified"]
    assert known_columns([]) == []
    assert known_columns(list(COLUMNS)[::-1]) == list(COLUMNS)


def test_what_changed_a_deleted_item_last_is_its_deletion() -> None:
    columns = ["status", "modified"]
    assert [str(head.title) for head in heads_of(columns, deleted=False)] == ["Status", "Changed"]
    heads = heads_of(columns, deleted=True)
    assert [(str(head.title), head.sort) for head in heads] == [("Status", "status"), ("Deleted", "modified")]
    assert str(COLUMNS["modified"].title) == "Changed"


def test_the_axis_is_the_same_whatever_is_listed() -> None:
    assert axis_of(NOW) == (NOW - 30 * DAY, NOW + 75 * DAY)


@pytest.mark.parametrize(
    ("start", "end", "x", "width", "state"),
    [
        (-50, 50, 0, 200, "live"),
        (-25, 0, 50, 50, "expired"),
        (0, 25, 100, 50, "live"),
        (0, 7, 100, 14, "ending"),
        (25, 50, 150, 50, "scheduled"),
        (-999, -990, 0, 0, "expired"),
        (990, 999, AXIS, 0, "scheduled"),
        (49.9, 999, AXIS - 3, 3, "scheduled"),
        (0, 0.01, 100, 3, "ending"),
    ],
)
def test_a_bar_is_its_window_on_the_axis_and_can_be_seen_unless_it_is_beyond_it(
    start: float, end: float, x: float, width: float, state: str
) -> None:
    bar = bar_of(an_offer(start * DAY, end * DAY), AROUND, NOW)
    assert bar is not None
    assert (bar.x, bar.width, bar.today, bar.state) == (x, width, 100, state)
    first, last = AROUND
    assert (bar.before, bar.after) == (NOW + start * DAY < first, NOW + end * DAY > last)


def test_a_window_with_one_end_open_has_no_bar_and_what_nobody_sees_has_no_state() -> None:
    assert bar_of(an_offer(DAY), AROUND, NOW) is None
    assert bar_of(an_offer(None, DAY), AROUND, NOW) is None
    deleted = an_offer(-DAY, DAY)
    deleted.deleted_at = NOW
    for item in (deleted, an_offer(-DAY, DAY, "draft"), an_offer(-DAY, DAY, "archived")):
        bar = bar_of(item, AROUND, NOW)
        assert bar is not None
        assert bar.state == "none"


def test_a_row_names_the_first_tag_and_counts_the_others() -> None:
    item = an_offer(-DAY, DAY)
    item.document = offer(tags=["a/b", "b", "c", "d"], representations=[shown_in("home"), shown_in("side")])
    (row,) = rows_of(ADMIN, [item], {"a/b": "Ay", "c": "Cee"})
    assert row.tags == [("/s/prod/offers/?tag=a/b", "Ay")]
    assert (row.address, row.more_tags, TAGS_SHOWN) == ("/s/prod/offers/sale/", 3, 1)
    assert row.tag_names == "Ay, b, Cee, d"
    assert row.channels.count("<span title=") == 1
    item.document = offer(tags=["b", "c"])
    (row,) = rows_of(ADMIN, [item], {})
    assert (len(row.tags), row.more_tags, row.channels) == (1, 1, "")


def test_the_channels_of_a_row_stand_once_each_in_one_order() -> None:
    item = an_offer(-DAY, DAY)
    mail = WEB.replace("/web", "/email")
    item.document = offer(representations=[shown_in("a"), shown_in("b", channel=mail), shown_in("c")])
    (row,) = rows_of(ADMIN, [item], {})
    assert re.findall(
        r'<span title="(\w+)"><svg.*?</svg><span class="visually-hidden">(\w+) </span>', row.channels
    ) == [
        ("Email", "Email"),
        ("Web", "Web"),
    ]


def test_of_many_channels_the_first_few_are_icons_and_all_are_named() -> None:
    item = an_offer(-DAY, DAY)
    names = ["display", "email", "messaging", "mobile", "offline", "web"]
    item.document = offer(representations=[shown_in(name, channel=WEB.replace("web", name)) for name in names])
    (row,) = rows_of(ADMIN, [item], {})
    assert row.channels.count("<svg") == CHANNELS_SHOWN == 4
    assert '<span title="Offline, Web"><span aria-hidden="true">+2</span>' in row.channels
    assert '<span class="visually-hidden">Offline Web</span>' in row.channels


def test_each_row_says_whether_its_offer_is_closed_by_what_it_is_itself() -> None:
    editor = Actor(Sandbox(name="prod", title="Prod", review_policy="reviewer"), Role.EDITOR, "Jun")
    draft, live, archived = (an_offer(-DAY, DAY, status) for status in ("draft", "approved", "archived"))
    rows = rows_of(editor, [draft, live, archived, draft], {})
    told = [(bool(row.closed), row.proposes, row.fixed) for row in rows]
    assert told == [(False, False, False), (False, True, False), (True, False, True), (False, False, False)]
    told = [(bool(row.closed), row.proposes, row.fixed) for row in rows_of(ADMIN, [draft, live, archived], {})]
    assert told == [(False, False, False), (False, False, False), (True, False, False)]


def test_a_row_leads_to_the_offers_of_its_tag_whatever_its_id_is() -> None:
    item = an_offer()
    for tag, known, link in (("loyal:gold", "Gold & more", "loyal%3Agold"), ("spring~1", "spring~1", "spring~1")):
        item.document["tags"] = [tag]
        (row,) = rows_of(ADMIN, [item], {"loyal:gold": "Gold & more"})
        assert row.tags == [(f"{row.address.removesuffix('sale/')}?tag={link}", known)]


def test_channels_are_drawn_once_each_in_the_order_of_their_names() -> None:
    item = an_offer()
    email = shown_in("mail", channel=WEB.replace("web", "email"))
    item.document["representations"] = [shown_in("home"), email, shown_in("other")]
    (row,) = rows_of(ADMIN, [item], {})
    drawn = str(row.channels)
    assert drawn.count("<span title=") == 2
    assert drawn.index("Email") < drawn.index("Web")
    (bare,) = rows_of(ADMIN, [an_offer()], {})
    assert bare.channels == ""
