"""Static files, under an address that names what all of them are: so a browser keeps them for a year and asks for none again.

`/static/<version>/frame/base.css`: any change of any file is another version. Files lead to each other from where they are
(`import ... from "../frame/typing.js"`), so those addresses have the version as well, and nothing is rewritten.

They are served from where they lie. `manage.py collectstatic` puts copies of this version, compressed, where they are served
from instead (STATIC_ROOT); without it they are longer, and nothing else.
"""

import hashlib
from collections.abc import MutableMapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

# Packages whose own static files pages use.
PACKAGES = ("django", "django-htmx")
# The sample library's documents have addresses of pictures, and those have no version.
PLAIN = "/static/"
PICTURES = "demo/"


def version_of(directory: Path) -> str:
    """A name for everything below `directory` and in PACKAGES: 16 hexadecimal digits."""
    found = hashlib.sha256("".join(f"{name} {version(name)}\n" for name in PACKAGES).encode())
    for path in sorted(path for path in directory.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found.update(f"{path.relative_to(directory).as_posix()} {len(content)}\n".encode() + content)
    return found.hexdigest()[:16]


def add_headers(headers: MutableMapping[str, str], path: str, url: str) -> None:
    """Sample pictures are shown in sandboxed previews, which are of no site, not even of ours."""
    if url.startswith(PLAIN + PICTURES):
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc] # it ships no types
    """WhiteNoise, for which a version never changes. Without it files have an address, too, and are asked for again each minute."""

    def add_files(self, root: str, prefix: str | None = None) -> None:
        # Where nothing was collected there is nothing to warn of.
        if Path(root).is_dir():
            super().add_files(root, prefix)

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        # What was collected comes first: the rest is served from where it lies.
        if url in self.files:
            return
        super().add_file_to_dictionary(url, path, stat_cache)
        super().add_file_to_dictionary(PLAIN + url.removeprefix(self.static_prefix), path, stat_cache)

    def immutable_file_test(self, path: str, url: str) -> bool:
        return self.static_prefix != PLAIN and url.startswith(self.static_prefix)
