"""{% version_menu can entry %}: what can be done with a version, its undo first. {% version_actions can entry %}: the same, as buttons of its page."""

from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from offers.web.frame.addresses import address_of
from offers.web.frame.icons import icon
from offers.web.item.entries import Entry
from offers.web.item.offered import Offered

MENU = """<details class="menu menu-end" data-menu>
<summary class="btn btn-ghost btn-icon btn-small" aria-label="{label}">
{dots}
</summary>
<div class="menu-panel">
{links}
</div>
</details>"""
UNDO = """<a class="btn btn-ghost btn-icon btn-small" href="{}" aria-label="{}" title="{}">
{}
</a>
"""
BUTTON = """<a class="btn btn-small" href="{}">
{}{}
</a>"""
LINK = """<a class="menu-item" href="{}">
{}{}
</a>"""


def version_menu(can: Offered, entry: Entry) -> SafeString:
    etag = entry.revision.etag
    label, undo = _("Actions for version %(etag)s") % {"etag": etag}, SafeString("")
    if can.undo(entry):
        # Beside the menu, for it is what people in a hurry look for: one click from the question.
        said = _("Undo this change, version %(etag)s") % {"etag": etag}
        undo = format_html(UNDO, _undo(can, entry), said, _("Undo this change"), icon("arrow-back-up"))
    links = format_html_join("\n", LINK, _links(can, entry, undo=False))
    return undo + format_html(MENU, label=label, dots=icon("dots"), links=links)


def version_actions(can: Offered, entry: Entry) -> SafeString:
    # All but the way to the page that they stand on.
    links = list(_links(can, entry, undo=True))[1:]
    return format_html_join("\n", BUTTON, ((link, sign, text) for link, sign, text in links))


def _undo(can: Offered, entry: Entry) -> str:
    return address_of(can.actor.sandbox.name, can.item, "undo", etag=entry.revision.etag)


def _links(can: Offered, entry: Entry, *, undo: bool) -> Iterator[tuple[str, SafeString, str]]:
    sandbox, item, etag = can.actor.sandbox.name, can.item, entry.revision.etag
    yield address_of(sandbox, item, "revision", etag=etag), icon("eye"), _("View this version")
    if etag != item.etag and not item.deleted_at:
        compare = f"{address_of(sandbox, item, 'compare')}?from={etag}&to={item.etag}"
        yield compare, icon("arrows-diff"), _("Compare with current")
    if undo and can.undo(entry):
        yield _undo(can, entry), icon("arrow-back-up"), _("Undo this change")
    if can.restore(entry):
        yield address_of(sandbox, item, "restore", etag=etag), icon("restore"), _("Restore this version")
