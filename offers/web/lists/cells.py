"""The rows of the offers list as HTML.

Made here and not by a template, because a template looks up each name in each row anew: that was two thirds of the page's time. Where a
template would have had white space, so has this.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from offers.document.kinds.registry import Kind
from offers.web.frame.icons import icon
from offers.web.frame.times import ago, day, day_in_short
from offers.web.item.badges import changed_by, deleted_badge, status_badge
from offers.web.lists.rows import Bar, OfferRow

Cell = Callable[[OfferRow], SafeString]

START, END = SafeString("<tr>"), SafeString("</tr>")
NOTHING = SafeString("<td></td>")
NO_WINDOW = SafeString('<td class="window-cell">\n</td>')

PICK = """<td class="pick">
<input class="form-check-input" type="checkbox" name="id" value="{id}" form="bulk" autocomplete="off"
 aria-label="{select} {name}" {fixed}>
</td>"""
NAME = """<td class="name-cell">
<div class="name-line">
<a class="item-name" id="row-{id}" href="{page}" title="{name}">{name}</a>
<span class="item-sub">
{chips}<span class="mono item-id">{id}</span>
</span>
</div>
<div class="row-actions">
{edit}<a class="btn btn-icon btn-ghost" href="{address}history/" title="{history_word}">
{history}<span class="visually-hidden">{history_word} {name}</span>
</a>
</div>
</td>"""
COUNTED = '<span class="tags-all" role="img" title="{word}: {names}">{icon}{count}</span>\n'
EDIT = """<a class="btn btn-icon btn-ghost" href="{address}edit/" title="{word}" data-edit>
{icon}<span class="visually-hidden">{word} {name}</span>
</a>
"""
CLOSED = """<span class="row-closed" title="{closed}">
{lock}<span class="visually-hidden">{closed}</span>
</span>
"""
WINDOW = """<td class="window-cell">
<svg class="window" viewBox="0 0 200 12" preserveAspectRatio="none" aria-hidden="true">
<rect class="axis" x="0" y="5" width="200" height="2" rx="1"/>
{bar}
<rect class="today" x="{today}" y="0" width="1.5" height="12"/>
</svg>
{text}
</td>"""
BAR = '<rect class="window-bar window-{state}" x="{x}" y="2" width="{width}" height="8" rx="2"/>'
# A window that goes on beyond the axis, before or after it, has an arrow that leads there, so long.
BEYOND = '<path class="window-bar window-{state}" d="{way}"/>'
BEFORE, AFTER, ARROW = "M7 1 0 6l7 5z", "M193 1 200 6l-7 5z", 7
# A value that is changed where it stands (web/in_place/cell.py); without JavaScript, in the form.
CHANGE = """<a class="change-here" data-in-place="{column}" hx-get="{{address}}in-place/{column}/"
 href="{{address}}edit/#f-{field}"><span class="visually-hidden">{change} </span>"""
DATES = '<span class="window-text">{} – {}</span>'
# The inputs of the edit form where these are changed, too.
PLACES = {
    "window": "selectionConstraint-endDate",
    "starts": "selectionConstraint-startDate",
    "ends": "selectionConstraint-endDate",
    "priority": "rank-priority",
}


@dataclass(frozen=True, slots=True)
class Page:
    """What all rows of a page have in common, written once: whether the reader edits, the words and the icons."""

    may_edit: bool
    select: str
    edit: tuple[SafeString, str]
    propose: tuple[SafeString, str]
    history: tuple[SafeString, str]
    lock: SafeString
    fallback: SafeString
    tags: tuple[SafeString, str]


def drawn(rows: Iterable[OfferRow], columns: Iterable[str], *, may_edit: bool) -> SafeString:
    """The rows of the table, with these columns (web/lists/rows.py) after the name."""
    page = Page(
        may_edit,
        _("Select"),
        (icon("pencil"), _("Edit")),
        (icon("git-pull-request"), _("Propose")),
        (icon("history"), _("History")),
        icon("lock"),
        format_html('<span class="chip">{}</span>\n', _("Fallback")),
        (icon("tag"), escape(_("Tags"))),
    )
    cells = [CELLS[column] for column in columns]
    return _lines(part for row in rows for part in (START, _first(row, page), _lines(cell(row) for cell in cells), END))


def _lines(parts: Iterable[SafeString]) -> SafeString:
    """What is safe stays so, side by side."""
    return SafeString("\n".join(parts))


def _first(row: OfferRow, page: Page) -> SafeString:
    """The cells that each list has: the box to select the offer, and its name with what leads on."""
    # Escaped once for the four places where it stands.
    name, id = conditional_escape(row.item.name), conditional_escape(row.item.id)
    edit = _edit(row, name, page) if page.may_edit else ""
    address = conditional_escape(row.address)
    at = format_html("{}?at={}", row.address, row.at) if row.at else address
    drawn, word = page.history
    parts = {"chips": _chips(row, page), "edit": edit, "history": drawn, "history_word": word}
    named = format_html(NAME, id=id, name=name, address=address, page=at, **parts)
    if not page.may_edit:
        return named
    fixed = format_html('disabled title="{}"', row.closed) if row.fixed else ""
    return _lines((format_html(PICK, id=id, name=name, select=page.select, fixed=fixed), named))


def _chips(row: OfferRow, page: Page) -> SafeString:
    fallback = page.fallback if row.item.kind == Kind.FALLBACK_OFFER else SafeString("")
    if not row.tags:
        return fallback
    tags = format_html_join("", '<a class="chip" href="{}">{}</a>\n', row.tags)
    more = f'<span class="tags-more">+{row.more_tags}</span>\n' if row.more_tags else ""
    # What stands instead in every row where the column has no room for them.
    drawn, word = page.tags
    counted = COUNTED.format(word=word, names=escape(row.tag_names), icon=drawn, count=len(row.tags) + row.more_tags)
    return SafeString(f"{fallback}{tags}{more}{counted}")


def _edit(row: OfferRow, name: SafeString, page: Page) -> SafeString:
    """The way to the form, or why there is none."""
    if row.closed:
        return format_html(CLOSED, closed=row.closed, lock=page.lock)
    drawn, word = page.propose if row.proposes else page.edit
    return format_html(EDIT, address=row.address, name=name, icon=drawn, word=word)


def _status(row: OfferRow) -> SafeString:
    if row.item.deleted_at is not None:
        said = deleted_badge()
    else:
        said = format_html("{}\n{}", status_badge(row.item.status), row.live)
    return format_html('<td class="status-cell">\n<div class="row-line">\n{}\n</div>\n</td>', said)


def _window(row: OfferRow) -> SafeString:
    bar, starts, ends = row.bar, row.item.starts_at, row.item.ends_at
    if bar is None or starts is None or ends is None:
        return NO_WINDOW
    text = _changed_here(row, "window", format_html(DATES, day_in_short(starts), day_in_short(ends)))
    return format_html(WINDOW, bar=_drawn(bar), today=f"{bar.today:g}", text=text)


def _drawn(bar: Bar) -> SafeString:
    """What is on the axis, and an arrow at each end where it goes on beyond it: numbers, and a state's name."""
    x, width = bar.x + ARROW * bar.before, bar.width - ARROW * (bar.before + bar.after)
    parts = [BAR.format(state=bar.state, x=f"{x:g}", width=f"{width:g}")] if width > 0 else []
    if bar.before:
        parts.append(BEYOND.format(state=bar.state, way=BEFORE))
    if bar.after:
        parts.append(BEYOND.format(state=bar.state, way=AFTER))
    return SafeString("".join(parts))


def _starts(row: OfferRow) -> SafeString:
    at = row.item.starts_at
    return _labelled("date-cell", _("Starts"), _changed_here(row, "starts", day(at))) if at else NOTHING


def _ends(row: OfferRow) -> SafeString:
    at = row.item.ends_at
    return _labelled("date-cell", _("Ends"), _changed_here(row, "ends", day(at))) if at else NOTHING


def _priority(row: OfferRow) -> SafeString:
    value = row.item.priority
    return NOTHING if value is None else _labelled("num", _("Priority"), _changed_here(row, "priority", str(value)))


def _changed_here(row: OfferRow, column: str, text: str) -> str:
    """A value with the way to change it where it stands, for who may."""
    if not row.in_place:
        return text
    before, between, after = _change(column, get_language())
    address = conditional_escape(row.address)
    return SafeString(f"{before}{address}{between}{address}{after}{conditional_escape(text)}</a>")


@lru_cache(maxsize=100)
def _change(column: str, language: str | None) -> list[str]:
    """What stands around the address of the offer, which alone differs from row to row."""
    return CHANGE.format(column=column, field=PLACES[column], change=escape(_("Change"))).split("{address}")


def _labelled(css: str, label: str, text: object) -> SafeString:
    """A cell that says what it is where a narrow screen has no headings."""
    return format_html('<td class="{}" data-label="{}">{}</td>', css, label, text)


def _channels(row: OfferRow) -> SafeString:
    return format_html('<td class="channels">{}</td>', row.channels)


def _created(row: OfferRow) -> SafeString:
    return format_html(
        '<td class="date-cell created" data-label="{}" title="{}">\n{}\n</td>',
        _("Created"),
        row.item.created_by,
        ago(row.item.created_at),
    )


def _modified(row: OfferRow) -> SafeString:
    return format_html('<td class="by-cell">\n{}\n</td>', changed_by(row.item))


CELLS: Mapping[str, Cell] = {
    "status": _status,
    "window": _window,
    "starts": _starts,
    "ends": _ends,
    "priority": _priority,
    "channels": _channels,
    "created": _created,
    "modified": _modified,
}
