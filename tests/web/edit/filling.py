"""What a person does with the edit form: open it, fill it in, send it; and what came of it."""

from typing import Any

import orjson
from django.test import Client

from offers.models import LibraryItem, Revision
from tests.web.form_reader import Sent, form_in
from tests.web.frame.test_respond import text_of

EDIT = "/s/prod/offers/sale/edit/"
NEW = "/s/prod/offers/new/"
HTMX = {"HX-Request": "true"}
NAME, PRIORITY, DESCRIPTION = "/name", "/rank/priority", "/description"
END = "/selectionConstraint/endDate"


def opened(browser: Client, address: str = EDIT) -> Sent:
    """The form as a person finds it."""
    response = browser.get(address)
    assert response.status_code == 200
    return form_in(text_of(response))


def submit(browser: Client, form: Sent, action: str = "save", address: str = EDIT, **more: Any) -> Any:
    return browser.post(address, {**form, "action": action}, **more)


def with_texts(form: Sent, texts: dict[str, str]) -> Sent:
    assert not texts.keys() - form.keys(), "the page has no such input"
    return {**form, **{name: [text] for name, text in texts.items()}}


def revisions(item: LibraryItem) -> list[Revision]:
    return list(Revision.objects.filter(item=item).order_by("etag"))


def last_patch(item: LibraryItem) -> Any:
    return orjson.loads(revisions(item)[-1].patch)


def now(item: LibraryItem) -> LibraryItem:
    item.refresh_from_db()
    return item
