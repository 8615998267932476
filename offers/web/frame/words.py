"""What is told in English below (labels, values, problems), in the reader's language."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from offers.access.people import readable
from offers.document.errors import Problem
from offers.document.kinds.fields import CHANNEL_PREFIX, component_type
from offers.document.kinds.reading import WORDS, named
from offers.document.kinds.registry import KINDS, Kind
from offers.document.words.describe import Change, titled
from offers.document.words.naming import Place
from offers.models import Revision
from offers.web.frame.sections import SECTION_OF, SECTIONS
from offers.web.frame.times import date_text

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


def no_change(made: Revision) -> str:
    """What is said of a change that is shown as none: what it changed may have been erased on both sides of it."""
    return _("What it changed was erased.") if "patch" in (made.erased or {}) else _("No change in the fields.")


def old_text(change: Change) -> str:
    """What it was, as its kind of value is shown."""
    return shown(change.old_text, change.format)


def new_text(change: Change) -> str:
    """What it is now, as its kind of value is shown."""
    return shown(change.new_text, change.format)


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


def version_name(etag: int) -> str:
    return _("version %(etag)s") % {"etag": etag}


def section_of(kind: str) -> str:
    """The slug of the section that shows items of this kind."""
    return SECTION_OF[Kind(kind)].slug


def section_title(slug: str) -> str:
    return str(SECTIONS[slug].title)
