"""When, to whom and how often an offer is shown, as sentences: the same ones wherever that is said."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.document.identity import item_keys
from offers.document.words.clips import with_arrows
from offers.document.words.spans import Span, spans
from offers.web.frame.times import date_in_one
from offers.web.frame.words import filled, limit_text

WHO = ("profileConstraintType", "eligibilityRule", "segmentIdentities")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`icon` is one of the sprite; `text` is safe HTML, names in it emphasised."""

    icon: str
    text: SafeString
    # The pointers of what it says.
    places: tuple[str, ...]
    # What it is known by in other versions of the document.
    key: str
    # As against another version: "added", "removed" or "changed", and then what it said there.
    mark: str = ""
    was: SafeString | None = None
    # How that became what it says; nothing where the two have too little in common.
    spans: Sequence[Span] = ()


def constraints(document: Mapping[str, Any], names: Mapping[str, str]) -> list[Sentence]:
    """An offer's window, audience, priority and limits; `names` gives the names of rules by id."""
    return [*_window(document), *_who(document, names), *_priority(document), *_limits(document)]


def beside(now: Sequence[Sentence], before: Sequence[Sentence]) -> list[Sentence]:
    """The sentences of a version with what those of another one said; those that it has no more come last."""
    was = {one.key: one for one in before}
    told = [_marked(one, was.pop(one.key, None)) for one in now]
    return [*told, *(replace(one, mark="removed", places=()) for one in was.values())]


def _marked(now: Sentence, was: Sentence | None) -> Sentence:
    if was is None:
        return replace(now, mark="added")
    if was.text == now.text:
        return now
    before, after = (unescape(strip_tags(one.text)) for one in (was, now))
    return replace(
        now, mark="changed", was=was.text, spans=with_arrows(_by_values(was.text, now.text) or spans(before, after))
    )


def _by_values(before: str, after: str) -> Sequence[Span]:
    """Of sentences that differ in their values alone, each value whole: a date is not marked in its day."""
    old, new = (re.split("<b>(.*?)</b>", text) for text in (before, after))
    if old[::2] != new[::2]:
        return ()
    told: list[Span] = []
    sides = ([unescape(strip_tags(part)) for part in side] for side in (old, new))
    for was, now in zip(*sides, strict=True):
        told += [("=", now)] if was == now else [("-", was), ("+", now)]
    return [span for span in told if span[1]]


def _window(document: Mapping[str, Any]) -> Iterator[Sentence]:
    window = document.get("selectionConstraint")
    if window:
        text = _("Shown from {start} to {end}.")
        said = filled(text, start=date_in_one(window["startDate"]), end=date_in_one(window["endDate"]))
        places = tuple(f"/selectionConstraint/{name}" for name in ("startDate", "endDate"))
        yield Sentence("calendar", said, places, "when")


def _who(document: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Sentence]:
    constraint = document.get("selectionConstraint")
    if not constraint:
        return
    kind = constraint.get("profileConstraintType", "none")
    audiences = ", ".join(
        segment.get("xid") or segment.get("_id", "") for segment in constraint.get("segmentIdentities", ())
    )
    rule = constraint.get("eligibilityRule", "")
    texts = {
        "none": _("To everybody."),
        "eligibilityRule": _("To people who match {rule}."),
        "anySegments": _("To people in any of the audiences {audiences}."),
        "allSegments": _("To people in all of the audiences {audiences}."),
        "rules": _("To people whom its rules choose."),
    }
    places = tuple(f"/selectionConstraint/{name}" for name in WHO)
    yield Sentence("users", filled(texts[kind], rule=names.get(rule, rule), audiences=audiences), places, "who")


def _priority(document: Mapping[str, Any]) -> Iterator[Sentence]:
    rank = document.get("rank")
    if rank:
        text = _("Priority {priority}; of the offers that fit, the one with the highest priority is shown.")
        yield Sentence("sort-descending", filled(text, priority=rank["priority"]), ("/rank",), "priority")


def _limits(document: Mapping[str, Any]) -> Iterator[Sentence]:
    legacy = document.get("cappingConstraint", {})
    if "globalCap" in legacy:
        text = ngettext("At most {limit} time in total.", "At most {limit} times in total.", legacy["globalCap"])
        places = ("/cappingConstraint/globalCap",)
        yield Sentence("gauge", filled(text, limit=legacy["globalCap"]), places, "in total")
    if "profileCap" in legacy:
        limit = legacy["profileCap"]
        text = ngettext("At most {limit} time for each person.", "At most {limit} times for each person.", limit)
        yield Sentence("gauge", filled(text, limit=limit), ("/cappingConstraint/profileCap",), "each")
    limits = document.get("frequencyCappingConstraints", ())
    keys = item_keys("frequencyCappingConstraints", list(limits)) or [f"[{number}" for number in range(len(limits))]
    for number, (capping, key) in enumerate(zip(limits, keys, strict=True)):
        yield Sentence("gauge", limit_text(capping), (f"/frequencyCappingConstraints/{number}",), key)
