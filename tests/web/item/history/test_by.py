"""Wherever somebody's name stands with what they did, it leads to everything that they did."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.template import RequestContext
from django.test import Client, RequestFactory

from offers.access.permissions import Role
from offers.models import Membership, Revision, Sandbox
from offers.web.item.history.door import by
from tests.cast import actor, make, offer, replace
from tests.review.asking import agree, ask
from tests.review.conftest import member
from tests.web.conftest import SignIn


def people(browser: Client, page: str) -> set[str]:
    """The keys of those whom a page leads to, of whom the audit page knows each."""
    answer = browser.get(page)
    assert answer.status_code == 200, page
    return set(re.findall(r'href="/s/prod/audit/\?by=([^"&]+)"', answer.content.decode()))


@pytest.mark.django_db
def test_from_every_page_that_names_somebody_with_a_change(sandbox: Sandbox, sign_in: SignIn) -> None:
    jun, minji = member(sandbox, "jun", Role.REVIEWER), member(sandbox, "minji", Role.EDITOR)
    item = make(actor(sandbox), offer(), id="sale")
    Sandbox.objects.update(review_policy=Sandbox.ReviewPolicy.EVERYTHING)
    sandbox.refresh_from_db()
    agree(jun, ask(minji, item, replace("/name", "Agreed to")))
    admin = sign_in(Role.ADMIN)
    at = "/s/prod/offers/sale/"
    assert people(admin, f"{at}history/") == {minji.key, "name-Mina+Park"}
    assert people(admin, f"{at}history/2/") == {minji.key}
    assert people(admin, f"{at}blame/") == {minji.key, "name-Mina+Park"}
    assert people(admin, f"{at}history/field/?p=/name") == {minji.key, "name-Mina+Park"}
    assert people(admin, "/s/prod/reviews/1/") == {minji.key, jun.key}
    assert minji.key in people(admin, "/s/prod/")
    person = Membership.objects.get(user=User.objects.get(username="minji"), sandbox=sandbox)
    assert minji.key in people(admin, f"/s/prod/access/members/{person.pk}/")


def test_a_program_is_known_by_its_id_and_an_erased_name_without_account_leads_nowhere() -> None:
    def said(**who: Any) -> str:
        frame = SimpleNamespace(sandbox=Sandbox(name="prod"))
        return by(RequestContext(RequestFactory().get("/"), {"frame": frame}), Revision(**who))

    assert 'href="/s/prod/audit/?by=client-feed"' in said(actor_label="Feed", client_id="feed")
    assert 'href="/s/prod/audit/?by=user-7"' in said(actor_label="[erased:3]", actor_id=7)
    assert ("href" in said(actor_label="[erased:3]"), "erased (no. 3)" in said(actor_label="[erased:3]")) == (
        False,
        True,
    )
    assert "&lt;b&gt;" in said(actor_label="<b>")
