"""The calls about change requests: what each takes and answers."""

from collections.abc import Mapping
from typing import Any

from offers.api.change_requests import PATH
from offers.api.describing.operations import body, parameters_of
from offers.api.describing.responses import answer, refusals
from offers.api.describing.schemas import ref as schema
from offers.api.wire.answers import JSON

Object = dict[str, Any]

_STEP = (409, 413, 415, 422)


def _links(*calls: str) -> Object:
    """What can be done with a request that was just opened."""
    parameters = {"number": "$response.body#/number"}
    return {call: {"operationId": f"{PATH}-{call}", "parameters": parameters} for call in calls}


def _step(summary: str, done: str, content: Object | None = None, *, of: str = "") -> Object:
    """A call that does something to a request, or to something `of` it, and answers with what it is then."""
    return {
        "summary": summary,
        "parameters": parameters_of("Number", *([of] if of else []), "IdempotencyKey"),
        **({"requestBody": content} if content else {}),
        "responses": {"200": answer(done, schema("FullRequest")), **refusals(*_STEP)},
    }


REQUEST_OPERATIONS: Mapping[str, Object] = {
    "open": {
        "summary": "Ask for changes of several items, which are made all or none",
        "parameters": parameters_of("IdempotencyKey"),
        "requestBody": body(JSON, schema("NewRequest")),
        "responses": {
            "201": {
                **answer("Opened: nothing has changed yet.", schema("FullRequest"), "Location"),
                "links": _links("read", "edit", "judge", "comment", "claim", "apply", "withdraw"),
            },
            **refusals(*_STEP),
        },
    },
    "list": {
        "summary": "List change requests, newest first",
        "parameters": parameters_of("State", "Author", "Limit", "Before"),
        "responses": {"200": answer("A page.", schema("RequestPage")), **refusals()},
    },
    "read": {
        "summary": "Read a change request as it stands now",
        "parameters": parameters_of("Number"),
        "responses": {"200": answer("The change request.", schema("FullRequest")), **refusals()},
    },
    "edit": _step("Describe a change request anew, or add to it", "Edited.", body(JSON, schema("RequestEdit"))),
    "judge": _step("Say yes, not yet or no to a change request", "Said.", body(JSON, schema("GivenVerdict"))),
    "comment": _step("Comment on a change request", "Said.", body(JSON, schema("NewComment"))),
    "resolve": _step("Say that what a comment is about is dealt with", "Resolved.", of="Comment"),
    "accept": _step("Put what a comment suggests into the request", "Accepted.", of="Comment"),
    "leave-out": _step("Take what a change request changes of one item out of it", "Left out.", of="Id"),
    "claim": _step("See to a change request from now on", "Claimed."),
    "look": _step(
        "Say that somebody else has looked at what was published without review",
        "Looked at.",
        {**body(JSON, schema("Look")), "required": False},
    ),
    "apply": _step("Apply a change request that others agreed to", "Applied."),
    "withdraw": _step(
        "Withdraw a change request", "Withdrawn.", {**body(JSON, schema("Withdrawal")), "required": False}
    ),
}
