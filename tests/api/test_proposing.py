"""A change of what is live, by a program: refused, proposed, or published without review."""

from typing import Any

import pytest

from offers.api import auth
from offers.models import ChangeRequest, LibraryItem, RequestedChange, Revision, Sandbox
from tests.api.conftest import BASE, DELETE, LIVE, PLACEMENT, RENAME, Caller, Programs, etag
from tests.api.wire.test_problems import told


def test_a_change_that_takes_a_second_person_is_refused_and_says_how_to_propose_it(programs: Programs) -> None:
    for caller in (programs.writer, programs.reviewer, programs.hasty):
        refused = caller("PATCH", LIVE, RENAME)
        assert told(refused) == (403, "review-required")
        assert refused.json()["title"] == "A second person has to look at it"
        assert refused.json()["detail"] == (
            "Changes to live offers need a second person. Send it with ?propose=true to ask for one."
        )
    korean = programs.writer("PATCH", LIVE, RENAME, Accept_Language="ko").json()
    assert korean["type"] == "urn:offers:problem:review-required"
    assert korean["title"] == "다른 사람의 확인이 필요합니다"
    assert "?propose=true" in korean["detail"]
    assert korean["detail"].startswith("노출 중인 오퍼")
    assert "second" not in korean["detail"]
    assert (etag(), ChangeRequest.objects.count()) == (2, 0)


def test_a_proposal_changes_nothing_and_says_where_its_request_is(programs: Programs) -> None:
    answer = programs.writer("PATCH", f"{LIVE}?propose=true", RENAME, X_Change_Note="Legal asked", If_Match='"2"')
    assert (answer.status_code, answer.json()) == (202, {"changeRequest": 1, "state": "open"})
    assert answer["Location"] == f"{BASE}/change-requests/1"
    request = ChangeRequest.objects.get()
    assert (request.title, request.reason) == (
        "Test personalized offer with frequency constraint: Name",
        "Legal asked",
    )
    assert (request.actor_key, request.client_id) == ("client-writer", "writer")
    change = RequestedChange.objects.get()
    assert (change.patch, change.base_etag, change.source) == (RENAME, 2, "api")
    assert etag() == 2
    again = programs.writer("PATCH", f"{LIVE}?propose=true", RENAME)
    assert (again.status_code, again.json()) == (202, {"changeRequest": 1, "state": "open"}), "sent twice, it is one"


def test_a_new_item_and_a_deletion_are_proposed_as_well(programs: Programs) -> None:
    assert programs.writer("POST", "tags?propose=true", {"name": "Autumn"}).json() == {
        "changeRequest": 1,
        "state": "open",
    }
    assert programs.writer("DELETE", f"{LIVE}?propose=true").json() == {"changeRequest": 2, "state": "open"}
    assert list(ChangeRequest.objects.order_by("number").values_list("title", flat=True)) == [
        "Autumn: Created",
        "Test personalized offer with frequency constraint: Deleted",
    ]
    assert list(RequestedChange.objects.order_by("key").values_list("patch", flat=True)) == [
        [{"op": "add", "path": "", "value": {"name": "Autumn"}}],
        DELETE,
    ]
    assert not LibraryItem.objects.filter(kind="tag").exists()
    assert etag() == 2


def test_what_is_proposed_is_held_to_the_same_rules_as_what_is_done(programs: Programs) -> None:
    def answer(method: str, path: str, body: object = None, **headers: str) -> tuple[int, str]:
        return told(programs.writer(method, f"{path}?propose=true", body, **headers))

    assert answer("PATCH", LIVE, [{"op": "replace", "path": "/name", "value": ""}]) == (422, "blank")
    assert answer("PATCH", LIVE, [{"op": "replace", "path": "/etag", "value": 7}]) == (422, "server-owned")
    assert answer("PATCH", LIVE, [{"op": "test", "path": "/name", "value": ""}, *RENAME]) == (409, "test-failed")
    assert answer("PATCH", LIVE, RENAME, If_Match='"1"') == (412, "stale-etag")
    assert answer("PATCH", f"{BASE}/offers/nothing", RENAME) == (404, "not-found")
    assert answer("PATCH", LIVE, []) == (400, "patch-empty")
    assert answer("POST", "placements", {"name": ""}) == (422, "blank")
    assert answer("DELETE", "placements/offerPlacement1234") == (409, "in-use")
    same = [{"op": "replace", "path": "/rank/priority", "value": 0}]
    assert answer("PATCH", LIVE, same) == (422, "nothing-to-propose")
    assert told(programs.reader("PATCH", f"{LIVE}?propose=true", RENAME)) == (403, "not-allowed")
    Sandbox.objects.update(require_if_match=True)
    auth.forget()
    assert answer("PATCH", LIVE, RENAME) == (428, "precondition-required")
    assert (ChangeRequest.objects.count(), etag()) == (0, 2)


def test_a_proposal_that_is_sent_again_is_made_once(programs: Programs) -> None:
    for method, path, body in (
        ("PATCH", LIVE, RENAME),
        ("POST", "placements", PLACEMENT),
        ("DELETE", LIVE, None),
    ):
        key = f"key-{method}"
        first, second = (programs.writer(method, f"{path}?propose=true", body, Idempotency_Key=key) for _ in range(2))
        assert (first.status_code, second.status_code) == (202, 202)
        assert (second.content, second["Location"]) == (first.content, first["Location"])
        assert (second["Idempotency-Replayed"], "ETag" in second) == ("true", False)
    assert ChangeRequest.objects.count() == 3


@pytest.mark.parametrize("method", ["PATCH", "POST", "DELETE"])
@pytest.mark.parametrize("query", ["propose=perhaps", "Propose=true", "propose=true&bypass=true", "by-pass=true"])
def test_a_way_that_is_not_clear_does_nothing(programs: Programs, method: str, query: str) -> None:
    path, body = ("tags", {"name": "New"}) if method == "POST" else (LIVE, RENAME)
    assert told(programs.hasty(method, f"{path}?{query}", body, X_Change_Note="Now")) == (400, "bad-parameter")
    assert (ChangeRequest.objects.count(), Revision.objects.count(), etag()) == (0, 3, 2)


def test_who_may_publishes_without_waiting_and_says_why(programs: Programs) -> None:
    path = f"{LIVE}?bypass=true"
    assert told(programs.writer("PATCH", path, RENAME, X_Change_Note="The price is wrong")) == (403, "not-allowed")
    assert told(programs.hasty("PATCH", path, RENAME)) == (422, "reason-missing")
    assert etag() == 2
    answer = programs.hasty("PATCH", path, RENAME, X_Change_Note="The price is wrong")
    assert (answer.status_code, answer.json()["etag"], answer["ETag"]) == (200, 3, '"3"')
    assert answer["Location"] == f"{BASE}/change-requests/1"
    made = Revision.objects.get(item__id="personalizedOffer1234", etag=3)
    assert (made.source, made.note, made.client_id) == ("review", "The price is wrong", "hasty")
    assert made.refers_to == {"request": 1, "bypass": True}
    assert ChangeRequest.objects.get().review_due_at is not None
    told_of = programs.hasty("GET", "offers/personalizedOffer1234/revisions").json()["results"]
    bypass = {"by": made.actor_label, "reason": "The price is wrong", "lookedAtBy": None}
    members = [[entry.get(name) for name in ("request", "approvedBy", "bypass")] for entry in told_of]
    assert members == [[1, [], bypass], [None] * 3, [None] * 3]
    gone = programs.hasty("DELETE", path, X_Change_Note="It is wrong")
    assert (gone.status_code, gone.content, gone["Location"]) == (200, b"", f"{BASE}/change-requests/2")
    assert programs.hasty("GET", LIVE).status_code == 404


def test_nobody_has_to_look_at_what_needs_no_second_person(programs: Programs) -> None:
    made = programs.hasty("POST", "tags?bypass=true", {"name": "New"})
    assert (made.status_code, made.json()["etag"]) == (201, 1)
    assert programs.hasty("GET", made["Location"]).json()["name"] == "New"
    assert not ChangeRequest.objects.exists()


def test_a_new_item_goes_live_without_waiting(programs: Programs) -> None:
    offer: dict[str, Any] = programs.hasty("GET", LIVE).json()
    members = ("id", "etag", "created", "modified", "createdBy", "lastModifiedBy", "schemas")
    document = {name: value for name, value in offer.items() if name not in members}
    path = "offers?offer-type=personalized&bypass=true"
    made = programs.hasty("POST", path, document, X_Change_Note="Now")
    assert (made.status_code, ChangeRequest.objects.count()) == (201, 1)
    assert programs.hasty("GET", made["Location"]).json()["status"] == "approved"


def test_everybody_may_propose_where_nothing_is_reviewed(sandbox: Sandbox, editor: Caller) -> None:
    assert editor("PATCH", f"{LIVE}?propose=true", RENAME).status_code == 202
    assert etag() == 1
