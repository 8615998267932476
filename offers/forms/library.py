"""Placements, rules, tags, collections and decisions as forms: from a document, from a browser, back into a document.

The same names as `offers.forms.offer` has for offers, and the same naming of inputs: by JSON Pointer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from offers.document.kinds.registry import KINDS, OFFER_KINDS, Kind
from offers.document.validate import with_defaults
from offers.document.values import Document, clone
from offers.forms import collection, decision, placement, rule
from offers.forms.decision import CRITERIA, CRITERION
from offers.forms.declared import plain
from offers.forms.fields import Texts, clean, shown
from offers.forms.rows import Row, indices_in, numbered, operate, sent_rows, written_rows
from offers.forms.shape import Shape, ids_of, ids_text

# The forms that are more than the fields that their kind declares.
SPECIAL: Mapping[Kind, Shape] = {
    Kind.PLACEMENT: placement.SHAPE,
    Kind.RULE: rule.SHAPE,
    Kind.COLLECTION: collection.SHAPE,
    Kind.DECISION: decision.SHAPE,
}
SHAPES = {kind: SPECIAL.get(kind) or plain(one.shape) for kind, one in KINDS.items() if kind not in OFFER_KINDS}

# Before the name of a list's inputs: the text that the list is searched for.
SEARCH = "find:"


@dataclass(slots=True)
class LibraryForm:
    """`before` is the document that the form was opened with; empty for a new item. Dates are shown in `zone`.

    `searches` are the texts that lists to tick are searched for, by the name of their inputs.
    """

    kind: Kind
    before: Document
    zone: ZoneInfo
    texts: Texts = field(default_factory=dict)
    criteria: list[Row] = field(default_factory=list)
    searches: Texts = field(default_factory=dict)

    def values(self) -> Texts:
        """Every text of the form by the name of its input."""
        values = {f"/{path}": text for path, text in self.texts.items()}
        for row in self.criteria:
            values |= {f"{row.pointer}/{path}": text for path, text in row.texts.items()}
        return values


def form_for(kind: Kind, document: Document, zone: ZoneInfo, *, before: Document | None = None) -> LibraryForm:
    """The form that shows a document; `before` (the document itself, by default) is what it will be compared with."""
    before = document if before is None else before
    form = LibraryForm(kind, before, zone, SHAPES[kind].shown(document, zone))
    if kind == Kind.DECISION:
        scopes = document.get("criteria", [])
        indices = indices_in(before.get("criteria", []), scopes, "criteria")
        rows = [Row(was, shown(CRITERION, item, zone)) for was, item in zip(indices, scopes, strict=True)]
        form.criteria = numbered(rows, CRITERIA)
    return form


def form_from(kind: Kind, before: Document, sent: Mapping[str, list[str]], zone: ZoneInfo) -> LibraryForm:
    """The form that a browser sent back, for the document it was opened with. Takes anything; raises nothing.

    A name that was not sent is a field that the page did not show: it stays as it is. So the list of scopes, which may
    have become empty, is also sent by its own name, with nothing in it.
    """
    many = SHAPES[kind].many
    texts = {name: _text(name, values, many) for name, values in sent.items() if name.startswith("/") and values}
    form = form_for(kind, before, zone)
    form.texts |= {name[1:]: text for name, text in texts.items() if name[1:] in form.texts}
    form.searches = {
        name.removeprefix(SEARCH): sent[name][-1] for name in sent if name.startswith(SEARCH) and sent[name]
    }
    if kind == Kind.DECISION and CRITERIA in sent:
        form.criteria = sent_rows(texts, CRITERIA)
    return form


def _text(name: str, values: list[str], many: tuple[str, ...]) -> str:
    if name.endswith(many):
        # An empty one comes first, so that a list in which nothing is ticked is sent at all.
        return ids_text([value for value in values if value])
    # A box and the hidden input before it share a name.
    return clean(values[-1])


def chosen(form: LibraryForm) -> dict[str, list[str]]:
    """The ids that are chosen in each list to tick, by the name of its inputs."""
    many = SHAPES[form.kind].many
    return {name: ids_of(text) for name, text in form.values().items() if many and name.endswith(many)}


def operated(form: LibraryForm, action: str) -> str:
    """Carry out a row button: "add:/criteria", "up:/criteria/1". Returns the list's pointer, "" for no row button."""
    match = re.fullmatch(r"(add|remove|up|down|move):(/criteria)(?:/([0-9]{1,3}))?(?::([0-9]{1,3}))?", action)
    if match is None or form.kind != Kind.DECISION or (match[1] == "move") != (match[4] is not None):
        return ""
    operation, pointer, index, to = match.groups()
    operate(form.criteria, operation, int(index or 0), decision.new_criterion, int(to or 0))
    numbered(form.criteria, CRITERIA)
    form.searches.clear()
    return pointer


def item_of(form: LibraryForm) -> Document:
    """The document that the form makes: `form.before` with what was changed, and nothing else. May well be invalid."""
    document: Document = with_defaults(form.kind, SHAPES[form.kind].written(clone(form.before), form.texts, form.zone))
    if form.criteria or "criteria" in form.before:
        were = form.before.get("criteria", ())
        document["criteria"] = written_rows(
            were, form.criteria, lambda item, row: decision.criterion_of(item, row, form.zone)
        )
    return document


def input_for(form: LibraryForm, pointer: str) -> str:
    """The name of the input for a place of the document that the form makes; "" where no input is near it."""
    names = list(form.values())
    if form.kind == Kind.COLLECTION and (pointer == "/ids" or pointer.startswith("/ids/")):
        return "/" + collection.list_of(form.texts.get("filterType", ""))
    if pointer in names:
        return pointer
    above = [name for name in names if pointer.startswith(name + "/")]
    if above:
        return max(above, key=len)
    return next((name for name in names if pointer and name.startswith(pointer + "/")), "")
