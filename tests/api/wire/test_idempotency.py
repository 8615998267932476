import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from offers.models import IdempotencyKey, LibraryItem, Revision, Sandbox
from tests.api.conftest import OFFER, Caller, make_caller, make_sandbox

RENAME = [{"op": "replace", "path": "/name", "value": "Renamed"}]


def test_a_repeat_gets_the_first_answer_and_happens_once(editor: Caller) -> None:
    first, second = (editor("PATCH", OFFER, RENAME, Idempotency_Key="a-key") for _ in range(2))
    assert (second.status_code, second.content, second["ETag"]) == (200, first.content, '"2"')
    assert second["Content-Type"] == "application/json"
    assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
    assert Revision.objects.filter(item__id="personalizedOffer1234").count() == 2


def test_a_repeated_post_makes_one_item(editor: Caller) -> None:
    first, second = (editor("POST", "tags", {"name": "Once"}, Idempotency_Key="a-key") for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert LibraryItem.objects.filter(kind="tag").count() == 1


def test_the_first_answer_stays_when_the_item_has_changed_since(editor: Caller) -> None:
    editor("PATCH", OFFER, RENAME, Idempotency_Key="a-key")
    editor("PATCH", OFFER, [{"op": "replace", "path": "/name", "value": "Later"}])
    assert editor("PATCH", OFFER, RENAME, Idempotency_Key="a-key").json()["etag"] == 2
    assert editor("GET", OFFER).json()["name"] == "Later"


def test_a_repeated_post_names_the_item_that_the_first_one_made(editor: Caller) -> None:
    first, second = (editor("POST", "tags", {"name": "Once"}, Idempotency_Key="a-key") for _ in range(2))
    assert second["Idempotency-Replayed"] == "true"
    assert second["Location"] == first["Location"] != ""
    assert editor("GET", second["Location"]).json()["name"] == "Once"


def test_a_corrected_if_match_is_not_answered_by_the_refusal_of_the_one_before(editor: Caller) -> None:
    refused = editor("PATCH", OFFER, RENAME, Idempotency_Key="a-key", If_Match='"7"')
    corrected = editor("PATCH", OFFER, RENAME, Idempotency_Key="a-key", If_Match='"1"')
    assert (refused.status_code, corrected.status_code, corrected["ETag"]) == (412, 200, '"2"')
    assert "Idempotency-Replayed" not in corrected


def test_what_was_refused_is_judged_anew_by_what_is_true_now(editor: Caller) -> None:
    patch = [{"op": "replace", "path": "/labels", "value": ["core/C5"]}]
    assert editor("PATCH", OFFER, patch, Idempotency_Key="a-key").status_code == 409
    assert not IdempotencyKey.objects.exists()
    editor("PATCH", OFFER, [{"op": "add", "path": "/labels", "value": []}])
    assert editor("PATCH", OFFER, patch, Idempotency_Key="a-key").status_code == 200
    assert editor("GET", OFFER).json()["labels"] == ["core/C5"]


@pytest.mark.parametrize(
    "other",
    [
        lambda call: call("PATCH", OFFER, [{"op": "remove", "path": "/name"}], Idempotency_Key="a-key"),
        lambda call: call("PATCH", "placements/offerPlacement1234", RENAME, Idempotency_Key="a-key"),
        lambda call: call("POST", "tags", {"name": "x"}, Idempotency_Key="a-key"),
    ],
)
def test_the_same_key_with_another_request_is_422(editor: Caller, other: Callable[[Caller], Any]) -> None:
    editor("PATCH", OFFER, RENAME, Idempotency_Key="a-key")
    response = other(editor)
    assert response.status_code == 422
    assert Revision.objects.count() == 3


def test_keys_of_two_clients_do_not_meet(editor: Caller) -> None:
    another = make_caller("another", (Sandbox.objects.get(name="prod"), "editor"))
    editor("POST", "tags", {"name": "One"}, Idempotency_Key="a-key")
    assert another("POST", "tags", {"name": "Two"}, Idempotency_Key="a-key").status_code == 201


def test_keys_of_one_client_in_two_sandboxes_do_not_meet(sandbox: Sandbox) -> None:
    client = make_caller("both", (sandbox, "editor"), (make_sandbox("dev"), "editor"))
    headers = {"Idempotency_Key": "a-key"}
    assert client("POST", "tags", {"name": "One"}, **headers).status_code == 201
    other = client("POST", "tags", {"name": "Two"}, **headers, **{"x-sandbox-name": "dev"})
    assert (other.status_code, "Idempotency-Replayed" in other) == (201, False)


def test_a_key_is_free_again_after_a_day(editor: Caller) -> None:
    editor("POST", "tags", {"name": "One"}, Idempotency_Key="a-key")
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert editor("POST", "tags", {"name": "Two"}, Idempotency_Key="a-key").status_code == 201
    assert editor("POST", "tags", {"name": "Two"}, Idempotency_Key="a-key")["Idempotency-Replayed"] == "true"
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize("key", ["", "x" * 129, "a b", "\xe9"])
def test_a_malformed_key_is_400(editor: Caller, key: str) -> None:
    assert editor("PATCH", OFFER, RENAME, Idempotency_Key=key).status_code == 400
    assert editor("GET", OFFER).json()["etag"] == 1


@pytest.mark.django_db(transaction=True)
def test_of_duplicates_at_the_same_time_one_happens_and_all_get_its_answer(editor: Caller) -> None:
    together = threading.Barrier(6)
    answers: list[tuple[int, bytes]] = []

    def send() -> None:
        together.wait()
        response = editor("POST", "tags", {"name": "Once"}, Idempotency_Key="a-key")
        answers.append((response.status_code, response.content))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 6
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert LibraryItem.objects.filter(kind="tag").count() == 1
