"""What a document of each kind must be, beyond its types: the one validator behind form, API, bulk edit and import."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from offers.document.erased import marked
from offers.document.errors import JSON, Problem
from offers.document.kinds import fields
from offers.document.kinds.addresses import lacks_scheme, refused_scheme
from offers.document.kinds.declared import Input, Member
from offers.document.kinds.fields import component_type
from offers.document.kinds.reading import walk, ways_to
from offers.document.kinds.registry import ADAPTERS, KINDS, Kind
from offers.document.parse import MESSAGES as TEXT_MESSAGES
from offers.document.values import escape, unstorable
from offers.document.words.labels import gettext_noop

# Bytes of compact JSON. The API documents it for offers; nothing else comes near it.
DOCUMENT_LIMIT = 300 * 1024
# Of types, of which a body of a megabyte may have a hundred thousand wrong; nobody mends more than these at a time.
MAX_PROBLEMS = 50


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a document that names another library item of the same sandbox."""

    pointer: str
    kind: Kind
    id: str


def validate(kind: Kind, document: JSON, before: JSON = None) -> tuple[Problem, ...]:
    """Everything that is wrong with a document in itself, first problem first; empty when it is valid.

    Whether the items it refers to exist is not asked here: see `references`. `before` is the document that it takes the
    place of: an address that this had already is not held against an edit of something else, until it would go live.
    """
    if not isinstance(document, dict):
        return (Problem("", "not-an-object", gettext_noop("The document must be an object.")),)
    problems = tuple(_size_and_text_problems(document))
    if problems:
        return problems
    try:
        ADAPTERS[kind].validator.validate_python(document)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        types, rules = _said_of(details), _rules_elsewhere(kind, document, details)
        return (*types, *rules, *_address_problems(kind, document, before))
    # Rules are asked only of members whose types hold, so that they may read these without looking first.
    return (*KINDS[kind].problems(document), *_address_problems(kind, document, before))


def _rules_elsewhere(kind: Kind, document: dict[str, JSON], details: Sequence[ErrorDetails]) -> Iterator[Problem]:
    """What the rules say of the members that are not wrong by themselves."""
    wrong = {str(detail["loc"][0]) for detail in details}
    for problem in KINDS[kind].problems({name: value for name, value in document.items() if name not in wrong}):
        if problem.pointer.split("/")[1] not in wrong:
            yield problem


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """What pydantic finds wrong with the types of a value, in our words."""
    return _said_of(error.errors(include_url=False, include_input=False))


def _said_of(details: Sequence[ErrorDetails]) -> tuple[Problem, ...]:
    return tuple(_friendly(detail) for detail in details[:MAX_PROBLEMS])


def with_defaults(kind: Kind, document: JSON) -> JSON:
    """The document with the defaults that creating it fills in: what has a status starts as a draft. A new object."""
    if isinstance(document, dict) and "status" not in document and KINDS[kind].steps:
        return {**document, "status": "draft"}
    return document


def fits(component: str, placement_component: str) -> bool:
    """Whether a content of this type may go into a placement that takes that type, in any spelling of either."""
    kind = component_type(component)
    return kind is not None and kind == component_type(placement_component)


def transition_problem(kind: Kind, before: str | None, after: JSON, may_restore: bool) -> Problem | None:
    """Why a change may not take the status from `before` to `after`, or None.

    An archived item does not change at all, but that with `may_restore` it may become a draft again.
    """
    steps = KINDS[kind].steps
    if not steps or before is None or not isinstance(after, str):
        # Whether it is a status at all is for `validate` to say.
        return None
    if before == after == "archived":
        message = gettext_noop("What is archived cannot be changed; duplicate it instead.")
        return Problem("/status", "status-transition", message)
    if before == after:
        return None
    if before not in steps or after in steps[before] or after not in steps:
        return None
    if before == "archived" and after == "draft" and may_restore:
        return None
    if before == "archived":
        message = gettext_noop("An archived item cannot be changed back; duplicate it instead.")
    else:
        message = gettext_noop("The status cannot change from {before} to {after}.")
    return Problem("/status", "status-transition", message, params={"before": before, "after": after})


_TO_REFERENCES = {kind: ways_to(kind, lambda member: bool(member.refers_to)) for kind in Kind}
_TO_ADDRESSES = {kind: ways_to(kind, lambda member: member.input is Input.URL) for kind in Kind}
_KIND_OF = {kind.value: kind for kind in Kind}


def references(kind: Kind, document: JSON) -> list[Reference]:
    """Every place that names another library item, in the order of reading. Looks over what is not valid."""
    return [
        Reference(pointer, _target(member, holder), item_id)
        for pointer, member, holder, item_id in walk(_TO_REFERENCES[kind], document)
        if isinstance(item_id, str) and item_id
    ]


def _target(member: Member, holder: Mapping[str, Any]) -> Kind:
    named = member.refers_to
    return _KIND_OF[named if isinstance(named, str) else named(holder)]


def _size_and_text_problems(document: dict[str, JSON]) -> Iterator[Problem]:
    try:
        text = orjson.dumps(document)
    except TypeError:
        yield from _unstorable(document, "")
        return
    if len(text) > DOCUMENT_LIMIT:
        message = gettext_noop("The document is larger than {limit} KB.")
        yield Problem("", "document-too-large", message, params={"limit": DOCUMENT_LIMIT // 1024})
    # So NUL is written. A text that has these six characters itself is looked at in vain, and is fine.
    elif b"\\u0000" in text:
        yield from _unstorable(document, "")
    elif b"[erased:" in text:
        message = gettext_noop("What stood here was erased from history. Write something else.")
        yield from (Problem(pointer, "erased", message) for pointer in marked(document))


def _unstorable(value: JSON, pointer: str) -> Iterator[Problem]:
    """The texts that no database can hold. Only asked when there seems to be one."""
    if isinstance(value, str) and (code := unstorable(value)):
        yield Problem(pointer, code, TEXT_MESSAGES[code])
    elif isinstance(value, dict):
        for name, child in value.items():
            if code := unstorable(name):
                yield Problem(pointer, code, TEXT_MESSAGES[code])
            else:
                yield from _unstorable(child, f"{pointer}/{escape(name)}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _unstorable(child, f"{pointer}/{index}")


# pydantic's error types, with our code and words. What is not here says that the value is of the wrong type.
_MESSAGES: Mapping[str, tuple[str, str]] = {
    "missing": ("required", gettext_noop("This field is required.")),
    "extra_forbidden": ("unknown-member", gettext_noop("There is no field of this name.")),
    "string_type": ("not-text", gettext_noop("This must be text.")),
    "string_too_short": ("blank", fields.MESSAGES["blank"]),
    "string_too_long": ("too-long", gettext_noop("This is longer than {max_length} characters.")),
    "int_type": ("not-an-integer", gettext_noop("This must be a whole number.")),
    "greater_than_equal": ("too-small", gettext_noop("This must be {ge} or more.")),
    "less_than_equal": ("too-large", gettext_noop("This must be {le} or less.")),
    "bool_type": ("not-a-boolean", gettext_noop("This must be true or false.")),
    "list_type": ("not-a-list", gettext_noop("This must be a list.")),
    "dict_type": ("not-an-object", gettext_noop("This must be an object.")),
    "too_long": ("too-many", gettext_noop("There can be at most {max_length} entries.")),
    "literal_error": ("unknown-value", gettext_noop("This must be one of: {expected}.")),
}
_OTHERWISE = ("wrong-type", gettext_noop("This value cannot be used here."))


def _friendly(detail: ErrorDetails) -> Problem:
    # pydantic marks a bad name in a map by a part of its own behind it.
    location = detail["loc"][:2] if detail["loc"][2:] == ("[key]",) else detail["loc"]
    pointer = "".join(f"/{escape(str(part))}" for part in location)
    context: dict[str, Any] = detail.get("ctx") or {}
    if detail["type"] == "refused":
        code = str(context["code"])
        params: dict[str, str | int] = {"limit": context["limit"]} if "limit" in context else {}
        if code == "not-a-channel":
            params = {"prefix": fields.CHANNEL_PREFIX}
        return Problem(pointer, code, fields.MESSAGES[code], params=params)
    code, message = _MESSAGES.get(detail["type"], _OTHERWISE)
    params = {name: context[name] for name in ("max_length", "ge", "le") if name in context}
    if "expected" in context:
        params["expected"] = str(context["expected"]).replace("'", "").replace(" or ", ", ")
    return Problem(pointer, code, message, params=params)


def _address_problems(kind: Kind, document: dict[str, JSON], before: JSON) -> Iterator[Problem]:
    was = before.get("status") if isinstance(before, dict) else None
    goes_live = document.get("status") == KINDS[kind].live != was
    known = set() if goes_live else {address for _pointer, _allowed, address in _addresses(kind, before)}
    for pointer, allowed, address in _addresses(kind, document):
        if address in known:
            continue
        if scheme := refused_scheme(address, allowed):
            message = gettext_noop("An address cannot begin with “{scheme}:”. Use one that begins with https://.")
            yield Problem(pointer, "address-scheme", message, params={"scheme": scheme})
        elif lacks_scheme(address):
            message = gettext_noop("What begins with // leads nowhere in emails and apps. Begin with https://.")
            yield Problem(pointer, "address-without-scheme", message)


def _addresses(kind: Kind, document: JSON) -> Iterator[tuple[str, frozenset[str], str]]:
    """Where a document has addresses, with what may stand before their colons."""
    for pointer, member, _holder, address in walk(_TO_ADDRESSES[kind], document):
        if isinstance(address, str) and address:
            yield pointer, member.schemes, address
