"""What PostgreSQL reads out of documents is what the declarations of their fields say is in them."""

from typing import Any

import orjson
import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from offers.document.kinds.declared import Member
from offers.document.kinds.reading import Found, members_of, walk, ways_to
from offers.document.kinds.registry import KINDS, Kind
from offers.document.validate import references

pytestmark = pytest.mark.django_db

# Few ids, so that some are there twice; and what the validator would refuse, and nobody may fall over.
IDS = st.sampled_from(["a", "b", "c/d", "e'\"f", "가", "", 7, None])
OTHERS = st.sampled_from(["x", "offers", "any-tags", "", 3, True, None])
CHANNELS = st.sampled_from(
    ["https://ns.adobe.com/xdm/channel-types/web", "https://ns.adobe.com/xdm/channel-types/email"]
)


def documents(shape: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Documents with any of the members that are declared, and with some that are not."""
    declared = {found.name: _values(found) for found in members_of(shape)}
    return st.fixed_dictionaries({}, optional={**declared, "unknown": IDS})


def _values(found: Found) -> st.SearchStrategy[Any]:
    one = documents(found.inside) if found.inside else IDS if found.says.refers_to else _value(found.says)
    if found.is_map:
        return st.dictionaries(st.sampled_from(["tags", "placement", "k"]), OTHERS, max_size=2)
    return st.lists(one, max_size=3) if found.is_list else one


def _value(says: Member) -> st.SearchStrategy[Any]:
    return CHANNELS if says.label == "Channel" else OTHERS


def anything() -> st.SearchStrategy[tuple[Kind, dict[str, Any]]]:
    return st.sampled_from(Kind).flatmap(lambda kind: st.tuples(st.just(kind), documents(KINDS[kind].shape)))


def read(function: str, document: dict[str, Any]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s::jsonb)", [orjson.dumps(document).decode()])
        return set(cursor.fetchone()[0])


@given(anything())
def test_a_document_refers_to_what_is_declared_to_refer_to_something(found: tuple[Kind, dict[str, Any]]) -> None:
    kind, document = found
    assert read("offers_references", document) - {""} == {reference.id for reference in references(kind, document)}


@given(anything())
def test_a_document_is_for_the_channels_that_are_declared_as_one(found: tuple[Kind, dict[str, Any]]) -> None:
    kind, document = found
    channels = walk(ways_to(kind, lambda member: member.label == "Channel"), document)
    assert read("offers_channels", document) == {channel for *_place, channel in channels}


@pytest.mark.parametrize("kind", Kind)
def test_each_place_that_refers_to_something_is_read(kind: Kind) -> None:
    """One by one, so that none hides behind another's id: the property above may be lucky."""
    for name, document in alone(KINDS[kind].shape):
        assert read("offers_references", document) == {name}


def alone(shape: Any) -> list[tuple[str, dict[str, Any]]]:
    """For each member that refers to something, its name and a document in which it alone is, with its name as its value."""
    made = []
    for found in members_of(shape):
        inner: list[tuple[str, Any]] = list(alone(found.inside)) if found.inside else []
        inner += [(found.name, found.name)] * bool(found.says.refers_to)
        made += [(name, {found.name: [value] if found.is_list else value}) for name, value in inner]
    return made


@given(anything(), anything())
def test_where_nothing_that_names_items_or_channels_changed_they_are_the_same(
    one: tuple[Kind, dict[str, Any]], other: tuple[Kind, dict[str, Any]]
) -> None:
    """A change takes them from the row before, then: so a place that the functions read and this one does not would be a lie."""
    texts = [orjson.dumps(document).decode() for _kind, document in (one, other)]
    # Half of one, so that some of what they name is the same.
    texts.append(orjson.dumps({**other[1], "tags": one[1].get("tags")}).decode())
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT bool_and((offers_references(a), offers_channels(a)) = (offers_references(b), offers_channels(b)))
                 FROM unnest(%s::text[]) AS one, unnest(%s::text[]) AS other,
                      LATERAL (SELECT one::jsonb AS a, other::jsonb AS b) AS pair
                WHERE offers_naming(a) IS NOT DISTINCT FROM offers_naming(b)""",
            [texts, texts],
        )
        assert cursor.fetchone()[0]
