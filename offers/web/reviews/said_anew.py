"""What an edit of a request made of its words and times, and what it left out: as it was, and as it is."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from offers.models import ChangeRequest, RequestEvent
from offers.review.standing import Standing
from offers.web.reviews.checks import in_its_zone

What = RequestEvent.What
# Edits that are told, the last ones.
TOLD = 300


def words_of(request: ChangeRequest, known: Mapping[str, str]) -> dict[int, list[str]]:
    """What edits of the request changed beside its changes, in words, by the key of the event."""
    edits = RequestEvent.objects.filter(request=request, what=What.EDITED).order_by("-key")
    # Not what the versions changed: that is as much as the request itself, each time.
    found = edits.values_list("key", "about__was", "about__is", "about__leftOut__id")[:TOLD]
    return {key: list(_lines(request, was or {}, now or {}, left, known)) for key, was, now, left in found}


def reason_agreed_to(found: Standing) -> tuple[str, str] | None:
    """Who agreed to the request while it gave another reason, and which; None where nobody did."""
    for yes in found.approvals:
        later = RequestEvent.objects.filter(request=found.request, key__gt=yes.key, about__was__has_key="reason")
        reason = later.order_by("key").values_list("about__was__reason", flat=True).first()
        if reason is not None and reason != found.request.reason:
            return yes.actor_label, reason
    return None


def _lines(
    request: ChangeRequest,
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    left_out: str | None,
    known: Mapping[str, str],
) -> Iterator[str]:
    names = {"title": _("Title"), "reason": _("Reason"), "applyAt": _("Applied on"), "until": _("Taken back on")}
    for name, title in names.items():
        if name in was and name in now:
            before, after = (_shown(request, name, said[name]) for said in (was, now))
            yield _("{field}: “{before}” became “{after}”").format(field=title, before=before, after=after)
    if left_out:
        yield _("Left out: {name}").format(name=known.get(left_out) or left_out)


def _shown(request: ChangeRequest, name: str, said: str | None) -> str:
    if said and name in ("applyAt", "until"):
        return in_its_zone(request, datetime.fromisoformat(said))
    return said or "–"
