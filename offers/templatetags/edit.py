"""Inputs of the edit form. `page` is a web/edit/form_page.py FormPage; an input is named by `at` (a row's pointer, or "") + path.

{% field page "" "name" hint="…" %}  label, input, problems, "revert"; {% control … %} only the input
What is not said here is as the field is declared (offers/document/kinds/): its label, its kind (line, text, number, date, url,
code), the options of a choice, and whether it is optional. With options=[(value, word), …] it is a select.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from jsonpointer import resolve_pointer

from offers.document.kinds.declared import Input
from offers.document.kinds.fields import CHANNEL_PREFIX, CONDITION_BYTES, component_type
from offers.document.kinds.reading import WORDS, Found, found_at
from offers.forms.fields import date_shown
from offers.forms.kinds import Form
from offers.forms.offer import OfferForm
from offers.forms.rows import Row
from offers.web.edit import warnings
from offers.web.edit.choices import LibraryChoices
from offers.web.edit.form_page import Choices, FormPage, Options, PlacementGroup
from offers.web.frame.icons import CHANNEL_ICONS, CONTENT_ICONS, icon
from offers.web.frame.times import date_text

register = template.Library()

NOTHING = SafeString()
SWAPPED = SafeString(' hx-swap-oob="true"')
# The kinds of inputs; what is in none of them is typed into a line.
TYPED_INTO = {
    **{typed: typed.value for typed in (Input.LINE, Input.TEXT, Input.CODE, Input.URL, Input.NUMBER, Input.DATE)},
    Input.LINES: "text",
}
MODES = {"number": "numeric", "url": "url"}


@register.simple_tag
def input_id(name: str) -> str:
    """The id of the input of this name: "f-rank-priority"."""
    return "f" + name.replace("/", "-")


@register.inclusion_tag("edit/_field.html")
def field(page: FormPage, at: str, path: str, label: str = "", **more: Any) -> dict[str, Any]:
    """A labelled input with its problems. See `control`; `hint` and the template `below` stand below, `wide` spans the whole row."""
    return _context(page, f"{at}/{path}", label, **more)


@register.inclusion_tag("edit/_control.html")
def control(page: FormPage, at: str, path: str, label: str = "", **more: Any) -> dict[str, Any]:
    """Only the input, for sentences; the label is for screen readers."""
    return _context(page, f"{at}/{path}", label, bare=True, **more)


def _context(
    page: FormPage, name: str, label: str, *, kind: str = "", options: Options | None = None, **more: Any
) -> dict[str, Any]:
    if not label:
        found = found_at(name.split("/")[1:])
        assert found, f"{name} is no field, so that its input needs a label"
        label, kind = _(found.says.label), kind or TYPED_INTO.get(found.says.input or Input.LINE, "line")
        if found.says.input is Input.CHOICE:
            options = _options(page, found) if options is None else options
        else:
            more.setdefault("optional", not found.required)
    kind = kind or "line"
    value = page.values.get(name, "")
    was = page.were.get(name)
    id = input_id(name)
    described_by = [f"{id}-hint"] * bool(more.get("hint")) + [f"{id}-problem"]
    described_by += [f"{id}-wanted"] * (name in page.marks) + [f"{id}-warned"] * bool(more.get("below"))
    return {
        "page": page,
        "name": name,
        "id": id,
        "described_by": " ".join(described_by),
        "label": label,
        "kind": kind,
        "mode": MODES.get(kind, ""),
        "value": value,
        "was": was,
        "is_changed": was is not None and was != value,
        "said_date": _said_date(page.form, name, value) if kind == "date" else "",
        "problems": page.problems.get(name, ()),
        "options": options,
        **more,
    }


def _said_date(form: Form, name: str, typed: str) -> str:
    """A date as all pages say one, for browsers show it in the manner of their own language; "" once another was typed."""
    date = resolve_pointer(form.before, name, "")
    return date_text(str(date)) if date and date_shown(date, form.zone) == typed else ""


def _options(page: FormPage, found: Found) -> Options:
    """What there is to choose from: library items, or the words of the declaration."""
    items = page.choices.options.get(found.name) if isinstance(page.choices, LibraryChoices) else None
    return items or [(value, _(word)) for value, word in found.says.words.items()]


@register.filter
def problems_at(page: FormPage, name: str) -> list[str]:
    return page.problems.get(name, [])


@register.simple_tag
def problem(page: FormPage, name: str) -> SafeString:
    """What is wrong with the input of this name, to stand below it; it is what the input's aria-describedby names.

    It is there, and empty, where nothing is wrong: a preview's answer fills it (`problems_again`). Below it, who would change
    the same in an open request.
    """
    return _problem(page, name) + _wanted(page, name)


def _wanted(page: FormPage, name: str) -> SafeString:
    """Who would change it in which open request: "Mina Park changes this in #12"."""
    said = format_html_join(
        SafeString("<br>"),
        "{}",
        (
            (
                format_html(
                    _("{name} changes this in {request}") if mark.name else _("You change this in {request}"),
                    name=mark.name,
                    request=format_html('<a href="{}" title="{}">#{}</a>', mark.address, mark.title, mark.number),
                ),
            )
            for mark in page.marks.get(name, ())
        ),
    )
    if not said:
        return NOTHING
    return format_html(
        '<p class="wanted" id="{}-wanted">{}<span>{}</span></p>', input_id(name), icon("git-pull-request"), said
    )


@register.simple_tag
def list_problem(page: FormPage, name: str) -> SafeString:
    """What is wrong with a list or a group as a whole: there is no input to lead to, so its words are the place."""
    return format_html('<div id="{}" tabindex="-1">{}</div>', input_id(name), problem(page, name))


@register.simple_tag
def problems_again(page: FormPage, names: Iterable[str]) -> SafeString:
    """What is wrong with these inputs and lists now, each to be swapped into its place."""
    return format_html_join("\n", "{}", ((_problem(page, name, SWAPPED),) for name in names))


def _problem(page: FormPage, name: str, attributes: SafeString = NOTHING) -> SafeString:
    return format_html(
        '<p class="problem" id="{}-problem" data-at="{}"{}>{}</p>',
        input_id(name),
        name,
        attributes,
        " ".join(page.problems.get(name, ())),
    )


@register.simple_tag
def advice(page: FormPage, representation: Row, component: Row) -> str:
    """What is better known while the text of a content is typed."""
    return warnings.advice(component.texts.get("content", ""), type_of(page, representation, component))


@register.simple_tag
def advice_again(page: FormPage) -> SafeString:
    """The same for each content of the form, to be swapped into its place."""
    rows = page.form.representations if isinstance(page.form, OfferForm) else []
    said = (
        (input_id(f"{component.pointer}/content"), advice(page, row, component))
        for row in rows
        for component in row.rows
    )
    return format_html_join("\n", '<span id="{}-advice" hx-swap-oob="innerHTML">{}</span>', said)


@register.filter
def has_problem(name: str, page: FormPage) -> bool:
    return name in page.problems


@register.filter
def at(values: Mapping[str, Any], name: str) -> Any:
    """A value of a mapping by a name that only the template knows; None without one."""
    return values.get(name)


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter
def with_empty(options: Options) -> Options:
    """The options, with one for none of them."""
    return [("", "—"), *options]


@register.simple_tag
def events_of(row: Row) -> list[tuple[str, str, bool]]:
    """What a capping row can count: (value, word, whether it does)."""
    chosen = row.texts.get("events", "").split()
    return [(value, _(word), value in chosen) for value, word in WORDS["events"].items()]


@register.simple_tag
def type_of(page: FormPage, representation: Row, component: Row) -> str:
    """html, text, json or imagelink: the content's own type, else the one that its placement takes."""
    placements = page.choices.placements if isinstance(page.choices, Choices) else {}
    placement = placements.get(representation.texts.get("placement", ""))
    return component_type(component.texts.get("type", "") or (placement.component_type if placement else "")) or ""


@register.simple_tag
def placements_for(page: FormPage, representation: Row) -> list[PlacementGroup]:
    """The placements to choose from for a representation."""
    return page.choices.placements_for(representation) if isinstance(page.choices, Choices) else []


@register.simple_tag
def type_options(page: FormPage, component: Row) -> Options:
    """The content types to choose from, the present one in its own spelling. The empty one follows the placement."""
    name = f"{component.pointer}/type"
    spelt = {component_type(text) or "": text for text in (page.were.get(name, ""), page.values.get(name, "")) if text}
    types = [(spelt.get(value, value), _(word)) for value, word in WORDS["type"].items()]
    return [("", _("As the placement takes")), *types]


@register.filter
def channel_icon_name(channel: str) -> str:
    """The icon of a channel, for the script that shows another placement's."""
    return CHANNEL_ICONS.get(channel.removeprefix(CHANNEL_PREFIX), "link")


@register.filter
def content_icon_name(value: str) -> str:
    return CONTENT_ICONS.get(component_type(value) or "", "code")


@register.simple_tag
def words_of(member: str) -> Options:
    """The values of a member with a fixed list, with their words."""
    return [(value, _(word)) for value, word in WORDS[member].items()]


@register.simple_tag
def condition_bytes() -> int:
    """How long a condition may be."""
    return CONDITION_BYTES


@register.filter
def pieces(sentence: str) -> list[tuple[str, str]]:
    """A sentence with inputs in it, "at most [limit] times", as (words, name of the input after them).

    Its words stand in the order of the reader's language.
    """
    found = re.split(r"\[(\w+)\]", sentence)
    return [(words.strip(), name) for words, name in zip_longest(found[::2], found[1::2], fillvalue="")]
