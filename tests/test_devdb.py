"""The private database server, for real: each test makes clusters of its own."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from offeradmin import devdb
from offeradmin.devdb_place import DevDatabaseError, find_place, reachable
from tests.measure import least

CHECKOUT = Path(__file__).resolve().parent.parent
# Runs until its standard input is closed, then ends like any other process.
USER_PROCESS = """
import sys
from pathlib import Path
from offeradmin import devdb
print(devdb.ensure_running(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""
ORDINARY_USER = """
import os, sys
from pathlib import Path
from offeradmin import devdb
local = Path(sys.argv[1])
devdb.ensure_running(local)
data = local / "postgres" / "data"
assert data.stat().st_uid == os.geteuid() != 0
assert devdb.running(local) and devdb.remove(local) and not data.exists()
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One private cluster for all tests that leave it usable; its path has a space and a quote in it."""
    local = tmp_path_factory.mktemp("it's a checkout") / ".local"
    devdb.ensure_running(local)
    yield local
    assert devdb.remove(local)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    local = tmp_path / ".local"
    yield local
    assert devdb.remove(local)


def start_user(local: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", USER_PROCESS, local],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline().startswith("postgresql:///")
    return process


def end_user(process: subprocess.Popen[str]) -> None:
    process.communicate()
    assert process.returncode == 0


def server_pid(local: Path) -> int:
    return int((find_place(local).data / "postmaster.pid").read_text().split("\n")[0])


def answer(local: Path, sql: str) -> object:
    with psycopg.connect(devdb.url(local)) as connection:
        row = connection.execute(sql.encode()).fetchone()
        return row[0] if row else None


def test_it_serves_a_role_that_is_no_superuser_but_may_make_test_databases(cluster: Path) -> None:
    assert answer(cluster, "SELECT current_user || '@' || current_database()") == "offeradmin@offeradmin"
    assert answer(cluster, "SELECT rolcreatedb AND NOT rolsuper FROM pg_roles WHERE rolname = current_user") is True


def test_it_listens_on_a_private_socket_only(cluster: Path) -> None:
    assert answer(cluster, "SHOW listen_addresses") == ""
    assert find_place(cluster).sockets.stat().st_mode & 0o777 == 0o700


def test_it_keeps_what_it_acknowledged(cluster: Path) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert answer(cluster, f"SHOW {setting}") == "on"


def test_it_finds_korean_words_by_trigram(cluster: Path) -> None:
    with psycopg.connect(devdb.url(cluster)) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        found = connection.execute("SELECT cardinality(show_trgm('설날 선물'))").fetchone()
        connection.rollback()
    assert found == (6,)


def test_it_attaches_to_a_running_server_at_once(cluster: Path) -> None:
    assert least(lambda: devdb.ensure_running(cluster), 0.3) < 0.3


def test_it_ignores_settings_of_other_servers_in_the_environment(
    cluster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    devdb.release(cluster)
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "/nowhere")
    # The client library heeds PGPORT too.
    devdb.ensure_running(cluster)
    assert answer(cluster, "SELECT 1") == 1


def test_the_last_user_to_leave_stops_it(cluster: Path) -> None:
    devdb.release(cluster)
    assert not devdb.running(cluster)
    first, second = start_user(cluster), start_user(cluster)
    pid = server_pid(cluster)
    end_user(first)
    assert devdb.running(cluster)
    assert not devdb.stop(cluster), "it is still used"
    assert server_pid(cluster) == pid
    end_user(second)
    assert not devdb.running(cluster)
    devdb.ensure_running(cluster)


def test_a_killed_user_does_not_keep_it_running(cluster: Path) -> None:
    user = start_user(cluster)
    user.kill()
    user.communicate()
    assert devdb.release(cluster)
    devdb.ensure_running(cluster)


def test_users_that_come_and_go_at_once_all_find_it_running(cluster: Path) -> None:
    devdb.release(cluster)
    users = [
        subprocess.Popen([sys.executable, "-c", USER_PROCESS, cluster], cwd=CHECKOUT, stdin=subprocess.DEVNULL)
        for _ in range(6)
    ]
    assert [user.wait() for user in users] == [0] * 6
    assert not devdb.running(cluster)
    devdb.ensure_running(cluster)


def test_it_recovers_from_a_killed_server_and_keeps_its_data(cluster: Path) -> None:
    with psycopg.connect(devdb.url(cluster), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('acknowledged')")
    os.kill(server_pid(cluster), signal.SIGKILL)
    devdb.ensure_running(cluster)
    assert answer(cluster, "SELECT word FROM kept") == "acknowledged"


def test_a_pid_file_that_names_another_process_is_no_server(cluster: Path) -> None:
    pid_file = find_place(cluster).data / "postmaster.pid"
    before = pid_file.read_text()
    os.kill(server_pid(cluster), signal.SIGKILL)
    # The number now belongs to a process of the same account, as it may after a reboot.
    other = subprocess.Popen(["sleep", "60"], user=pid_file.stat().st_uid)
    pid_file.write_text(f"{other.pid}\n" + before.split("\n", 1)[1])
    try:
        devdb.ensure_running(cluster)
        assert server_pid(cluster) != other.pid
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_pid_file_that_names_a_zombie_is_no_server(cluster: Path) -> None:
    pid_file = find_place(cluster).data / "postmaster.pid"
    before = pid_file.read_text()
    os.kill(server_pid(cluster), signal.SIGKILL)
    zombie = subprocess.Popen(["true"], user=pid_file.stat().st_uid)
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    pid_file.write_text(f"{zombie.pid}\n" + before.split("\n", 1)[1])
    try:
        devdb.ensure_running(cluster)
        assert server_pid(cluster) != zombie.pid
    finally:
        zombie.wait()


def test_an_interrupted_making_is_made_anew(fresh: Path) -> None:
    home = find_place(fresh).home
    (home / "data.new").mkdir(parents=True)
    home.chmod(0o755)
    (home / "data.new" / "PG_VERSION").write_text("18")
    devdb.ensure_running(fresh)
    assert answer(fresh, "SELECT 1") == 1


def test_it_refuses_data_of_a_version_that_is_not_installed(tmp_path: Path) -> None:
    local = tmp_path / ".local"
    data = find_place(local).data
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with pytest.raises(DevDatabaseError, match="made by PostgreSQL 9, which is not installed"):
        devdb.ensure_running(local)
    shutil.rmtree(data)
    assert devdb.remove(local)


def test_it_refuses_a_directory_that_somebody_else_put_in_its_place(tmp_path: Path) -> None:
    local = tmp_path / ".local"
    home = find_place(local).home
    home.parent.mkdir(parents=True, exist_ok=True)
    home.symlink_to("/etc")
    try:
        with pytest.raises(DevDatabaseError, match="belongs to another user"):
            devdb.ensure_running(local)
    finally:
        home.unlink()


def test_a_deep_checkout_has_its_socket_in_a_short_directory(tmp_path: Path) -> None:
    place = find_place(tmp_path / ("deep" * 40) / ".local")
    assert len(str(place.sockets)) < 60
    assert str(place.sockets) in devdb.url(tmp_path / ("deep" * 40) / ".local")


def test_its_secret_key_stays_the_same_and_is_private(tmp_path: Path) -> None:
    key = devdb.secret_key(tmp_path / ".local")
    assert len(key) >= 50
    assert devdb.secret_key(tmp_path / ".local") == key
    assert (tmp_path / ".local" / "secret-key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / ".local").iterdir()] == ["secret-key"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_an_ordinary_user_runs_it_as_themselves() -> None:
    packages = sysconfig.get_path("purelib")
    interpreters = [Path(sys.executable).resolve(), Path(f"/usr/bin/python3.{sys.version_info.minor}")]
    interpreter = next((path for path in interpreters if path.exists() and reachable(path, "nobody")), None)
    if not interpreter or not all(reachable(path, "nobody") for path in (CHECKOUT / "offeradmin", Path(packages))):
        pytest.skip("an ordinary user cannot reach this checkout and its interpreter")
    nobody = pwd.getpwnam("nobody")
    home = Path("/var/tmp") / f"offeradmin-test-{secrets.token_hex(4)}"  # noqa: S108 - reachable and random
    home.mkdir(mode=0o755)
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    try:
        done = subprocess.run(
            [interpreter, "-c", ORDINARY_USER, home / ".local"],
            check=False,
            cwd=CHECKOUT,
            env={**os.environ, "HOME": str(home), "PYTHONPATH": packages},
            user="nobody",
            group=nobody.pw_gid,
            extra_groups=[],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    finally:
        shutil.rmtree(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root uses a directory elsewhere")
def test_for_root_a_checkout_in_a_private_home_has_its_server_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    place = find_place(tmp_path / "home" / "checkout" / ".local")
    assert place.account in ("postgres", "nobody")
    assert place.home.parent == Path("/var/tmp")  # noqa: S108 - the one under test
    assert place.home != find_place(tmp_path / "home" / "other" / ".local").home
