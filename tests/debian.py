"""Debian's packages that tests use where they are there: installed as root, and done without elsewhere."""

import contextlib
import os
import shutil
import subprocess
import sys

INSTALL_SECONDS = 300


def install(package: str) -> None:
    """Try to install it; nothing where that cannot be."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Looking for {package}: apt-get install {package}", file=sys.stderr)
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", package]):
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            subprocess.run(command, check=False, env=environment, stdout=sys.stderr, timeout=INSTALL_SECONDS)
