"""The edit form: what it shows, what it would change, what it saves, and that nothing typed is ever lost."""

import re

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from offers.document.kinds.registry import Kind
from offers.document.words.describe import Change
from offers.models import LibraryItem, Sandbox
from tests.cast import (
    actor,
    differences,
    make,
    make_placement,
    offer,
    patch,
    replace,
    shown_in,
)
from tests.web.edit.filling import (
    DESCRIPTION,
    END,
    HTMX,
    NAME,
    PRIORITY,
    last_patch,
    opened,
    revisions,
    submit,
    with_texts,
)
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import flat, text_of


@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul", "America/St_Johns"])
def test_a_page_that_is_sent_back_as_it_came_makes_no_version(editor: Client, odd: LibraryItem, zone: str) -> None:
    editor.cookies["timezone"] = zone
    address = "/s/prod/offers/odd/edit/"
    response = submit(editor, opened(editor, address), address=address, follow=True)
    assert "Nothing was changed, so there is no new version." in text_of(response)
    assert len(revisions(odd)) == 1


def test_one_change_of_an_odd_offer_is_one_operation(editor: Client, odd: LibraryItem) -> None:
    address = "/s/prod/offers/odd/edit/"
    submit(editor, with_texts(opened(editor, address), {PRIORITY: "9"}), address=address)
    assert last_patch(odd) == [{"op": "replace", "path": "/rank/priority", "value": 9}]


def test_it_saves_what_was_changed_with_author_and_note(editor: Client, item: LibraryItem) -> None:
    form = with_texts(opened(editor), {NAME: " Winter sale ", "note": "Legal asked"})
    response = submit(editor, form, follow=True)
    assert response.redirect_chain == [("/s/prod/offers/sale/", 302)]
    made = revisions(item)[-1]
    assert (made.etag, made.actor_label, made.source, made.note, made.refers_to) == (
        4, "Mina Park", "form", "Legal asked", {},
    )  # fmt: skip
    assert orjson.loads(made.patch) == [{"op": "replace", "path": "/name", "value": " Winter sale "}]
    text = text_of(response)
    assert "Saved as version 4." in text
    assert 'href="/s/prod/offers/sale/history/4/"' in text
    assert 'href="/s/prod/offers/sale/history/4/undo/"' in text
    assert differences() == []


def test_the_preview_shows_the_very_patch_that_save_applies(editor: Client, item: LibraryItem) -> None:
    form = with_texts(opened(editor), {NAME: "Winter sale", DESCRIPTION: "New", PRIORITY: "8"})
    response = submit(editor, form, "preview", headers=HTMX)
    assert "<html" not in text_of(response)
    shown: list[Change] = response.context["changes"]
    assert [change.title for change in shown] == ["Name", "Description", "Priority"]
    assert "If-Match: &quot;3&quot;" in text_of(response)
    assert "3 changes" in text_of(response)
    assert len(revisions(item)) == 3
    submit(editor, form)
    assert last_patch(item) == response.context["patch"]


def test_without_javascript_the_preview_is_the_whole_page_with_what_was_typed(
    editor: Client, item: LibraryItem
) -> None:
    response = submit(editor, with_texts(opened(editor), {NAME: "Winter sale"}), "preview")
    text = text_of(response)
    assert form_in(text)[NAME] == ["Winter sale"]
    assert "<ins>Winter</ins> sale" in text
    assert "is-changed" in text
    assert "1 change<" in flat(text)


def test_a_wrong_field_keeps_everything_typed_and_says_what_is_wrong(editor: Client, item: LibraryItem) -> None:
    typed = {NAME: "", PRIORITY: "many", DESCRIPTION: "kept", "note": "why", END: "2020-01-01T00:00"}
    response = submit(editor, with_texts(opened(editor), typed))
    assert response.status_code == 422
    text = text_of(response)
    assert {name: form_in(text)[name] for name in typed} == {name: [value] for name, value in typed.items()}
    page = response.context["page"]
    assert page.problems == {
        NAME: ["This field is required."],
        PRIORITY: ["This must be a whole number."],
        END: ["The end must be after the start."],
    }
    assert '<a href="#f-rank-priority"' in text
    assert '<span data-title="Summer sale">Summer sale</span>' in text
    assert 'aria-describedby="f-rank-priority-hint f-rank-priority-problem"' in text
    assert len(revisions(item)) == 3


def test_a_rule_that_spans_fields_stands_at_one_of_them(editor: Client, item: LibraryItem) -> None:
    response = submit(editor, with_texts(opened(editor), {END: "2020-01-01T00:00"}))
    assert response.status_code == 422
    assert response.context["page"].problems == {END: ["The end must be after the start."]}


def test_a_placement_that_takes_other_content_is_refused_at_the_content(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    make_placement(actor(sandbox), "sms", name="SMS", componentType="text")
    response = submit(editor, with_texts(opened(editor), {"/representations/0/placement": "sms"}))
    assert response.status_code == 422
    assert response.context["page"].problems == {
        "/representations/0/components/0/type": ["The placement SMS takes plain text content."]
    }


def test_dates_are_in_the_zone_that_the_form_was_shown_in(editor: Client, item: LibraryItem) -> None:
    editor.cookies["timezone"] = "Asia/Seoul"
    form = opened(editor)
    assert form[END] == ["2026-04-01T00:00"]
    editor.cookies["timezone"] = "UTC"
    submit(editor, with_texts(form, {END: "2026-05-01T09:30"}))
    assert last_patch(item) == [
        {"op": "replace", "path": "/selectionConstraint/endDate", "value": "2026-05-01T09:30:00.000+09:00"}
    ]


def test_below_a_date_stands_how_all_pages_say_it_so_long_as_it_is_the_one_that_is_there(
    editor: Client, odd: LibraryItem
) -> None:
    editor.cookies["timezone"] = "Asia/Seoul"
    address = "/s/prod/offers/odd/edit/"

    def said(page: str) -> list[str]:
        return re.findall(r'said-date">([^<]*)<', page)

    start, end, limit = "27 Jul 2022, 14:00 KST", "31 Dec 9999, 23:59 UTC", "15 May 2023, 23:25 KST"
    assert said(text_of(editor.get(address))) == [start, end, limit], "of an end that no calendar has there"
    form = with_texts(opened(editor, address), {NAME: ""})
    refused = submit(editor, form, address=address)
    assert (refused.status_code, said(text_of(refused))) == (422, [start, end, limit])
    refused = submit(editor, with_texts(form, {END: "2027-05-01T09:30"}), address=address)
    assert (refused.status_code, said(text_of(refused))) == (422, [start, limit])


def test_it_warns_before_counters_start_again(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    capping = [{"limit": 1, "scope": "global", "entity": "offer"}]
    patch(actor(sandbox), item, replace("/status", "approved"))
    patch(actor(sandbox), item, [{"op": "add", "path": "/frequencyCappingConstraints", "value": capping}])
    response = submit(editor, with_texts(opened(editor), {END: "2999-05-01T09:30"}), "preview")
    assert "its counters may start again" in text_of(response)


# Safe and quick


def test_content_of_an_offer_cannot_leave_its_input(editor: Client, odd: LibraryItem) -> None:
    text = text_of(editor.get("/s/prod/offers/odd/edit/"))
    assert "<script>alert" not in text
    assert text.count("<iframe") == 2
    assert text.count("<iframe") == text.count(" sandbox loading=")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_often_for_three_rows_as_for_one(
    editor: Client,
    item: LibraryItem,
    sandbox: Sandbox,
    rows: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    admin = actor(sandbox)
    for number in range(1, rows):
        make_placement(admin, f"home{number}")
        make(admin, {"name": f"Tag {number}"}, Kind.TAG, f"tag{number}")
    made = offer(
        representations=[shown_in("home"), *(shown_in(f"home{number}") for number in range(1, rows))],
        tags=["holiday", *(f"tag{number}" for number in range(1, rows))],
    )
    make(admin, made, id="wide")
    with django_assert_max_num_queries(11):
        form = opened(editor, "/s/prod/offers/wide/edit/")
    with django_assert_max_num_queries(13):
        submit(editor, with_texts(form, {NAME: "x"}), "preview", "/s/prod/offers/wide/edit/", headers=HTMX)


def test_a_save_reads_its_offer_once_and_asks_only_for_what_it_needs(editor: Client, item: LibraryItem) -> None:
    """The offer and the write: no placements that nothing is taken over from, no rules, no tags, no second look."""
    form = with_texts(opened(editor), {NAME: "Winter sale"})
    with CaptureQueriesContext(connection) as statements:
        assert submit(editor, form).status_code == 302
    asked = [one["sql"] for one in statements if "offers_libraryitem" in one["sql"]]
    assert [one.split()[0] for one in asked] == ["SELECT", "WITH"]
    assert len(statements) <= 5


def test_a_save_asks_for_the_placement_of_a_content_that_lost_its_type(editor: Client, item: LibraryItem) -> None:
    form = with_texts(opened(editor), {"/representations/0/components/0/type": ""})
    with CaptureQueriesContext(connection) as statements:
        assert submit(editor, form).status_code == 302
    assert [one for one in statements if "'placement'" in one["sql"]]


def test_an_end_date_of_the_past_is_marked_at_its_field(editor: Client, item: LibraryItem) -> None:
    mark = 'class="warned" id="f-selectionConstraint-endDate-warned"'
    page = text_of(editor.get("/s/prod/offers/sale/edit/"))
    assert mark in page
    assert 'f-selectionConstraint-endDate-warned"' in page.split('name="/selectionConstraint/endDate"')[1].split(">")[0]
    assert "This date has passed." in page, "from the start: nothing moves with the first change"
    for typed, said in (("2020-01-01T00:00", True), ("9999-01-01T00:00", False)):
        answer = text_of(submit(editor, with_texts(opened(editor), {END: typed}), "preview", headers=HTMX))
        assert f'{mark} hx-swap-oob="true"' in answer, "it goes away, too"
        assert ("This date has passed." in answer) is said
