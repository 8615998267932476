"""Who last changed each field: a chain of versions -> the revision that each leaf of the last one comes from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from offers.document.errors import JSON
from offers.document.identity import Path, item_keys
from offers.document.values import canonical, equal, escape


@dataclass(frozen=True, slots=True)
class Line:
    """One leaf of the final document: a scalar, an empty container or a list without identities, at its `pointer`.

    `etag` is that of the revision that gave it this value; `path` is its identity path, which moves do not change.
    """

    path: Path
    pointer: str
    value: JSON
    etag: int


def blame(chain: Iterable[tuple[int, JSON | None]]) -> list[Line]:
    """The leaves of the last document of `chain`, in document order with members sorted.

    `chain` gives (etag, document) in the order of time; None is a version in which the item was deleted: what comes
    back after it is new. Takes time in proportion to what changed between versions, member by member.
    """
    document: JSON = None
    known: dict[Path, tuple[bytes, int]] = {}
    for etag, after in chain:
        before = document if isinstance(document, dict) else {}
        document = after
        members = after if isinstance(after, dict) else {}
        for name in [name for name in before if name not in members or not equal(before[name], members[name])]:
            old = {path for path, _, _ in leaves(before[name], (name,), name)}
            new = {path: canonical(value) for path, _, value in _member(members, name)}
            for path in old - new.keys():
                del known[path]
            for path, text in new.items():
                if path not in known or known[path][0] != text:
                    known[path] = (text, etag)
        for name in members:
            if name not in before:
                known.update({path: (canonical(value), etag) for path, _, value in _member(members, name)})
    final = document if isinstance(document, dict) else {}
    return [
        Line(path, pointer, value, known[path][1])
        for name in sorted(final)
        for path, pointer, value in _member(final, name)
    ]


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


def _member(members: dict[str, JSON], name: str) -> Iterator[tuple[Path, str, JSON]]:
    return leaves(members[name], (name,), f"/{escape(name)}") if name in members else iter(())
