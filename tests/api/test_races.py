"""Callers at the same time, each on a connection of its own."""

import threading
from collections.abc import Callable

import orjson
import pytest
from django.db import connection

from offers.ledger.verify import verify
from offers.models import LibraryItem, Revision, Sandbox
from tests.api.conftest import OFFER, Caller

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS = 20


def at_once(count: int, send: Callable[[int], tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    """What `send` gives to callers who all start together."""
    together, answers = threading.Barrier(count), []

    def run(number: int) -> None:
        try:
            together.wait()
            answers.append(send(number))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def history_is_intact() -> bool:
    return not list(verify(Sandbox.objects.all()))


def test_of_writers_to_one_etag_exactly_one_wins(editor: Caller) -> None:
    def send(number: int) -> tuple[int, int | None]:
        patch = [{"op": "replace", "path": "/name", "value": f"Writer {number}"}]
        response = editor("PATCH", OFFER, patch, If_Match='"1"')
        return response.status_code, response.json()["etag"]

    answers = at_once(8, send)
    assert sorted(answers) == [(200, 2)] + [(412, 2)] * 7
    assert Revision.objects.filter(item__id="personalizedOffer1234").count() == 2
    assert history_is_intact()


def test_all_writers_without_a_precondition_are_recorded_with_no_gap_and_no_lost_patch(editor: Caller) -> None:
    assert editor("PATCH", OFFER, [{"op": "add", "path": "/characteristics", "value": {}}]).status_code == 200

    def send(number: int) -> tuple[int, int | None]:
        patch = [{"op": "add", "path": f"/characteristics/writer{number}", "value": str(number)}]
        response = editor("PATCH", OFFER, patch)
        return response.status_code, response.json().get("etag")

    answers = at_once(WRITERS, send)
    assert sorted(answers) == [(200, etag) for etag in range(3, 3 + WRITERS)]
    item = LibraryItem.objects.get(id="personalizedOffer1234")
    assert item.document["characteristics"] == {f"writer{number}": str(number) for number in range(WRITERS)}
    patches = [orjson.loads(found.patch) for found in Revision.objects.filter(item=item, etag__gt=2)]
    assert {patch[0]["value"] for patch in patches} == {str(number) for number in range(WRITERS)}
    assert history_is_intact()


def test_a_placement_is_not_deleted_while_an_offer_starts_to_use_it(editor: Caller) -> None:
    for _ in range(5):
        editor("PATCH", OFFER, [{"op": "replace", "path": "/representations", "value": []}])
        placement = {"name": "New", "componentType": "html", "channel": "https://ns.adobe.com/xdm/channel-types/web"}
        id = editor("POST", "placements", placement).json()["id"]
        representation = {"channel": placement["channel"], "placement": id, "components": []}
        use = [{"op": "replace", "path": "/representations", "value": [representation]}]

        def send(number: int, id: str = id, use: object = use) -> tuple[int, int | None]:
            response = editor("PATCH", OFFER, use) if number else editor("DELETE", f"placements/{id}")
            return number, response.status_code

        deleted, used = (status for _, status in sorted(at_once(2, send)))
        assert (deleted, used) in ((200, 422), (409, 200))
    assert history_is_intact()
