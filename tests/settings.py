"""Settings of the test runs: the application's own, on a database that the launcher keeps running meanwhile.

OFFERADMIN_TEST_DB names the test database, so that several runs on one server do not meet.
"""

import os

from offeradmin import devdb

os.environ.setdefault("SECRET_KEY", "for-the-tests-only-" + "x" * 40)
if not os.environ.get("DATABASE_URL"):
    devdb.ensure_running()

from offeradmin.settings import *
from offeradmin.settings import DATABASES

DATABASES["default"]["TEST"] = {"NAME": f"test_{os.environ.get('OFFERADMIN_TEST_DB', 'offeradmin')}"}
LOG_KEY = b"\5" * 32
# Passwords of accounts that live for one test need no slow hash.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# And what is written for one test need not outlive a crash of the server: it waits for no disk. (`test_crash` has one of its own.)
DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
