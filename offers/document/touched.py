"""What a change touches: the places that it changes and, where members only make sense together, those beside them.

Somebody who approves a change approves it over the values that it replaces. So long as those stand as they were seen, whatever
else changed meanwhile leaves the approval as good as it was.
"""

import re
from collections.abc import Iterator

from offers.document.blame import changed
from offers.document.errors import JSON
from offers.document.identity import Path, item_keys
from offers.document.merge import ABSENT, ORDER
from offers.document.values import unescape

# Members of one object that are judged together: a window, who is eligible, a text and how it is read.
TOGETHER = (
    frozenset({"startDate", "endDate"}),
    frozenset({"profileConstraintType", "eligibilityRule", "segmentIdentities"}),
    frozenset({"type", "format", "content"}),
)
# Judged as a whole: how often something is shown.
WHOLE = {"frequencyCappingConstraints": 2, "cappingConstraint": 1}
# RFC 6901, section 4: no sign, no zero in front. Longer than any list.
_INDEX = re.compile("0|[1-9][0-9]{0,8}")


def touched(before: JSON, after: JSON) -> tuple[Path, ...]:
    """The identity paths of what `after` makes of `before`, in sorted order, none within another."""
    if before is None or after is None:
        return ((),)
    found = {wider for path in changed(before, after, ()) for wider in _together(path)}
    return tuple(sorted(path for path in found if not any(path[:length] in found for length in range(len(path)))))


def _together(path: Path) -> Iterator[Path]:
    whole = WHOLE.get(path[0]) if path else None
    if whole is not None and len(path) > whole:
        yield path[:whole]
        return
    yield path
    for names in TOGETHER:
        if path and path[-1] in names:
            yield from ((*path[:-1], name) for name in names)


def value_at(document: JSON, path: Path) -> JSON:
    """What stands at an identity path; ABSENT where nothing does. At one that ends with ORDER, the keys of the list in their order."""
    value, member = document, ""
    for name in path:
        if name == ORDER:
            return (item_keys(member, value) if isinstance(value, list) else None) or ABSENT
        if isinstance(value, dict):
            value = value.get(name, ABSENT)
        elif isinstance(value, list):
            keys = item_keys(member, value) or []
            value = value[keys.index(name)] if name in keys else ABSENT
        else:
            return ABSENT
        member = name
    return value


def path_at(document: JSON, pointer: str) -> Path | None:
    """The identity path that a pointer (RFC 6901) leads to; None where it leads to nothing.

    Beneath a list whose items have no identity there is nothing to name: it leads to that list.
    """
    value: JSON = document
    path: Path = ()
    root, *tokens = pointer.split("/")
    if root:
        return None
    for token in tokens:
        if isinstance(value, list):
            keys = item_keys(path[-1], value) if path else None
            if keys is None:
                return path
            index = int(token) if _INDEX.fullmatch(token) else len(keys)
            if index >= len(keys):
                return None
            value, path = value[index], (*path, keys[index])
        elif isinstance(value, dict) and unescape(token) in value:
            value, path = value[unescape(token)], (*path, unescape(token))
        else:
            return None
    return path
