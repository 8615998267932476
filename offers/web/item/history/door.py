"""{% by made %}: who made a change or took a step. {% door made %}: by which door, and what it refers to. {% approval made %}: whose yes it had.

Who agreed stands in the page's `approvals` (review/changes/approvals.py). {% promotions made %}: what was promoted from that version.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from offers.access.people import readable
from offers.access.permissions import actor_key
from offers.document.erased import number_of
from offers.ledger.leaf import PromotedFrom
from offers.models import Revision
from offers.review.changes.approvals import Approval, Bypass
from offers.web.frame.addresses import address_at, address_of
from offers.web.frame.icons import icon, source_icon
from offers.web.frame.sections import SECTION_OF
from offers.web.frame.times import exact

# Asked for each row, where Django's own `get_source_display` makes this table each time.
LABELS: Mapping[str, Any] = dict(Revision.Source.choices)


class Around(Protocol):
    """What is asked of the page: a template's context, or what a page that draws in Python gives in its place."""

    def __getitem__(self, name: str, /) -> Any: ...
    def get(self, name: str, /) -> Any: ...


class Made(Protocol):
    """Whatever somebody did: it says who. What programs can do says which one, too (`client_id`)."""

    @property
    def actor_id(self) -> int | None: ...
    @property
    def actor_label(self) -> str: ...


def by(context: Around, made: Made) -> SafeString:
    """Their name as it was then, as the way to everything that they did here; an erased one leads nowhere."""
    label, client = made.actor_label, getattr(made, "client_id", "")
    if not label or (made.actor_id is None and not client and number_of(label) is not None):
        return format_html('<span class="person">{}</span>', readable(label))
    key = actor_key(made.actor_id, client, label)
    address = f"{reverse('audit', args=[context['frame'].sandbox.name])}?{urlencode({'by': key})}"
    title = _("Everything that they did")
    return format_html('<a class="person" href="{}" title="{}">{}</a>', address, title, readable(label))


def door(context: Around, made: Revision) -> SafeString:
    if not made.refers_to:
        return _plain(made.source, made.client_id, get_language())
    return _with_icon(made.source, _said(context, made))


@lru_cache(maxsize=1_000)
def _plain(source: str, client: str, language: str | None) -> SafeString:
    """What most changes say, a few hundred times a page."""
    return _with_icon(source, [str(LABELS.get(source, source)), *([f"· {client}"] if client else [])])


def _with_icon(source: str, said: Iterable[str]) -> SafeString:
    parts = format_html_join("\n", "{}", ((part,) for part in said))
    return format_html('<span class="with-icon muted door-{}">\n{}\n{}\n</span>', source, source_icon(source), parts)


def approval(context: Around, made: Revision) -> SafeString:
    said = format_html_join(" · ", "{}", ((part,) for part in _approved(context, made)))
    return format_html('<span class="muted">{}</span>', said) if said else said


def _said(context: Around, made: Revision) -> Iterator[str]:
    undone, restored, bulk, merged = map(made.refers_to.get, ("undoes", "restores", "bulk", "merged_with"))
    if undone and _is_end(context, made):
        yield _("period ended: version %(etag)s reverted") % {"etag": undone}
    elif undone:
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
    if promoted := made.refers_to.get("promoted_from"):
        yield "·"
        yield _promoted(context, made, promoted)
    if merged:
        yield "·\n" + _("merged with version %(etag)s") % {"etag": merged}


def _is_end(context: Around, made: Revision) -> bool:
    """Whether nobody undid it: the period of its request was over."""
    known = _approvals(context).get(made.refers_to.get("request", 0))
    return known is not None and known.until is not None and made.created_at >= known.until


def _approvals(context: Around) -> Mapping[int, Approval]:
    return context.get("approvals") or {}


def _promoted(context: Around, made: Revision, source: PromotedFrom) -> str:
    """Where it was promoted from, as a link for those who may see that."""
    said = _("promoted from %(sandbox)s") % source
    if source["sandbox"] not in [one.name for one in context["frame"].sandboxes]:
        return said
    kind = (context.get("item") or made.item).kind
    address = address_at(source["sandbox"], SECTION_OF[kind], source["id"], "revision", etag=source["etag"])
    return format_html('<a href="{}">{}</a>', address, said)


def promotions(context: Around, made: Revision) -> SafeString:
    """What was promoted from this version: to where, as which request, when. The page's `promoted` knows (promotion.by_digest)."""
    known: Mapping[str, Sequence[Revision]] = context.get("promoted") or {}
    return format_html_join("\n", "{}", ((promotion(one),) for one in known.get(made.digest, ())))


def promotion(there: Revision) -> SafeString:
    """Where to, as which request and when, of a change in another sandbox that the reader may see (promotion.promoted)."""
    name, number = there.sandbox.name, there.refers_to.get("request")
    said = _("promoted to %(sandbox)s") % {"sandbox": name}
    parts = [format_html('<a href="{}">{}</a>', address_of(name, there.item, "revision", etag=there.etag), said)]
    if number:
        request = _("request #%(number)s") % {"number": number}
        parts.append(format_html('<a href="{}">{}</a>', reverse("review", args=[name, number]), request))
    parts.append(SafeString(exact(there.created_at)))
    told = format_html_join(" · ", "{}", ((part,) for part in parts))
    return format_html('<span class="with-icon muted">{}<span>{}</span></span>', icon("arrow-up"), told)


def _approved(context: Around, made: Revision) -> Iterator[str]:
    """The request that it came by, and who said yes to that; or that nobody was waited for, and who has looked since."""
    number = made.refers_to.get("request")
    if not number:
        return
    address = reverse("review", args=[context["frame"].sandbox.name, number])
    known = _approvals(context).get(number)
    title = known.title if known else ""
    yield format_html('<a href="{}" title="{}">{}</a>', address, title, _("request #%(number)s") % {"number": number})
    if known and known.approved_by:
        yield _("approved by %(names)s") % {"names": ", ".join(known.approved_by)}
    if known and known.bypass:
        yield from _bypassed(known.bypass, made.note)
    elif made.refers_to.get("bypass"):
        yield format_html('<span class="bypass">{}{}</span>', icon("alert-triangle"), _("published without review"))


def _bypassed(bypass: Bypass, note: str) -> Iterator[str]:
    said = _("published without review by %(name)s") % {"name": bypass.by}
    yield format_html('<span class="bypass">{}{}</span>', icon("alert-triangle"), said)
    # What was given as the reason mostly is the note of the change already.
    if bypass.reason and bypass.reason != note:
        yield f"“{bypass.reason}”"
    if bypass.looked_by:
        yield _("reviewed by %(name)s") % {"name": bypass.looked_by}
    else:
        yield format_html('<b class="bypass">{}</b>', _("nobody else has reviewed it yet"))
