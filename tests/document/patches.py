"""Patches in few words, and what comes of them."""

from copy import deepcopy
from typing import Any

import pytest

from offers.document.errors import PatchError
from offers.document.patch import applied
from offers.document.values import equal


def apply(document: Any, patch: Any) -> Any:
    return applied(document, patch)[0]


def refusal(document: Any, patch: Any) -> PatchError:
    kept = deepcopy(document)
    with pytest.raises(PatchError) as raised:
        apply(document, patch)
    assert equal(document, kept)
    assert all(problem.text for problem in raised.value.problems)
    return raised.value


def op(name: str, path: str, *value: Any, **members: Any) -> dict[str, Any]:
    return {"op": name, "path": path, **({"value": value[0]} if value else {}), **members}


def copy(source: str, path: str) -> dict[str, Any]:
    return {"op": "copy", "from": source, "path": path}


def move(source: str, path: str) -> dict[str, Any]:
    return {"op": "move", "from": source, "path": path}
