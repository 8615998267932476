"""What an item that is live by reach changes, in words: of a rule, the live offers that it decides about."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from offers.access.policy import MOST_REACHING, REACHED, Reaching, reaching
from offers.document.kinds.registry import Kind
from offers.models import Sandbox
from offers.review.standing import Standing

# Of as many items of a request it is looked up.
LOOKED_UP = 20


def reach_of(sandbox: Sandbox, found: Standing) -> dict[str, list[Reaching]]:
    """Which live offers and decisions each change of a request changes, by the id of its item; at most one statement."""
    ids = [place.change.id for place in found.places if place.kind in REACHED and place.before is not None]
    return reaching(sandbox.pk, ids[:LOOKED_UP])


def reach_said(one: Reaching, kind: str) -> str:
    """What an item of this kind changes of what is live: a rule says who sees it, all else what it shows."""
    count, more = min(one.count, MOST_REACHING), min(one.count, MOST_REACHING) - len(one.names)
    names = ", ".join(_("“{name}”").format(name=name) for name in one.names)
    if one.count > MOST_REACHING:
        names = _("{names} and more than {n} others").format(names=names, n=number_format(more, force_grouping=True))
    elif more:
        names = ngettext("{names} and {n} more", "{names} and {n} more", more).format(names=names, n=more)
    if kind == Kind.RULE and not one.decides:
        said = ngettext(
            "Changes who sees {n} live offer: {names}.", "Changes who sees {n} live offers: {names}.", count
        )
    elif one.decides:
        said = ngettext(
            "Changes what {n} live decision shows: {names}.", "Changes what {n} live decisions show: {names}.", count
        )
    else:
        said = ngettext(
            "Changes what {n} live offer shows: {names}.", "Changes what {n} live offers show: {names}.", count
        )
    return said.format(n=number_format(count, force_grouping=True), names=names)
