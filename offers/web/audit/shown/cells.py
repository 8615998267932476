"""The lines of the audit page as HTML.

Made here and not by a template, for the reason that web/lists/cells.py gives. Where a template would have had white space, so has this.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from offers.access.people import readable
from offers.document.kinds.reading import DECLARED
from offers.log.audit import Found
from offers.models import ErasureStep, Listing, RequestEvent, Revision
from offers.review.changes.approvals import Approval
from offers.web.audit.shown.folding import Fold
from offers.web.audit.shown.lines import Line
from offers.web.frame.addresses import address_of
from offers.web.frame.icons import avatar, icon
from offers.web.frame.respond import Frame
from offers.web.frame.times import clock, daykey, long_day
from offers.web.frame.words import version_name
from offers.web.item.badges import status_badge
from offers.web.item.history.door import approval, door

What = RequestEvent.What
# What was done to a request, or became of it, with the request where the sentence has it: who did it stands before the sentence.
STEPS: Mapping[str, str] = {
    What.OPENED: gettext_noop("opened {request}"),
    What.EDITED: gettext_noop("changed {request}"),
    What.APPROVED: gettext_noop("approved {request}"),
    What.REQUESTED_CHANGES: gettext_noop("requested changes to {request}"),
    What.REJECTED: gettext_noop("rejected {request}"),
    What.WITHDRAWN: gettext_noop("withdrew {request}"),
    What.CLAIMED: gettext_noop("took over {request}"),
    What.REOPENED: gettext_noop("reopened {request}"),
    What.DROPPED: gettext_noop("{request} lost an approval"),
    What.CONFLICTED: gettext_noop("{request} ran into a conflict"),
    What.SCHEDULED: gettext_noop("scheduled {request}"),
    What.APPLIED: gettext_noop("applied {request}"),
    What.BYPASSED: gettext_noop("published {request} without review"),
    What.LOOKED: gettext_noop("reviewed {request} afterwards"),
    What.TAKEN_BACK: gettext_noop("reverted {request}"),
    What.FAILED: gettext_noop("{request} could not be applied"),
    What.EXPIRED: gettext_noop("{request} expired"),
    What.COLLIDES: gettext_noop("scheduled a change of the same fields as {request}"),
}

LIST, END = SafeString('<ol class="audit">'), SafeString("</ol>")
NOTHING = SafeString("")
DAY = '<li class="audit-day"><h2>{}</h2></li>'
FOLD = """<li class="audit-fold">
<details>
<summary class="audit-line" data-entry>
<span class="audit-time">{last}</span>
<span class="audit-who">
{who}</span>
<span class="audit-what">
<b class="item-name">{name}</b>
<span>{edits}</span>
<span class="muted">{first} – {last}</span>
{around}</span>
<span class="audit-side">{more}</span>
</summary>
{lines}
</details>
</li>"""
LINE = """<li class="audit-line" tabindex="-1" data-entry>
<span class="audit-time">{time}</span>
<span class="audit-who"{now}>
{who}</span>
<div class="audit-what">
{what}
{note}</div>
<span class="audit-side">
{side}</span>
{ways}</li>"""
PERSON = """{avatar}
<a href="{theirs}" title="{everything}"><b>{who}</b></a>
"""
NAMED = '<a class="item-name" href="{}">{}</a>\n'
NOTE = '<span class="muted audit-note">“{}”</span>\n'
VERSION = """{door}
<a class="version" href="{here}" data-expand hx-get="{here}" hx-swap="innerHTML" hx-target="#entry-{key}">{version}</a>
"""
WAYS = """<div class="audit-changes" id="entry-{key}"></div>
<p class="audit-ways">
<a href="{here}proof/">{receipt}</a>
<a href="{its}">{everything}</a>
</p>
"""
REVIEW = '<a class="item-name" href="{}">#{} {}</a>'
IMPORT = """<span>{}</span>
<span class="muted mono">{} · SHA-256 {}</span>"""


@dataclass(frozen=True, slots=True)
class Page:
    """What all lines of a page have in common, written once. `around` is what door and approval ask of a page."""

    sandbox: str
    around: Mapping[str, object]
    # Whether there are receipts.
    signed: bool
    theirs: str
    its: str
    receipt: str


def drawn(
    frame: Frame, folds: Sequence[Fold], approvals: Mapping[int, Approval], found: Found, *, signed: bool
) -> SafeString:
    """The list of what happened, each day under its heading."""
    assert frame.sandbox is not None
    page = Page(
        frame.sandbox.name,
        {"frame": frame, "approvals": approvals},
        signed,
        _("Everything that they did"),
        _("Everything that happened to it"),
        _("Receipt"),
    )
    return _lines((LIST, *_by_day(folds, found, page), END))


def _lines(parts: Iterable[SafeString]) -> SafeString:
    """What is safe stays so, side by side."""
    return SafeString("\n".join(parts))


def _by_day(folds: Sequence[Fold], found: Found, page: Page) -> Iterator[SafeString]:
    shown = ""
    for place, fold in enumerate(folds):
        at = fold.last
        if (day := daykey(at)) != shown:
            shown = day
            yield format_html(DAY, long_day(at))
        if not fold.is_folded:
            yield _all(fold.lines, page)
            continue
        newer, older = found.newer_belong and place == 0, found.older_belong and place == len(folds) - 1
        around = [_("and newer ones on the page before")] if newer else []
        around += [_("and older ones on the next page")] if older else []
        yield _fold(fold, around, page)


def _all(lines: Sequence[Line], page: Page) -> SafeString:
    return _lines(_line(line, page) for line in lines)


def _fold(fold: Fold, around: Sequence[str], page: Page) -> SafeString:
    """What stands for several edits, to be opened; `around` says that there are more of them beyond the page."""
    line, n = fold.line, len(fold.lines)
    who = format_html("{}<b>{}</b>\n", avatar(line.who, line.client), readable(line.who)) if line.who else NOTHING
    if fold.offers == 1 and line.revision:
        name = line.revision.item.listing.name
        edits = ngettext("%(n)s edit", "%(n)s edits", n) % {"n": n}
    else:
        name = _("Bulk edit %(number)s") % {"number": fold.bulk}
        both = ngettext("%(n)s edit of %(offers)s objects", "%(n)s edits of %(offers)s objects", n)
        edits = both % {"n": n, "offers": fold.offers}
    return format_html(
        FOLD,
        first=clock(fold.first),
        last=clock(fold.last),
        who=who,
        name=name,
        edits=edits,
        around=format_html_join("", '<span class="muted">{}</span>\n', ((said,) for said in around)),
        more=icon("chevron-right"),
        lines=_lines((LIST, _all(fold.lines, page), END)),
    )


def _line(line: Line, page: Page) -> SafeString:
    """An entry, dense, with all of it one step away."""
    made = line.revision
    # The page of this version: what leads to it, and from it to its proof.
    here = f"{address_of(page.sandbox, made.item)}history/{made.etag}/" if made else ""
    return format_html(
        LINE,
        time=clock(line.entry.created_at),
        now=format_html(' title="{}"', line.now) if line.now and line.now != line.who else NOTHING,
        who=_who(line, page),
        what=_what(line, page),
        note=_note(line, page),
        side=_version(made, here, page) if made else _receipt(line, page),
        ways=_ways(line, made, here, page) if made else NOTHING,
    )


def _who(line: Line, page: Page) -> SafeString:
    if not line.who:
        return format_html("{}\n<b>{}</b>\n", icon("clock"), _("Automatic"))
    mark = avatar(line.who, line.client)
    return format_html(PERSON, avatar=mark, theirs=line.theirs, everything=page.theirs, who=readable(line.who))


def _class_of(step: ErasureStep) -> str:
    """Which retention class a step is about, and what it was and is; "" for a step about something else."""
    about, months = step.about, partial(ngettext, "%(n)s month", "%(n)s months")
    if step.what == ErasureStep.What.CLASS_GIVEN:
        return f": {about.get('was') or '–'} → {about.get('is') or '–'}"
    if step.what == ErasureStep.What.CLASS_SET:
        lengths = (n for n in (about.get("was"), about.get("months")) if n)
        return f": {about.get('name')}, {' → '.join(months(n) % {'n': n} for n in lengths)}"
    return f": {about.get('name')}" if step.what == ErasureStep.What.CLASS_REMOVED else ""


def _what(line: Line, page: Page) -> SafeString:
    if line.revision:
        return _change(line, line.revision.item.listing, page)
    if line.step:
        one = line.step.request
        named = format_html(REVIEW, _review(page.sandbox, one.number), one.number, readable(one.title))
        return format_html("<span>{}</span>", format_html(_(STEPS[line.step.what]), request=named))
    if line.erasure:
        number = f" (#{line.erasure.erasure_id})" if line.erasure.erasure_id else ""
        of = _named(line.erasure.item.listing, page) if line.erasure.item else NOTHING
        said = line.erasure.get_what_display()
        return format_html("{}<span>{}{}{}</span>", of, said, number, _class_of(line.erasure))
    if line.brought:
        n = line.brought.items
        said = ngettext("Imported %(n)s item with its history", "Imported %(n)s items with their history", n) % {"n": n}
        return format_html(IMPORT, said, line.brought.origin, line.brought.sha256)
    return _access(line)


@lru_cache(maxsize=1_000)
def _review(sandbox: str, number: int) -> str:
    return reverse("review", args=[sandbox, number])


def _change(line: Line, item: Listing, page: Page) -> SafeString:
    more = " " + _("and %(n)s more") % {"n": line.more} if line.more else ""
    fields = dict.fromkeys(line.told.get(one, one) for one in line.what)
    badge, status = status_badge(line.entry.status), _(DECLARED["status"])
    if badge and status in fields:
        del fields[status]
        badge = format_html('<span class="audit-status">{} → {}</span>', status, badge)
    said = format_html("<span>{}{}</span>\n", ", ".join(fields), more) if fields or more else NOTHING
    return format_html("{}\n{}{}", _named(item, page), said, badge)


def _named(item: Listing, page: Page) -> SafeString:
    """The item by its name, which leads to its history."""
    return format_html(NAMED, f"{address_of(page.sandbox, item)}history/", item.name)


def _access(line: Line) -> SafeString:
    if line.access is None:
        return NOTHING
    rows = (
        (
            # "Review policy changed" has said already what of.
            "" if line.access.title.startswith(row.label) else f"{row.label}: ",
            format_html("<del>{}</del>", row.old) if row.old else NOTHING,
            format_html("<ins>{}</ins>", row.new) if row.new else NOTHING,
        )
        for row in line.access.rows
    )
    said = format_html_join("", '\n<span class="muted diff">\n{}{}\n{}\n</span>', rows)
    return format_html("<span>{}</span>{}", line.access.title, said)


def _note(line: Line, page: Page) -> SafeString:
    """The note, and whose yes the change had."""
    note = format_html(NOTE, readable(line.note)) if line.note else NOTHING
    if line.revision is None:
        return note
    agreed = approval(page.around, line.revision) if line.revision.refers_to else NOTHING
    return format_html('{}<div class="audit-more">{}</div>\n', note, agreed)


def _version(made: Revision, here: str, page: Page) -> SafeString:
    """By which door, and what leads to the change itself."""
    # Escaped once for the two places where it stands.
    address, version = conditional_escape(here), version_name(made.etag)
    return format_html(VERSION, door=door(page.around, made), here=address, key=made.key, version=version)


def _receipt(line: Line, page: Page) -> SafeString:
    if not page.signed or line.entry.index < 0:
        return NOTHING
    address = reverse("entry_receipt", args=[page.sandbox, line.entry.index])
    return format_html(
        '<a class="audit-receipt" href="{}" download>{}{}</a>\n', address, icon("shield-check"), page.receipt
    )


def _ways(line: Line, made: Revision, here: str, page: Page) -> SafeString:
    return format_html(WAYS, key=made.key, here=here, receipt=page.receipt, its=line.its, everything=page.its)
