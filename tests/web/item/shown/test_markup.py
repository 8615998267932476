"""What people read of HTML, whole or not, and however it was meant."""

import pytest
from django.test import Client

from offers.document.words.reads import without_hidden
from offers.models import LibraryItem, Sandbox
from offers.web.item.shown.markup import read_of
from tests.cast import actor, patch, replace

ENDLESS = "<a" * 1000


@pytest.mark.parametrize(
    ("html", "read"),
    [
        ("<p>Hello\n <b title='a>b'>you</b></p>", "Hello you"),
        ("<style>p {color: red}</style><p>5 &lt; 6</p><!-- not this --><script>alert(1)</script>", "5 < 6"),
        ("Now<style>p {color: red", "Now"),
        ("{% if a < b %}Now{% endif %}", "{% if a < b %}Now{% endif %}"),
        (ENDLESS, ENDLESS),
        ("", ""),
    ],
)
def test_html_is_read_without_its_markup(html: str, read: str) -> None:
    assert read_of(html) == read


def test_what_never_ends_is_looked_at_once() -> None:
    assert without_hidden("<!--" * 75_000) == without_hidden("<title>" * 45_000) == ""


def test_an_offer_with_markup_that_never_ends_is_edited_and_read(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox), item, replace("/representations/0/components/0/content", ENDLESS))
    patch(actor(sandbox), item, replace("/rank/priority", 9))
    for page in ("", "edit/", "blame/", "compare/", "history/5/"):
        assert editor.get(f"/s/prod/offers/sale/{page}").status_code == 200, page
