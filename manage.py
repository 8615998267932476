#!/usr/bin/env python
"""Django's command line for offeradmin."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "offeradmin.settings")
    use_private_parts()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def use_private_parts() -> None:
    """On a developer's machine: this checkout's own database, and the secret key kept beside it."""
    from offeradmin import devdb
    from offeradmin.devdb_place import DevDatabaseError

    own_server = bool(os.environ.get("DATABASE_URL"))
    if not own_server:
        try:
            devdb.ensure_running()
        except DevDatabaseError as error:
            sys.exit(str(error))
    if not own_server or sys.argv[1:2] == ["demo"]:
        os.environ.setdefault("SECRET_KEY", devdb.secret_key())


if __name__ == "__main__":
    main()
