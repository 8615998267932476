"""A decision's form: when it runs, what it falls back to, and its scopes: for which placements, which offers to whom.

The status is no field of it: it changes by actions of its own.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from offers.document.kinds.decision import Criterion, Decision
from offers.document.values import Document
from offers.forms.declared import fields_of
from offers.forms.fields import clean, shown, written
from offers.forms.rows import Row
from offers.forms.shape import RowList, Shape, without_emptied

DECISION = fields_of(Decision, without=("status",))
CRITERION = fields_of(Criterion)


def criterion_of(before: Mapping[str, Any] | None, row: Row, zone: ZoneInfo) -> Document:
    """The scope that a row makes of the one it was. A rule goes with the eligibility that asked for it."""
    was = dict(before or {})
    document = written(CRITERION, was, row.texts, zone)
    if "placements" in was:
        originals = {clean(id): id for id in was["placements"]}
        document["placements"] = [originals.get(id, id) for id in document["placements"]]
    kind = _eligibility(document)
    if kind != _eligibility(was) and kind != "eligibilityRule":
        document.get("profileConstraint", {}).pop("eligibilityRule", None)
    return without_emptied(was, document)


def _eligibility(document: Document) -> Any:
    return document.get("profileConstraint", {}).get("profileConstraintType", "none")


CRITERIA = RowList("criteria", partial(shown, CRITERION), criterion_of)
SHAPE = Shape(partial(shown, DECISION), partial(written, DECISION), many=("placements",), rows=CRITERIA)
