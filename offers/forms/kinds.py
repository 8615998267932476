"""The form of any kind: offers have `offers.forms.offer`, everything else `offers.forms.library`."""

from collections.abc import Mapping
from typing import TypeAlias
from zoneinfo import ZoneInfo

from offers.document.errors import Problem
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.document.values import Document
from offers.forms import library, offer
from offers.forms.library import LibraryForm
from offers.forms.offer import OfferForm, Placement
from offers.forms.rows import Row

Form: TypeAlias = OfferForm | LibraryForm


# About a dozen inputs each: fewer than DATA_UPLOAD_MAX_NUMBER_FIELDS, so that what was opened can also be sent.
MAX_CONTENTS = 300


def form_for(kind: Kind, document: Document, zone: ZoneInfo, *, before: Document | None = None) -> Form:
    """The form that shows a document; `before` (the document itself, by default) is what it will be compared with."""
    if kind in OFFER_KINDS:
        return offer.form_for(kind, document, zone, before=before)
    return library.form_for(kind, document, zone, before=before)


def fits_form(document: Document) -> bool:
    """Whether a form holds this document. Each content is a dozen inputs: thousands are for programs to change."""
    rows = document.get("representations") or ()
    return sum(len(row.get("components") or ()) for row in rows) <= MAX_CONTENTS


def form_from(kind: Kind, before: Document, sent: Mapping[str, list[str]], zone: ZoneInfo) -> Form:
    """The form that a browser sent back, for the document it was opened with. Takes anything; raises nothing.

    Nobody can type NUL, and PostgreSQL could not even be asked for something of that name.
    """
    sent = {name: [value.replace("\0", "") for value in values] for name, values in sent.items() if "\0" not in name}
    if kind in OFFER_KINDS:
        return offer.form_from(kind, before, sent, zone)
    return library.form_from(kind, before, sent, zone)


def operated(form: Form, action: str) -> str:
    """Carry out a row button. Returns the list's pointer, "" for what is no row button; then nothing changes."""
    return offer.operated(form, action) if isinstance(form, OfferForm) else library.operated(form, action)


def document_of(form: Form, placements: Mapping[str, Placement]) -> Document:
    """The document that the form makes: `form.before` with what was changed. Offers take over from `placements`."""
    return offer.offer_of(form, placements) if isinstance(form, OfferForm) else library.item_of(form)


def form_problems(form: Form) -> list[Problem]:
    """What is wrong with the form that its document cannot show. Pointers are names of inputs."""
    return offer.form_problems(form) if isinstance(form, OfferForm) else []


def input_for(form: Form, pointer: str) -> str:
    """The name of the input for a place of the document that the form makes; "" where no input is near it."""
    return offer.input_for(form, pointer) if isinstance(form, OfferForm) else library.input_for(form, pointer)


def row_lists(form: Form) -> list[list[Row]]:
    """The lists of rows that a form has, always in the same order."""
    if isinstance(form, OfferForm):
        return [form.representations, form.cappings, form.attributes]
    return [form.rows]
