"""A placement's form: where it is, what it takes, and what comes back with an offer that is chosen for it."""

from offers.document.kinds.fields import component_type
from offers.document.kinds.placement import Placement
from offers.forms.declared import plain
from offers.forms.fields import Field

# In a document the type may be spelt as an address; people choose between four words.
_TYPE = Field(lambda value, zone: component_type(value) or value, lambda text, zone: text)
SHAPE = plain(Placement, componentType=_TYPE)
