"""The fields of a form, from what the members of a document say of themselves (offers/document/kinds/)."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from offers.document.kinds.declared import Input
from offers.document.kinds.reading import Found, members_of
from offers.forms.fields import (
    DATE,
    LANGUAGES,
    LINE,
    LINES,
    NUMBER,
    TEXT,
    Field,
    check,
    choice,
    choices,
    shown,
    written,
)
from offers.forms.shape import IDS, Shape

FIELDS: Mapping[Input, Field] = {
    Input.LINE: LINE,
    Input.URL: LINE,
    Input.TEXT: TEXT,
    Input.CODE: TEXT,
    Input.NUMBER: NUMBER,
    Input.DATE: DATE,
    Input.LINES: LINES,
    Input.LANGUAGES: LANGUAGES,
    Input.IDS: IDS,
}


def fields_of(shape: Any, *, without: Collection[str] = ()) -> dict[str, Field]:
    """The fields for documents, or items of a list, of this shape, by path ("rank/priority"), in the order of reading.

    That is every member that says how it is typed, also inside of objects, but for those that a form treats in its own
    way (`without`). Lists of objects are rows, and maps are no fields.
    """
    fields: dict[str, Field] = {}
    for found in members_of(shape):
        if found.inside and not found.is_list:
            fields |= {f"{found.name}/{path}": field for path, field in fields_of(found.inside).items()}
        elif found.says.input and found.name not in without:
            fields[found.name] = _field(found, found.says.input)
    return fields


def _field(found: Found, typed: Input) -> Field:
    if typed is Input.CHECK:
        return check(found.says.absent)
    if typed is Input.CHOICE:
        return choice(found.says.absent)
    return choices(tuple(found.says.words)) if typed is Input.CHOICES else FIELDS[typed]


def plain(shape: Any, **special: Field) -> Shape:
    """The form of a kind whose documents are nothing but fields."""
    fields = fields_of(shape) | special
    return Shape(partial(shown, fields), partial(written, fields))
