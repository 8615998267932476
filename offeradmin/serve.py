"""`python -m offeradmin.serve`: the server as it is meant to run, with granian's options in one place.

    python -m offeradmin.serve --host 127.0.0.1 --port 8000 --workers 4

Options are granian's (`granian --help`), and the last one of a name counts. With `--wsgi` first, it serves WSGI without
the door: faster, and only for behind a proxy that hands over whole requests (docs/operator.md).
"""

import os
import resource
import sys

COMMON = (
    *("--workers", "2"),
    "--no-ws",
    # Nothing speaks HTTP/2 to it, and looking for that leaves silent connections open.
    *("--http", "1"),
    # Headers that are not there after this long (ms) never will be.
    *("--http1-header-read-timeout", "10000"),
    # Otherwise one worker that dies ends the server.
    "--respawn-failed-workers",
    *("--log-level", "warning"),
)
# Requests whose bodies are still arriving count, so there must be room for many that arrive slowly.
DOOR = ("--interface", "asginl", *COMMON, "--backpressure", "8192", "offeradmin.asgi:application")
# One thread works while the other waits for the database, as behind the door.
WSGI = ("--interface", "wsgi", *COMMON, "--blocking-threads", "2", "offeradmin.wsgi:application")


# What starts it as a child; options follow.
COMMAND = (sys.executable, "-m", "offeradmin.serve")
# Connections for each worker; a usual limit is 1,024, which one client could use up.
FILES = 65_536


def main(options: list[str]) -> None:
    wsgi = options[:1] == ["--wsgi"]
    *arguments, application = WSGI if wsgi else DOOR
    allow_files()
    command = [sys.executable, "-m", "granian", *arguments, *options[wsgi:], application]
    os.execv(sys.executable, command)  # noqa: S606 - its own command line, no shell is wanted


def allow_files() -> None:
    """Let this process, and what it becomes, open as many files as the system allows, up to FILES."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main(sys.argv[1:])
