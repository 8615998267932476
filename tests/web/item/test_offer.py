"""The offers list and overview, and the sections that share the library's pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from offers.document.validate import Kind
from offers.lists import pages
from offers.models import LibraryItem, Sandbox
from offers.web.item.sentences import constraints
from offers.web.lists.rows import AXIS, axis_of, bar_of
from tests.cast import Role, actor, make, offer, patch, replace, shown_in
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of


def add(sandbox: Sandbox, count: int) -> None:
    """More offers, each with a tag of its own and a history."""
    admin = actor(sandbox)
    for number in range(count):
        make(admin, {"name": f"tag {number}"}, Kind.TAG, f"tag-{number}")
        made = make(admin, offer(name=f"offer {number}", tags=[f"tag-{number}"], representations=[shown_in("home")]))
        patch(admin, made, replace("/rank/priority", number + 10))


def test_the_list_shows_name_tags_status_and_who_changed_it(editor: Client, item: LibraryItem) -> None:
    text = text_of(editor.get("/s/prod/offers/"))
    for part in ("Summer sale", "Holiday 2026", "Draft", "Jisoo Kim", "Web", "1 offer"):
        assert part in text
    assert "Nothing matches" not in text


@pytest.mark.parametrize(
    "address", ["/s/prod/offers/", "/s/prod/offers/sale/", "/s/prod/offers/sale/history/", "/s/prod/", "/s/prod/tags/"]
)
def test_a_page_asks_as_many_queries_for_three_items_as_for_one(
    editor: Client, item: LibraryItem, sandbox: Sandbox, address: str, django_assert_max_num_queries: Any
) -> None:
    editor.get(address)
    with django_assert_max_num_queries(16) as first:
        editor.get(address)
    add(sandbox, 3)
    for number in range(3):
        patch(actor(sandbox), item, replace("/rank/priority", number + 20))
    with django_assert_max_num_queries(len(first)):
        editor.get(address)


def test_filters_that_are_on_can_be_removed_one_by_one(editor: Client, item: LibraryItem) -> None:
    text = text_of(editor.get("/s/prod/offers/?q=summer&status=draft&tag=holiday"))
    assert "Summer sale" in text
    assert 'href="/s/prod/offers/?status=draft&amp;tag=holiday"' in text
    assert 'href="/s/prod/offers/?q=summer&amp;tag=holiday"' in text
    assert 'href="/s/prod/offers/?q=summer&amp;status=draft"' in text


def test_a_filter_that_is_none_filters_nothing(editor: Client, item: LibraryItem) -> None:
    assert "Summer sale" in text_of(editor.get("/s/prod/offers/?status=nonsense&state=x&sort=drop&cursor=zz"))


def test_an_empty_list_says_why(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    assert "No offer matches" in text_of(editor.get("/s/prod/offers/?q=nothing-like-it"))
    LibraryItem.objects.update(deleted_at=timezone.now())
    assert "No offers yet" in text_of(editor.get("/s/prod/offers/"))


def test_pages_lead_on_and_back_with_their_filters(
    editor: Client, item: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(sandbox, 3)
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    first = editor.get("/s/prod/offers/?status=draft&sort=name")
    assert first.context["links"]["previous"] == ""
    second = editor.get(first.context["links"]["next"])
    names = [row.item.name for row in (*first.context["rows"], *second.context["rows"])]
    assert names == list(LibraryItem.objects.exclude(status=None).order_by("name").values_list("name", flat=True))
    again = editor.get(second.context["links"]["previous"])
    assert [row.item.name for row in again.context["rows"]] == [row.item.name for row in first.context["rows"]]
    assert "status=draft" in second.context["links"]["previous"]


def test_window_bars_stay_on_their_axis(sandbox: Sandbox) -> None:
    now = timezone.now()
    for start, end in [(-4000, -3000), (-30, 30), (10, 20), (300, 9000)]:
        days = {"startDate": now + timedelta(days=start), "endDate": now + timedelta(days=end)}
        make(actor(sandbox), offer(selectionConstraint={name: day.isoformat() for name, day in days.items()}))
    items = list(LibraryItem.objects.order_by("starts_at"))
    axis = axis_of(items, now)
    bars = [bar_of(item, axis, now) for item in items]
    assert len(bars) == 4
    for bar in bars:
        assert bar is not None
        assert 0 <= bar.x < bar.x + bar.width <= AXIS + 0.1
        assert 0 <= bar.today <= AXIS


def test_an_offer_without_a_window_has_no_bar(sandbox: Sandbox) -> None:
    fallback = make(actor(sandbox), {"name": "Always", "status": "draft"}, Kind.FALLBACK_OFFER)
    now = timezone.now()
    assert bar_of(fallback, axis_of([fallback], now), now) is None


def test_the_overview_says_what_when_to_whom_and_what_changed_last(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    admin = actor(sandbox)
    make(
        admin,
        {"name": "Gold members", "condition": {"type": "PQL", "format": "pql/text", "value": "x"}},
        Kind.RULE,
        "gold",
    )
    constraint = {
        **item.document["selectionConstraint"],
        "profileConstraintType": "eligibilityRule",
        "eligibilityRule": "gold",
    }
    capping = {
        "limit": 3,
        "scope": "profile",
        "entity": "offer",
        "events": ["impression"],
        "repeat": {"enabled": True, "unit": "month", "unitCount": 1},
    }
    patch(
        admin,
        item,
        [
            {"op": "replace", "path": "/selectionConstraint", "value": constraint},
            {"op": "add", "path": "/frequencyCappingConstraints", "value": [capping]},
        ],
    )
    editor.cookies["timezone"] = "Asia/Seoul"
    text = text_of(editor.get("/s/prod/offers/sale/"))
    assert "Shown from <b>1 Mar 2026, 00:00 KST</b> to <b>1 Apr 2026, 00:00 KST</b>." in text
    assert "To people who match <b>Gold members</b>." in text
    assert "At most <b>3</b> times for each person, every month, counted by <b>impression</b>." in text
    assert "version 4" in text
    assert 'sandbox loading="lazy"' in text


def test_a_preview_is_a_sandbox_of_its_own_without_scripts(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    content = '<p style="color:red">Hi</p><script>alert(1)</script>'
    patch(actor(sandbox), item, replace("/representations/0/components/0/content", content))
    response = editor.get("/s/prod/offers/sale/preview/4/0/0/")
    policy = response["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "allow" not in policy
    assert "frame-ancestors 'self'" in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert content in text_of(response)
    for missing in (
        "/s/prod/offers/sale/preview/4/9/0/",
        "/s/prod/offers/sale/preview/4/0/9/",
        "/s/prod/tags/holiday/preview/1/0/0/",
    ):
        assert editor.get(missing).status_code == 404


def test_a_preview_of_what_is_typed_is_for_members_only(editor: Client, sign_in: SignIn, sandbox: Sandbox) -> None:
    typed = {"type": "text", "content": "<b>not bold</b>"}
    response = editor.post("/s/prod/preview/", typed)
    assert "&lt;b&gt;not bold&lt;/b&gt;" in text_of(response)
    assert "sandbox" in response["Content-Security-Policy"]
    assert sign_in(None, "Some Body").post("/s/prod/preview/", typed).status_code == 404


def test_hostile_text_is_text_everywhere(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    hostile = '"><script>alert(1)</script>{{ 7|add:7 }}'
    made = make(
        actor(sandbox, label="<i>Eve</i>"), offer(name=hostile, description=hostile, characteristics={"a": hostile})
    )
    patch(actor(sandbox), made, replace("/name", hostile + "!"))
    for page in ("", "history/", "history/1/", "blame/", "api/", "compare/", "history/2/undo/"):
        text = text_of(editor.get(f"/s/prod/offers/{made.id}/{page}"))
        assert "<script>alert" not in text
        assert "<i>Eve" not in text
        assert "{{ 7|add:7 }}" in text


@pytest.mark.parametrize(("section", "id"), [("placements", "home"), ("tags", "holiday")])
def test_other_sections_have_the_same_pages(editor: Client, item: LibraryItem, section: str, id: str) -> None:
    for page in ("", "history/", "history/1/", "blame/", "api/", "compare/"):
        assert editor.get(f"/s/prod/{section}/{id}/{page}").status_code == 200
    assert "Summer sale" in text_of(editor.get(f"/s/prod/{section}/{id}/"))
    assert editor.get(f"/s/prod/{section}/sale/").status_code == 404
    assert id in text_of(editor.get(f"/s/prod/{section}/"))


def test_an_auditor_reads_everything_and_is_offered_no_change(sign_in: SignIn, item: LibraryItem) -> None:
    auditor = sign_in(Role.AUDITOR)
    for page in ("", "history/", "history/2/", "blame/"):
        text = text_of(auditor.get(f"/s/prod/offers/sale/{page}"))
        assert "Undo this change" not in text
        assert "/edit/" not in text


@pytest.mark.parametrize(
    ("capping", "said"),
    [
        ({"limit": 1, "scope": "global", "entity": "offer"}, "At most <b>1</b> time in total."),
        ({"limit": 5, "scope": "global", "entity": "placement"}, "At most <b>5</b> times in each placement."),
        (
            {
                "limit": 2,
                "scope": "profile",
                "entity": "placement",
                "repeat": {"enabled": True, "unit": "day", "unitCount": 3},
            },
            "At most <b>2</b> times for each person and placement, every <b>3</b> days.",
        ),
        (
            {"limit": 2, "scope": "profile", "entity": "offer", "repeat": {"enabled": False, "unit": "day"}},
            "At most <b>2</b> times for each person.",
        ),
        (
            {"limit": 9, "scope": "global", "entity": "offer", "enabled": False},
            '<span class="muted">At most <b>9</b> times in total. This limit is switched off.</span>',
        ),
    ],
)
def test_a_capping_row_is_a_sentence(capping: dict[str, Any], said: str) -> None:
    assert [sentence.text for sentence in constraints({"frequencyCappingConstraints": [capping]}, {})] == [said]
