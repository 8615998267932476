"""Find a Chromium for the browser tests, or install one."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
INSTALL_SECONDS = 600


def find() -> Path | None:
    """A Chromium or Chrome that starts: on PATH, else the one that Playwright installed."""
    on_path = [Path(path) for name in NAMES if (path := shutil.which(name))]
    return next((path for path in (*on_path, _playwrights_own()) if _starts(path)), None)


def find_or_install() -> Path | None:
    """`find`, then Playwright's own download, then (as root, where there is apt) Debian's package.

    Returns None where none of them works. May take minutes and needs the network when nothing is installed.
    """
    if found := find():
        return found
    _try([sys.executable, "-m", "playwright", "install", "chromium"])
    if found := find():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try(["apt-get", "update"])
        _try(["apt-get", "install", "-y", "--no-install-recommends", "chromium", "fonts-noto-cjk"])
    return find()


def _playwrights_own() -> Path:
    def ask() -> Path:
        with sync_playwright() as playwright:
            return Path(playwright.chromium.executable_path)

    # In a thread of its own: where browser tests run already, this one has Playwright's event loop.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(ask).result()


def _starts(path: Path) -> bool:
    # A downloaded browser may lack libraries of the system, and a distribution's may be a stub.
    try:
        done = subprocess.run([path, "--version"], check=False, capture_output=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _try(command: list[str]) -> None:
    print("Looking for Chromium:", " ".join(command), file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(command, check=False, env=environment, stdout=sys.stderr, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)


def main() -> int:
    """Exit code 1 when there is none and this is continuous integration (CI=true)."""
    if found := find_or_install():
        print(f"Browser tests use {found}")
        return 0
    print("*" * 100, file=sys.stderr)
    print("NO CHROMIUM was found, and none could be installed: THE BROWSER TESTS WILL NOT RUN.", file=sys.stderr)
    print("Install Chromium or Chrome (on Debian: apt-get install chromium) and try again.", file=sys.stderr)
    print("*" * 100, file=sys.stderr)
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
