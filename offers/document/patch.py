"""Check and apply a JSON Patch (RFC 6902) under limits, with the jsonpatch package doing the applying.

The package limits nothing and says too much: its messages can contain the whole document, its checks come operation by
operation. So the whole patch is checked first, copies are weighed before they are made, and every failure becomes a
PatchError with a code, the index of the operation and its pointer.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import jsonpatch
import orjson
from jsonpointer import EndOfList, JsonPointer, JsonPointerException

from offers.document.errors import JSON, PatchError, Problem
from offers.document.parse import MESSAGES
from offers.document.values import MAX_DEPTH, alike, clone, depth, equal, unescape, unstorable
from offers.document.words.labels import gettext_noop

# RFC 6902 knows no limits: thirty operations that copy the root into itself make a gigabyte of 1 KB.
MAX_OPERATIONS = 200
MAX_POINTER_LENGTH = 512
MAX_POINTER_TOKENS = 24
COPY_BUDGET = 1_000_000

NEEDS = {
    "add": ("path", "value"),
    "replace": ("path", "value"),
    "test": ("path", "value"),
    "remove": ("path",),
    "copy": ("path", "from"),
    "move": ("path", "from"),
}
SERVER_OWNED = frozenset({"id", "etag", "modified", "schemas", "sandboxId"})
SERVER_OWNED_PREFIXES = ("created", "lastModified")

_NOTHING = object()
_INDEX = re.compile("0|[1-9][0-9]*")
_BAD_ESCAPE = re.compile(r"~(?![01])")


def check(patch: object) -> list[dict[str, Any]]:
    """The patch, if it is a well-formed one of 1 to 200 operations; nothing is applied. Raises PatchError (400, 413)."""
    if not isinstance(patch, list):
        raise PatchError(Problem("", "patch-not-a-list", gettext_noop("A patch is a list of operations.")))
    if not patch:
        raise PatchError(Problem("", "patch-empty", gettext_noop("The patch has no operations.")))
    if len(patch) > MAX_OPERATIONS:
        message = gettext_noop("A patch has at most {limit} operations.")
        params = {"limit": MAX_OPERATIONS}
        raise PatchError(Problem("", "too-many-operations", message, params=params), status=413)
    problems = [problem for index, operation in enumerate(patch) if (problem := _malformed(index, operation))]
    if problems:
        raise PatchError(problems)
    return patch


def applied(document: JSON, patch: object) -> tuple[JSON, list[dict[str, Any]]]:
    """The document that `patch` makes of `document`, neither of them changed, and the operations that had an effect.

    Those have the members that the RFC gives them. Left out are tests, and what gives a place the value that it has;
    replayed, the others make the same document. The root stays an object. Raises PatchError: 400 malformed, 413 too many
    operations, 409 not found, cannot apply or test failed, 422 root-not-object, too-deep, copy-budget, or server-owned:
    members that only the server writes, whatever the operation.
    """
    operations = check(patch)
    _refuse_server_owned(operations)
    effective: list[dict[str, Any]] = []
    return _run(clone(document), operations, False, effective), effective


def replay(document: JSON | None, patch: list[dict[str, Any]]) -> JSON | None:
    """The document after a stored patch, which was checked when it was written. Raises PatchError if it does not fit.

    A history begins and ends with the whole document: None stands for one that is not there.
    """
    return _run(clone(document), patch, root_allowed=True)


def replay_on(document: JSON | None, patch: list[dict[str, Any]]) -> JSON | None:
    """The same on a document that is the caller's alone and is changed; of a single operation it takes the value into it.

    For whoever replays all there is and proves the outcome by its digest: most operations are plain, and done here.
    """
    if len(patch) == 1 and patch[0]["path"] == "" and isinstance(patch[0].get("value"), dict):
        return patch[0]["value"]
    for operation in patch:
        if not _plainly(document, operation, alone=len(patch) == 1):
            document = _run(document, [operation], root_allowed=True)
    return document


def _plainly(document: JSON | None, operation: dict[str, Any], *, alone: bool) -> bool:
    """Give a member of an object a value, or take it away; False, and nothing done, where it is anything else."""
    _, *way = operation["path"].split("/")
    place, last = document, unescape(way.pop()) if way else ""
    for token in way:
        if isinstance(place, dict):
            place = place.get(unescape(token))
        elif isinstance(place, list) and _INDEX.fullmatch(token) and int(token) < len(place):
            place = place[int(token)]
        else:
            return False
    name = operation["op"]
    if not operation["path"] or not isinstance(place, dict) or (name != "add" and last not in place):
        return False
    if name == "remove":
        del place[last]
    elif name in ("add", "replace"):
        place[last] = operation["value"] if alone else clone(operation["value"])
    else:
        return False
    return True


def _malformed(index: int, operation: object) -> Problem | None:
    """What is wrong with the form of one operation (RFC 6902 section 4), or None."""

    def problem(code: str, message: str, **params: str | int) -> Problem:
        return Problem("", code, message, operation=index, params=params)

    if not isinstance(operation, dict):
        return problem("operation-not-an-object", gettext_noop("An operation is an object."))
    name = operation.get("op")
    if not isinstance(name, str) or name not in NEEDS:
        message = gettext_noop("An operation's op is add, remove, replace, move, copy or test.")
        return problem("unknown-operation", message)
    for member in NEEDS[name]:
        if member not in operation:
            message = gettext_noop("The operation {op} needs the member {member}.")
            return problem("missing-member", message, op=name, member=member)
        if member != "value" and (found := _malformed_pointer(operation[member])):
            code, message = found
            return problem(code, message, member=member, limit=MAX_POINTER_LENGTH, tokens=MAX_POINTER_TOKENS)
    return None


def _malformed_pointer(pointer: object) -> tuple[str, str] | None:
    if not isinstance(pointer, str):
        return "pointer-not-text", gettext_noop("The member {member} must be a JSON Pointer, as text.")
    if len(pointer) > MAX_POINTER_LENGTH or pointer.count("/") > MAX_POINTER_TOKENS:
        return "pointer-too-long", gettext_noop(
            "The pointer in {member} is longer than {limit} characters or {tokens} parts."
        )
    if (pointer and not pointer.startswith("/")) or _BAD_ESCAPE.search(pointer):
        return "malformed-pointer", gettext_noop(
            "The pointer in {member} must start with / and use ~ only as ~0 or ~1."
        )
    code = unstorable(pointer)
    return (code, MESSAGES[code]) if code else None


def _refuse_server_owned(operations: list[dict[str, Any]]) -> None:
    message = gettext_noop("The member {name} is set by the server.")
    problems = [
        Problem(operation[member], "server-owned", message, operation=index, params={"name": name})
        for index, operation in enumerate(operations)
        for member in ("path", "from")
        if member in NEEDS[operation["op"]] and is_server_owned(name := _first_token(operation[member]))
    ]
    if problems:
        raise PatchError(problems, status=422)


def is_server_owned(name: str) -> bool:
    """Whether a top-level member of this name is the server's to write."""
    return name in SERVER_OWNED or name.startswith(SERVER_OWNED_PREFIXES)


def _first_token(pointer: str) -> str:
    return unescape(pointer.split("/", 2)[1]) if pointer else ""


def _run(
    document: JSON | None,
    operations: list[dict[str, Any]],
    root_allowed: bool,
    effective: list[dict[str, Any]] | None = None,
) -> JSON | None:
    """Apply checked operations in place, on a document that is ours alone; adds those with an effect to `effective`."""
    budget = COPY_BUDGET
    for index, operation in enumerate(operations):
        try:
            if effective is not None and _has_effect(document, operation):
                effective.append({member: operation[member] for member in ("op", *NEEDS[operation["op"]])})
            if operation["path"] == "" and operation["op"] != "test":
                document, spent = _root(document, operation, root_allowed), 0
            else:
                document, spent = _STEPS[operation["op"]](document, operation, budget)
        except _Refused as refused:
            raise _failed(operation, index, refused.code) from None
        except (jsonpatch.JsonPatchPathNotFound, jsonpatch.InvalidJsonPatch, JsonPointerException):
            # The form is checked already: what the package calls invalid here is replacing the item after the last.
            raise _failed(operation, index, "not-found") from None
        except (jsonpatch.JsonPatchException, RecursionError):
            raise _failed(operation, index, "cannot-apply") from None
        except orjson.JSONEncodeError:
            raise _failed(operation, index, "value-not-json") from None
        budget -= spent
    return document


def _has_effect(document: JSON | None, operation: dict[str, Any]) -> bool:
    """Whether an operation, if it can be applied, changes the document that it meets."""
    match operation["op"]:
        case "test":
            return False
        case "remove":
            return True
        case "move":
            return bool(operation["from"] != operation["path"])
        case "copy":
            return not equal(_overwritten(document, operation), _source(document, operation))
    return not equal(_overwritten(document, operation), operation["value"])


def _overwritten(document: JSON | None, operation: Mapping[str, Any]) -> object:
    """The value whose place another takes; in a list, only a replace takes a place: the others make one."""
    pointer = JsonPointer(operation["path"])
    if not pointer.parts:
        return document
    parent, _token = pointer.to_last(document)
    if isinstance(parent, list) and operation["op"] != "replace":
        return _NOTHING
    return pointer.resolve(document, _NOTHING)


class _Refused(Exception):
    """A limit of ours, by its code in FAILURES."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


FAILURES: Mapping[str, tuple[int, str]] = {
    "test-failed": (409, gettext_noop("The value is not the one that this test expects.")),
    "not-found": (409, gettext_noop("There is nothing at this place in the document.")),
    "cannot-apply": (409, gettext_noop("The operation cannot be applied at this place.")),
    "root-not-object": (422, gettext_noop("The document must stay an object.")),
    "copy-budget": (422, gettext_noop("The patch copies or moves more than {limit} bytes in total.")),
    "too-deep": (422, gettext_noop("The document would be nested more than {limit} levels deep.")),
    "value-not-json": (400, gettext_noop("The value is not JSON.")),
}
_LIMITS = {"copy-budget": COPY_BUDGET, "too-deep": MAX_DEPTH}


def _failed(operation: Mapping[str, Any], index: int, code: str) -> PatchError:
    status, message = FAILURES[code]
    params = {"limit": _LIMITS[code]} if code in _LIMITS else {}
    return PatchError(Problem(operation["path"], code, message, operation=index, params=params), status=status)


def _root(document: JSON | None, operation: Mapping[str, Any], root_allowed: bool) -> JSON | None:
    """An operation on the path "": only another object may take the document's place, unless the root is free."""
    if operation["op"] == "remove":
        if not root_allowed:
            raise _Refused("root-not-object")
        return None
    value = clone(operation["value"]) if "value" in NEEDS[operation["op"]] else _source(document, operation)
    if not isinstance(value, dict):
        raise _Refused("root-not-object")
    return value


# Each step gives the document after it and what it took from the copy budget, in bytes of compact JSON.
Step: TypeAlias = Callable[[JSON, dict[str, Any], int], tuple[JSON, int]]


def _test(document: JSON, operation: dict[str, Any], budget: int) -> tuple[JSON, int]:
    """Not the package's: its message is made of the whole document, and it compares slowly."""
    if not alike(JsonPointer(operation["path"]).resolve(document, _NOTHING), operation["value"]):
        raise _Refused("test-failed")
    return document, 0


def _remove(document: JSON, operation: dict[str, Any], budget: int) -> tuple[JSON, int]:
    return jsonpatch.RemoveOperation(operation).apply(document), 0


def _add(document: JSON, operation: dict[str, Any], budget: int) -> tuple[JSON, int]:
    return jsonpatch.AddOperation(_detached(operation, _weighed(operation, operation["value"]))).apply(document), 0


def _replace(document: JSON, operation: dict[str, Any], budget: int) -> tuple[JSON, int]:
    return jsonpatch.ReplaceOperation(_detached(operation, _weighed(operation, operation["value"]))).apply(document), 0


def _copy(document: JSON, operation: dict[str, Any], budget: int) -> tuple[JSON, int]:
    """RFC 6902 section 4.5: the same as adding the value found at "from"."""
    text = _weighed(operation, _source(document, operation), budget)
    return jsonpatch.AddOperation(_detached(operation, text)).apply(document), len(text)


def _move(document: JSON, operation: dict[str, Any], budget: int) -> tuple[JSON, int]:
    """Takes from the budget too, though it copies nothing: measuring how deep its source is takes time by its size."""
    text = _weighed(operation, _source(document, operation), budget)
    return jsonpatch.MoveOperation(operation).apply(document), len(text)


_STEPS: Mapping[str, Step] = {
    "test": _test,
    "remove": _remove,
    "add": _add,
    "replace": _replace,
    "copy": _copy,
    "move": _move,
}


def _source(document: JSON, operation: Mapping[str, Any]) -> JSON:
    value = JsonPointer(operation["from"]).resolve(document)
    if isinstance(value, EndOfList):
        raise JsonPointerException("the place after the last item holds nothing to copy or move")
    return value


def _weighed(operation: Mapping[str, Any], value: JSON, budget: int | None = None) -> bytes:
    """The value as JSON, if it is within the budget and does not make the document too deep."""
    text = orjson.dumps(value)
    if budget is not None and len(text) > budget:
        raise _Refused("copy-budget")
    if isinstance(value, (dict, list)) and operation["path"].count("/") + depth(text) > MAX_DEPTH:
        raise _Refused("too-deep")
    return text


def _detached(operation: Mapping[str, Any], text: bytes) -> dict[str, Any]:
    return {**operation, "value": _Detached(text)}


class _Detached:
    """A value that the package's own `copy.deepcopy` copies at our speed: deepcopy takes seconds for a megabyte."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    def __deepcopy__(self, memo: object) -> JSON:
        return orjson.loads(self.text)
