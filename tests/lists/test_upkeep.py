import pytest

from offers.lists.upkeep import tidy_search
from tests.cast import actor, make, make_sandbox, offer

pytestmark = pytest.mark.django_db


def test_new_text_waits_until_it_is_put_in_its_place() -> None:
    tidy_search()
    make(actor(make_sandbox()), offer())
    assert tidy_search() > 0
    assert tidy_search() == 0
