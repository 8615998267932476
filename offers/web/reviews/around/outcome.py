"""What happens at the moment of approval: what goes live, what starts later, and what that is live changes with it."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.access.policy import MOST_REACHING, Reaching
from offers.document.kinds.registry import Kind
from offers.document.live import end_of_window, is_live
from offers.models import ChangeRequest
from offers.review.standing import Place, Standing
from offers.web.frame.times import exact_in_one, exact_text


def at_approval(request: ChangeRequest, found: Standing, reached: Mapping[str, Sequence[Reaching]]) -> str:
    """What happens at the moment of approval; `reached` is what is live and refers to something that changes, by the id of that."""
    if request.until is not None and request.until <= timezone.now():
        return _("The time that it was meant for is over. Give it another one.")
    if request.apply_at is not None and request.apply_at > timezone.now():
        said = (
            _("Once it is approved, it is applied on {when}.")
            if not found.can_be_applied
            else _("Is applied on {when}.")
        )
        said = said.format(when=in_its_zone(request, request.apply_at))
    else:
        told = (_at_once(found.places), _reached_at_once(found, reached))
        said = format_html_join(" ", "{}", ((one,) for one in told if one)) or _(
            "Is applied at once when it is approved."
        )
    if request.until is None:
        return said
    return format_html("{} {}", said, _("It is reverted on {when}.").format(when=in_its_zone(request, request.until)))


def _at_once(places: Sequence[Place]) -> str:
    """What customers notice, at once or from its start on, and of how many of several; "" where that is nothing."""
    shown = [(place, _start_ahead(place)) for place in places if is_live(place.kind, place.after)]
    starts = [at for _place, at in shown if at]
    live = [place for place, at in shown if not at]
    gone = [p for p in places if is_live(p.kind, p.before) and not is_live(p.kind, p.after)]
    if len(places) == 1:
        goes, stops = (
            _("Goes live at once when it is approved."),
            _("Customers stop seeing it at once when it is approved."),
        )
        later = _("If approved, customers see it from {when}.")
    elif all(place.kind == Kind.PERSONALIZED_OFFER for place in (*(one for one, _at in shown), *gone)):
        goes = ngettext(
            "Goes live at once for {n} offer when it is approved.",
            "Goes live at once for {n} offers when it is approved.",
            len(live),
        )
        stops = ngettext(
            "Customers stop seeing {n} offer at once when it is approved.",
            "Customers stop seeing {n} offers at once when it is approved.",
            len(gone),
        )
        later = ngettext("{n} offer starts on {when}.", "{n} offers start on {when} or later.", len(starts))
    else:
        goes = ngettext(
            "Goes live at once for {n} item when it is approved.",
            "Goes live at once for {n} items when it is approved.",
            len(live),
        )
        stops = ngettext(
            "Customers stop seeing {n} item at once when it is approved.",
            "Customers stop seeing {n} items at once when it is approved.",
            len(gone),
        )
        later = ngettext("{n} item starts on {when}.", "{n} items start on {when} or later.", len(starts))
    told = [said.format(n=len(which)) for which, said in ((live, goes), (gone, stops)) if which]
    return " ".join([later.format(n=len(starts), when=exact_in_one(min(starts))), *told] if starts else told)


def _start_ahead(place: Place) -> datetime | None:
    """When customers first see what is live by its status; None where that is now."""
    at = end_of_window(place.after, "startDate") if place.after else None
    return at if at and at > timezone.now() else None


def _reached_at_once(found: Standing, reached: Mapping[str, Sequence[Reaching]]) -> str:
    """How much that is live changes with it; without a number where the same may be counted twice, or is not counted to its end.

    Of several items it leads to the one that does that.
    """
    each = [(id, one) for id, of_item in reached.items() for one in of_item]
    if not each:
        return ""
    id, one = each[0]
    said = _reaching_said(one, len(each))
    return format_html('<a href="#change-{}">{}</a>', id, said) if len(found.places) > 1 else said


def _reaching_said(one: Reaching, of: int) -> str:
    if of > 1 or one.count > MOST_REACHING:
        return _("Approving changes what is live at once.")
    if one.decides:
        said = ngettext(
            "Approving changes {n} live decision at once.",
            "Approving changes {n} live decisions at once.",
            one.count,
        )
    else:
        said = ngettext(
            "Approving changes {n} live offer at once.",
            "Approving changes {n} live offers at once.",
            one.count,
        )
    return said.format(n=number_format(one.count, force_grouping=True))


def in_its_zone(request: ChangeRequest, instant: datetime) -> str:
    """A time of the request in the time zone in which it was said."""
    with timezone.override(ZoneInfo(request.time_zone)) if request.time_zone else nullcontext():
        return exact_text(instant)
