"""The schemas: documents from the types that check them (document/kinds/registry.py), answers from those that make them (shapes.py)."""

from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema

from offers.api.resources import RESOURCES, Resource
from offers.api.wire import request_shapes, shapes
from offers.document.kinds.registry import ADAPTERS, KINDS, Kind
from offers.document.validate import with_defaults

Object = dict[str, Any]

_TEMPLATE = "#/components/schemas/{model}"
_SHAPES: tuple[Any, ...] = (
    *(
        shapes.OfferType,
        shapes.JsonPatch,
        shapes.Receipt,
        shapes.ServerMembers,
        shapes.Page,
        shapes.Preview,
        shapes.RevisionPage,
        shapes.ChangePage,
        request_shapes.Proposed,
    ),
    *(
        request_shapes.NewRequest,
        request_shapes.RequestEdit,
        request_shapes.GivenVerdict,
        request_shapes.Withdrawal,
        request_shapes.Look,
        request_shapes.NewComment,
        request_shapes.RequestPage,
        request_shapes.FullRequest,
    ),
    *(shapes.Version, shapes.Blame, shapes.Problem, shapes.TokenRequest, shapes.Token, shapes.TokenError),
)
# Filled in for each kind of item, below.
_MOULDS = ("ServerMembers", "Page", "Preview", "Version")


def ref(name: str) -> Object:
    return {"$ref": _TEMPLATE.format(model=name)}


def name_of(kind: Kind) -> str:
    """What the schema of a kind's document is called: as its type is."""
    return "".join(word.title() for word in kind.value.split("-"))


def noun(resource: Resource) -> str:
    """What the schemas about a resource's items are called after."""
    return name_of(resource.kinds[0]) if len(resource.kinds) == 1 else "Offer"


def one_of(*names: str) -> Object:
    return ref(names[0]) if len(names) == 1 else {"oneOf": [ref(name) for name in names]}


def documents(resource: Resource) -> Object:
    """A document of a resource. Of the two types of offers, `offer-type` says which it is: one may suit both schemas."""
    names = [name_of(kind) for kind in resource.kinds]
    return ref(names[0]) if len(names) == 1 else {"anyOf": [ref(name) for name in names]}


def items(resource: Resource) -> Object:
    """A document of a resource as it is read; `schemas` tells the two types of offers apart."""
    return one_of(*(f"{name_of(kind)}Item" for kind in resource.kinds))


def schemas() -> Object:
    """`components.schemas`."""
    made = _generated()
    moulds = {name: made.pop(name) for name in _MOULDS}
    for resource in RESOURCES:
        document = documents(resource)
        for kind in resource.kinds:
            name = name_of(kind)
            made[f"{name}Item"] = _item(made[name], moulds["ServerMembers"], KINDS[kind].uri)
            made[name] = _with_defaults(kind, made[name])
        made[f"{noun(resource)}Page"] = _filled(moulds["Page"], results={"type": "array", "items": items(resource)})
        made[f"{noun(resource)}Preview"] = _filled(moulds["Preview"], document=document)
        version = {"anyOf": [*document.get("anyOf", [document]), {"type": "null"}]}
        made[f"{noun(resource)}Version"] = _filled(moulds["Version"], document=version)
    return dict(sorted(made.items()))


class _Untitled(GenerateJsonSchema):
    """Without a title for every member: it would only repeat the member's name, and generators name types after it."""

    def field_title_should_be_set(self, schema: CoreSchema | Any) -> bool:
        return False


def _generated() -> Object:
    adapters: list[TypeAdapter[Any]] = [*ADAPTERS.values(), *(TypeAdapter(shape) for shape in _SHAPES)]
    asked = [(number, "validation", adapter) for number, adapter in enumerate(adapters)]
    _, definitions = TypeAdapter.json_schemas(asked, ref_template=_TEMPLATE, schema_generator=_Untitled)  # type: ignore[arg-type]
    made: Object = definitions["$defs"]
    for schema in made.values():
        schema.pop("title", None)
    return made


def _item(document: Object, members: Object, uri: str) -> Object:
    """A document and what the server adds to it. It may grow: members that a program does not know are no error."""
    added = {**members["properties"], "schemas": {"type": "array", "items": {"const": uri}}}
    properties = {"id": {"type": "string"}, **document["properties"], **added}
    return {"type": "object", "properties": properties, "required": ["id", *document["required"], *added]}


def _with_defaults(kind: Kind, document: Object) -> Object:
    """What creating an item fills in need not be sent."""
    filled: Object = with_defaults(kind, {})
    return {**document, "required": [name for name in document["required"] if name not in filled]}


def _filled(mould: Object, **properties: Object) -> Object:
    return {**mould, "properties": {**mould["properties"], **properties}}
