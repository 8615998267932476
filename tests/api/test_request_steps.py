"""What programs do to a request besides deciding: what pages can, too."""

from typing import Any

import pytest

from tests.api.conftest import LIVE, RANK, RENAME, Caller, Programs
from tests.api.describing.test_answers import check
from tests.api.test_change_requests import ALL, OFFER, ONE, TAG, ask, say, see
from tests.api.wire.test_problems import told


def do(by: Caller, method: str, address: str, described: str, body: Any = None) -> Any:
    return check(by(method, f"{ALL}/1/{address}", body), method, f"{ONE}/{described}")


def test_a_program_suggests_another_value_for_a_field_and_its_author_accepts_it(programs: Programs) -> None:
    ask(programs.writer)
    suggestion = [{"op": "replace", "path": "/name", "value": "Shorter"}]
    body = {"text": "Too long", "item": OFFER, "pointer": "/name", "suggestion": suggestion}
    (said,) = do(programs.reviewer, "POST", "comments", "comments", body).json()["comments"]
    assert (said["path"], said["pointer"], said["suggestion"], said["changed"]) == (
        *(["name"], "/name", suggestion),
        False,
    )
    at, described = f"comments/{said['id']}", "comments/{comment}"
    accepted = do(programs.writer, "POST", f"{at}/accept", f"{described}/accept").json()
    assert (accepted["version"], accepted["comments"][0]["resolved"], accepted["comments"][0]["changed"]) == (
        2,
        True,
        True,
    )
    assert accepted["changes"][0]["patch"] == suggestion
    # Who suggested it wrote part of it; and it is accepted once.
    assert told(say(programs.reviewer, "approve")) == (403, "not-allowed")
    assert told(do(programs.writer, "POST", f"{at}/accept", f"{described}/accept")) == (404, "not-found")
    assert told(do(programs.reader, "POST", f"{at}/resolve", f"{described}/resolve")) == (403, "not-allowed")


@pytest.mark.parametrize(
    ("more", "code", "place"),
    [
        ({"pointer": "/nothing"}, "not-found", "/pointer"),
        ({"pointer": "/representations/7"}, "not-found", "/pointer"),
        ({"pointer": "name"}, "not-found", "/pointer"),
        ({"pointer": "/name", "suggestion": RANK}, "no-suggestion", "/suggestion"),
        ({"pointer": "/name", "suggestion": [{"op": "remove", "path": "/name"}]}, "no-suggestion", "/suggestion"),
        ({"suggestion": RENAME}, "no-suggestion", "/suggestion"),
    ],
)
def test_what_is_said_to_nothing_or_suggested_for_something_else_is_refused(
    programs: Programs, more: dict[str, Any], code: str, place: str
) -> None:
    ask(programs.writer)
    refused = do(programs.reviewer, "POST", "comments", "comments", {"text": "Hm", "item": OFFER, **more})
    assert (told(refused), refused.json()["errors"][0]["pointer"]) == ((422, code), place)
    assert see(programs.reader)["comments"] == []


def test_a_program_takes_a_request_over_and_an_item_out_of_it(programs: Programs) -> None:
    ask(programs.writer, {"id": OFFER, "patch": RENAME}, {"id": "autumn", "kind": "tag", "patch": TAG})
    assert told(do(programs.reader, "POST", "claim", "claim")) == (403, "not-allowed")
    assert do(programs.hasty, "POST", "claim", "claim").json()["owner"]["name"] == "Hasty"
    # It is hers already.
    again = do(programs.hasty, "POST", "claim", "claim").json()
    assert [event["what"] for event in again["events"]] == ["opened", "claimed"]
    left = do(programs.writer, "DELETE", "changes/autumn", "changes/{id}").json()
    assert ([one["id"] for one in left["changes"]], left["version"]) == ([OFFER], 2)
    assert told(do(programs.writer, "DELETE", "changes/autumn", "changes/{id}")) == (404, "not-found")
    assert told(do(programs.writer, "DELETE", f"changes/{OFFER}", "changes/{id}")) == (409, "only-change")
    assert [one["id"] for one in see(programs.reader)["changes"]] == [OFFER]


def test_a_program_looks_at_what_another_published_without_waiting(programs: Programs) -> None:
    programs.hasty("PATCH", f"{LIVE}?bypass=true", RENAME, X_Change_Note="Wrong price")
    assert told(do(programs.hasty, "POST", "look", "look")) == (403, "not-allowed")
    looked = do(programs.reviewer, "POST", "look", "look", {"text": "Fine"}).json()
    assert (looked["events"][-1]["what"], looked["events"][-1]["text"]) == ("looked", "Fine")
    assert told(do(programs.reviewer, "POST", "look", "look")) == (409, "not-now")
