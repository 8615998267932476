"""(before, after) -> JSON Patch that a person can review: list items are matched by identity, not by position."""

from bisect import bisect_left

from offers.document.errors import JSON
from offers.document.identity import both_keys
from offers.document.patch import MAX_OPERATIONS, MAX_POINTER_LENGTH, MAX_POINTER_TOKENS
from offers.document.values import Patch, equal, escape

# A list that changed in more places than this is replaced as a whole.
MAX_LIST_OPERATIONS = 100


def diff(before: JSON, after: JSON) -> Patch:
    """The JSON Patch (RFC 6902) that makes `after` of `before`; empty when they are equal, types included.

    Of each list whose items have an identity: remove (from the end), move (the fewest), add, then what changed inside
    the kept items; members in sorted order, so that the same pair always gives the same patch. When that would be more
    operations than a patch may have, whole top-level members are replaced instead.
    """
    patch = _value(before, after, "", "")
    if len(patch) > MAX_OPERATIONS and isinstance(before, dict) and isinstance(after, dict):
        patch = _object(before, after, "", atomic=True)
    return patch


def _value(before: JSON, after: JSON, path: str, member: str) -> Patch:
    if before is after:
        # Versions that share what they have in common, as an import's do, are compared only where they differ.
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        if not _addressable(path, before, after):
            return [] if equal(before, after) else [{"op": "replace", "path": path, "value": after}]
        return _object(before, after, path)
    keys = both_keys(member, before, after)
    # 5: a slash and an index of four digits, since longer lists have no keys (identity.MAX_ITEMS).
    if keys is not None and len(path) + 5 <= MAX_POINTER_LENGTH and path.count("/") < MAX_POINTER_TOKENS:
        patch = _list(before, after, path, *keys)
        if patch is not None:
            return patch
    return [] if equal(before, after) else [{"op": "replace", "path": path, "value": after}]


def _addressable(path: str, *objects: dict[str, JSON]) -> bool:
    """Whether a patch's pointer may be long enough to name the members of these objects. The root always is."""
    room = MAX_POINTER_LENGTH - len(path) - 1
    return not path or (
        path.count("/") < MAX_POINTER_TOKENS
        # Escaping doubles a name at most, so that most names need not be escaped to know.
        and all(len(name) * 2 <= room or len(escape(name)) <= room for item in objects for name in item)
    )


def _object(before: dict[str, JSON], after: dict[str, JSON], path: str, *, atomic: bool = False) -> Patch:
    patch: Patch = []
    for name in sorted(before.keys() | after.keys()):
        place = f"{path}/{escape(name)}"
        if name not in after:
            patch.append({"op": "remove", "path": place})
        elif name not in before:
            patch.append({"op": "add", "path": place, "value": after[name]})
        elif not atomic:
            patch += _value(before[name], after[name], place, name)
        elif not equal(before[name], after[name]):
            patch.append({"op": "replace", "path": place, "value": after[name]})
    return patch


def _list(before: list[JSON], after: list[JSON], path: str, old: list[str], new: list[str]) -> Patch | None:
    """The operations on a list whose items are known by these keys; None when they would be too many to read."""
    at, was, kept = set(new), {key: index for index, key in enumerate(old)}, set(old) & set(new)
    removed = [index for index in reversed(range(len(old))) if old[index] not in at]
    current = [key for key in old if key in at]
    target = [key for key in new if key in kept]
    moves = _moves(current, target)
    if len(removed) + len(moves) + len(new) - len(kept) > MAX_LIST_OPERATIONS:
        return None
    patch: Patch = [{"op": "remove", "path": f"{path}/{index}"} for index in removed]
    patch += [{"op": "move", "from": f"{path}/{source}", "path": f"{path}/{place}"} for source, place in moves]
    patch += [
        {"op": "add", "path": f"{path}/{index}", "value": after[index]}
        for index, key in enumerate(new)
        if key not in kept
    ]
    for index, key in enumerate(new):
        if key in kept:
            patch += _value(before[was[key]], after[index], f"{path}/{index}", "")
    return patch


def _moves(current: list[str], target: list[str]) -> list[tuple[int, int]]:
    """The fewest moves (from, to) that put `current` into the order of `target`: all but a longest run already in it."""
    if current == target:
        return []
    position = {key: index for index, key in enumerate(current)}
    stay = longest_increasing([position[key] for key in target])
    movers = [index for index in range(len(target)) if index not in stay]
    if len(movers) > MAX_LIST_OPERATIONS:
        # They are not carried out, only counted: the caller replaces the list as a whole.
        return [(0, 0)] * len(movers)
    order, moves = list(current), []
    for index in movers:
        source = order.index(target[index])
        key = order.pop(source)
        place = order.index(target[index - 1]) + 1 if index else 0
        order.insert(place, key)
        moves.append((source, place))
    return moves


def longest_increasing(numbers: list[int]) -> set[int]:
    """The indices of a longest increasing subsequence of distinct numbers, in O(n log n)."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for index, number in enumerate(numbers):
        length = bisect_left(tails, number)
        previous.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [number]
        ends[length : length + 1] = [index]
    chosen: set[int] = set()
    index = ends[-1] if ends else -1
    while index >= 0:
        chosen.add(index)
        index = previous[index]
    return chosen
