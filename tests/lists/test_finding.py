"""Words together with filters in a large library: the same hits by looks that are bounded, and no look at what is not bounded."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.lists import finding
from offers.lists.filters import Wanted, matching
from offers.models import Sandbox
from tests.cast import actor, make, make_sandbox, offer

MANY = 100


@pytest.fixture
def sandbox(db: None) -> Sandbox:
    sandbox = make_sandbox()
    for number in range(12):
        text = {"name": f"{'Weekend' if number % 2 else '설날'} sale {number}", "description": "gold" * (number % 3)}
        make(actor(sandbox), offer(**text, status="approved" if number % 4 == 1 else "draft"))
    make(actor(sandbox), {"name": "Weekend", "status": "draft"}, Kind.FALLBACK_OFFER)
    return sandbox


@pytest.mark.parametrize("looks", [(), ((0, 1),), ((3, 2),), ((0, 2), (0, 50)), ((50, 50),)], ids=str)
@pytest.mark.parametrize(
    "filters",
    [
        *({"text": "weekend"}, {"text": "설"}, {"text": "sale weekend"}, {"text": "gold", "status": "draft"}),
        *(
            {"text": "weekend sale gold", "status": "approved"},
            {"text": "nowhere"},
            {"text": "100%"},
            {"status": "draft"},
        ),
    ],
    ids=str,
)
def test_every_look_finds_what_all_texts_lead_to(
    sandbox: Sandbox, filters: dict[str, Any], looks: tuple[tuple[int, int], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "LOOKS", looks)
    wanted, now = Wanted(**filters), timezone.now()
    found = finding.up_to(sandbox.pk, OFFER_KINDS, wanted, now, MANY)
    expected = {kind: set(matching(sandbox.pk, kind, wanted, now).values_list("pk", flat=True)) for kind in OFFER_KINDS}
    assert {kind: set(keys) for kind, keys in found.items()} == expected
    assert all(len(keys) == len(set(keys)) for keys in found.values())
    for keys in finding.up_to(sandbox.pk, OFFER_KINDS, wanted, now, 1).values():
        assert len(keys) <= 2


def test_a_common_word_is_looked_up_once_and_no_further_than_it_takes(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "LOOKS", ((1, 4), (1, 1_000)))
    with CaptureQueriesContext(connection) as statements:
        found = finding.up_to(sandbox.pk, OFFER_KINDS, Wanted(text="sale", status="draft"), timezone.now(), 1)
    assert len(found[Kind.PERSONALIZED_OFFER]) == 2
    texts = [one["sql"] for one in statements if 'FROM "offers_searchtext"' in one["sql"]]
    assert [one.split("LIMIT")[-1].strip() for one in texts] == ["5"]
