"""An offer as a form: from a document, from what a browser sent, and back into a document.

Inputs are named by JSON Pointer, the one that the value has in the document that the form makes; so a problem finds its
input, and so does a change. Lists of plain ids are one name with many values. Attributes, which are a map, are rows of
`key` and `value`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from offers.document.errors import Problem
from offers.document.kinds import offer as kinds
from offers.document.kinds.fields import component_type
from offers.document.kinds.registry import Kind
from offers.document.values import Document, unescape
from offers.document.words.labels import gettext_noop
from offers.forms.declared import fields_of
from offers.forms.fields import Field, Texts, choice, clean, kept_first, one_line, shown, written
from offers.forms.rows import COMPONENTS, Row, every, indices_in, numbered, operate, original, sent_rows, written_rows

# Of both kinds: a fallback offer has some of what a personalized one has.
OFFER = fields_of(kinds.PersonalizedOffer, without=("tags",))
# What an item of a list is known by (document/identity.py) is there even while nobody has chosen it, empty: so the items
# around it keep their identity, and the changes of a half-filled form can be read.
REPRESENTATION = fields_of(kinds.Representation, without=("channel",)) | {"placement": choice(optional=False)}
COMPONENT = fields_of(kinds.Component) | {"type": choice(optional=False), "format": choice(optional=False)}
CAPPING = fields_of(kinds.FrequencyCapping)
NEW_CAPPING = {
    "enabled": "yes",
    "limit": "1",
    "scope": "profile",
    "entity": "offer",
    "events": "decisioning",
    "repeat/enabled": "",
    "repeat/unit": "month",
    "repeat/unitCount": "1",
}
FORMATS = {"html": "text/html", "text": "text/plain", "json": "application/json", "imagelink": "image/png"}

REPRESENTATIONS = "/representations"
CAPPINGS = "/frequencyCappingConstraints"
ATTRIBUTES = "/characteristics"
TAGS = "/tags"


@dataclass(frozen=True, slots=True)
class Placement:
    """What a representation takes over from the placement it is for."""

    name: str
    channel: str
    component_type: str


@dataclass(slots=True)
class OfferForm:
    """`before` is the document that the form was opened with; empty for a new offer. Dates are shown in `zone`."""

    kind: Kind
    before: Document
    zone: ZoneInfo
    texts: Texts = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    representations: list[Row] = field(default_factory=list)
    cappings: list[Row] = field(default_factory=list)
    attributes: list[Row] = field(default_factory=list)

    def values(self) -> Texts:
        """Every text of the form by the name of its input."""
        values = {f"/{path}": text for path, text in self.texts.items()}
        for row in every([*self.representations, *self.cappings, *self.attributes]):
            values |= {f"{row.pointer}/{path}": text for path, text in row.texts.items()}
        return values


def form_for(kind: Kind, document: Document, zone: ZoneInfo, *, before: Document | None = None) -> OfferForm:
    """The form that shows a document; `before` (the document itself, by default) is what it will be compared with."""
    before = document if before is None else before
    form = OfferForm(kind, before, zone, shown(OFFER, document, zone))
    form.tags = list(document.get("tags", ()))
    form.representations = _shown_rows(before, document, REPRESENTATIONS, REPRESENTATION, zone)
    for row, item in zip(form.representations, document.get("representations", ()), strict=True):
        was = original(before.get("representations", ()), row) or {}
        row.rows = _shown_rows(was, item, f"{row.pointer}/{COMPONENTS}", COMPONENT, zone)
    form.cappings = _shown_rows(before, document, CAPPINGS, CAPPING, zone)
    names = {key: index for index, (key, _) in enumerate(_attributes(before))}
    form.attributes = [
        Row(names.get(key), {"key": one_line(key), "value": clean(value)}) for key, value in _attributes(document)
    ]
    numbered(form.attributes, ATTRIBUTES)
    return form


def _shown_rows(
    before: Mapping[str, Any], parent: Mapping[str, Any], pointer: str, fields: Mapping[str, Field], zone: ZoneInfo
) -> list[Row]:
    member = pointer.rpartition("/")[2]
    items = parent.get(member, [])
    indices = indices_in(before.get(member, []), items, member)
    return numbered([Row(was, shown(fields, item, zone)) for was, item in zip(indices, items, strict=True)], pointer)


def form_from(kind: Kind, before: Document, sent: Mapping[str, list[str]], zone: ZoneInfo) -> OfferForm:
    """The form that a browser sent back, for the document it was opened with. Takes anything; raises nothing.

    A name that was not sent is a field that the page did not show: it stays as it is. So every list, which may have
    become empty, is also sent by its own name, with nothing in it.
    """
    texts = {name: clean(_last(name, values)) for name, values in sent.items() if name.startswith("/") and values}
    form = form_for(kind, before, zone)
    typed = {name[1:]: text for name, text in texts.items() if name[1:] in OFFER}
    # What a new offer's form did not show is nothing to write down, whatever it would mean.
    form.texts = form.texts | typed if before else typed
    if TAGS in sent:
        form.tags = list(dict.fromkeys(tag for tag in sent[TAGS] if tag))
    if REPRESENTATIONS in sent:
        form.representations = sent_rows(texts, REPRESENTATIONS, inner=COMPONENTS)
    if CAPPINGS in sent:
        form.cappings = sent_rows(texts, CAPPINGS)
    if ATTRIBUTES in sent:
        form.attributes = sent_rows(texts, ATTRIBUTES)
    return form


def _last(name: str, values: list[str]) -> str:
    # A box and the hidden input before it share a name; so do the boxes for events, which are a list.
    return " ".join(filter(None, values)) if name.endswith("/events") else values[-1]


def operated(form: OfferForm, action: str) -> str:
    """Carry out a row button: "add:/representations", "move:/representations/1/components/0:2". Returns the list's pointer.

    Returns "" for what is no row button; then nothing changes.
    """
    match = re.fullmatch(
        r"(add|remove|up|down|move):((/[a-zA-Z]+)(?:/([0-9]{1,3})/components)?)(?:/([0-9]{1,3}))?(?::([0-9]{1,3}))?",
        action,
    )
    if match is None or (match[1] == "move") != (match[6] is not None):
        return ""
    # Three digits are enough for any row (rows.MAX_ROWS); a number of any length takes any time to read.
    operation, pointer, top, outer, index, to = match.groups()
    tops = {REPRESENTATIONS: form.representations, CAPPINGS: form.cappings, ATTRIBUTES: form.attributes}
    if top not in tops or (outer is not None and (top != REPRESENTATIONS or int(outer) >= len(form.representations))):
        return ""
    new = {REPRESENTATIONS: new_representation, CAPPINGS: new_capping, ATTRIBUTES: new_attribute}[top]
    if outer is None:
        operate(tops[top], operation, int(index or 0), new, int(to or 0))
    else:
        operate(form.representations[int(outer)].rows, operation, int(index or 0), new_component, int(to or 0))
    numbered(tops[top], top)
    return pointer


def new_representation() -> Row:
    return Row(None, dict.fromkeys(REPRESENTATION, ""), [new_component()])


def new_component() -> Row:
    return Row(None, dict.fromkeys(COMPONENT, ""))


def new_capping() -> Row:
    return Row(None, dict.fromkeys(CAPPING, "") | NEW_CAPPING)


def new_attribute() -> Row:
    return Row(None, {"key": "", "value": ""})


def offer_of(form: OfferForm, placements: Mapping[str, Placement]) -> Document:
    """The document that the form makes: `form.before` with what was changed, and nothing else. May well be invalid.

    `placements` are those of the sandbox by id: a representation's channel follows its placement.
    """
    before, zone = form.before, form.zone
    document = written(OFFER, before or None, form.texts, zone)
    if form.tags != before.get("tags", []):
        document["tags"] = kept_first(before.get("tags", ()), form.tags)
    lists = {
        "representations": written_rows(
            before.get("representations", ()),
            form.representations,
            lambda item, row: _representation(item, row, zone, placements),
        ),
        "frequencyCappingConstraints": written_rows(
            before.get("frequencyCappingConstraints", ()),
            form.cappings,
            lambda item, row: written(CAPPING, item, row.texts, zone),
        ),
    }
    document |= {name: items for name, items in lists.items() if items or name in before}
    attributes = _written_attributes(before, form.attributes)
    if attributes or "characteristics" in before:
        document["characteristics"] = attributes
    if form.kind == Kind.FALLBACK_OFFER:
        # There these are tolerated, not required: one that was emptied goes.
        for name in ("selectionConstraint", "rank"):
            if document.get(name) == {} and before.get(name) != {}:
                del document[name]
    elif (kind := _type(document)) != _type(before) and kind != "eligibilityRule":
        document.get("selectionConstraint", {}).pop("eligibilityRule", None)
    return document


def taking_over(form: OfferForm) -> list[Row]:
    """The representations that take something over from their placement: it is another one now, or a content has no type."""
    items = form.before.get("representations", ())
    return [
        row
        for row in form.representations
        if row.texts.get("placement") != (original(items, row) or {}).get("placement")
        or not all(content.texts.get("type") for content in row.rows)
    ]


def _type(document: Document) -> Any:
    return document.get("selectionConstraint", {}).get("profileConstraintType", "none")


def _representation(
    before: Mapping[str, Any] | None, row: Row, zone: ZoneInfo, placements: Mapping[str, Placement]
) -> Document:
    document = written(REPRESENTATION, before, row.texts, zone)
    placement = placements.get(document.get("placement", ""))
    if placement and (before is None or before.get("placement") != document["placement"]):
        document["channel"] = placement.channel
    was = before.get(COMPONENTS, ()) if before else ()
    components = written_rows(was, row.rows, lambda item, inner: _component(item, inner, zone, placement))
    if components or COMPONENTS in document:
        document[COMPONENTS] = components
    return document


def _component(before: Mapping[str, Any] | None, row: Row, zone: ZoneInfo, placement: Placement | None) -> Document:
    """A content. Without a type it is what the placement takes; the format goes with the type where nobody chose one."""
    texts = dict(row.texts)
    if not texts.get("type") and placement:
        texts["type"] = component_type(placement.component_type) or ""
    document = written(COMPONENT, before, texts, zone)
    kind, was = component_type(document.get("type", "")), component_type(before["type"]) if before else None
    followed = before and document.get("format") == before["format"] == FORMATS.get(was or "") and kind != was
    if kind and (followed or not document.get("format")):
        document["format"] = FORMATS[kind]
    return document


def _attributes(document: Document) -> list[tuple[str, str]]:
    """In the order of their names: the database keeps none."""
    return sorted(document.get("characteristics", {}).items())


def _written_attributes(before: Document, rows: Iterable[Row]) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for row in rows:
        key, value = _attribute(before, row)
        if (key or value) and key not in attributes:
            attributes[key] = value
    return attributes


def _attribute(before: Document, row: Row) -> tuple[str, str]:
    key, value = row.texts.get("key", ""), row.texts.get("value", "")
    old_key, old_value = original(_attributes(before), row) or (key, value)
    return (old_key if one_line(old_key) == key else key), (old_value if clean(old_value) == value else value)


def form_problems(form: OfferForm) -> list[Problem]:
    """What is wrong with the form that its document cannot show. Pointers are names of inputs."""
    seen: set[str] = set()
    problems = []
    for row in form.attributes:
        key, value = _attribute(form.before, row)
        if (key or value) and key in seen:
            message = gettext_noop("There is already an attribute of this name.")
            problems.append(Problem(f"{row.pointer}/key", "repeated", message))
        seen.add(key)
    return problems


def is_about_placement(form: OfferForm, pointer: str) -> bool:
    """Whether a problem at this place is only that the representation has no placement yet: the rest follows from it."""
    match = re.fullmatch(REPRESENTATIONS + r"/(\d+)/(channel|components/\d+/(type|format))", pointer)
    row = form.representations[int(match[1])] if match and int(match[1]) < len(form.representations) else None
    return row is not None and not row.texts.get("placement")


def input_for(form: OfferForm, pointer: str) -> str:
    """The name of the input for a place of the document that the form makes; "" where no input is near it."""
    names = [*form.values(), TAGS]
    if pointer in names:
        return pointer
    if pointer.startswith(ATTRIBUTES + "/"):
        key = unescape(pointer.split("/")[2])
        rows = (row for row in form.attributes if row.texts.get("key") == key)
        return next((f"{row.pointer}/{'value' if key else 'key'}" for row in rows), "")
    above = [name for name in names if pointer.startswith(name + "/")]
    if above:
        return max(above, key=len)
    if pointer.endswith("/channel"):
        return pointer.removesuffix("channel") + "placement"
    return next((name for name in names if pointer and name.startswith(pointer + "/")), "")
