"""A collection's form: offers chosen by their tags, or one by one.

The two ways have a list each, so that a change of mind loses nothing that was ticked; the document has the one that counts.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from offers.document.kinds.collection import Collection
from offers.document.values import Document
from offers.forms.declared import fields_of
from offers.forms.fields import Texts, clean, kept_first, shown, written
from offers.forms.shape import Shape, ids_of, ids_text

COLLECTION = fields_of(Collection, without=("ids",))
BY_TAGS, BY_LIST = "ids/tags", "ids/offers"


def collection_shown(document: Document, zone: ZoneInfo) -> Texts:
    here = list_of(document.get("filterType", ""))
    lists = dict.fromkeys((BY_TAGS, BY_LIST), "[]") | {here: ids_text(document.get("ids", []))}
    return shown(COLLECTION, document, zone) | lists


def collection_of(before: Document, texts: Mapping[str, str], zone: ZoneInfo) -> Document:
    document = written(COLLECTION, before, texts, zone)
    here = list_of(document.get("filterType", ""))
    text = texts.get(here)
    untouched = text == collection_shown(before, zone)[here] and not _turned(before, here)
    if text is None or untouched:
        return document
    were = {clean(id): id for id in before.get("ids", [])}
    chosen = [were.get(id, id) for id in ids_of(text)]
    return document | {"ids": kept_first(were.values(), chosen)}


def _turned(before: Document, here: str) -> bool:
    """Whether what the document has belongs to the other list."""
    return "ids" in before and list_of(before.get("filterType", "")) != here


def list_of(filter_type: str) -> str:
    """Which list counts for a way of choosing; that of the tags while none is chosen."""
    return BY_LIST if filter_type == "offers" else BY_TAGS


def input_for(texts: Texts, pointer: str) -> str:
    """What is wrong with the members stands at the list that counts."""
    return f"/{list_of(texts.get('filterType', ''))}" if pointer == "/ids" or pointer.startswith("/ids/") else ""


SHAPE = Shape(collection_shown, collection_of, many=(BY_TAGS, BY_LIST), input_for=input_for)
