"""All that one version of an offer says, as a page shows it: what it shows, when, to whom and how often, its tags and attributes.

Beside another version, with what differs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from offers.document.values import Document
from offers.web.frame.pictures import asked_for, hosts_of, query_for
from offers.web.item.shown.looks import (
    Placed,
    Version,
    chosen,
    differing,
    first_of,
    in_language,
    languages_of,
    placed,
)
from offers.web.item.shown.sentences import beside, constraints

# Contents that a page can hold: each is a page of its own for the browser.
MOST = 100


@dataclass(frozen=True, slots=True)
class Named:
    """A tag or an attribute. `mark` is "added", "removed" or "changed" beside another version, and `was` its value there."""

    key: str
    text: str
    mark: str = ""
    was: str = ""


def whole_of(request: HttpRequest, version: Version, before: Version | None = None) -> dict[str, Any]:
    """The context of `item/_shown.html`, `item/_told.html` and `item/_rest.html` for a version, beside the one `before`.

    `?language=` chooses what is shown; `?pictures=` which sites' pictures are loaded.
    """
    document = version.document
    shown, sites = _shown(request, version, before)
    sentences = constraints(document, version.names)
    return {
        **sites,
        **_spoken(request, shown),
        "sentences": beside(sentences, constraints(before.document, before.names)) if before else sentences,
        "tags": list(_tags(version, before)),
        "attributes": list(_attributes(document, before.document if before else None)),
        "description": document.get("description", ""),
        "description_was": before.document.get("description", "") if before else document.get("description", ""),
    }


def difference_of(request: HttpRequest, version: Version, before: Version) -> dict[str, Any]:
    """What two versions show otherwise: the context of `item/_representation.html` and what stands around it.

    `?language=` and `?pictures=` are as for all of a version.
    """
    shown, sites = _shown(request, version, before)
    return {**sites, **_spoken(request, differing(shown))}


def _shown(request: HttpRequest, version: Version, before: Version | None) -> tuple[list[Placed], dict[str, list[str]]]:
    """What a version shows, and the sites that its pictures are from."""
    hosts = list(dict.fromkeys([*hosts_of(version.document), *hosts_of(before.document if before else {})]))
    loaded = [host for host in asked_for(request.GET.getlist("pictures")) if host in hosts]
    pictures = query_for(loaded)
    found = placed(replace(version, pictures=pictures), replace(before, pictures=pictures) if before else None)
    return found, {"hosts": hosts, "other_sites": [host for host in hosts if host not in loaded]}


def _spoken(request: HttpRequest, shown: Sequence[Placed]) -> dict[str, Any]:
    """As much of it as a page can hold, in one language, and which others there are."""
    languages = languages_of(shown)
    language = chosen(languages, request.GET.get("language", ""))
    representations, left_out = first_of(in_language(shown, language), MOST)
    return {
        "representations": representations,
        "left_out": left_out,
        "languages": languages if len(languages) > 1 else [],
        "shown_in": language,
    }


def _tags(version: Version, before: Version | None) -> Iterator[Named]:
    now: list[str] = version.document.get("tags", [])
    was = before.document.get("tags", []) if before else now
    for id in now:
        yield Named(id, version.names.get(id, id), "" if id in was else "added")
    for id in was:
        if before and id not in now:
            yield Named(id, before.names.get(id, id), "removed")


def _attributes(now: Document, before: Mapping[str, Any] | None) -> Iterator[Named]:
    values: dict[str, str] = now.get("characteristics", {})
    was: dict[str, str] = before.get("characteristics", {}) if before is not None else values
    for name in sorted(values.keys() | was.keys()):
        if name not in values:
            yield Named(name, was[name], "removed")
        elif name not in was:
            yield Named(name, values[name], "added")
        else:
            yield Named(name, values[name], "changed" if was[name] != values[name] else "", was[name])
