"""README's recipe for production as it is written, behind nginx and TLS, up to a person who signs in."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.servers import ROOT, empty_database, free_port, is_ready
from tests.transport import nginx

PASSWORD = "a long password"
PERSON = {"DJANGO_SUPERUSER_USERNAME": "jisoo", "DJANGO_SUPERUSER_EMAIL": "", "DJANGO_SUPERUSER_PASSWORD": PASSWORD}


def recipe(port: int) -> str:
    """The commands of README, word for word but for what is the reader's: database, questions to answer, port."""
    section = (ROOT / "README.md").read_text().partition("## Run it in production")[2]
    found = re.search(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    assert found
    commands = found[1]
    for there, here in (
        # What is installed is what runs this test.
        ("pip install --require-hashes -r requirements.txt\n", ""),
        ("DATABASE_URL=postgresql://offers:password@db.example/offers\n", 'DATABASE_URL="$EMPTY_DATABASE"\n'),
        ("createsuperuser\n", "createsuperuser --noinput\n"),
        ("--port 8000", f"--port {port}"),
    ):
        assert commands.count(there) == 1, there
        commands = commands.replace(there, here)
    return f"set -e\n{commands}"


@contextlib.contextmanager
def in_production(database: str, port: int) -> Iterator[None]:
    """The recipe as it runs, with nothing in its environment that it does not set itself; ended with the block."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": os.environ.get("HOME", "/"), "EMPTY_DATABASE": database, **PERSON}
    process = subprocess.Popen(
        ["bash", "-c", recipe(port)], cwd=ROOT, env=environment, start_new_session=True, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 180
        while not is_ready(port, nginx.NAME):
            assert process.poll() is None, "the recipe ended"
            assert time.monotonic() < deadline, "the server did not come up"
            time.sleep(0.1)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def test_the_recipe_for_production_leads_to_a_person_who_is_signed_in(
    browser: Browser, tmp_path: Path, nginx_program: str
) -> None:
    port = free_port()
    with (
        empty_database() as database,
        in_production(database, port),
        nginx.proxy(nginx_program, tmp_path / "nginx", port) as tls,
    ):
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.goto(f"https://{nginx.NAME}:{tls}/admin/")
        page.fill("#id_login", "jisoo")
        page.fill("#id_password", PASSWORD)
        page.click("button.btn-primary")
        expect(page.locator("#user-tools")).to_contain_text("jisoo")
        cookies = {cookie["name"]: cookie["secure"] for cookie in context.cookies()}
        assert cookies["sessionid"]
        assert cookies["csrftoken"]
        context.close()
