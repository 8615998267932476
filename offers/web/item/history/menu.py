"""{% version_menu can entry %}: what can be done with a version. {% version_actions can entry %}: the same, as buttons of its page."""

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
BUTTON = """<a class="btn btn-small" href="{}">
{}{}
</a>"""
LINK = """<a class="menu-item" href="{}">
{}{}
</a>"""


def version_menu(can: Offered, entry: Entry) -> SafeString:
    label = _("Actions for version %(etag)s") % {"etag": entry.revision.etag}
    return format_html(MENU, label=label, dots=icon("dots"), links=format_html_join("\n", LINK, _links(can, entry)))


def version_actions(can: Offered, entry: Entry) -> SafeString:
    # All but the way to the page that they stand on.
    links = list(_links(can, entry))[1:]
    return format_html_join("\n", BUTTON, ((link, sign, text) for link, sign, text in links))


def _links(can: Offered, entry: Entry) -> Iterator[tuple[str, SafeString, str]]:
    sandbox, item, etag = can.actor.sandbox.name, can.item, entry.revision.etag
    yield address_of(sandbox, item, "revision", etag=etag), icon("eye"), _("View this version")
    if etag != item.etag and not item.deleted_at:
        compare = f"{address_of(sandbox, item, 'compare')}?from={etag}&to={item.etag}"
        yield compare, icon("arrows-diff"), _("Compare with current")
    if can.undo(entry):
        yield address_of(sandbox, item, "undo", etag=etag), icon("arrow-back-up"), _("Undo this change")
    if can.restore(entry):
        yield address_of(sandbox, item, "restore", etag=etag), icon("restore"), _("Restore this version")
