"""A placement's form: where it is, what it takes, and what comes back with an offer that is chosen for it."""

from collections.abc import Mapping
from functools import partial

from offers.forms.fields import LINE, NUMBER, TEXT, Field, check, choice, shown, written
from offers.forms.shape import COMPONENT_TYPE, Shape

RETURNED = (
    "decisionName",
    "offerName",
    "offerAttributes",
    "offerPriority",
    "placementName",
    "channelType",
    "contentType",
)
PLACEMENT: Mapping[str, Field] = {
    "name": LINE,
    "description": TEXT,
    "channel": choice(),
    "componentType": COMPONENT_TYPE,
    "itemCount": NUMBER,
    "allowDuplicatePlacements": check(),
    "returnContent": check("yes"),
    **{f"returnMetaData/{name}": check() for name in RETURNED},
}
SHAPE = Shape(partial(shown, PLACEMENT), partial(written, PLACEMENT))
