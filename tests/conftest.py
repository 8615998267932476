"""For every test: which database it runs on (made by `tests/settings.py`), and no memory of the tests before it."""

import pytest
from django.conf import settings
from django.core.cache import cache


def pytest_report_header() -> str:
    database = settings.DATABASES["default"]
    server = database["OPTIONS"].get("host") or database["HOST"]
    return f"database: {database['TEST']['NAME']} on {server}"


@pytest.fixture(autouse=True)
def forget_what_was_cached() -> None:
    """The guards against guessing count in the cache, across tests that share a process."""
    cache.clear()
