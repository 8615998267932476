"""What the model of a library knows of its items and requests: the few fields that people change, and what is asked for."""

from dataclasses import dataclass, field
from typing import Any

ITEMS = ("sale", "draft", "gold")
VALUES = {"name": ("A", "B"), "priority": (1, 2), "status": ("draft", "approved"), "rule": ("gold", None)}
FIELDS = {"sale": tuple(VALUES), "draft": tuple(VALUES), "gold": ("name",)}

Fields = dict[str, Any]


def fields_of(document: Fields) -> Fields:
    chosen = document.get("selectionConstraint") or {}
    found = {"name": document["name"], "status": document.get("status")}
    return {**found, "priority": document.get("rank", {}).get("priority"), "rule": chosen.get("eligibilityRule")}


def with_field(document: Fields, name: str, value: Any) -> Fields:
    if name == "priority":
        return {**document, "rank": {"priority": value}}
    if name != "rule":
        return {**document, name: value}
    window = {one: text for one, text in document["selectionConstraint"].items() if one.endswith("Date")}
    chosen = {"profileConstraintType": "eligibilityRule", "eligibilityRule": value} if value else {}
    return {**document, "selectionConstraint": {**window, **chosen}}


@dataclass
class Asked:
    """A request as the model knows it: one item, its fields before and after, who wrote it, who said yes to which values."""

    item: str
    base: Fields
    wanted: Fields
    wrote: set[str]
    owner: str
    agreed: dict[str, Any] = field(default_factory=dict)
    objected: set[str] = field(default_factory=set)
    # Who changed which item alone since it was proposed.
    changed: set[tuple[str, str]] = field(default_factory=set)
