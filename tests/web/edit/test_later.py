"""A change that is made later: from the form, a new item's and a step's, with a review and without; nothing typed is lost."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from offers.models import ChangeRequest, LibraryItem, Sandbox
from tests.cast import make, make_placement, offer, shown_in
from tests.review.asking import now
from tests.review.conftest import Cast, people, sale
from tests.web.form_reader import form_in

__all__ = ["people", "sale"]

State = ChangeRequest.State
LATER = {"when": "moment", "when-begin": "2099-12-01T09:00", "when-end": "", "when-zone": "Asia/Seoul"}


@pytest.fixture
def mina(people: Cast) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(pk=people.mina.user_id or 0))
    return browser


def save(browser: Client, item: LibraryItem, action: str, when: dict[str, str], **typed: str) -> Any:
    page = f"/s/prod/offers/{item.id}/edit/"
    form: dict[str, Any] = {**form_in(browser.get(page).content.decode()), **typed, **when, "action": action}
    return browser.post(page, form)


def test_what_takes_a_second_person_is_proposed_for_its_moment(mina: Client, sale: LibraryItem) -> None:
    answer = save(mina, sale, "propose", LATER, **{"/name": "Autumn sale"})
    request = ChangeRequest.objects.get()
    assert answer.url == f"/s/prod/reviews/{request.number}/"
    assert (request.state, request.time_zone, f"{request.apply_at}") == (
        *(State.OPEN, "Asia/Seoul"),
        "2099-12-01 00:00:00+00:00",
    )
    assert now(sale).etag == 1


def test_what_takes_nobody_else_waits_for_its_moment_and_is_not_saved_before(people: Cast, mina: Client) -> None:
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.NONE)
    make_placement(people.setup)
    item = make(people.setup, offer(representations=[shown_in("home")]), id="draft")
    save(mina, item, "save", {**LATER, "when": "period", "when-end": "2099-12-02T09:00"}, **{"/name": "Autumn sale"})
    assert "/s/prod/offers/draft/approve/" in mina.get("/s/prod/offers/draft/").content.decode()
    assert 'name="when-begin"' in mina.get("/s/prod/offers/draft/approve/").content.decode()
    step = mina.post("/s/prod/offers/draft/approve/", {"etag": "1", **LATER})
    assert [one.state for one in ChangeRequest.objects.order_by("number")] == [State.SCHEDULED, State.SCHEDULED]
    assert now(item).etag == 1
    assert "Scheduled: it is applied on" in mina.get(step["Location"]).content.decode()


@pytest.mark.parametrize("way", ["form", "step"])
def test_a_time_that_has_passed_is_said_beside_it_and_nothing_typed_is_lost(
    mina: Client, sale: LibraryItem, way: str
) -> None:
    passed = {**LATER, "when-begin": "2020-12-01T09:00"}
    if way == "form":
        answer = save(mina, sale, "propose", passed, **{"/name": "Autumn sale"})
        assert 'value="Autumn sale"' in answer.content.decode()
    else:
        answer = mina.post("/s/prod/offers/sale/archive/", {"etag": "1", "note": "Legal", **passed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<p class="problem" id="when-begin-problem">This time has passed.</p>' in page
    assert 'value="2020-12-01T09:00"' in page
    assert not ChangeRequest.objects.exists()
