"""The first page of a sandbox: what is on air, what starts and ends, what waits for whom."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from offers.access import members
from offers.access.changes import Reason
from offers.access.permissions import actor_for_user
from offers.models import LibraryItem, Sandbox
from offers.web.home import calendar, home
from tests.cast import Role, actor, make, offer
from tests.web.conftest import SignIn


def window(start: float, end: float) -> dict[str, Any]:
    """An approved offer's, in days from now."""
    days = [(timezone.now() + timedelta(days=day)).isoformat() for day in (start, end)]
    return {"status": "approved", "selectionConstraint": {"startDate": days[0], "endDate": days[1]}}


def page(browser: Client) -> str:
    return " ".join(browser.get("/s/prod/").content.decode().split())


def panel(text: str, title: str) -> str:
    found = re.search(rf"<h2[^>]*>{title}</h2>.*?</section>", text)
    return found.group() if found else ""


@pytest.mark.parametrize(
    ("role", "leads_to", "not_to"),
    [
        (Role.EDITOR, ["placements/new/", "offers/new/"], ["access/", "audit/"]),
        (Role.REVIEWER, ["placements/new/", "offers/new/"], ["access/"]),
        (Role.ADMIN, ["placements/new/", "offers/new/", "access/"], ["on-air/"]),
        (Role.AUDITOR, ["offers/", "audit/", "on-air/"], ["offers/new/", "access/"]),
    ],
)
def test_an_empty_library_tells_each_role_what_they_can_do_in_it(
    sign_in: SignIn, role: str, leads_to: list[str], not_to: list[str]
) -> None:
    text = panel(page(sign_in(role)), "First steps")
    assert [one for one in leads_to if f'href="/s/prod/{one}"' not in text] == []
    assert [one for one in not_to if f'href="/s/prod/{one}"' in text] == []


def test_a_library_with_nothing_on_air_says_what_there_is_not(editor: Client, item: LibraryItem) -> None:
    text = page(editor)
    assert "0 offers are live" in text
    assert "No approved offer runs in this period." in text
    assert '<svg class="calendar-strip"' not in text
    assert "Your drafts" not in text
    assert "Nothing is waiting for you." in text


def test_it_shows_what_is_live_what_starts_and_what_ends(editor: Client, sandbox: Sandbox) -> None:
    admin = actor(sandbox)
    make(admin, offer(name="Running", **window(-3, 30)), id="running")
    make(admin, offer(name="Nearly over", **window(-3, 3)), id="nearly-over")
    make(admin, offer(name="Soon", **window(3, 30)), id="soon")
    make(admin, offer(name="Much later", **window(100, 130)), id="much-later")
    text = page(editor)
    assert "2 offers are live" in text
    assert "Soon" in panel(text, "Starting within 7 days")
    assert "Much later" not in panel(text, "Starting within 7 days")
    assert "Nearly over" in panel(text, "Ending within 7 days")
    assert "Running" not in panel(text, "Ending within 7 days")


def test_the_strip_has_a_bar_that_leads_to_each_offer_and_says_the_same_as_a_list(
    editor: Client, sandbox: Sandbox
) -> None:
    make(actor(sandbox), offer(name="Tea & <b>toast</b>", **window(-3, 30)), id="tea")
    text = panel(page(editor), "On air")
    assert text.count('href="/s/prod/offers/tea/"') == 2
    assert text.count('<rect class="cal-bar cal-live" x="') == 2, "the bar and its key"
    assert "Tea &amp; &lt;b&gt;toast&lt;/b&gt;: Live, " in text
    assert "style=" not in text


def test_the_strip_shows_the_most_important_and_says_how_many_more(
    editor: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "BARS", 1)
    for priority in (1, 9, 5):
        make(actor(sandbox), offer(name=f"Of {priority}", **window(-3, 30), rank={"priority": priority}))
    text = panel(page(editor), "On air")
    assert "Of 9" in text
    assert "Of 5" not in text
    assert "2 more in this period" in text
    first, last = calendar.days(timezone.now())
    assert f'href="/s/prod/offers/?status=approved&amp;from={first}&amp;to={last}&amp;sort=-priority"' in text


def test_a_marketer_sees_their_own_drafts_and_a_reviewer_also_those_of_others(
    sign_in: SignIn, sandbox: Sandbox
) -> None:
    Sandbox.objects.filter(pk=sandbox.pk).update(review_policy=Sandbox.ReviewPolicy.REVIEWER)
    browsers = sign_in(Role.EDITOR), sign_in(Role.REVIEWER, "Tomás Rivera")
    for user, name in zip(User.objects.order_by("pk"), ("By Mina", "By Tomás"), strict=True):
        make(actor_for_user(user, "prod"), offer(name=name))
    marketer, reviewer = map(page, browsers)
    assert "By Mina" in panel(marketer, "Your drafts")
    assert "By Tomás" not in panel(marketer, "Your drafts")
    assert not panel(marketer, "Drafts of others")
    assert "By Tomás" in panel(reviewer, "Your drafts")
    assert "By Mina" in panel(reviewer, "Drafts of others")
    assert "Mina Park" in panel(reviewer, "Drafts of others")


def test_where_nothing_is_reviewed_no_draft_of_others_waits_and_an_auditor_has_none(
    sign_in: SignIn, sandbox: Sandbox
) -> None:
    make(actor(sandbox, label="Tomás Rivera"), offer(name="By Tomás"))
    assert not panel(page(sign_in(Role.REVIEWER)), "Drafts of others")
    auditor = page(sign_in(Role.AUDITOR, "Jisoo Kim"))
    assert not panel(auditor, "Your drafts")
    assert not panel(auditor, "Drafts of others")


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_queries_for_one_offer_as_for_three(
    sign_in: SignIn, sandbox: Sandbox, django_assert_num_queries: Any, count: int
) -> None:
    Sandbox.objects.filter(pk=sandbox.pk).update(review_policy=Sandbox.ReviewPolicy.REVIEWER)
    for number in range(count):
        make(actor(sandbox), offer(**window(-3, 30)), id=f"live{number}")
        make(actor(sandbox), offer(**window(3, 30)), id=f"soon{number}")
        make(actor(sandbox), offer(), id=f"draft{number}")
    browser = sign_in(Role.REVIEWER, "Tomás Rivera")
    browser.get("/s/prod/")
    # Session, person, membership; what waits: requests by their ways and bulk edits; live of two kinds, strip, starting,
    # ending; drafts of mine and of others; the last changes, their offers, and what they touched; what was published
    # without review; what is scheduled; whether the policy was changed; the sandboxes to switch to.
    with django_assert_num_queries(20):
        browser.get("/s/prod/")


def test_a_change_of_the_review_policy_is_told_for_a_week_to_who_answers_for_reviews(
    sign_in: SignIn, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(Role.ADMIN, "Theo Brandt")
    theo = actor_for_user(User.objects.get(username="theo"), "prod")
    members.change_policy(theo, "two-people", was="none", reason=Reason("Four eyes <b>"))
    told = "Theo Brandt changed the review policy"
    people = {"Tomás Rivera": Role.REVIEWER, "Jisoo Kim": Role.AUDITOR, "Bora Lee": Role.ADMIN, "Mina Lee": Role.EDITOR}
    for name, role in people.items():
        shown = page(sign_in(role, name))
        assert (told in shown, "Four eyes &lt;b&gt;" in shown) == ((role != Role.EDITOR,) * 2), role
    monkeypatch.setattr(home, "POLICY_IS_NEWS", timedelta(0))
    assert told not in page(sign_in(Role.REVIEWER, "Olga Weiss"))
