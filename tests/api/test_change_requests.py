"""Review by program: one asks, another says yes, and what was asked for is there."""

from typing import Any

import pytest

from offers.api.wire import request_shapes
from offers.document.kinds.registry import Kind
from offers.models import ChangeRequest, LibraryItem
from offers.review import recheck
from offers.review.standing import Trouble
from tests.api.conftest import BASE, DELETE, LIVE, RANK, RENAME, Caller, Programs, etag, make_caller, make_sandbox
from tests.api.describing.test_answers import check
from tests.api.wire.test_problems import told
from tests.measure import least

ALL = f"{BASE}/change-requests"
ONE = f"{ALL}/{{number}}"
OFFER = "personalizedOffer1234"
TAG = [{"op": "add", "path": "", "value": {"name": "Autumn"}}]


def ask(by: Caller, *changes: dict[str, Any], **more: Any) -> Any:
    body = {"title": "Autumn", "changes": changes or [{"id": OFFER, "patch": RENAME}], **more}
    return check(by("POST", ALL, body), "POST", ALL)


def see(by: Caller, number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = check(by("GET", f"{ALL}/{number}"), "GET", ONE).json()
    return found


def say(by: Caller, verdict: str, number: int = 1, **more: Any) -> Any:
    body = {"verdict": verdict, "digest": see(by, number)["digest"], **more}
    return check(by("POST", f"{ALL}/{number}/verdicts", body), "POST", f"{ONE}/verdicts")


def test_one_asks_another_agrees_and_it_is_done(programs: Programs) -> None:
    tagged = [*RENAME, {"op": "add", "path": "/tags", "value": ["autumn"]}]
    opened = ask(
        programs.writer, {"id": OFFER, "etag": 2, "patch": tagged}, {"id": "autumn", "kind": "tag", "patch": TAG}
    )
    assert (opened.status_code, opened["Location"]) == (201, f"{ALL}/1")
    request = opened.json()
    assert (request["number"], request["state"], request["ready"]) == (1, "open", False)
    assert request["author"] == request["owner"] == {"key": "client-writer", "name": "Writer"}
    assert request["contributors"] == ["client-writer"]
    assert [(one["id"], one["kind"], one["etag"], one["trouble"]) for one in request["changes"]] == [
        (OFFER, "personalized-offer", 2, None),
        ("autumn", "tag", 0, None),
    ]
    assert (etag(), LibraryItem.objects.filter(id="autumn").exists()) == (2, False)
    done = say(programs.reviewer, "approve").json()
    assert (done["state"], [one["appliedEtag"] for one in done["changes"]]) == ("applied", [3, 1])
    assert [opinion["by"]["name"] for opinion in done["approvals"]] == ["Reviewer"]
    assert [event["what"] for event in done["events"]] == ["opened", "approve", "applied"]
    assert programs.reader("GET", LIVE).json()["tags"] == ["autumn"]


def test_who_wrote_it_and_who_is_no_reviewer_do_not_decide(programs: Programs) -> None:
    ask(programs.reviewer)
    for by in (programs.reviewer, programs.writer, programs.reader):
        assert told(say(by, "approve")) == (403, "not-allowed")
    assert etag() == 2


def test_who_looked_at_something_else_is_told_what_there_is_now(programs: Programs) -> None:
    ask(programs.writer)
    body = {"verdict": "approve", "digest": see(programs.reviewer)["digest"]}
    check(programs.writer("PATCH", f"{ALL}/1", {"changes": [{"id": OFFER, "patch": RANK}]}), "PATCH", ONE)
    refused = check(programs.reviewer("POST", f"{ALL}/1/verdicts", body), "POST", f"{ONE}/verdicts")
    assert told(refused) == (409, "request-moved")
    assert refused.json()["digest"] == see(programs.reviewer)["digest"] != body["digest"]


def test_a_no_has_a_reason_and_a_yes_may_wait(programs: Programs) -> None:
    ask(programs.writer)
    refused = say(programs.reviewer, "request-changes")
    assert told(refused) == (422, "reason-missing")
    assert refused.json()["errors"][0]["pointer"] == "/text"
    said = say(programs.reviewer, "request-changes", text="Too long").json()
    assert (said["state"], said["objections"][0]["text"]) == ("changes-requested", "Too long")
    waits = say(programs.reviewer, "approve", apply=False).json()
    assert (waits["state"], waits["ready"], etag()) == ("approved", True, 2)
    applied = check(programs.writer("POST", f"{ALL}/1/apply"), "POST", f"{ONE}/apply").json()
    assert (applied["state"], etag()) == ("applied", 3)
    over = check(programs.writer("POST", f"{ALL}/1/withdraw"), "POST", f"{ONE}/withdraw")
    assert told(over) == (409, "not-now")


def test_what_was_agreed_to_for_a_time_is_not_applied_before_it(programs: Programs) -> None:
    ask(programs.writer, applyAt="2035-12-01T09:00:00Z")
    assert say(programs.reviewer, "approve").json()["state"] == "scheduled"
    for by in (programs.writer, programs.reviewer):
        refused = check(by("POST", f"{ALL}/1/apply"), "POST", f"{ONE}/apply")
        assert told(refused) == (409, "not-yet")
        assert "2035-12-01T09:00:00" in refused.json()["detail"]
    assert etag() == 2


def test_what_is_in_the_way_is_named_by_item_and_place(programs: Programs) -> None:
    ask(programs.writer)
    unasked = check(programs.writer("POST", f"{ALL}/1/apply"), "POST", f"{ONE}/apply")
    assert told(unasked) == (409, "request-not-ready")
    assert [error["code"] for error in unasked.json()["errors"]] == ["not-approved"]
    programs.edit([{"op": "replace", "path": "/name", "value": "Theirs"}])
    (change,) = see(programs.reviewer)["changes"]
    assert (change["trouble"], change["conflicts"]) == ("conflict", ["/name"])
    # What was decided is one thing; whether it can be done now is told beside it.
    assert (see(programs.reviewer)["state"], see(programs.reviewer)["conflicted"]) == ("open", True)
    recheck.keep()
    found = check(programs.reader("GET", f"{ALL}?state=conflicted"), "GET", ALL).json()["results"]
    assert [(one["number"], one["conflicted"]) for one in found] == [(1, True)]
    refused = say(programs.reviewer, "approve")
    assert told(refused) == (409, "request-not-ready")
    errors = [(error["item"], error["pointer"], error["code"]) for error in refused.json()["errors"] if "item" in error]
    assert errors == [(OFFER, "/name", "conflict")]
    # Asked for again on top of what is there now, it fits.
    programs.writer("PATCH", f"{ALL}/1", {"changes": [{"id": OFFER, "patch": RENAME}]})
    assert say(programs.reviewer, "approve").json()["state"] == "applied"


def test_an_approval_stays_or_is_dropped_by_what_was_changed_since(programs: Programs) -> None:
    ask(programs.writer)
    say(programs.reviewer, "approve", apply=False)
    programs.edit(RANK)
    kept = see(programs.writer)
    assert (kept["ready"], kept["changes"][0]["carried"]) == (True, True)
    programs.edit([{"op": "replace", "path": "/name", "value": "Theirs"}])
    lost = see(programs.writer)
    assert (lost["ready"], lost["approvals"], len(lost["droppedApprovals"])) == (False, [], 1)


def test_the_author_says_it_anew_and_withdraws_it(programs: Programs) -> None:
    ask(programs.writer)
    times = {"applyAt": "2035-12-01T09:00:00+09:00", "until": "2035-12-24T00:00:00Z", "timeZone": "Asia/Seoul"}
    edited = check(programs.writer("PATCH", f"{ALL}/1", {"title": "Winter", **times}), "PATCH", ONE).json()
    assert (edited["title"], edited["applyAt"], edited["until"], edited["timeZone"], edited["version"]) == (
        "Winter",
        "2035-12-01T00:00:00.000+00:00",
        "2035-12-24T00:00:00.000+00:00",
        "Asia/Seoul",
        2,
    )
    assert told(programs.hasty("PATCH", f"{ALL}/1", {"title": "Mine"})) == (403, "not-allowed")
    assert say(programs.reviewer, "approve").json()["state"] == "scheduled"
    gone = check(programs.writer("POST", f"{ALL}/1/withdraw", {"text": "Not needed"}), "POST", f"{ONE}/withdraw")
    assert (gone.json()["state"], gone.json()["events"][-1]["text"]) == ("withdrawn", "Not needed")


def test_a_list_is_paged_and_asked_for_by_state_and_author(programs: Programs) -> None:
    for by in (programs.writer, programs.hasty, programs.writer):
        ask(by)
    programs.writer("POST", f"{ALL}/3/withdraw")

    def numbers(query: str) -> list[int]:
        return [one["number"] for one in check(programs.reader("GET", f"{ALL}?{query}"), "GET", ALL).json()["results"]]

    assert numbers("") == [3, 2, 1]
    assert numbers("state=open") == [2, 1]
    assert numbers("state=open&state=withdrawn&author=client-writer") == [3, 1]
    assert numbers("author=a%00b") == []
    first = programs.reader("GET", f"{ALL}?limit=2&state=open&state=withdrawn").json()
    assert ([one["number"] for one in first["results"]], first["count"], first["total"]) == ([3, 2], 2, 3)
    then = programs.reader("GET", BASE + first["_links"]["next"]["href"]).json()
    assert ([one["number"] for one in then["results"]], "next" in then["_links"]) == ([1], False)
    assert told(programs.reader("GET", f"{ALL}?state=any")) == (400, "bad-parameter")
    assert told(programs.reader("GET", f"{ALL}?start=x")) == (400, "bad-cursor")
    assert told(programs.reader("GET", f"{ALL}/99")) == (404, "not-found")
    assert told(programs.reader("GET", f"{ALL}/{'9' * 30}")) == (404, "not-found")


def test_a_request_that_is_sent_again_is_opened_and_decided_once(programs: Programs) -> None:
    body = {"title": "Autumn", "changes": [{"id": OFFER, "patch": RENAME}]}
    first, second = (programs.writer("POST", ALL, body, Idempotency_Key="a-key") for _ in range(2))
    assert (first.content, first["Location"]) == (second.content, second["Location"])
    verdict = {"verdict": "approve", "digest": first.json()["digest"]}
    answers = [programs.reviewer("POST", f"{ALL}/1/verdicts", verdict, Idempotency_Key="b-key") for _ in range(2)]
    assert [answer.json()["state"] for answer in answers] == ["applied", "applied"]
    assert (ChangeRequest.objects.count(), etag()) == (1, 3)


def test_a_deleted_item_comes_back_as_it_was_and_no_other_takes_its_id(programs: Programs) -> None:
    made = programs.writer("POST", "tags", {"name": "Old"}).json()["id"]
    programs.writer("DELETE", f"tags/{made}")
    root = [{"op": "add", "path": "", "value": {"name": "New"}}]
    refused = ask(programs.writer, {"id": made, "kind": "tag", "patch": root})
    assert (told(refused), refused.json()["errors"][0]["code"]) == ((409, "request-not-ready"), "taken")
    ask(programs.writer, {"id": made, "kind": "tag", "patch": [{"op": "add", "path": "", "value": {"name": "Old"}}]})
    assert say(programs.reviewer, "approve").json()["changes"][0]["appliedEtag"] == 3


WRONG: dict[str, tuple[Any, int, str, str]] = {
    "no title": ({"changes": [{"id": OFFER, "patch": RENAME}]}, 422, "required", "/title"),
    "nothing": ({"title": "x", "changes": []}, 422, "wrong-type", "/changes"),
    "a list": ([], 422, "not-an-object", ""),
    "changes that are none": ({"title": "x", "changes": {}}, 422, "not-a-list", "/changes"),
    "10,000 changes": (
        {"title": "x", "changes": [{"id": OFFER, "patch": RENAME}] * 10_000},
        422,
        "too-many",
        "/changes",
    ),
    "10,000 of the wrong type": ({"title": "x", "changes": [7] * 10_000}, 422, "", "/changes"),
    "an unknown member": (
        {"title": "x", "changes": [{"id": OFFER, "patch": RENAME, "by": 1}]},
        422,
        "unknown-member",
        "/changes/0/by",
    ),
    "an id that is none": (
        {"title": "x", "changes": [{"id": "a/b", "patch": RENAME}]},
        422,
        "wrong-type",
        "/changes/0/id",
    ),
    "an item twice": (
        {"title": "x", "changes": [{"id": OFFER, "patch": RENAME}] * 2},
        422,
        "repeated",
        "/changes/1/id",
    ),
    "an item that is not there": (
        {"title": "x", "changes": [{"id": "no", "patch": RENAME}]},
        422,
        "not-found",
        "/changes/0/id",
    ),
    "another kind": (
        {"title": "x", "changes": [{"id": OFFER, "kind": "tag", "patch": RENAME}]},
        422,
        "other-kind",
        "/changes/0/kind",
    ),
    "an old etag": (
        {"title": "x", "changes": [{"id": OFFER, "etag": 1, "patch": RENAME}]},
        409,
        "stale-etag",
        "/changes/0/etag",
    ),
    "a new item of no kind": (
        {"title": "x", "changes": [{"id": "new", "patch": TAG}]},
        422,
        "required",
        "/changes/0/kind",
    ),
    "a new item that is none": (
        {"title": "x", "changes": [{"id": "new", "kind": "tag", "patch": [{"op": "add", "path": "", "value": 7}]}]},
        *(422, "not-an-object", ""),
    ),
    "a patch that is none": ({"title": "x", "changes": [{"id": OFFER, "patch": {}}]}, 400, "patch-not-a-list", ""),
    "201 operations": (
        {"title": "x", "changes": [{"id": OFFER, "patch": RENAME * 201}]},
        413,
        "too-many-operations",
        "",
    ),
    "an invalid document": (
        {"title": "x", "changes": [{"id": OFFER, "patch": [{"op": "replace", "path": "/name", "value": 7}]}]},
        *(422, "not-text", "/name"),
    ),
    "a past time": (
        {"title": "x", "changes": [{"id": OFFER, "patch": RENAME}], "applyAt": "2020-01-01T00:00:00Z"},
        422,
        "too-early",
        "/applyAt",
    ),
    "no time": (
        {"title": "x", "changes": [{"id": OFFER, "patch": RENAME}], "applyAt": "soon"},
        422,
        "not-a-date",
        "/applyAt",
    ),
    "an end before its start": (
        {
            "title": "x",
            "changes": [{"id": OFFER, "patch": RENAME}],
            "applyAt": "2035-01-01T00:00:00Z",
            "until": "2034-01-01T00:00:00Z",
        },
        *(422, "end-before-start", "/until"),
    ),
    "no such zone": (
        {"title": "x", "changes": [{"id": OFFER, "patch": RENAME}], "timeZone": "../etc"},
        422,
        "unknown-value",
        "/timeZone",
    ),
    "a change of nothing": (
        {"title": "x", "changes": [{"id": OFFER, "patch": [{"op": "replace", "path": "/rank/priority", "value": 0}]}]},
        *(422, "nothing-to-propose", "/changes/0/patch"),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_request_is_refused_at_once_with_its_place(programs: Programs, name: str) -> None:
    body, status, code, pointer = WRONG[name]
    answers = []
    taken = least(lambda: answers.append(programs.writer("POST", ALL, body)), 0.7)
    assert taken < 0.7
    refused = check(answers[0], "POST", ALL)
    found_status, found_code = told(refused)
    error = refused.json()["errors"][0]
    assert (found_status, error["pointer"].startswith(pointer)) == (status, True), refused.content
    assert code in ("", found_code)
    # What is wrong within an item says in which.
    assert ("item" in error) == (pointer in ("", "/name") and name != "a list")
    assert not ChangeRequest.objects.exists()


def test_a_deletion_of_what_is_used_names_the_item(programs: Programs) -> None:
    refused = ask(programs.writer, {"id": OFFER, "patch": RANK}, {"id": "offerPlacement1234", "patch": DELETE})
    assert told(refused) == (409, "in-use")
    assert {error["item"] for error in refused.json()["errors"]} == {"offerPlacement1234"}


def test_who_only_reads_opens_nothing_and_strangers_see_nothing(programs: Programs) -> None:
    assert told(ask(programs.reader)) == (403, "not-allowed")
    ask(programs.writer)
    stranger = make_caller("stranger-client", (make_sandbox("elsewhere"), "admin"))
    assert stranger("GET", f"{ALL}/1").status_code == 404


def test_the_answers_name_every_state_trouble_and_kind_that_there_is() -> None:
    assert list(request_shapes.State.__value__.__args__) == ChangeRequest.State.values
    assert list(request_shapes.Trouble.__value__.__args__) == [trouble.value for trouble in Trouble]
    assert list(request_shapes.ItemKind.__value__.__args__) == [kind.value for kind in Kind]


def test_a_program_comments_on_the_whole_or_on_an_item(programs: Programs) -> None:
    ask(programs.writer)

    def say_to(by: Caller, **body: str) -> Any:
        return check(by("POST", f"{ALL}/1/comments", body), "POST", f"{ONE}/comments")

    say_to(programs.reviewer, text="Why now?")
    told_of = say_to(programs.writer, text="Legal asked", item=OFFER).json()["comments"]
    assert [(one["by"]["name"], one["item"], one["text"]) for one in told_of] == [
        ("Reviewer", "", "Why now?"),
        ("Writer", OFFER, "Legal asked"),
    ]
    assert told(say_to(programs.writer, text="x", item="other")) == (404, "not-found")
    assert told(say_to(programs.writer, text=" ")) == (422, "wrong-type")
    assert told(say_to(programs.reader, text="x")) == (403, "not-allowed")
