"""A private PostgreSQL server for development, tests and the demo, used when DATABASE_URL is not set.

It lives under `.local/postgres` of the checkout (Linux and macOS), listens on a Unix socket only, and asks for no
password: the socket's directory has mode 0700, so only the user that runs the server (and root) can reach it.

PostgreSQL refuses to run as root. For root its programs run as `postgres`, else `nobody`; when that user cannot reach
the checkout or the virtualenv, programs and data are kept in a directory of their own under /var/tmp.

Every process that uses the server holds a lease (a shared lock on a file); the last one to leave stops the server.
`start` on the command line keeps it running until `stop`.
"""

import atexit
import fcntl
import os
import pwd
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from offeradmin.devdb_place import (
    NAME,
    DevDatabaseError,
    Place,
    address,
    find_place,
    find_programs,
    major_version,
    make_home,
    make_private,
    run,
)

LOCAL = Path(__file__).resolve().parent.parent / ".local"
START_SECONDS = 30
# A role that owns nothing, for what serves (docs/operator.md, Two roles).
APPLICATION = "offers_app"
LARGEST_LOG = 10_000_000
LOCALE = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"

# Small and private, but as safe as any: fsync and synchronous_commit keep their default, on.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}


# This process's holds: the open lease file of each private server in use.
_leases: dict[Place, int] = {}


def url(local: Path = LOCAL, *, user: str = NAME) -> str:
    """The private server's database URL, for Django settings and psycopg alike. Starts nothing."""
    return address(find_place(local), user=user)


def ensure_running(local: Path = LOCAL, settings: Mapping[str, str] = SETTINGS) -> str:
    """Make and start the private server where needed, and hold it until this process ends or calls `release`.

    One that runs already keeps the settings that it was started with. Returns its database URL. Raises DevDatabaseError when no PostgreSQL of version 15 or later can be run.
    """
    place = find_place(local)
    make_home(place)
    with _locked(place):
        _take_lease(place)
        if not _answers(place):
            _start(place, settings)
    return address(place)


def release(local: Path = LOCAL) -> bool:
    """Give up this process's hold; stops the server when nobody else holds it. Returns whether it is down now."""
    return _leave(find_place(local))


def stop(local: Path = LOCAL) -> bool:
    """End what `start` on the command line began. Returns False while other processes still use the server."""
    find_place(local).keep.unlink(missing_ok=True)
    return release(local)


def remove(local: Path = LOCAL) -> bool:
    """Stop the private server and delete it with all its data. Returns False, having done nothing, while it is used."""
    if not stop(local):
        return False
    place = find_place(local)
    for directory in (place.home, place.sockets):
        if directory.is_dir():
            shutil.rmtree(directory)
    return True


def secret_key(local: Path = LOCAL) -> str:
    """This checkout's own SECRET_KEY: made at random on first use, readable by its owner only."""
    kept = local / "secret-key"
    if not kept.exists():
        local.mkdir(exist_ok=True)
        attempt = local / f"secret-key.{os.getpid()}"
        attempt.touch(mode=0o600)
        attempt.write_text(secrets.token_urlsafe(48))
        # A link, not a rename, so that of two processes that start together one key wins.
        with suppress(FileExistsError):
            kept.hardlink_to(attempt)
        attempt.unlink()
    return kept.read_text()


def running(local: Path = LOCAL) -> bool:
    """Whether the private server answers."""
    return _answers(find_place(local))


# Locks and leases


@contextmanager
def _locked(place: Place) -> Iterator[None]:
    """One process at a time starts, stops, joins or leaves."""
    lock = os.open(place.home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _take_lease(place: Place) -> None:
    if place in _leases:
        return
    lease = os.open(place.home / "lease", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lease, fcntl.LOCK_SH)
    if not _leases:
        atexit.register(_leave_all, os.getpid())
    _leases[place] = lease


def _leased(place: Place) -> bool:
    lease = os.open(place.home / "lease", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lease)
    return False


def _leave(place: Place) -> bool:
    lease = _leases.pop(place, None)
    if lease is not None:
        os.close(lease)
    if not place.home.is_dir():
        return True
    with _locked(place):
        if place.keep.exists() or _leased(place):
            return False
        _stop(place)
    return True


def _leave_all(process: int) -> None:
    # A forked child inherits this handler and the open leases, which are its parent's to end.
    if os.getpid() == process:
        for place in list(_leases):
            _leave(place)


# The server


def _answers(place: Place) -> bool:
    try:
        psycopg.connect(address(place), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _start(place: Place, settings: Mapping[str, str]) -> None:
    owner = pwd.getpwnam(place.account).pw_uid if place.account else os.geteuid()
    for directory in (place.log.parent, place.sockets):
        make_private(directory, owner)
    programs = find_programs(place)
    if not place.data.exists():
        _initialize(place, programs, owner)
    if place.log.exists() and place.log.stat().st_size > LARGEST_LOG:
        place.log.unlink()
    _forget_dead_server(place)
    every = {**settings, "unix_socket_directories": f'"{place.sockets}"'}
    options = shlex.join(part for name, value in every.items() for part in ("-c", f"{name}={value}"))
    deadline = time.monotonic() + START_SECONDS
    while True:
        # After a crash, orphans of the dead server can hold its shared memory for a few seconds; and a server that
        # somebody started and did not wait for may be on its way up.
        done = run(place, programs, "pg_ctl", "start", "-w", "-D", place.data, "-l", place.log, "-o", options)
        if done.returncode == 0 or _answers(place):
            break
        if time.monotonic() > deadline:
            raise DevDatabaseError(f"The private PostgreSQL server did not start. {_end_of_log(place)}")
        time.sleep(0.2)
    _create_database(place)


def _stop(place: Place) -> None:
    _forget_dead_server(place)
    if not (place.data / "postmaster.pid").exists():
        return
    done = run(place, find_programs(place), "pg_ctl", "stop", "-w", "-m", "fast", "-D", place.data)
    if done.returncode != 0 and (place.data / "postmaster.pid").exists():
        raise DevDatabaseError(f"The private PostgreSQL server did not stop: {done.stderr} {_end_of_log(place)}")


def _initialize(place: Place, programs: Path, owner: int) -> None:
    """Make the cluster beside its final name, so that an interrupted attempt is never taken for a cluster."""
    attempt = place.home / "data.new"
    if attempt.exists():
        shutil.rmtree(attempt)
    make_private(attempt, owner)
    arguments: list[str | Path] = [
        "-D",
        attempt,
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
        f"--locale={LOCALE}",
    ]
    if major_version(place, programs) >= 17:
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    done = run(place, programs, "initdb", *arguments)
    if done.returncode != 0:
        raise DevDatabaseError(f"The private PostgreSQL server could not be made: {done.stderr or done.stdout}")
    attempt.rename(place.data)


def _create_database(place: Place) -> None:
    """The owner is no superuser: what it may do here, it may do on any server that gives it a database."""
    with psycopg.connect(address(place, "postgres", "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME]).fetchone():
            # It makes the databases of the tests.
            connection.execute(f"CREATE ROLE {NAME} LOGIN CREATEDB")
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone():
            connection.execute(f"CREATE ROLE {APPLICATION} LOGIN")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            connection.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")


def _forget_dead_server(place: Place) -> None:
    """Remove a `postmaster.pid` whose process is a zombie or another program that was given the same number.

    PostgreSQL sees only that such a process exists, and would refuse to start. Every other case it judges itself.
    """
    pid_file = place.data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if not _is_server(pid, place.data):
        pid_file.unlink(missing_ok=True)


def _is_server(pid: int, data: Path) -> bool:
    status = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(
            ["ps", "-o", "stat=,command=", "-p", str(pid)], check=False, capture_output=True, text=True
        ).stdout
        return "postgres" in listed and not listed.startswith("Z")
    try:
        command, _, rest = status.read_text().partition(" (")[2].rpartition(")")
        # A server's working directory is its data directory, even after the checkout was moved.
        return command == "postgres" and rest.split()[0] != "Z" and data.samefile(f"/proc/{pid}/cwd")
    except FileNotFoundError:
        return False
    except PermissionError:
        return True


def _end_of_log(place: Place) -> str:
    lines = place.log.read_text(errors="replace").splitlines() if place.log.exists() else []
    return f"The end of {place.log}:\n" + "\n".join(lines[-10:])


# The command line


def main(arguments: list[str]) -> int:
    """`start` (and keep running), `stop`, `status` (exit code 3 when down), `url` or `remove` (with all data)."""
    match arguments:
        case ["start"]:
            address = ensure_running()
            find_place(LOCAL).keep.touch()
            print(address)
        case ["stop"]:
            print("stopped" if stop() else "in use: stops when its last user leaves")
        case ["remove"]:
            if not remove():
                print("in use: not removed", file=sys.stderr)
                return 1
            print("removed")
        case ["status"]:
            print("running" if running() else "not running")
            return 0 if running() else 3
        case ["url"]:
            print(url())
        case _:
            print("usage: python -m offeradmin.devdb start|stop|status|url|remove", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except DevDatabaseError as error:
        sys.exit(str(error))
