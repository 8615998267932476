"""What a person does with the form of a library object, and what came of it."""

from typing import Any

import orjson
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from offers.models import LibraryItem, Revision
from tests.web.form_reader import Sent, form_in
from tests.web.frame.test_respond import text_of

HTMX = {"HX-Request": "true"}
RULE = {"name": "Gold", "condition": {"type": "PQL", "format": "pql/text", "value": "tier = 'gold'\nor vip"}}
SCOPE = {"id": "s1", "placements": ["home"], "optionSelection": {"filter": "spring"}, "rank": {"priority": 2}}
SECTIONS = {"placements": "home", "rules": "gold", "tags": "season", "collections": "spring", "decisions": "nba"}


def where(section: str, id: str = "") -> str:
    return reverse("edit", args=["prod", section, id or SECTIONS[section]])


def opened(browser: Client, address: str) -> Sent:
    response = browser.get(address)
    assert response.status_code == 200
    return form_in(text_of(response))


def submit(browser: Client, address: str, form: Sent, action: str = "save", **changes: Any) -> Any:
    """Send the form with these inputs changed. It has to have them: nobody can change what the page does not show."""
    assert not changes.keys() - form.keys(), "the page has no such input"
    sent = form | {name: value if isinstance(value, list) else [value] for name, value in changes.items()}
    return browser.post(address, sent | {"action": [action]})


def save(browser: Client, address: str, **changes: Any) -> Any:
    return submit(browser, address, opened(browser, address), **changes)


def document(id: str) -> Any:
    return LibraryItem.objects.get(id=id).document


def last_patch(id: str) -> Any:
    return orjson.loads(Revision.objects.filter(item__id=id).order_by("-etag")[0].patch)


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))
