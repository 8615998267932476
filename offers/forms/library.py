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
from offers.forms.declared import plain
from offers.forms.fields import Texts, clean
from offers.forms.rows import Row, indices_in, numbered, operate, sent_rows, written_rows
from offers.forms.shape import Shape, ids_of, ids_text

# The forms that are more than the fields that their kind declares. They are functions, and not declared with the kind, because
# they say how people fill something in (two lists for one member, a word for an address), and documents know of no form.
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
    rows: list[Row] = field(default_factory=list)
    searches: Texts = field(default_factory=dict)

    def values(self) -> Texts:
        """Every text of the form by the name of its input."""
        values = {f"/{path}": text for path, text in self.texts.items()}
        for row in self.rows:
            values |= {f"{row.pointer}/{path}": text for path, text in row.texts.items()}
        return values


def form_for(kind: Kind, document: Document, zone: ZoneInfo, *, before: Document | None = None) -> LibraryForm:
    """The form that shows a document; `before` (the document itself, by default) is what it will be compared with."""
    before = document if before is None else before
    form = LibraryForm(kind, before, zone, SHAPES[kind].shown(document, zone))
    if rows := SHAPES[kind].rows:
        items = document.get(rows.member, [])
        indices = indices_in(before.get(rows.member, []), items, rows.member)
        found = [Row(was, rows.shown(item, zone)) for was, item in zip(indices, items, strict=True)]
        form.rows = numbered(found, rows.pointer)
    return form


def form_from(kind: Kind, before: Document, sent: Mapping[str, list[str]], zone: ZoneInfo) -> LibraryForm:
    """The form that a browser sent back, for the document it was opened with. Takes anything; raises nothing.

    A name that was not sent is a field that the page did not show: it stays as it is. So the list of rows, which may
    have become empty, is also sent by its own name, with nothing in it.
    """
    many, rows = SHAPES[kind].many, SHAPES[kind].rows
    texts = {name: _text(name, values, many) for name, values in sent.items() if name.startswith("/") and values}
    form = form_for(kind, before, zone)
    form.texts |= {name[1:]: text for name, text in texts.items() if name[1:] in form.texts}
    form.searches = {
        name.removeprefix(SEARCH): sent[name][-1] for name in sent if name.startswith(SEARCH) and sent[name]
    }
    if rows and rows.pointer in sent:
        form.rows = sent_rows(texts, rows.pointer)
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
    rows = SHAPES[form.kind].rows
    match = re.fullmatch(r"(add|remove|up|down|move):(/\w+)(?:/([0-9]{1,3}))?(?::([0-9]{1,3}))?", action)
    if match is None or rows is None or match[2] != rows.pointer or (match[1] == "move") != (match[4] is not None):
        return ""
    operation, pointer, index, to = match.groups()
    operate(form.rows, operation, int(index or 0), lambda: Row(None, rows.shown({}, form.zone)), int(to or 0))
    numbered(form.rows, pointer)
    form.searches.clear()
    return pointer


def item_of(form: LibraryForm) -> Document:
    """The document that the form makes: `form.before` with what was changed, and nothing else. May well be invalid."""
    document: Document = with_defaults(form.kind, SHAPES[form.kind].written(clone(form.before), form.texts, form.zone))
    rows = SHAPES[form.kind].rows
    if rows and (form.rows or rows.member in form.before):
        were = form.before.get(rows.member, ())
        document[rows.member] = written_rows(were, form.rows, lambda item, row: rows.written(item, row, form.zone))
    return document


def input_for(form: LibraryForm, pointer: str) -> str:
    """The name of the input for a place of the document that the form makes; "" where no input is near it."""
    names = list(form.values())
    if special := SHAPES[form.kind].input_for(form.texts, pointer):
        return special
    if pointer in names:
        return pointer
    above = [name for name in names if pointer.startswith(name + "/")]
    if above:
        return max(above, key=len)
    return next((name for name in names if pointer and name.startswith(pointer + "/")), "")
