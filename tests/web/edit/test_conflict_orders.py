"""An order that two people changed: each side says what stands where, in words that tell the items apart."""

from typing import Any

import pytest
from django.test import Client

from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Sandbox
from tests.cast import actor, make, make_placement, offer, patch, replace, shown_in
from tests.web.edit.filling import now, opened, submit, with_texts
from tests.web.edit.test_conflict import names_of_picks
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of

HTML = {"type": "html", "format": "text/html"}
DECISION = {"name": "Next best", "status": "draft", "startDate": "2026-03-01T00:00:00Z"}
ONE_TWO_THREE = ("one", "two", "three")


def limit(number: int, entity: str) -> dict[str, Any]:
    return {"limit": number, "scope": "global", "entity": entity, "events": ["click"], "repeat": {"enabled": False}}


def scope(placement: str) -> dict[str, Any]:
    return {"placements": [placement], "optionSelection": {"filter": "spring"}}


def contents(*items: dict[str, Any]) -> dict[str, Any]:
    return offer(representations=[shown_in("one", components=[{**HTML, **item} for item in items])])


CONTENTS = "/representations/0/components"
CASES: dict[str, tuple[dict[str, Any], str, str, tuple[str, ...]]] = {
    "representations": (
        offer(representations=[shown_in(name) for name in ONE_TWO_THREE]),
        "/representations", "Order of Representations", ("One", "Two", "Three"),
    ),
    "contents": (
        contents(*({"language": [language], "content": "Hello"} for language in ("en", "ko", "ja"))),
        CONTENTS, "Order of One › Contents",
        ("Content (html, en)", "Content (html, ko)", "Content (html, ja)"),
    ),
    "contents of one language": (
        contents(*({"id": name, "content": f"Hello {name}"} for name in ONE_TWO_THREE)),
        CONTENTS, "Order of One › Contents", ("Hello one", "Hello two", "Hello three"),
    ),
    "contents of one text": (
        contents(*({"id": name, "content": "Hello"} for name in ONE_TWO_THREE)),
        CONTENTS, "Order of One › Contents", ONE_TWO_THREE,
    ),
    "limits": (
        offer(frequencyCappingConstraints=[limit(7, "offer"), limit(8, "placement"), {**limit(9, "offer"), "id": "x"}]),
        "/frequencyCappingConstraints", "Order of Limits",
        tuple(f"At most {count} times in {per}, counted by click" for count, per in ((7, "total"), (8, "each placement"), (9, "total"))),
    ),
    "decision scopes": (
        {**DECISION, "criteria": [scope(name) for name in ONE_TWO_THREE]},
        "/criteria", "Order of Decision scopes", ("One → Spring", "Two → Spring", "Three → Spring"),
    ),
}  # fmt: skip


@pytest.fixture
def library(sandbox: Sandbox) -> None:
    admin = actor(sandbox)
    for name in ONE_TWO_THREE:
        make_placement(admin, name, name=name.title())
    make(admin, {"name": "Season"}, Kind.TAG, "season")
    make(admin, {"name": "Spring", "filterType": "any-tags", "ids": ["season"]}, Kind.COLLECTION, "spring")


def made_of(sandbox: Sandbox, document: dict[str, Any]) -> tuple[LibraryItem, str]:
    """The item, and its address."""
    kind, section = (Kind.DECISION, "decisions") if "criteria" in document else (Kind.PERSONALIZED_OFFER, "offers")
    return make(actor(sandbox), document, kind, "it"), f"/s/prod/{section}/it/"


def last_to_front(at: str) -> list[dict[str, Any]]:
    return [{"op": "move", "from": f"{at}/2", "path": f"{at}/0"}]


def numbered(*names: str) -> str:
    return "\n".join(f"{number}. {name}" for number, name in enumerate(names, start=1))


@pytest.mark.parametrize(("document", "at", "label", "names"), CASES.values(), ids=CASES)
def test_an_order_that_both_changed_is_asked_in_words(
    editor: Client, sandbox: Sandbox, library: None, document: Any, at: str, label: str, names: tuple[str, str, str]
) -> None:
    made, address = made_of(sandbox, document)
    edit, (one, two, three) = f"{address}edit/", names
    form = form_in(text_of(submit(editor, opened(editor, edit), f"up:{at}/1", edit)))
    patch(actor(sandbox), made, last_to_front(at))
    response = submit(editor, form, address=edit)
    (field,) = response.context["fields"]
    assert field.label == label
    assert (field.before.text, field.theirs.text, field.yours.text) == (
        numbered(one, two, three), numbered(three, one, two), numbered(two, one, three),
    )  # fmt: skip
    sent = form_in(text_of(response), "conflict")
    sent[names_of_picks(text_of(response))[0]] = ["theirs"]
    submit(editor, sent, address=edit)
    assert now(made).etag == 2, "theirs is what is there already"


@pytest.mark.parametrize(("document", "at", "label", "names"), CASES.values(), ids=CASES)
def test_an_undo_that_a_later_order_is_in_the_way_of_says_all_three_in_words(
    editor: Client, sandbox: Sandbox, library: None, document: Any, at: str, label: str, names: tuple[str, str, str]
) -> None:
    made, address = made_of(sandbox, document)
    one, two, three = names
    for name in ("Jisoo Kim", "Haneul Lee"):
        patch(actor(sandbox, label=name), made, last_to_front(at))
    response = editor.get(f"{address}history/2/undo/")
    assert response.status_code == 409
    (found,) = response.context["fields"]
    assert (found.theirs.text, found.before.text, found.yours.text) == (
        numbered(one, two, three), numbered(three, one, two), numbered(two, three, one),
    )  # fmt: skip
    assert (found.made.actor_label, found.made.etag) == ("Haneul Lee", 3)
    assert label in text_of(response)


@pytest.mark.parametrize(
    ("document", "at", "field"),
    [
        (CASES["limits"][0], "/frequencyCappingConstraints", "limit"),
        (
            {**DECISION, "criteria": [{**scope(name), "rank": {"priority": 1}} for name in ONE_TWO_THREE]},
            "/criteria", "rank/priority",
        ),
    ],
    ids=["limits", "decision scopes"],
)  # fmt: skip
def test_what_merges_by_itself_goes_by_the_item_and_not_by_its_number(
    editor: Client, sandbox: Sandbox, library: None, document: Any, at: str, field: str
) -> None:
    """Both change the first item; they also change the second one, and put the last one in front."""
    made, address = made_of(sandbox, document)
    edit = f"{address}edit/"
    form = with_texts(opened(editor, edit), {f"{at}/0/{field}": "70"})
    theirs = [*replace(f"{at}/0/{field}", 71), *replace(f"{at}/1/{field}", 81), *last_to_front(at)]
    patch(actor(sandbox), made, theirs)
    response = submit(editor, form, address=edit)
    (contested,) = response.context["fields"]
    assert (contested.theirs.text, contested.yours.text) == ("71", "70")
    (told,) = [row for row in response.context["theirs"] if row.action != "moved"]
    assert (told.action, "81" in told.new_text, "71" in told.new_text) == ("changed", True, False)
