"""Dates and priority, changed in the row of the list."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from offers.models import ChangeRequest, LibraryItem, Revision, Sandbox
from tests.cast import Role, actor, patch, replace
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import flat, text_of

HERE = "/s/prod/offers/sale/in-place/"
HTMX = {"HX-Request": "true"}
END = "/selectionConstraint/endDate"


def send(browser: Client, column: str, etag: int = 3, **typed: str) -> HttpResponse:
    """What the form in a cell sends: {"end": ...} for the input of the end date."""
    names = {"start": "/selectionConstraint/startDate", "end": END, "priority": "/rank/priority"}
    fields = {names[name]: text for name, text in typed.items()}
    drawn = {"columns": "status priority ends", "axis": "2026-01-01T00:00:00+00:00/2027-01-01T00:00:00+00:00"}
    sent = {"etag": str(etag), "zone": "UTC", **drawn, **fields}
    return browser.post(f"{HERE}{column}/", sent, headers=HTMX)  # type: ignore[return-value]


def test_a_value_leads_to_its_form_in_the_cell_and_without_scripts_to_the_edit_form_at_that_field(
    editor: Client, item: LibraryItem
) -> None:
    text = flat(text_of(editor.get("/s/prod/offers/")))
    assert f'hx-get="{HERE}priority/" href="/s/prod/offers/sale/edit/#f-rank-priority"' in text
    assert f'hx-get="{HERE}window/" href="/s/prod/offers/sale/edit/#f-selectionConstraint-endDate"' in text
    assert editor.get(f"{HERE}priority/")["Location"] == "/s/prod/offers/sale/edit/"
    form = text_of(editor.get(f"{HERE}window/?columns=window&axis=a", headers=HTMX))
    for part in ('name="etag" value="3"', f'name="{END}"', "Start date", "Save", 'name="columns" value="window"'):
        assert part in form
    assert editor.get(f"{HERE}name/", headers=HTMX).status_code == 404


def test_saving_is_one_patch_of_the_form_and_answers_with_the_row_and_its_undo(
    editor: Client, item: LibraryItem
) -> None:
    answer = text_of(send(editor, "priority", priority="12"))
    made = Revision.objects.get(item=item, etag=4)
    assert (made.patch, made.source) == ('[{"op":"replace","path":"/rank/priority","value":12}]', "form")
    assert answer.startswith("<tr>")
    assert answer.count("<td") == 5, "the box, the name and the columns that the page has"
    for part in ("</a></td>", "Saved as version 4.", "/offers/sale/history/4/undo/", 'hx-swap-oob="innerHTML"', ">12<"):
        assert part in flat(answer)
    assert "Saved" not in text_of(send(editor, "priority", 4, priority="12")), "nothing was changed"
    assert Revision.objects.filter(item=item).count() == 4


def test_what_others_saved_meanwhile_is_merged_with(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    patch(actor(sandbox, label="Jun Lee"), item, replace("/name", "Winter sale"))
    answer = text_of(send(editor, "ends", end="2027-03-01T10:00"))
    assert "Saved as version 5, merged with version 4 by Jun Lee." in answer
    item.refresh_from_db()
    assert (item.name, item.document["selectionConstraint"]["endDate"]) == (
        "Winter sale",
        "2027-03-01T10:00:00.000+00:00",
    )


def test_where_both_changed_it_who_made_what_of_it_is_said_and_saving_again_decides(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox, label="Jun Lee"), item, replace("/rank/priority", 40))
    answer = send(editor, "priority", priority="12")
    assert (answer.status_code, answer["HX-Retarget"], answer["HX-Reswap"]) == (409, "#in-place", "outerHTML")
    text = text_of(answer)
    assert "Jun Lee made it “40” meanwhile, version 4." in text
    assert 'value="12"' in text
    assert 'name="etag" value="4"' in text
    item.refresh_from_db()
    assert item.priority == 40
    assert "Saved as version 5." in text_of(send(editor, "priority", 4, priority="12"))


@pytest.mark.parametrize(
    ("column", "typed"), [("priority", {"priority": "much"}), ("window", {"end": "2001-01-01T00:00"})]
)
def test_what_is_not_valid_is_said_at_its_input_and_nothing_is_saved(
    editor: Client, item: LibraryItem, column: str, typed: dict[str, str]
) -> None:
    answer = send(editor, column, 3, **typed)
    assert answer.status_code == 422
    text = flat(text_of(answer))
    assert 'aria-invalid="true" aria-describedby="in-place-said-' in text
    assert f'value="{next(iter(typed.values()))}"' in text, "what was typed stays"
    assert Revision.objects.filter(item=item).count() == 3


def test_what_takes_a_second_person_is_proposed_once(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    patch(actor(sandbox), item, replace("/status", "approved"))
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.TWO_PEOPLE)
    assert "Propose" in text_of(editor.get(f"{HERE}priority/", headers=HTMX))
    for _time in range(2):
        assert "Proposed. A second person reviews it" in text_of(send(editor, "priority", 4, priority="12"))
    request = ChangeRequest.objects.get()
    assert request.changes.get().patch == replace("/rank/priority", 12)
    item.refresh_from_db()
    assert (item.etag, item.priority) == (4, 7)


def test_who_may_not_change_it_has_no_way_and_what_is_gone_is_asked_for_anew(
    sign_in: SignIn, item: LibraryItem, sandbox: Sandbox
) -> None:
    auditor, editor = sign_in(Role.AUDITOR, "Aud It"), sign_in(Role.EDITOR, "Ed It")
    assert "in-place" not in text_of(auditor.get("/s/prod/offers/")).replace("in-place.", "")
    assert send(auditor, "priority", priority="12").status_code == 403
    editor.post("/s/prod/offers/sale/delete/")
    assert send(editor, "priority", priority="12")["HX-Refresh"] == "true"
    assert Revision.objects.filter(item=item).count() == 4


@pytest.mark.parametrize("axis", ["", "x/y", "2026-01-01/2027-01-01", "2027-01-01T00:00Z/2026-01-01T00:00Z"])
def test_a_row_is_drawn_whatever_the_page_says_of_its_list(editor: Client, item: LibraryItem, axis: str) -> None:
    sent: dict[str, Any] = {"etag": "3", "/rank/priority": "8", "columns": "window nonsense", "axis": axis}
    assert "<svg" in text_of(editor.post(f"{HERE}priority/", sent, headers=HTMX))
