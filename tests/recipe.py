"""What tests/test_recipes.py runs on a copy of the code in which a field and a kind were added: python -m tests.recipe.

Everything is done through the pages, the API's description and the document layer of the copy, in a transaction that is rolled back.
"""

import os
import re
from pathlib import Path
from typing import Any

import django
from django.db import connection, transaction
from django.test.utils import setup_test_environment

TERMS = "Not for resale."


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    setup_test_environment()
    import offers

    assert Path(offers.__file__).is_relative_to(Path.cwd()), "this is not the copy"
    _schema()
    _changes()
    with transaction.atomic():
        _pages()
        _kind()
        transaction.set_rollback(True)
    connection.close()


def _schema() -> None:
    from offers.api.describing.document import openapi_document
    from offers.document.kinds.registry import OFFER_KINDS
    from offers.document.validate import validate
    from tests.cast import offer

    schemas = openapi_document()["components"]["schemas"]
    for name in ("PersonalizedOffer", "FallbackOffer", "PersonalizedOfferItem"):
        assert schemas[name]["properties"]["terms"] == {"type": "string", "maxLength": 4_000}, name
        assert "terms" not in schemas[name]["required"]
    assert [(problem.pointer, problem.code) for problem in validate(OFFER_KINDS[0], offer(terms=7))] == [
        ("/terms", "not-text")
    ]


def _changes() -> None:
    from offers.document.merge import merge
    from offers.document.words.describe import describe
    from tests.cast import offer

    (change,) = describe(offer(), offer(terms=TERMS))
    assert (change.title, change.pointer, change.new_text) == ("Small print", "/terms", TERMS)
    names = [change.label for change in describe(offer(), offer(name="New", terms=TERMS, labels=["x"]))]
    assert names == ["Name", "Small print", "Data label"], "changes come in the order of declaration"
    merged = merge(offer(), offer(terms=TERMS), offer(name="New"))
    assert (merged.document, merged.conflicts) == (offer(name="New", terms=TERMS), ())


def _pages() -> None:
    from django.contrib.auth.models import User
    from django.test import Client

    from offers.models import LibraryItem, Membership, Revision
    from tests.cast import Role, actor, make, make_sandbox, offer, patch
    from tests.web.form_reader import form_in

    sandbox = make_sandbox("copy")
    item = make(actor(sandbox), offer(), id="sale")
    mina = User.objects.create_user("mina-of-the-copy")
    Membership.objects.create(sandbox=sandbox, user=mina, role=Role.EDITOR)
    browser, address = Client(), "/s/copy/offers/sale/edit/"
    browser.force_login(mina)
    page = browser.get(address).content.decode()
    assert re.search(r'for="f-terms">\s*Small print\s*<span class="optional">optional</span>', page)
    (typed,) = re.findall(r'<textarea[^>]* id="f-terms"[^>]*>', page)
    assert 'name="/terms"' in typed
    assert 'rows="3"' in typed

    opened = form_in(page)
    saved = browser.post(address, {**opened, "/terms": TERMS, "action": "save"})
    assert saved.status_code == 302, saved.content.decode()
    assert Revision.objects.get(item=item, etag=2).patch == f'[{{"op":"add","path":"/terms","value":"{TERMS}"}}]'

    opened = form_in(browser.get(address).content.decode())
    patch(actor(sandbox), item, [{"op": "replace", "path": "/terms", "value": "Theirs."}])
    mine = {**opened, "/terms": "Mine.", "action": "save"}
    conflict = browser.post(address, mine)
    told = conflict.content.decode()
    assert conflict.status_code == 409
    assert re.search(r'class="legend-text">\s*Small print\s*<', told)
    (pick,) = re.findall(r'<textarea[^>]* name="other:([0-9a-f]+)"', told)
    other: dict[str, Any] = {f"pick:{pick}": "other", f"other:{pick}": "Another."}
    etag = {"etag": re.findall(r'name="etag" value="(\d+)"', told)[0]}
    assert browser.post(address, {**mine, **other, **etag}).status_code == 302
    assert LibraryItem.objects.get(key=item.key).document["terms"] == "Another."


def _kind() -> None:
    """A kind that nothing in the code knows: a banner has a link and refers to a fallback offer."""
    from django.contrib.auth.models import User
    from django.test import Client

    from offers.document.kinds.registry import Kind
    from offers.models import LibraryItem, Sandbox
    from tests.cast import actor, make
    from tests.web.form_reader import form_in

    sandbox = Sandbox.objects.get(name="copy")
    make(actor(sandbox), {"name": "House", "status": "draft"}, Kind.FALLBACK_OFFER, "house")
    browser, section = Client(), "/s/copy/banners/"
    browser.force_login(User.objects.get(username="mina-of-the-copy"))
    page = browser.get(f"{section}new/").content.decode()
    assert re.search(r'<option value="house">\s*House', page), "it offers what the field refers to"
    filled = {**form_in(page), "/name": "Sale", "/link": "https://shop.example", "/fallback": "house", "action": "save"}
    wrong = browser.post(f"{section}new/", {**filled, "/link": "javascript:x"})
    assert (wrong.status_code, b"An address cannot begin with" in wrong.content) == (422, True)
    made = browser.post(f"{section}new/", filled)
    assert made.status_code == 302, made.content.decode()
    item = LibraryItem.objects.get(kind="banner")
    assert item.listing.references == ["house"]
    for place in ("", f"{item.id}/", f"{item.id}/edit/", f"{item.id}/history/", f"{item.id}/blame/", f"{item.id}/api/"):
        answer = browser.get(section + place)
        assert (answer.status_code, b"Sale" in answer.content) == (200, True), place
    assert b"Banners" in browser.get("/s/copy/").content
    described = browser.get("/data/core/dps/openapi.json").json()
    assert "/data/core/dps/banners/{id}" in described["paths"]
    assert described["components"]["schemas"]["Banner"]["required"] == ["name", "link", "fallback"]


if __name__ == "__main__":
    main()
