"""A tag's form: its name, and what it is for."""

from collections.abc import Mapping
from functools import partial

from offers.forms.fields import LINE, TEXT, Field, shown, written
from offers.forms.shape import Shape

TAG: Mapping[str, Field] = {"name": LINE, "description": TEXT}
SHAPE = Shape(partial(shown, TAG), partial(written, TAG))
