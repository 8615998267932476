"""When, to whom and how often an offer is shown, as sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.document.kinds.reading import WORDS
from offers.web.frame.times import date_text

WHO = ("profileConstraintType", "eligibilityRule", "segmentIdentities")


@dataclass(frozen=True, slots=True)
class Sentence:
    """`icon` is one of the sprite; `text` is safe HTML, names in it emphasised."""

    icon: str
    text: SafeString
    # The pointers of what it says.
    places: tuple[str, ...]


def constraints(document: Mapping[str, Any], names: Mapping[str, str]) -> list[Sentence]:
    """An offer's window, audience, priority and caps; `names` gives the names of rules by id."""
    return [*_window(document), *_who(document, names), *_priority(document), *_caps(document)]


def _window(document: Mapping[str, Any]) -> Iterator[Sentence]:
    window = document.get("selectionConstraint")
    if window:
        text = _("Shown from {start} to {end}.")
        filled = _filled(text, start=date_text(window["startDate"]), end=date_text(window["endDate"]))
        yield Sentence("calendar", filled, tuple(f"/selectionConstraint/{name}" for name in ("startDate", "endDate")))


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
    yield Sentence("users", _filled(texts[kind], rule=names.get(rule, rule), audiences=audiences), places)


def _priority(document: Mapping[str, Any]) -> Iterator[Sentence]:
    rank = document.get("rank")
    if rank:
        text = _("Priority {priority}; of the offers that fit, the highest priority is shown.")
        yield Sentence("sort-descending", _filled(text, priority=rank["priority"]), ("/rank",))


def _caps(document: Mapping[str, Any]) -> Iterator[Sentence]:
    legacy = document.get("cappingConstraint", {})
    if "globalCap" in legacy:
        text = ngettext("At most {limit} time in total.", "At most {limit} times in total.", legacy["globalCap"])
        yield Sentence("gauge", _filled(text, limit=legacy["globalCap"]), ("/cappingConstraint/globalCap",))
    if "profileCap" in legacy:
        limit = legacy["profileCap"]
        text = ngettext("At most {limit} time for each person.", "At most {limit} times for each person.", limit)
        yield Sentence("gauge", _filled(text, limit=limit), ("/cappingConstraint/profileCap",))
    for number, capping in enumerate(document.get("frequencyCappingConstraints", ())):
        yield Sentence("gauge", _cap(capping), (f"/frequencyCappingConstraints/{number}",))


def _at_most(each: bool, entity: str, limit: int) -> str:
    """How often, without the number: the template that says it, in the form that goes with this number."""
    if entity == "placement" and each:
        return ngettext(
            "at most {limit} time for each person and placement",
            "at most {limit} times for each person and placement",
            limit,
        )
    if entity == "placement":
        return ngettext("at most {limit} time in each placement", "at most {limit} times in each placement", limit)
    if each:
        return ngettext("at most {limit} time for each person", "at most {limit} times for each person", limit)
    return ngettext("at most {limit} time in total", "at most {limit} times in total", limit)


def _cap(capping: Mapping[str, Any]) -> SafeString:
    """One capping row: "At most 3 times for each person, every month, counted by impression." """
    text = _at_most(capping["scope"] == "profile", capping["entity"], capping["limit"])
    parts = [_filled(text, limit=capping["limit"]), *_period(capping.get("repeat", {})), *_counting(capping)]
    if "startDate" in capping and "endDate" in capping:
        dates = {"start": date_text(capping["startDate"]), "end": date_text(capping["endDate"])}
        parts.append(_filled(_("from {start} to {end}"), **dates))
    sentence = format_html("{}.", SafeString(", ".join(parts)))
    sentence = SafeString(sentence[:1].upper() + sentence[1:])
    if capping.get("enabled", True):
        return sentence
    return format_html('<span class="muted">{} {}</span>', sentence, _("This limit is switched off."))


def _period(repeat: Mapping[str, Any]) -> list[SafeString]:
    if not repeat.get("enabled") or "unit" not in repeat:
        return []
    count = repeat.get("unitCount", 1)
    if count == 1:
        texts = {"day": _("every day"), "week": _("every week"), "month": _("every month")}
    else:
        texts = {
            "day": ngettext("every {count} day", "every {count} days", count),
            "week": ngettext("every {count} week", "every {count} weeks", count),
            "month": ngettext("every {count} month", "every {count} months", count),
        }
    return [_filled(texts[repeat["unit"]], count=count)]


def _counting(capping: Mapping[str, Any]) -> list[SafeString]:
    events = ", ".join(_(WORDS["events"][event]).lower() for event in capping.get("events", ()))
    return [_filled(_("counted by {events}"), events=events)] if events else []


def _filled(text: str, **values: object) -> SafeString:
    """A translated template with its values emphasised; they come from documents, so they are escaped."""
    return format_html(text, **{name: format_html("<b>{}</b>", value) for name, value in values.items()})
