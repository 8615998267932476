"""Lists as they were recorded at a moment, against what revisions say of every item."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from unicodedata import normalize

import pytest

from offers.access.permissions import Actor
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.document.live import live_state_of
from offers.ledger import history, writes
from offers.lists import as_of, looking, pages
from offers.lists.filters import Wanted
from offers.models import LibraryItem, Listing, Revision, Sandbox
from tests.cast import FORM, actor, make, make_placement, make_sandbox, offer, patch, replace, shown_in

DAY = timedelta(days=1)
WORDS = ("Gold", "card", "Winter", "설날", "free")


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    return make_sandbox()


@pytest.fixture
def admin(sandbox: Sandbox) -> Actor:
    return actor(sandbox)


def lived(admin: Actor, dice: random.Random, steps: int) -> None:
    """A small library to which everything happens that lists show."""
    tags = [make(admin, {"name": f"Tag {number}"}, Kind.TAG).id for number in range(3)]
    placement = make_placement(admin)
    made: list[str] = []
    for _step in range(steps):
        start = datetime.now(UTC) + dice.randint(-40, 40) * DAY
        members: dict[str, Any] = {
            "name": " ".join(dice.sample(WORDS, 2)) + f" {len(made) if dice.random() < 0.7 else 0}",
            "status": dice.choice(("draft", "approved")),
            "tags": dice.sample(tags, dice.randint(0, 2)),
            "selectionConstraint": {
                "startDate": start.isoformat(),
                "endDate": (start + dice.randint(1, 40) * DAY).isoformat(),
            },
        }
        if not made or dice.random() < 0.3:
            members["status"] = "draft"
            made.append(make(admin, offer(**members, representations=[shown_in(placement.id)])).id)
            continue
        item = LibraryItem.objects.get(id=dice.choice(made), sandbox=admin.sandbox)
        if item.deleted_at is not None:
            writes.undelete(admin, OFFER_KINDS, item.id, FORM)
        elif dice.random() < 0.15:
            writes.delete(admin, OFFER_KINDS, item.id, FORM)
        else:
            name = dice.choice(list(members))
            patch(admin, item, replace(f"/{name}", members[name]))


def recorded(sandbox: Sandbox, at: datetime) -> dict[int, dict[str, Any]]:
    """What revisions say that there was, by key."""
    found = {}
    for item in LibraryItem.objects.filter(sandbox=sandbox, kind__in=OFFER_KINDS):
        past = Revision.objects.filter(
            item=item, created_at__lte=at.replace(microsecond=at.microsecond // 1000 * 1000 + 999)
        )
        last = past.order_by("etag").last()
        document = history.document_at(item, last.etag) if last else None
        if document is not None:
            found[item.key] = document
    return found


def walked(sandbox: Sandbox, wanted: Wanted, at: datetime, order: str) -> list[LibraryItem]:
    """All pages forwards, which the way back has to agree with."""
    page = first = as_of.page(sandbox.pk, OFFER_KINDS, wanted, at, order, size=3)
    found, last = list(page.items), page
    while page.next:
        page = as_of.page(sandbox.pk, OFFER_KINDS, wanted, at, order, page.next, size=3)
        found += page.items
        # One that had nothing leads on alone.
        last = page if page.items else last
    if looking.FEW > 0:
        assert (page.total, page.more) == (min(len(found), pages.COUNT_LIMIT), len(found) > pages.COUNT_LIMIT)
    else:
        assert first.total <= len(found)
        assert first.more or first.total == len(found)
    page, back = last, list(last.items)
    while page.previous:
        page = as_of.page(sandbox.pk, OFFER_KINDS, wanted, at, order, page.previous, size=3)
        back = page.items + back
    assert [item.pk for item in back] == [item.pk for item in found]
    assert [item.pk for item in whole(sandbox, wanted, at, order)] == [item.pk for item in found]
    return found


def whole(sandbox: Sandbox, wanted: Wanted, at: datetime, order: str) -> list[LibraryItem]:
    """The same as programs go through it: every page but the last is full."""
    found: list[LibraryItem] = []
    cursor = ""
    while True:
        page = as_of.page(sandbox.pk, OFFER_KINDS, wanted, at, order, cursor, size=3, whole=True)
        found += page.items
        assert page.looked == 0
        if not page.next:
            return found
        assert len(page.items) == 3
        cursor = page.next


@pytest.mark.parametrize("few", [True, False], ids=["all of them", "walked"])
def test_a_list_as_of_any_moment_has_what_revisions_say(
    admin: Actor, sandbox: Sandbox, few: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not few:
        # Pages come to their bound all the time, also between versions of one item.
        monkeypatch.setattr(looking, "FEW", -1)
        monkeypatch.setattr(looking, "LOOKED_NOW", 2)
        monkeypatch.setattr(looking, "LOOKED_PAST", 3)
        monkeypatch.setattr(pages, "COUNT_LIMIT", 4)
    dice = random.Random(11 + few)
    lived(admin, dice, 60)
    moments = sorted(Revision.objects.filter(sandbox=sandbox).values_list("created_at", flat=True))
    tag = Listing.objects.filter(sandbox=sandbox, kind=Kind.TAG).values_list("id", flat=True)[0]
    asked: dict[Wanted, Callable[[dict[str, Any], datetime], bool]] = {
        Wanted(): lambda document, at: True,
        Wanted(status="approved"): lambda document, at: document["status"] == "approved",
        Wanted(text="gold"): lambda document, at: "gold" in document["name"].lower(),
        Wanted(tag=tag): lambda document, at: tag in document["tags"],
        Wanted(state="live"): lambda document, at: state_of(document, at) in ("live", "ending"),
        Wanted(state="expired", channel="web"): lambda document, at: state_of(document, at) == "expired",
    }
    for at in dice.sample(moments, 4):
        was = recorded(sandbox, at)
        for wanted, fits in asked.items():
            expected = {key: document for key, document in was.items() if fits(document, at)}
            for order in dice.sample(list(as_of.ORDERS), 2):
                found = walked(sandbox, wanted, at, order)
                assert {item.pk: item.document for item in found} == expected, (at, wanted)
                values = [(sort_value(item, order), item.pk) for item in found]
                assert values == sorted(values, reverse=order.startswith("-"))


def state_of(document: dict[str, Any], at: datetime) -> str | None:
    window = document["selectionConstraint"]
    starts, ends = (datetime.fromisoformat(window[name]) for name in ("startDate", "endDate"))
    return live_state_of(document["status"], starts, ends, at)


def sort_value(item: LibraryItem, order: str) -> Any:
    return item.name.encode() if "name" in order else item.ends_at


@pytest.mark.parametrize("typed", ["NFC", "NFD"])
@pytest.mark.parametrize("asked_for", ["NFC", "NFD"])
def test_letters_in_parts_are_found_whole_then_too(
    admin: Actor, sandbox: Sandbox, typed: Literal["NFC", "NFD"], asked_for: Literal["NFC", "NFD"]
) -> None:
    item = make(admin, offer(name=normalize(typed, "겨울 Crème")))
    then = item.modified_at
    patch(admin, item, replace("/name", "Another"))
    for word in ("겨울", "crème"):
        found = as_of.page(sandbox.pk, OFFER_KINDS, Wanted(text=normalize(asked_for, word)), then)
        assert [one.id for one in found.items] == [item.id]
