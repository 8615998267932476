"""The rows of the offers list as HTML: whole, escaped, and for little."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.template import engines
from django.utils import translation

from offers.access.permissions import Actor
from offers.models import LibraryItem, Sandbox
from offers.web.lists.cells import CELLS, drawn
from offers.web.lists.rows import COLUMNS, USUAL, rows_of
from tests.cast import Role, offer, shown_in
from tests.measure import seconds

NOW = datetime.now(UTC)
ADMIN = Actor(Sandbox(name="prod", title="Prod"), Role.ADMIN, "Mina Park")
EDITOR = Actor(Sandbox(name="prod", title="Prod", review_policy="reviewer"), Role.EDITOR, "Jun")
HOSTILE = "<script>'\"&{name}{}"


def an_offer(
    number: int = 0, *, name: str = "Sale", status: str = "draft", kind: str = "personalized-offer"
) -> LibraryItem:
    window = {
        "startDate": (NOW - timedelta(days=number)).isoformat(),
        "endDate": (NOW + timedelta(days=30)).isoformat(),
    }
    document = offer(
        name=name,
        status=status,
        tags=["one", "two", "three"],
        selectionConstraint=window,
        representations=[shown_in("home")],
    )
    who = {"modified_by": name, "created_by": name, "modified_at": NOW, "created_at": NOW}
    return LibraryItem(id=f"sale-{number}", kind=kind, document=document, **who)


def test_each_column_has_its_cell() -> None:
    assert list(CELLS) == list(COLUMNS)
    (row,) = rows_of(ADMIN, [an_offer()], {})
    for column in COLUMNS:
        assert drawn([row], [column], may_edit=False).count("<td") == 2
    assert drawn([row], COLUMNS, may_edit=True).count("<td") == len(COLUMNS) + 2


@pytest.mark.django_db
def test_a_row_without_values_has_as_many_cells() -> None:
    bare = LibraryItem(id="bare", kind="fallback-offer", document={"name": "Bare", "status": "draft"})
    bare.modified_at = bare.created_at = NOW
    text = drawn(rows_of(ADMIN, [bare], {}), COLUMNS, may_edit=True)
    assert text.count("<td") == len(COLUMNS) + 2
    assert "Fallback" in text
    assert '<svg class="window"' not in text


def test_nothing_that_people_typed_is_markup() -> None:
    text = drawn(rows_of(ADMIN, [an_offer(name=HOSTILE)], {"one": HOSTILE}), COLUMNS, may_edit=True)
    assert "<script>" not in text
    assert text.count("&lt;script&gt;&#x27;&quot;&amp;{name}{}") >= 6
    assert 'aria-label="Select &lt;script&gt;&#x27;&quot;&amp;{name}{}"' in text


def test_who_may_not_edit_has_no_box_and_no_way_to_the_form() -> None:
    rows = rows_of(ADMIN, [an_offer()], {})
    assert "data-edit" in drawn(rows, USUAL, may_edit=True)
    text = drawn(rows, USUAL, may_edit=False)
    assert "data-edit" not in text
    assert "checkbox" not in text
    assert 'href="/s/prod/offers/sale-0/history/"' in text


def test_a_closed_offer_says_why_and_cannot_be_picked() -> None:
    text = drawn(rows_of(EDITOR, [an_offer(status="archived")], {}), USUAL, may_edit=True)
    assert "disabled title=" in text
    assert "row-closed" in text
    assert "data-edit" not in text


def test_a_deleted_offer_says_so_in_the_place_of_its_status() -> None:
    item = an_offer(status="approved")
    item.deleted_at = NOW
    text = drawn(rows_of(ADMIN, [item], {}), ["status"], may_edit=False)
    assert "Deleted" in text
    assert "Approved" not in text


def test_rows_are_in_the_language_of_the_reader() -> None:
    rows = rows_of(ADMIN, [an_offer()], {})
    with translation.override("ko"):
        assert "초안" in drawn(rows, USUAL, may_edit=True)


# As much work as it takes anybody to write 50 rows of so many words: a template without a tag in its row.
REFERENCE = "{% for row in rows %}" + "{{ row.address }}" * 20 + "{% endfor %}"


def test_fifty_rows_cost_no_more_than_a_few_times_their_words() -> None:
    """A ratio, so that it holds on any machine. A template of filters and includes takes about ten times the words."""
    template = engines["django"].from_string(REFERENCE)
    rows = rows_of(ADMIN, [an_offer(number, name=f"Offer & {number}") for number in range(50)], {})

    def draw() -> None:
        drawn(rows, USUAL, may_edit=True)

    def write() -> None:
        template.render({"rows": rows})

    assert min(_ratio(draw, write) for _try in range(5)) < 3


def _ratio(one: Callable[[], None], other: Callable[[], None]) -> float:
    return seconds(partial(_five_times, one)) / seconds(partial(_five_times, other))


def _five_times(do: Callable[[], None]) -> None:
    for _time in range(5):
        do()
