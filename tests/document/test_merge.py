"""Three-way merge: its laws, and what people expect of two editors and one offer."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.document.blame import leaves
from offers.document.identity import Path, item_keys
from offers.document.merge import ABSENT, ORDER, merge, resolve
from offers.document.values import canonical, equal, unescape
from offers.document.words.describe import describe
from tests.document.strategies import documents, edited, offers
from tests.measure import least

WEB = "https://ns.adobe.com/xdm/channel-types/web"


def representation(placement: str, **members: Any) -> dict[str, Any]:
    return {"placement": placement, "channel": WEB, **members}


@given(edited())
def test_one_side_unchanged_gives_the_other(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    base, changed = pair
    for merged in (merge(base, base, changed), merge(base, changed, base), merge(base, changed, changed)):
        assert equal(merged.document, changed)
        assert list(merged.document) == list(changed)
        assert merged.conflicts == ()


@st.composite
def two_edits(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    base, ours = draw(edited())
    _, theirs = draw(edited(base))
    return base, ours, theirs


@given(two_edits())
def test_it_changes_none_of_its_inputs_and_shares_nothing(three: tuple[Any, Any, Any]) -> None:
    kept = deepcopy(three)
    first = merge(*three)
    assert equal(list(kept), list(three))
    assert first == merge(*three)
    first.document["new"] = 1
    assert all("new" not in side for side in three)


@given(two_edits())
def test_both_directions_find_the_same_conflicts(three: tuple[Any, Any, Any]) -> None:
    base, ours, theirs = three
    forth, back = merge(base, ours, theirs), merge(base, theirs, ours)
    assert {conflict.key for conflict in forth.conflicts} == {conflict.key for conflict in back.conflicts}
    for conflict in forth.conflicts:
        twin = next(other for other in back.conflicts if other.key == conflict.key)
        assert _same(conflict.ours, twin.theirs)
        assert _same(conflict.theirs, twin.ours)
        assert _same(conflict.base, twin.base)


@given(two_edits())
def test_conflicts_are_settled_one_by_one(three: tuple[Any, Any, Any]) -> None:
    base, ours, theirs = three
    merged = merge(base, ours, theirs)
    assert len({conflict.key for conflict in merged.conflicts}) == len(merged.conflicts)
    as_ours = resolve(base, ours, theirs, {conflict.key: conflict.ours for conflict in merged.conflicts})
    assert as_ours.conflicts == ()
    assert equal(as_ours.document, merged.document)
    as_theirs = resolve(base, ours, theirs, {conflict.key: conflict.theirs for conflict in merged.conflicts})
    other_way = merge(base, theirs, ours)
    assert as_theirs.conflicts == ()
    assert contents(as_theirs.document) == contents(other_way.document)


@given(offers, st.data())
def test_disjoint_edits_are_both_kept(base: dict[str, Any], data: st.DataObject) -> None:
    _, changed = data.draw(edited(base))
    names = sorted(base.keys() | changed.keys())
    mine = set(data.draw(st.lists(st.sampled_from(names), unique=True)))
    ours, theirs = _mixed(base, changed, mine), _mixed(base, changed, set(names) - mine)
    merged = merge(base, ours, theirs)
    assert merged.conflicts == ()
    assert equal(merged.document, changed)


@given(st.lists(st.sampled_from("abcdef"), unique=True), st.data())
def test_tags_added_and_removed_on_both_sides_all_count(base: list[str], data: st.DataObject) -> None:
    pool = st.lists(st.sampled_from("abcdefgh"), unique=True)
    ours = data.draw(pool)
    theirs = data.draw(pool)
    merged = merge({"tags": base}, {"tags": ours}, {"tags": theirs})
    expected = (set(ours) & set(theirs)) | (set(ours) - set(base)) | (set(theirs) - set(base))
    assert set(merged.document["tags"]) == expected
    assert len(merged.document["tags"]) == len(expected)
    assert all(conflict.path == ("tags", ORDER) for conflict in merged.conflicts)


def _mixed(base: dict[str, Any], changed: dict[str, Any], names: set[str]) -> dict[str, Any]:
    picked = {name: (changed if name in names else base).get(name, ABSENT) for name in base | changed}
    return {name: value for name, value in picked.items() if value is not ABSENT}


def _same(a: Any, b: Any) -> bool:
    return a is b or (a is not ABSENT and b is not ABSENT and equal(a, b))


def contents(value: Any, member: str = "") -> Any:
    """A value without the order of its lists of known items."""
    if isinstance(value, dict):
        return {name: contents(child, name) for name, child in value.items()}
    keys = item_keys(member, value) if isinstance(value, list) else None
    return {key: contents(item) for key, item in zip(keys, value, strict=True)} if keys else value


def test_two_people_editing_different_representations_do_not_meet() -> None:
    base = {"representations": [representation("p1", x=1), representation("p2", x=1), representation("p3", x=1)]}
    ours = {"representations": [representation("p2", x=2), representation("p3", x=1)]}
    theirs = {"representations": [representation("p0"), *base["representations"][:2], representation("p3", x=3)]}
    merged = merge(base, ours, theirs)
    assert merged.conflicts == ()
    assert merged.document == {
        "representations": [representation("p0"), representation("p2", x=2), representation("p3", x=3)]
    }


def test_deleting_what_somebody_else_edits_is_a_conflict_and_stays_deleted() -> None:
    base = {"name": "a", "representations": [representation("p1", x=1)]}
    ours = {"name": "a", "representations": []}
    theirs = {"name": "a", "representations": [representation("p1", x=2)]}
    merged = merge(base, ours, theirs)
    assert merged.document == ours
    (conflict,) = merged.conflicts
    assert conflict.ours is ABSENT
    assert conflict.theirs == representation("p1", x=2)
    assert conflict.pointer == "/representations/0"
    assert resolve(base, ours, theirs, {conflict.key: conflict.theirs}).document == theirs


def test_the_same_field_changed_twice_is_a_conflict_with_all_three_values() -> None:
    merged = merge({"rank": {"priority": 1}}, {"rank": {"priority": 2}}, {"rank": {"priority": 3}})
    (conflict,) = merged.conflicts
    assert (conflict.path, conflict.pointer, conflict.key) == (("rank", "priority"), "/rank/priority", "/rank/priority")
    assert (conflict.base, conflict.ours, conflict.theirs) == (1, 2, 3)
    assert merged.document == {"rank": {"priority": 2}}
    settled = resolve(
        {"rank": {"priority": 1}}, {"rank": {"priority": 2}}, {"rank": {"priority": 3}}, {conflict.key: 7}
    )
    assert settled.document == {"rank": {"priority": 7}}


def test_a_pick_can_take_the_member_away() -> None:
    settled = resolve({"a": 1}, {"a": 2}, {}, {"/a": ABSENT})
    assert settled.document == {}
    assert settled.conflicts == ()


def test_lists_that_both_sides_add_are_merged() -> None:
    merged = merge({}, {"tags": ["a", "b"]}, {"tags": ["b", "c"]})
    assert merged.document == {"tags": ["a", "b", "c"]}
    assert merged.conflicts == ()


def test_an_order_changed_on_one_side_is_taken_with_edits_of_the_other() -> None:
    base = {"representations": [representation("p1", x=1), representation("p2", x=1)]}
    ours = {"representations": [representation("p1", x=1), representation("p2", x=2)]}
    theirs = {"representations": [representation("p2", x=1), representation("p1", x=1)]}
    merged = merge(base, ours, theirs)
    assert merged.conflicts == ()
    assert merged.document == {"representations": [representation("p2", x=2), representation("p1", x=1)]}


def test_two_new_orders_are_a_conflict_about_the_order_alone() -> None:
    base, ours, theirs = {"tags": ["a", "b", "c"]}, {"tags": ["b", "a", "c"]}, {"tags": ["a", "c", "b", "d"]}
    merged = merge(base, ours, theirs)
    (conflict,) = merged.conflicts
    assert conflict.path == ("tags", ORDER)
    assert merged.document == {"tags": ["b", "d", "a", "c"]}
    assert resolve(base, ours, theirs, {conflict.key: conflict.theirs}).document == {"tags": ["a", "c", "b", "d"]}


@pytest.mark.parametrize(("ours", "theirs"), [(1, True), (1, 1.0), (0, False), ("", None)])
def test_values_of_different_types_are_different(ours: Any, theirs: Any) -> None:
    assert len(merge({"a": "x"}, {"a": ours}, {"a": theirs}).conflicts) == 1


def test_a_large_document_merges_quickly() -> None:
    items = [representation(f"p{n}", content="x" * 500) for n in range(500)]
    base: dict[str, Any] = {"representations": items, "ids": [str(n) for n in range(500)]}
    ours, theirs = deepcopy(base), deepcopy(base)
    ours["representations"][3]["content"] = "ours"
    theirs["representations"][4]["content"] = "theirs"
    theirs["ids"].reverse()
    ours["ids"] = ours["ids"][:-1]
    assert least(lambda: merge(base, ours, theirs), 0.2) < 0.2
    assert merge(base, ours, theirs).conflicts == ()


@given(documents, documents, documents)
def test_any_three_documents_merge_into_something(base: Any, ours: Any, theirs: Any) -> None:
    merged = merge(base, ours, theirs)
    settled = resolve(base, ours, theirs, {conflict.key: conflict.theirs for conflict in merged.conflicts})
    assert settled.conflicts == ()


def related(path: Path, other: Path) -> bool:
    """Whether one of them is the other, or leads to it."""
    return path[: len(other)] == other or other[: len(path)] == path


def identity_path(document: Any, pointer: str) -> Path:
    path: list[str] = []
    for token in pointer.split("/")[1:]:
        if isinstance(document, list):
            keys = item_keys(path[-1], document)
            assert keys is not None
            path.append(keys[int(token)])
            document = document[int(token)]
        else:
            path.append(unescape(token))
            document = document[path[-1]]
    return tuple(path)


def filled(document: Any) -> dict[Path, bytes]:
    """The leaves but for empty containers: those come and go with what is in them."""
    return {path: canonical(value) for path, _, value in leaves(document) if value not in ({}, [])}


@given(two_edits())
def test_what_they_changed_is_contested_or_told_from_ours_and_never_both(three: tuple[Any, Any, Any]) -> None:
    """Field by field, by comparing the leaves of the three, which knows nothing of how a merge goes about it."""
    base, ours, theirs = three
    merged = merge(base, ours, theirs)
    fields = [conflict.path for conflict in merged.conflicts if conflict.path[-1] != ORDER]
    lists = [conflict.path[:-1] for conflict in merged.conflicts if conflict.path[-1] == ORDER]
    told = []
    for row in describe(ours, merged.document):
        path = identity_path(ours if row.action == "removed" else merged.document, row.pointer)
        assert path[:-1] not in lists if row.action == "moved" else not any(related(path, field) for field in fields)
        told.append(path)
        if row.action == "changed":  # A limit that counts something else is another one, told as a change of it.
            told.append(identity_path(ours, row.old_pointer))
    was, mine, new = (filled(side) for side in three)
    for path in was.keys() | new.keys():
        if was.get(path) != new.get(path) != mine.get(path):
            assert any(related(path, found) for found in [*fields, *told])


def content(language: str, text: str = "Hello") -> dict[str, object]:
    return {"type": "html", "format": "text/html", "language": [language], "content": text}


def shown(*contents: dict[str, object], placement: str = "home") -> dict[str, object]:
    return {"representations": [{"placement": placement, "channel": "web", "components": list(contents)}]}


def test_what_one_makes_of_an_item_goes_with_it_when_the_other_changes_what_it_is_known_by() -> None:
    base = shown(content("en"), content("ko", "안녕"))
    merged = merge(
        base, shown(content("en", "Hi"), content("ko", "안녕")), shown(content("en-us"), content("ko", "안녕"))
    )
    assert (merged.document, merged.conflicts) == (shown(content("en-us", "Hi"), content("ko", "안녕")), ())
    merged = merge(
        base,
        shown(content("en", "Hi"), content("ko", "안녕"), placement="home"),
        base | shown(content("en"), content("ko", "안녕"), placement="app"),
    )
    assert (merged.document, merged.conflicts) == (
        shown(content("en", "Hi"), content("ko", "안녕"), placement="app"),
        (),
    )


def test_a_limit_that_counts_something_else_now_keeps_the_number_that_the_other_gave_it() -> None:
    def limits(**more: object) -> dict[str, object]:
        return {"frequencyCappingConstraints": [{"limit": 3, "scope": "profile", "entity": "offer", **more}]}

    merged = merge(limits(), limits(limit=5), limits(entity="placement"))
    assert (merged.document, merged.conflicts) == (limits(limit=5, entity="placement"), ())


def test_an_item_that_both_made_known_by_something_else_is_contested_as_a_whole() -> None:
    merged = merge(shown(content("en")), shown(content("en-gb")), shown(content("en-us")))
    (conflict,) = merged.conflicts
    assert (conflict.base, conflict.ours, conflict.theirs) == (content("en"), content("en-gb"), content("en-us"))
    assert merged.document == shown(content("en-gb"))
    settled = resolve(
        shown(content("en")), shown(content("en-gb")), shown(content("en-us")), {conflict.key: content("en-us")}
    )
    assert (settled.document, settled.conflicts) == (shown(content("en-us")), ())


def test_one_content_for_another_is_no_new_name() -> None:
    base = shown(content("en"))
    merged = merge(base, shown(content("en", "Hi")), shown(content("ko", "안녕")))
    assert [conflict.theirs for conflict in merged.conflicts] == [ABSENT]


def test_two_that_could_have_been_the_item_are_two_others() -> None:
    base = shown(content("en"))
    merged = merge(base, shown(content("en", "Hi")), shown(content("en-us"), content("en-gb")))
    assert [conflict.theirs for conflict in merged.conflicts] == [ABSENT]


def test_an_undo_of_a_new_language_keeps_the_text_that_came_later() -> None:
    merged = merge(shown(content("en-us")), shown(content("en-us", "Hi")), shown(content("en")))
    assert (merged.document, merged.conflicts) == (shown(content("en", "Hi")), ())
