"""Who last changed each field: a chain of versions -> the revision that each leaf of the last one comes from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from offers.document.errors import JSON
from offers.document.identity import Path, both_keys, item_keys
from offers.document.merge import ABSENT, ORDER
from offers.document.values import canonical, equal, escape

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Line:
    """One leaf of the final document: a scalar, an empty container or a list without identities, at its `pointer`.

    `etag` is that of the revision that gave it this value; `path` is its identity path, which moves do not change.
    """

    path: Path
    pointer: str
    value: JSON
    etag: int


def blame(
    chain: Iterable[tuple[int, JSON | None]], found: Sequence[int] | None = None, removing: list[int] | None = None
) -> list[Line]:
    """The leaves of the last document of `chain`, in document order with members sorted.

    `chain` gives (etag, document) in the order of time; None is a version in which the item was deleted: what comes
    back after it is new. Takes time in proportion to what changed between versions, member by member.

    `found` are the etags of the lines of the first version, where they are known: then it goes on from there. `removing` gets
    the etags of the versions that removed something, whether it came back or not.
    """
    document: JSON = None
    known: dict[Path, tuple[bytes, int]] = {}
    versions = iter(chain)
    if found is not None:
        _, document = next(versions)
        places = _sorted_leaves(document)
        known = {path: (canonical(value), etag) for (path, _, value), etag in zip(places, found, strict=True)}
    for etag, after in versions:
        before = document if isinstance(document, dict) else {}
        document = after
        members = after if isinstance(after, dict) else {}
        for name in [name for name in before if name not in members or not equal(before[name], members[name])]:
            old = {path for path, _, _ in leaves(before[name], (name,), name)}
            new = {path: canonical(value) for path, _, value in _member(members, name)}
            gone = old - new.keys()
            for path in gone:
                del known[path]
            if gone and removing is not None and removing[-1:] != [etag]:
                removing.append(etag)
            for path, text in new.items():
                if path not in known or known[path][0] != text:
                    known[path] = (text, etag)
        for name in members:
            if name not in before:
                known.update({path: (canonical(value), etag) for path, _, value in _member(members, name)})
    return [Line(path, pointer, value, known[path][1]) for path, pointer, value in _sorted_leaves(document)]


def leaves(value: JSON, path: Path = (), pointer: str = "") -> Iterator[tuple[Path, str, JSON]]:
    """(identity path, pointer, value) of each leaf of a value, members in sorted order."""
    if isinstance(value, dict) and value:
        for name in sorted(value):
            yield from leaves(value[name], (*path, name), f"{pointer}/{escape(name)}")
        return
    keys = item_keys(path[-1], value) if isinstance(value, list) and value and path else None
    if keys:
        for index, (key, item) in enumerate(zip(keys, value, strict=True)):
            yield from leaves(item, (*path, key), f"{pointer}/{index}")
    else:
        yield path, pointer, value


def _sorted_leaves(document: JSON) -> Iterator[tuple[Path, str, JSON]]:
    members = document if isinstance(document, dict) else {}
    for name in sorted(members):
        yield from _member(members, name)


def _member(members: dict[str, JSON], name: str) -> Iterator[tuple[Path, str, JSON]]:
    return leaves(members[name], (name,), f"/{escape(name)}") if name in members else iter(())


def last_changes(chain: Iterable[tuple[Made, JSON | None]]) -> dict[Path, Made]:
    """Which of the versions behind the first one was the last to change something at each identity path, or beneath it.

    `chain` gives (what stands for the version, its document) in the order of time, None being one in which the item was
    deleted. What is not there any more is among the places, and so is (*path, ORDER) for the order of a list.
    """
    last: dict[Path, Made] = {}
    versions = iter(chain)
    _, before = next(versions)
    for made, after in versions:
        for path in changed(before, after, ()):
            # From there up to the root, as far as this version has not been noted yet.
            while last.get(path) is not made:
                last[path] = made
                path = path[:-1]
        before = after
    return last


def changed(before: JSON, after: JSON, path: Path) -> Iterator[Path]:
    """The places where two versions differ, and all leaves of what came or went as a whole."""
    if before is after or (before is not ABSENT and after is not ABSENT and equal(before, after)):
        return
    keys = both_keys(path[-1], before, after) if path else None
    if keys:
        old, new = dict(zip(keys[0], before, strict=True)), dict(zip(keys[1], after, strict=True))
        if [key for key in old if key in new] != [key for key in new if key in old]:
            yield (*path, ORDER)
        yield from _members_changed(old, new, path)
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _members_changed(before, after, path)
    else:
        yield path
        for side in (before, after):
            yield from (place for place, _, _ in leaves(side, path))


def _members_changed(before: dict[str, JSON], after: dict[str, JSON], path: Path) -> Iterator[Path]:
    for name in before.keys() | after.keys():
        yield from changed(before.get(name, ABSENT), after.get(name, ABSENT), (*path, name))
