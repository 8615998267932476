"""One offer at a glance, and the sections that share the library's pages."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from offers.document.kinds.registry import Kind
from offers.models import LibraryItem, Sandbox
from offers.web.item.shown.sentences import constraints
from tests.cast import Role, actor, make, offer, patch, replace
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import flat, text_of


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
    assert "Shown from <b>1 Mar 2026, 00:00 KST</b> to <b>1 Apr 2026, 00:00 KST</b>." in text.replace("\xa0", " ")
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


def test_an_overview_shows_contents_on_their_devices_in_one_language(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    shown = {
        "placement": "home",
        "channel": "https://ns.adobe.com/xdm/channel-types/web",
        "components": [
            {"type": "html", "format": "text/html", "language": [language], "content": f"<p>{language}</p>"}
            for language in ("en-us", "ko-kr")
        ],
    }
    patch(actor(sandbox), item, replace("/representations/0", shown))
    page = "/s/prod/offers/sale/"

    def frames(**asked: str) -> list[str]:
        found = re.findall(
            r'device-browser device-html room-\d.*?src="([^"]+)"', flat(text_of(editor.get(page, asked)))
        )
        return [address.removeprefix(f"{page}preview/") for address in found]

    assert frames() == ["4/0/0/"]
    assert frames(language="ko-kr") == ["4/0/1/"]
    assert frames(language="all") == ["4/0/0/", "4/0/1/"]
    text = text_of(editor.get(page))
    assert f'href="{page}preview/4/0/0/" target="_blank"' in flat(text), "without scripts it enlarges in a tab"
    assert "Capping" not in text


def test_an_overview_says_where_an_offer_is_used_by_its_tags_too(
    editor: Client, item: LibraryItem, sandbox: Sandbox, django_assert_max_num_queries: Any
) -> None:
    page = "/s/prod/offers/sale/"
    assert "nothing yet" in text_of(editor.get(page))
    assert "Nothing uses this offer." in text_of(editor.get(f"{page}delete/"))
    make(actor(sandbox), {"name": "Holidays", "filterType": "any-tags", "ids": ["holiday"]}, Kind.COLLECTION, "any")
    make(actor(sandbox), {"name": "Summer"}, Kind.TAG, "summer")
    both = {"name": "Both of them", "filterType": "all-tags", "ids": ["holiday", "summer"]}
    make(actor(sandbox), both, Kind.COLLECTION, "all")
    with django_assert_max_num_queries(18):
        text = text_of(editor.get(page))
    assert "Holidays" in text
    assert "by its tags" in text
    question = text_of(editor.get(f"{page}delete/"))
    assert "Nothing uses this offer." not in question
    assert '<a href="/s/prod/collections/any/">Holidays</a>' in question
    assert "Both of them" not in question, "it has one of the two tags"
    assert "Both of them" not in text
    then = text_of(editor.get(page, {"at": timezone.now().isoformat()}))
    assert ("Holidays" in then, "Both of them" in then) == (True, False)
    assert "nothing yet" not in then
