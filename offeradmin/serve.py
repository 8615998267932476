"""`python -m offeradmin.serve`: the server as it is meant to run, with granian's options in one place.

    python -m offeradmin.serve --host 127.0.0.1 --port 8000 --workers 4

Options are granian's (`granian --help`), and the last one of a name counts. With `--wsgi` first, it serves WSGI without
the door: faster, and only for behind a proxy that hands over whole requests (docs/operator.md).
"""

import os
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
WSGI = ("--interface", "wsgi", *COMMON, "--blocking-threads", "1", "offeradmin.wsgi:application")


def command(*options: str, wsgi: bool = False) -> list[str]:
    """The command line that starts the server, with these options of granian's on top."""
    *arguments, application = WSGI if wsgi else DOOR
    return [sys.executable, "-m", "granian", *arguments, *options, application]


def main(options: list[str]) -> None:
    wsgi = options[:1] == ["--wsgi"]
    os.execv(sys.executable, command(*options[wsgi:], wsgi=wsgi))  # noqa: S606 - its own command line, no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
