"""What is told in English below (labels, values, problems), in the reader's language."""

from collections.abc import Mapping
from html import unescape
from typing import Any

from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.access.people import readable
from offers.document.errors import JSON, Problem
from offers.document.kinds.fields import CHANNEL_PREFIX, component_type
from offers.document.kinds.reading import WORDS, named
from offers.document.kinds.registry import KINDS, Kind
from offers.document.words.describe import Change, titled
from offers.document.words.naming import Place
from offers.document.words.reads import read_of
from offers.document.words.spans import Room, Span, spans
from offers.models import Revision
from offers.web.frame.sections import SECTION_OF, SECTIONS
from offers.web.frame.times import date_beside, date_text

# The limits of an offer, one after the other.
LIMITS = "/frequencyCappingConstraints/"
# What documents hold where problems speak of it, by the name of the parameter.
PROBLEM_WORDS: Mapping[str, Mapping[str, str]] = {
    "kind": {kind: one.label for kind, one in KINDS.items()},
    "type": WORDS["type"],
    "before": WORDS["status"],
    "after": WORDS["status"],
}


def phrase(part: tuple[str, Mapping[str, str]]) -> str:
    """A msgid and its parameters, as document/words/describe.py gives them, in the reader's language."""
    message, params = part
    return _(message).format(**params)


def place_title(place: Place) -> str:
    """The label of a place in a document, with the items around it, translated."""
    return titled([phrase(part) for part in (*place.context, (place.label, place.params))])


def change_title(change: Change) -> str:
    """The whole label of a change, translated: "Home page, en-us › Text"."""
    return titled([phrase(part) for part in (*change.context, (change.label, change.label_params))])


def problem_text(problem: Problem) -> str:
    """What is wrong, in the reader's language; a kind, a status or a content type in it, too."""
    params = dict(problem.params)
    for name, words in PROBLEM_WORDS.items():
        word = words.get(str(params.get(name)))
        if word:
            params[name] = _(word).lower()
    return _(problem.message).format(**params)


def shown(text: str, how: str) -> str:
    """A value of a change: words of fixed lists translated, dates in the viewer's zone."""
    if how == "word" and text:
        return _(text)
    if how == "date" and text:
        return date_text(text)
    return readable(text)


def _beside(text: str, other: str, how: str) -> str:
    """A side of a change: two dates that differ are never said alike."""
    return date_beside(text, other) if how == "date" and text and other else shown(text, how)


def no_change(made: Revision) -> str:
    """What is said of a change that is shown as none: what it changed may have been erased on both sides of it."""
    return _("What it changed was erased.") if "patch" in (made.erased or {}) else _("No change in the fields.")


def old_text(change: Change) -> str:
    """What it was, as its kind of value is shown."""
    return limit_at(change.old_pointer, change.old) or _beside(change.old_text, change.new_text, change.format)


def new_text(change: Change) -> str:
    """What it is now, as its kind of value is shown."""
    return limit_at(change.pointer, change.new) or _beside(change.new_text, change.old_text, change.format)


def old_read(change: Change) -> str:
    """What is read of what it was: of HTML its text, of JSON its values."""
    return readable(read_of(change.old, change.language, old_text(change)))


def new_read(change: Change) -> str:
    """What is read of what it is now: of HTML its text, of JSON its values."""
    return readable(read_of(change.new, change.language, new_text(change)))


def limit_spans(change: Change) -> list[Span]:
    """How the sentence of a limit became another one; nothing of any other change."""
    if change.action != "changed":
        return []
    old, new = limit_at(change.old_pointer, change.old), limit_at(change.pointer, change.new)
    return list(spans(old, new, "text", Room())) if old and new else []


def channel_name(channel: str) -> str:
    short = channel.removeprefix(CHANNEL_PREFIX)
    return _(WORDS["channel"].get(short, "")) if short in WORDS["channel"] else short


def content_key(value: str) -> str:
    """html, imagelink, text or json, from any spelling of a content type."""
    return component_type(value) or ""


def content_name(value: str) -> str:
    """A content type in words, in any of its spellings."""
    short = component_type(value) or value
    return _(WORDS["type"][short]) if short in WORDS["type"] else value


def word(value: str, member: str) -> str:
    """A value of a fixed list, of the member that holds it, in words; itself where there are none for it."""
    found = WORDS[member].get(value)
    return _(found) if found else value


def field_label(name: str) -> str:
    """What people call a member of a document."""
    return _(named(name).label).format(name=name)


def kind_name(kind: str) -> str:
    return _(KINDS[Kind(kind)].label)


def of_kind(n: int, kind: str) -> str:
    """So many items of a kind."""
    texts = {
        Kind.PERSONALIZED_OFFER: ngettext("{n} personalized offer", "{n} personalized offers", n),
        Kind.FALLBACK_OFFER: ngettext("{n} fallback offer", "{n} fallback offers", n),
        Kind.PLACEMENT: ngettext("{n} placement", "{n} placements", n),
        Kind.RULE: ngettext("{n} decision rule", "{n} decision rules", n),
        Kind.TAG: ngettext("{n} tag", "{n} tags", n),
        Kind.COLLECTION: ngettext("{n} collection", "{n} collections", n),
        Kind.DECISION: ngettext("{n} decision", "{n} decisions", n),
    }
    return texts[Kind(kind)].format(n=n)


def version_name(etag: int) -> str:
    return _("version %(etag)s") % {"etag": etag}


def section_of(kind: str) -> str:
    """The slug of the section that shows items of this kind."""
    return SECTION_OF[Kind(kind)].slug


def section_title(slug: str) -> str:
    return str(SECTIONS[slug].title)


def limit_at(pointer: str, value: JSON) -> str:
    """The sentence of a value that is a limit, as plain text; "" for any other, and for one that is not whole yet."""
    if not isinstance(value, dict) or not pointer.removeprefix(LIMITS).isdecimal():
        return ""
    try:
        return unescape(strip_tags(limit_text(value)))
    except (KeyError, TypeError, ValueError):  # of a form that is still being filled in
        return ""


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


def limit_text(capping: Mapping[str, Any]) -> SafeString:
    """One capping row: "At most 3 times for each person, every month, counted by impression." """
    text = _at_most(capping["scope"] == "profile", capping["entity"], capping["limit"])
    often = filled(text, limit=capping["limit"])
    for period in _period(capping.get("repeat", {})):
        # Translators: "at most 3 times for each person" and "every week".
        often = format_html(_("{often}, {period}"), often=often, period=period)
    parts = [often, *_counting(capping), *_dates(capping)]
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
    return [filled(texts[repeat["unit"]], count=count)]


def _dates(capping: Mapping[str, Any]) -> list[SafeString]:
    dates = {name: date_text(capping[f"{name}Date"]) for name in ("start", "end") if f"{name}Date" in capping}
    if not dates:
        return []
    both = len(dates) == 2
    text = _("from {start} to {end}") if both else _("from {start} on") if "start" in dates else _("until {end}")
    return [filled(text, **dates)]


def _counting(capping: Mapping[str, Any]) -> list[SafeString]:
    events = ", ".join(_(WORDS["events"][event]).lower() for event in capping.get("events", ()))
    return [filled(_("counted by {events}"), events=events)] if events else []


def filled(text: str, **values: object) -> SafeString:
    """A translated template with its values emphasised; they come from documents, so they are escaped."""
    return format_html(text, **{name: format_html("<b>{}</b>", value) for name, value in values.items()})
