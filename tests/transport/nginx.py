"""Find Debian's nginx or install it, and run it with the configuration of the repository (deploy/nginx.conf)."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests import debian
from tests.servers import HOST, ROOT, free_port

NAME = "offers.example.com"
# What Debian's /etc/nginx/nginx.conf has around a configuration of conf.d, without its places in the file system.
AROUND = """
daemon off;
worker_processes 2;
error_log {place}/error.log;
pid {place}/nginx.pid;
events {{ worker_connections 768; }}
http {{
    access_log off;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    include {place}/offeradmin.conf;
}}
"""


def find_or_install() -> str | None:
    """`find`; else, as root, Debian's package. None where neither works."""
    if found := find():
        return found
    debian.install("nginx-light")
    return find()


def find() -> str | None:
    """nginx on PATH or where Debian has it."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@contextlib.contextmanager
def proxy(program: str, place: Path, upstream: int) -> Iterator[int]:
    """nginx with TLS in front of the server at the port `upstream`: the port it listens at. Ended with the block."""
    place.mkdir()
    tls, plain = free_port(), free_port()
    _make_certificate(place)
    configuration = (ROOT / "deploy" / "nginx.conf").read_text()
    # The places of this machine, and not one line more.
    for there, here in (
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("listen 443 ", f"listen {HOST}:{tls} "),
        ("listen 80;", f"listen {HOST}:{plain};"),
        ("/etc/ssl/certs/offers.example.com.pem", f"{place}/certificate.pem"),
        ("/etc/ssl/private/offers.example.com.key", f"{place}/key.pem"),
    ):
        assert configuration.count(there) == 1, there
        configuration = configuration.replace(there, here)
    (place / "offeradmin.conf").write_text(configuration)
    (place / "nginx.conf").write_text(AROUND.format(place=place))
    process = subprocess.Popen([program, "-p", place, "-c", place / "nginx.conf", "-e", place / "error.log"])
    try:
        _wait_for(process, tls, place / "error.log")
        yield tls
    finally:
        process.terminate()
        process.wait(10)


def _make_certificate(place: Path) -> None:
    arguments = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    files = ["-keyout", f"{place}/key.pem", "-out", f"{place}/certificate.pem"]
    subprocess.run(["openssl", *arguments, *files], check=True, capture_output=True)


def _wait_for(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.05)


def main() -> None:
    if found := find_or_install():
        print(f"Tests of the proxy use {found}")
        return
    print("*" * 100, file=sys.stderr)
    print("NO NGINX was found, and none could be installed: THE TESTS OF THE PROXY WILL NOT RUN.", file=sys.stderr)
    print("Install nginx (on Debian: apt-get install nginx-light) and try again.", file=sys.stderr)
    print("*" * 100, file=sys.stderr)


if __name__ == "__main__":
    main()
