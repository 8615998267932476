"""Pictures of other sites in previews: which there are, and which the reader asked for.

Whoever keeps a picture learns who loads it and when. So a preview loads none from elsewhere until its reader says so,
for this page and these sites; the answer's policy (web/item/preview.py) sees to that.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.http import urlencode

MAX_HOSTS = 20

_NAME = r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?"
_HOST = re.compile(_NAME, re.IGNORECASE)
_ADDRESS = re.compile(rf"\s{{0,9}}https://({_NAME})(?=[/?#]|\Z)", re.IGNORECASE)
# As static/edit/pictures.js looks for them while one types. Spaces are counted, so that no content takes long.
_BEFORE = r"(?:\b(?:src|srcset|background|poster)\s{0,9}=|\burl\()\s{0,9}(?:&quot;|[\"'])?\s{0,9}"
_LOADED = re.compile(rf"{_BEFORE}https://({_NAME})(?=[/?#\"'\s)&>]|\Z)", re.IGNORECASE)


def hosts_of(document: Mapping[str, Any]) -> list[str]:
    """The sites that an offer's contents would load pictures from, each once, in the order of the document."""
    components = (part for shown in document.get("representations", ()) for part in shown.get("components", ()))
    return list(dict.fromkeys(host for part in components for host in hosts_in(part)))[:MAX_HOSTS]


def hosts_in(component: Mapping[str, Any]) -> Iterator[str]:
    """The sites that one content would load pictures from, in its order; some more than once."""
    if found := _ADDRESS.match(component.get("deliveryURL", "")):
        yield found[1].lower()
    if component.get("type", "").endswith("html"):
        yield from (found[1].lower() for found in _LOADED.finditer(component.get("content", "")))


def asked_for(hosts: Iterable[str]) -> list[str]:
    """Those that are names of sites: they become part of a header."""
    return [host.lower() for host in hosts if _HOST.fullmatch(host)][:MAX_HOSTS]


def query_for(hosts: Iterable[str]) -> str:
    """The end of a preview's address that asks for them; "" for none."""
    text = urlencode([("pictures", host) for host in hosts])
    return f"?{text}" if text else ""
