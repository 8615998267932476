"""A decision rule's form: its condition, and the profile schema that the condition speaks of."""

from collections.abc import Mapping
from functools import partial
from zoneinfo import ZoneInfo

from offers.document.kinds.rule import Rule
from offers.document.values import Document
from offers.forms.declared import fields_of
from offers.forms.fields import shown, written
from offers.forms.shape import Shape, without_emptied

# There is no other language that a condition may be written in.
LANGUAGE = {"type": "PQL", "format": "pql/text"}

RULE = fields_of(Rule)


def rule_of(before: Document, texts: Mapping[str, str], zone: ZoneInfo) -> Document:
    document = without_emptied(before, written(RULE, before, texts, zone))
    if "condition" in document and "condition" not in before:
        document["condition"] = LANGUAGE | document["condition"]
    return document


SHAPE = Shape(partial(shown, RULE), rule_of)
