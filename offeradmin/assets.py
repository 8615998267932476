"""Static files, under an address that names what all of them are: so a browser keeps them for a year and asks for none again.

`/static/<version>/frame/base.css`: any change of any file is another version. Files lead to each other from where they are
(`import ... from "../frame/typing.js"`), so those addresses have the version as well, and nothing is rewritten.

They are served from where they lie. `manage.py collectstatic` puts copies of this version, compressed, where they are served
from instead (STATIC_ROOT); without it they are longer, and nothing else.

The styles of a room are one answer (`/styles/<version>/frame/base~shell~table.css`): a page is not painted before they are all there, and a
browser asks for six files at a time.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import brotli
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from whitenoise.compress import Compressor
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedStaticFilesStorage

# Packages whose own static files pages use.
PACKAGES = ("django", "django-htmx")
# The sample library's documents have addresses of pictures, and those have no version.
PLAIN = "/static/"
PICTURES = "demo/"
FOREVER = "max-age=315360000, public, immutable"
# Not below /static/, where servers for development look for files.
STYLES = "/styles/"
JOINED = re.compile(STYLES + r"(?P<version>\w+)/(?P<room>[a-z]+)/(?P<names>[a-z-]+(?:~[a-z-]+)+)\.css")


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


def compress(data: bytes) -> bytes:
    """Brotli's last tenth of size would take ten times as long, and collecting seconds instead of one."""
    compressed: bytes = brotli.compress(data, quality=9)
    return compressed


class Quickly(Compressor):  # type: ignore[misc] # it ships no types
    compress_brotli = staticmethod(compress)


class CollectedFiles(CompressedStaticFilesStorage):  # type: ignore[misc] # it ships no types
    """Where `collectstatic` puts files, and their compressed copies beside them."""

    def create_compressor(self, **options: Any) -> Compressor:
        return Quickly(**options)


def joined_address(room: str, names: list[str]) -> str:
    """Where the styles of a room that have these names are, in this order, as one."""
    return f"{STYLES}{settings.STATIC_VERSION or 'debug'}/{room}/{'~'.join(names)}.css"


def joined(room: str, names: str) -> Mapping[str, bytes] | None:
    """The styles of a room as one, by encoding; None if one of the names is of no style, or comes twice."""
    each = names.split("~")
    found = [path for path in (finders.find(f"{room}/{name}.css") for name in each) if path]
    if not len(each) == len(found) == len(set(each)):
        return None
    text = b"".join(Path(path).read_bytes() for path in found)
    return {"br": compress(text), "gzip": gzip.compress(text, mtime=0), "": text}


# Whoever asks for names in another order makes it anew, which takes milliseconds.
joined_before = lru_cache(maxsize=32)(joined)


def answer(made: Mapping[str, bytes], accepted: str, kept: str) -> HttpResponse:
    """Styles in the best encoding of those that are accepted."""
    codings = {coding.partition(";")[0].strip().lower() for coding in accepted.split(",")}
    encoding = next((name for name in ("br", "gzip") if name in codings), "")
    response = HttpResponse(made[encoding], content_type='text/css; charset="utf-8"')
    if encoding:
        response["Content-Encoding"] = encoding
    response["Content-Length"] = str(len(made[encoding]))
    response["Cache-Control"], response["Vary"] = kept, "Accept-Encoding"
    return response


def styles(request: HttpRequest, changing: bool) -> HttpResponse | None:
    """What is asked for, if that is styles of this version; `changing` if they are not to be kept."""
    asked = JOINED.fullmatch(request.path_info)
    if not asked or asked["version"] != (settings.STATIC_VERSION or "debug") or request.method not in ("GET", "HEAD"):
        return None
    made = (joined if changing else joined_before)(asked["room"], asked["names"])
    return (
        answer(made, request.headers.get("Accept-Encoding", ""), "no-cache" if changing else FOREVER) if made else None
    )


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc] # it ships no types
    """WhiteNoise, for which a version never changes.

    Files have an address without it, too, at which they are asked for again after a minute.
    """

    def __call__(self, request: HttpRequest) -> Any:
        return (request.path_info.startswith(STYLES) and styles(request, self.autorefresh)) or super().__call__(request)

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
