"""For every test: which database it runs on and how it is emptied, and no memory of the tests before it.

The database itself is `tests/settings.py`'s.
"""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from pytest_django import DjangoDbBlocker

from offeradmin.assets import StaticFiles
from offers.api import auth
from tests.emptying import empty
from tests.servers import SEND_AWAY
from tests.transport import nginx


def pytest_report_header() -> str:
    database = settings.DATABASES["default"]
    server = database["OPTIONS"].get("host") or database["HOST"]
    return f"database: {database['TEST']['NAME']} on {server}"


# What measures costs runs first: in a process whose memory four thousand tests have used, the same costs several times as much.
COSTS = ("tests/test_cost.py", "tests/document/test_patch_limits.py")
# Then what takes long at a time, so that nobody waits for it at the end with nothing left to do.
LONG = (
    "tests/transport",
    "tests/test_hostile_parameters",
    "tests/management/commands/test_demo",
    "tests/review/test_doors",
    "tests/review/test_four_eyes",
)
# And last what leaves an event loop running in its process.
BROWSER = "tests/browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: _turn(item.nodeid))


def _turn(name: str) -> int:
    return 0 if name.startswith(COSTS) else 1 if name.startswith(LONG) else 3 if name.startswith(BROWSER) else 2


@pytest.fixture(autouse=True)
def _forget_what_was_cached() -> None:
    """The guards against guessing count in the cache, across tests that share a process, and callers are known for a while.

    And whoever asked for a page in Korean leaves the process in it.
    """
    translation.deactivate()
    cache.clear()
    auth.forget()


@pytest.fixture(scope="session", autouse=True)
def _what_has_transactions_of_its_own_is_deleted_after_the_test() -> None:
    TransactionTestCase._fixture_teardown = lambda self: empty()  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_for_once() -> None:
    """Each new test client loads the middleware, and WhiteNoise would walk through all directories, 30 ms each time."""
    look: Callable[[StaticFiles], None] = StaticFiles.add_files_from_finders
    known: dict[object, dict[str, object]] = {}

    def look_once(self: StaticFiles) -> None:
        where = (self.static_prefix, str(settings.STATIC_ROOT), *map(str, settings.STATICFILES_DIRS))
        if where not in known:
            look(self)
            known[where] = dict(self.files)
        self.files.update(known[where])

    StaticFiles.add_files_from_finders = look_once


@pytest.fixture(scope="session")
def nginx_program() -> str:
    """Where nginx is. Tests that need it are skipped where it is not."""
    return nginx.find() or pytest.skip("No nginx: `make test` installs Debian's where it can.")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, with nobody left in it when it is dropped: a browser's last poll may still be under way."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(SEND_AWAY, {"database": connection.settings_dict["NAME"]})
