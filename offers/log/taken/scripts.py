"""The scripts of docs/ that others check us with: we use the very ones that we hand out."""

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings


def path_of(name: str) -> Path:
    return settings.BASE_DIR / "docs" / f"{name}.py"


@lru_cache(maxsize=8)
def script(name: str) -> Any:
    """The script of this name as a module."""
    spec = importlib.util.spec_from_file_location(name, path_of(name))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
