"""A decision rule's form: its condition, and the profile schema that the condition speaks of."""

from collections.abc import Mapping
from functools import partial
from zoneinfo import ZoneInfo

from offers.forms.fields import LINE, LINES, TEXT, Field, shown, written
from offers.forms.shape import Document, Shape, without_emptied

# What the validator allows, in bytes of UTF-8: the editor counts towards it.
CONDITION_LIMIT = 15 * 1024
# There is no other language that a condition may be written in.
LANGUAGE = {"type": "PQL", "format": "pql/text"}

RULE: Mapping[str, Field] = {
    "name": LINE,
    "description": TEXT,
    "condition/value": TEXT,
    "definedOn/profile/schema/ref": LINE,
    "definedOn/profile/schema/version": LINE,
    "definedOn/profile/referencePaths": LINES,
}


def rule_of(before: Document, texts: Mapping[str, str], zone: ZoneInfo) -> Document:
    document = without_emptied(before, written(RULE, before, texts, zone))
    if "condition" in document and "condition" not in before:
        document["condition"] = LANGUAGE | document["condition"]
    return document


SHAPE = Shape(partial(shown, RULE), rule_of)
