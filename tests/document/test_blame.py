"""Blame names, for every leaf, the revision that a walk back through the versions names."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from offers.document.blame import blame, last_changes, leaves
from offers.document.identity import Path, item_keys
from offers.document.merge import ORDER, merge
from offers.document.values import equal
from tests.document.strategies import documents, edited
from tests.measure import least

WEB = "https://ns.adobe.com/xdm/channel-types/web"


@st.composite
def chains(draw: st.DrawFn) -> list[tuple[int, Any]]:
    """A document and what editing it again and again makes of it, now and then deleting it."""
    chain: list[Any] = [draw(documents)]
    for _ in range(draw(st.integers(0, 6))):
        last: dict[str, Any] = next((document for document in reversed(chain) if document is not None), {})
        chain.append(None if draw(st.integers(0, 8)) == 0 else draw(edited(last))[1])
    return list(enumerate(chain, start=1))


def walked_back(chain: list[tuple[int, Any]], path: tuple[str, ...], value: Any) -> int:
    """The etag from which on every version has this value at this place, found the slow way."""
    since = chain[-1][0]
    for etag, document in reversed(chain):
        found = {place: leaf for place, _, leaf in leaves(document)} if document is not None else {}
        if path not in found or not equal(found[path], value):
            break
        since = etag
    return since


@given(chains())
def test_every_leaf_names_the_revision_that_a_walk_back_names(chain: list[tuple[int, Any]]) -> None:
    final = chain[-1][1]
    lines = blame(chain)
    expected = [leaf for leaf in leaves(final) if leaf[0]] if final is not None else []
    assert [line.path for line in lines] == [path for path, _, _ in expected]
    for line, (path, pointer, value) in zip(lines, expected, strict=True):
        assert line.pointer == pointer
        assert equal(line.value, value)
        assert line.etag == walked_back(chain, path, value)


@given(chains(), st.integers(0, 6))
def test_going_on_from_what_was_found_of_an_earlier_version_tells_the_same(
    chain: list[tuple[int, Any]], number: int
) -> None:
    earlier = min(number, len(chain) - 1)
    found = [line.etag for line in blame(chain[: earlier + 1])]
    assert blame(chain[earlier:], found) == blame(chain)


def nodes(value: Any, path: Path = ()) -> dict[Path, Any]:
    """Everything there is in a document, by identity path."""
    found = {path: value}
    if isinstance(value, dict):
        for name, child in value.items():
            found |= nodes(child, (*path, name))
    keys = item_keys(path[-1], value) if isinstance(value, list) and path else None
    for key, item in zip(keys or [], value if keys else [], strict=True):
        found |= nodes(item, (*path, key))
    return found


@given(chains())
def test_the_last_change_of_each_place_is_the_last_version_that_has_something_else_there(chain: list[Any]) -> None:
    """Also of what is not there any more; the order of a list is told apart from what is in it."""
    versions = [nodes(document) if document is not None else {} for _, document in chain]
    expected = {
        path: etag
        for (etag, _), before, after in zip(chain[1:], versions, versions[1:], strict=False)
        for path in before.keys() | after.keys()
        if (path in before) != (path in after) or not equal(before.get(path), after.get(path))
    }
    found = last_changes(chain)
    assert {path: etag for path, etag in found.items() if path[-1:] != (ORDER,)} == expected


@given(chains())
def test_what_is_contested_names_the_version_that_changed_it(chain: list[Any]) -> None:
    documents = [document for _, document in chain if document is not None]
    ours = {"name": "Ours", "rank": 1, "tags": ["ours"]}
    found = last_changes(list(enumerate(documents, start=1)))
    for conflict in merge(documents[0], ours, documents[-1]).conflicts:
        assert found[conflict.path] > 1


@given(documents)
def test_every_leaf_is_where_its_pointer_says(document: dict[str, Any]) -> None:
    for line in blame([(1, document)]):
        found: Any = document
        for token in line.pointer.split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            found = found[int(name)] if isinstance(found, list) else found[name]
        assert equal(found, line.value)


def test_moving_and_inserting_shift_nothing() -> None:
    def item(placement: str, text: str) -> dict[str, Any]:
        return {"placement": placement, "channel": WEB, "text": text}

    chain = [
        (1, {"representations": [item("p1", "a"), item("p2", "b")], "tags": ["t1"]}),
        (2, {"representations": [item("p2", "b"), item("p1", "a")], "tags": ["t2", "t1"]}),
        (3, {"representations": [item("p3", "c"), item("p2", "B"), item("p1", "a")], "tags": ["t2", "t1"]}),
    ]
    etags = {line.pointer: line.etag for line in blame(chain)}
    assert etags["/representations/0/text"] == 3
    assert etags["/representations/1/text"] == 3
    assert etags["/representations/1/placement"] == 1
    assert etags["/representations/2/text"] == 1
    assert (etags["/tags/0"], etags["/tags/1"]) == (2, 1)


def test_empty_containers_and_lists_without_identity_are_leaves() -> None:
    lines = blame([(1, {"a": {}, "b": [], "tags": ["x", "x"], "c": [1, {"d": 2}]})])
    assert [(line.pointer, line.value) for line in lines] == [
        ("/a", {}),
        ("/b", []),
        ("/c", [1, {"d": 2}]),
        ("/tags", ["x", "x"]),
    ]


def test_what_is_put_back_is_new() -> None:
    chain = [
        (1, {"a": {"x": 1, "y": 1}, "b": 1, "tags": ["t", "u"]}),
        (2, {"a": {"y": 1}, "tags": ["u"]}),
        (3, {"a": {"x": 1, "y": 1}, "b": 1, "tags": ["t", "u"]}),
    ]
    etags = {line.pointer: line.etag for line in blame(chain)}
    assert etags == {"/a/x": 3, "/a/y": 1, "/b": 3, "/tags/0": 3, "/tags/1": 1}


def test_what_comes_back_after_a_deletion_is_new() -> None:
    assert [line.etag for line in blame([(1, {"a": 1}), (2, None), (3, {"a": 1})])] == [3]
    assert blame([(1, {"a": 1}), (2, None)]) == []
    assert blame([]) == []


def test_a_long_history_takes_little_time() -> None:
    texts = {f"k{n}": "x" * 200 for n in range(100)}
    chain = [(etag, {"characteristics": texts, "rank": {"priority": etag}}) for etag in range(1, 1_001)]
    assert least(lambda: blame(chain), 1) < 1
