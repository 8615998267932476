"""The cards of representations: folded where there are many, open where something is new or wrong."""

import re

import pytest
from django.test import Client

from offers.models import Sandbox
from tests.cast import actor, make, make_placement, offer, shown_in
from tests.web.edit.filling import opened, submit, with_texts
from tests.web.frame.test_respond import text_of

pytestmark = pytest.mark.django_db
EDIT = "/s/prod/offers/many/edit/"


def card_texts(text: str) -> list[str]:
    return text.split('<div class="card-row representation')[1:]


@pytest.fixture
def many(sandbox: Sandbox) -> None:
    admin = actor(sandbox)
    for name in ("a", "b", "c", "d"):
        make_placement(admin, name, name=f"Place {name}")
    contents = [
        {"type": "html", "format": "text/html", "content": f"<b>Hi</b>\n {text} &amp; <i", "language": [text]}
        for text in ("en", "ko")
    ]
    shown = [shown_in(name, components=contents) for name in ("a", "b", "c", "d")]
    make(admin, offer(representations=shown), id="many")


def test_many_cards_are_folded_but_the_first_and_say_what_is_in_them(editor: Client, many: None) -> None:
    cards = card_texts(text_of(editor.get(EDIT)))
    assert [card.lstrip().startswith("is-folded") for card in cards] == [False, True, True, True]
    line = cards[1][cards[1].index('class="fold-said"') :]
    assert [line.index(text) for text in ("Place b", "en · ko", "Hi en")] == sorted(
        line.index(text) for text in ("Place b", "en · ko", "Hi en")
    )


def test_a_card_with_a_problem_is_open_and_the_language_that_has_it_is_in_front(editor: Client, many: None) -> None:
    form = with_texts(opened(editor, EDIT), {"/representations/2/components/1/linkURL": "javascript:alert(1)"})
    response = submit(editor, form, address=EDIT)
    assert response.status_code == 422
    cards = card_texts(text_of(response))
    assert [card.lstrip().startswith("is-folded") for card in cards] == [False, True, False, True]
    first, second = cards[2].split('role="tab"')[1:3]
    assert ('aria-selected="true"' in first, 'aria-selected="true"' in second) == (False, True)
    assert "has-problem" in second


def test_one_that_was_added_is_in_front(editor: Client, many: None) -> None:
    cards = card_texts(text_of(submit(editor, opened(editor, EDIT), "add:/representations/3/components", EDIT)))
    assert not cards[3].lstrip().startswith("is-folded")
    assert [tab[:400].count('aria-selected="true"') for tab in cards[3].split('role="tab"')[1:4]] == [0, 0, 1]
    assert "Content 3" in cards[3]
    # It is asked for its language first; those that have one say it at their tab, and what they are.
    contents = cards[3].split("data-component ")[1:4]
    assert [re.findall(r"<(\w+)[^<>]*\bautofocus", one) for one in contents] == [[], [], ["input"]]
    assert re.search(r'name="/representations/3/components/2/language"[^<>]*\bautofocus', contents[2])
    assert [bool(re.search(r'<details class="component-more"\s+open', one)) for one in contents] == [False, False, True]


def test_a_language_that_is_refused_is_shown_and_a_format_only_where_the_type_does_not_say_it(
    editor: Client, many: None
) -> None:
    first = "/representations/0/components/0/"
    form = with_texts(opened(editor, EDIT), {f"{first}language": "not a language!", f"{first}format": "text/x-mine"})
    one, other = card_texts(text_of(submit(editor, form, address=EDIT)))[0].split("data-component ")[1:3]
    assert re.search(r'<details class="component-more"\s+open', one)
    assert not re.search(r'<details class="component-more"\s+open', other)
    said = [re.sub(r"<[^<>]*>|\s", "", part[: part.index("</summary>")]) for part in (one, other)]
    assert ["·text/x-mine" in said[0], "text/html" in said[1]] == [True, False]


def test_the_language_of_the_reader_is_in_front_as_on_the_overview(editor: Client, many: None) -> None:
    for own, front in (("en", [1, 0]), ("ko", [0, 1])):
        page = editor.get(EDIT, headers={"accept-language": own}).content.decode()
        tabs = page.split('role="tab"')[1:3]
        assert [tab[:400].count('aria-selected="true"') for tab in tabs] == front
