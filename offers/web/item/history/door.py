"""{% door made %}: by which door a change came, and what it refers to."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.template import RequestContext
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from offers.models import Revision
from offers.web.frame.icons import source_icon

# Asked for each row, where Django's own `get_source_display` makes this table each time.
LABELS: Mapping[str, Any] = dict(Revision.Source.choices)


def door(context: RequestContext, made: Revision) -> SafeString:
    said = format_html_join("\n", "{}", ((part,) for part in _said(context, made)))
    return format_html('<span class="with-icon muted">\n{}\n{}\n</span>', source_icon(made.source), said)


def _said(context: RequestContext, made: Revision) -> Iterator[str]:
    undone, restored, bulk, merged = map(made.refers_to.get, ("undoes", "restores", "bulk", "merged_with"))
    if undone:
        yield _("undid version %(etag)s") % {"etag": undone}
    elif restored:
        yield _("restored version %(etag)s") % {"etag": restored}
    elif not bulk:
        yield str(LABELS.get(made.source, made.source))
    if bulk:
        if undone:
            yield "·"
        address = reverse("bulk_run", args=[context["frame"].sandbox.name, bulk])
        yield format_html('<a href="{}">{}</a>', address, _("bulk edit %(number)s") % {"number": bulk})
    if made.client_id:
        yield f"· {made.client_id}"
    if merged:
        yield "·\n" + _("merged with version %(etag)s") % {"etag": merged}
