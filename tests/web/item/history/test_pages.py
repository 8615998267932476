"""Timeline, one revision, compare, blame, undo and restore."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.ledger import heads, writes
from offers.ledger.records import Stamp
from offers.models import LibraryItem, RequestedChange, Revision, Sandbox
from offers.web.item.history import pages as history
from tests.cast import (
    FORM,
    Role,
    actor,
    differences,
    make,
    make_placement,
    make_sandbox,
    offer,
    patch,
    replace,
    shown_in,
)
from tests.web.conftest import SignIn
from tests.web.form_reader import form_in
from tests.web.frame.test_respond import text_of

HISTORY = "/s/prod/offers/sale/history/"
HTMX = {"HX-Request": "true"}


def confirm(browser: Client, address: str, etag: int, note: str = "") -> Any:
    return browser.post(address, {"etag": str(etag), "note": note})


def test_the_timeline_tells_each_change_in_words(editor: Client, item: LibraryItem) -> None:
    text = text_of(editor.get(HISTORY))
    assert text.index("version 3") < text.index("version 2") < text.index("version 1")
    assert "Priority" in text
    assert "<del>1</del>" in text
    assert "<ins>7</ins>" in text
    assert "Created" in text
    assert "Today" in text


def test_the_timeline_shows_where_the_status_changed_and_notes(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    stamp = Stamp("form", note="Legal said yes")
    writes.change(actor(sandbox), OFFER_KINDS, "sale", replace("/status", "approved"), stamp)
    text = text_of(editor.get(HISTORY))
    assert "Legal said yes" in text
    assert 'class="marker"' in text


def test_a_long_history_goes_on_from_an_etag(
    editor: Client, item: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PAGE_SIZE", 2)
    first = editor.get(HISTORY)
    assert [entry.revision.etag for entry in first.context["entries"]] == [3, 2]
    assert f'href="{HISTORY}?before=2"' in text_of(first)
    older = editor.get(f"{HISTORY}?before=2", headers=HTMX)
    assert [entry.revision.etag for entry in older.context["entries"]] == [1]
    assert "<html" not in text_of(older)
    assert "before=1" not in text_of(older)


@pytest.mark.parametrize("before", ["0", "-1", "x", "99999999999999999999", "1e3", "٣"])
def test_a_place_in_history_that_is_none_means_the_start(editor: Client, item: LibraryItem, before: str) -> None:
    assert [entry.revision.etag for entry in editor.get(HISTORY, {"before": before}).context["entries"]] == [3, 2, 1]


def test_a_revision_shows_words_patch_and_the_call_that_makes_it(editor: Client, item: LibraryItem) -> None:
    text = text_of(editor.get(f"{HISTORY}2/"))
    assert "Summer" in text
    assert "{&quot;op&quot;: &quot;replace&quot;, &quot;path&quot;: &quot;/name&quot;" in text
    assert "If-Match: &quot;1&quot;" in text
    assert "/data/core/dps/offers/sale?offer-type=personalized" in text
    fragment = text_of(editor.get(f"{HISTORY}2/", headers=HTMX))
    assert fragment.strip().startswith('<div class="changes" data-shown="words">')


def test_a_revision_that_never_was_is_a_404(editor: Client, item: LibraryItem) -> None:
    for page in ("9/", "9/undo/", "9/restore/", "1/undo/", "0/"):
        assert editor.get(f"{HISTORY}{page}").status_code == 404
    assert editor.get("/s/prod/offers/sale/compare/?from=1&to=9").status_code == 404


def test_the_history_of_a_deleted_item_stays_readable(editor: Client, item: LibraryItem, sandbox: Sandbox) -> None:
    writes.delete(actor(sandbox), OFFER_KINDS, "sale", FORM)
    for address in (HISTORY, f"{HISTORY}4/", "/s/prod/offers/sale/compare/?from=1&to=4"):
        text = text_of(editor.get(address))
        assert "Deleted" in text
        assert "Undo this change" not in text
    assert editor.get(f"{HISTORY}2/restore/")["Location"] == "/s/prod/offers/sale/"


def test_any_two_versions_can_be_compared(editor: Client, item: LibraryItem) -> None:
    text = text_of(editor.get("/s/prod/offers/sale/compare/?from=1&to=3"))
    assert "<ins>7</ins>" in text
    assert "Summer" in text
    assert "These two versions are equal." in text_of(editor.get("/s/prod/offers/sale/compare/?from=2&to=2"))


COMPARE = "/s/prod/offers/sale/compare/"


def test_versions_are_picked_by_their_time_author_and_fields(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox, label="Theo Brandt"), item, [*replace("/rank/priority", 8), *replace("/name", "Autumn sale")])
    editor.cookies["timezone"] = "Asia/Seoul"
    lines = dict(editor.get(f"{COMPARE}?from=1&to=4").context["versions"])
    today = f"{datetime.now(ZoneInfo('Asia/Seoul')):%-d %b}"
    assert list(lines) == [4, 3, 2, 1]
    assert re.fullmatch(rf"4 · {today} \d\d:\d\d · Theo Brandt · Priority, Name", lines[4])
    assert lines[1].endswith("Jisoo Kim · Created")


def test_a_version_of_a_long_history_is_found_by_its_moment(
    editor: Client, item: LibraryItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("offers.web.item.history.comparing.LISTED", 1)
    assert [etag for etag, _ in editor.get(f"{COMPARE}?from=1&to=2").context["versions"]] == [3, 2, 1]
    editor.cookies["timezone"] = "Asia/Seoul"
    soon = f"{datetime.now(ZoneInfo('Asia/Seoul')) + timedelta(minutes=1):%Y-%m-%dT%H:%M}"
    for asked, found in (
        ({"from": "2", "to": "1", "to-at": soon}, "from=2&to=3"),
        ({"from-at": "2020-01-01T00:00", "to": "2"}, "from=1&to=2"),
        ({"from-at": "yesterday", "to": "x"}, "from=3"),
    ):
        assert editor.get(COMPARE, asked)["Location"] == f"{COMPARE}?{found}"
    assert "There was no version yet at that time." in text_of(editor.get(COMPARE))


def cells(response: Any) -> list[tuple[str, ...]]:
    """The fields of a comparison side by side: what each is called, what it was, and what it is; with its marks."""
    found = re.findall(
        r'rowgroup">(.*?)</th>.*?column-before[^>]*>(.*?)</td>.*?column-after[^>]*>(.*?)</td>',
        text_of(response),
        re.DOTALL,
    )
    return [tuple(" ".join(re.sub(r"</?span[^>]*>", "", cell).split()) for cell in row) for row in found]


def test_side_by_side_fields_stand_in_a_row_with_what_went_on_one_side_and_what_came_on_the_other(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    text = "/representations/0/components/0/content"
    make_placement(actor(sandbox), "foot", name="Foot")
    long = "Free delivery on every order over thirty thousand won until Sunday"
    patch(actor(sandbox), item, [*replace(text, long), {"op": "remove", "path": "/tags"}])
    first = {"op": "add", "path": "/representations/0", "value": shown_in("foot")}
    patch(actor(sandbox), item, [first, *replace(text.replace("0", "1", 1), long.replace("thirty", "fifty"))])
    compared = editor.get("/s/prod/offers/sale/compare/?from=4&to=5")
    assert cells(compared) == [
        ("Representation for Foot", "nothing", "<ins>Hello</ins>"),
        (
            "Home, html › Text",
            "Free delivery on every order over <del>thirty</del> thousand won until Sunday",
            "Free delivery on every order over <ins>fifty</ins> thousand won until Sunday",
        ),
    ]
    assert ("Tag", "<del>Holiday 2026</del>", "nothing") in cells(editor.get(f"{HISTORY}4/"))
    assert '<details class="view view-sides">' in text_of(compared), "it opens without JavaScript, too"


def test_blame_names_the_version_of_each_field(editor: Client, item: LibraryItem) -> None:
    rows = {row.place.label: row for row in editor.get("/s/prod/offers/sale/blame/").context["rows"]}
    assert rows["Name"].made.etag == 2
    assert rows["Priority"].made.etag == 3
    assert rows["Start date"].made.etag == 1
    assert rows["Tag"].value == "Holiday 2026"


def test_undo_takes_back_one_change_and_keeps_later_ones(editor: Client, item: LibraryItem) -> None:
    asked = editor.get(f"{HISTORY}2/undo/")
    assert "Undo the change of version 2?" in text_of(asked)
    assert Revision.objects.filter(item=item).count() == 3
    done = confirm(editor, f"{HISTORY}2/undo/", 3, "wrong season")
    assert done["Location"] == "/s/prod/offers/sale/"
    item.refresh_from_db()
    assert (item.name, item.priority, item.etag) == ("Spring sale", 7, 4)
    made = Revision.objects.get(item=item, etag=4)
    assert (made.source, made.refers_to, made.note) == ("undo", {"undoes": 2}, "wrong season")
    assert made.actor_label == "Mina Park"
    text = text_of(editor.get("/s/prod/offers/sale/"))
    assert f'<a href="{HISTORY}4/undo/">Undo</a>' in text
    assert not differences()


def test_undo_that_meets_later_changes_asks_for_each_field_and_writes_nothing_before(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox, label="Theo Brandt"), item, replace("/name", "Autumn sale"))
    for response in (editor.get(f"{HISTORY}2/undo/"), confirm(editor, f"{HISTORY}2/undo/", 4)):
        assert response.status_code == 409
        text = text_of(response)
        for part in ("Name", "<ins>Spring</ins>", "Summer sale", "<ins>Autumn</ins>", "Theo Brandt", "version 4"):
            assert part in text
    item.refresh_from_db()
    assert item.etag == 4


def decided(browser: Client, address: str, side: str, **more: str) -> Any:
    """The page of an undo that meets later changes, sent with the same side for each field."""
    form = form_in(text_of(browser.get(address)), "conflict")
    names = re.findall(r'name="pick:([0-9a-f]{32})" value="theirs"', text_of(browser.get(address)))
    picks = {f"pick:{name}": side for name in names} | {f"other:{name}": more.pop("other", "") for name in names}
    return browser.post(address, {**{name: values[0] for name, values in form.items()}, **picks, **more})


@pytest.mark.parametrize(
    ("side", "other", "name"), [("theirs", "", "Spring sale"), ("other", "Four seasons", "Four seasons")]
)
def test_an_undo_takes_back_what_was_decided_with_what_is_taken_back_by_itself(
    editor: Client, item: LibraryItem, sandbox: Sandbox, side: str, other: str, name: str
) -> None:
    admin = actor(sandbox, label="Theo Brandt")
    patch(admin, item, [*replace("/name", "Winter sale"), *replace("/rank/priority", 40)])
    patch(admin, item, replace("/name", "Autumn sale"))
    done = decided(editor, f"{HISTORY}4/undo/", side, other=other, note="too late")
    assert done["Location"] == "/s/prod/offers/sale/"
    item.refresh_from_db()
    assert (item.name, item.priority, item.etag) == ("Summer sale" if side == "theirs" else name, 7, 6)
    made = Revision.objects.get(item=item, etag=6)
    assert (made.source, made.refers_to, made.note) == ("undo", {"undoes": 4}, "too late")
    assert not differences()


def test_an_undo_that_keeps_what_is_now_makes_no_version_and_one_of_old_choices_asks_again(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    admin = actor(sandbox, label="Theo Brandt")
    patch(admin, item, replace("/name", "Autumn sale"))
    page = f"{HISTORY}2/undo/"
    assert "Nothing is left of that change" in text_of(decided(editor, page, "yours"))
    form = form_in(text_of(editor.get(page)), "conflict")
    (name,) = set(re.findall(r'"(pick:[0-9a-f]{32})"', text_of(editor.get(page))))
    sent = {**{key: values[0] for key, values in form.items()}, name: "theirs"}
    patch(admin, item, replace("/rank/priority", 8))
    stale = editor.post(page, sent)
    assert stale.status_code == 409
    assert "Theo Brandt saved version 5 while you were looking." in text_of(stale)
    again = editor.post(page, {**sent, "etag": "5", "again": "1"})
    assert [field.side for field in again.context["fields"]] == ["theirs"]
    patch(admin, item, replace("/name", "Winter sale"))
    moved = editor.post(page, {**sent, "etag": "5"})
    assert (moved.status_code, moved.context["undecided"]) == (409, 1), "Winter sale was never seen"
    assert [field.side for field in editor.post(page, {"all": "yours"}).context["fields"]] == ["yours"]
    item.refresh_from_db()
    assert item.etag == 6


def test_in_a_reviewed_sandbox_what_was_decided_is_proposed(
    sign_in: SignIn, item: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox), item, [*replace("/status", "approved"), *replace("/name", "Autumn sale")])
    Sandbox.objects.update(review_policy="two-people")
    editor = sign_in(Role.EDITOR)
    assert "Propose it" in text_of(editor.get(f"{HISTORY}2/undo/"))
    assert "/reviews/1/" in decided(editor, f"{HISTORY}2/undo/", "theirs", note="It was better")["Location"]
    (wanted,) = RequestedChange.objects.all()
    assert (wanted.source, wanted.refers_to, wanted.patch) == ("undo", {"undoes": 2}, replace("/name", "Spring sale"))


def test_undo_of_what_is_already_undone_makes_no_version(editor: Client, item: LibraryItem) -> None:
    confirm(editor, f"{HISTORY}3/undo/", 3)
    assert "Nothing is left of that change" in text_of(editor.get(f"{HISTORY}3/undo/"))
    confirm(editor, f"{HISTORY}3/undo/", 4)
    item.refresh_from_db()
    assert item.etag == 4


def test_restore_makes_an_earlier_version_the_current_one(editor: Client, item: LibraryItem) -> None:
    before = heads.read(actor(item.sandbox), OFFER_KINDS, "sale").document
    confirm(editor, f"{HISTORY}1/restore/", 3)
    item.refresh_from_db()
    assert (item.name, item.priority, item.etag) == ("Spring sale", 1, 4)
    made = Revision.objects.get(item=item, etag=4)
    assert (made.source, made.refers_to) == ("restore", {"restores": 1})
    confirm(editor, f"{HISTORY}4/undo/", 4)
    assert heads.read(actor(item.sandbox), OFFER_KINDS, "sale").document == before


def test_a_confirmation_of_what_was_not_shown_is_asked_again(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    editor.get(f"{HISTORY}2/undo/")
    patch(actor(sandbox, label="Theo Brandt"), item, replace("/rank/priority", 8))
    response = confirm(editor, f"{HISTORY}2/undo/", 3, "my reason")
    assert response.status_code == 409
    assert "Theo Brandt saved version 4 while you were looking." in text_of(response)
    assert 'value="my reason"' in text_of(response)
    item.refresh_from_db()
    assert item.etag == 4


def test_a_version_that_is_no_longer_valid_is_explained_before_anyone_confirms(
    editor: Client, item: LibraryItem, sandbox: Sandbox
) -> None:
    admin = actor(sandbox)
    patch(admin, item, [{"op": "remove", "path": "/tags"}])
    writes.delete(admin, [Kind.TAG], "holiday", FORM)
    asked = editor.get(f"{HISTORY}3/restore/")
    assert asked.status_code == 200
    assert "It cannot be done as it stands:" in text_of(asked)
    assert "Restore the version" not in text_of(asked)
    assert confirm(editor, f"{HISTORY}3/restore/", 4).status_code == 422
    item.refresh_from_db()
    assert item.etag == 4


def test_undo_and_restore_are_not_for_auditors(sign_in: SignIn, item: LibraryItem) -> None:
    auditor = sign_in(Role.AUDITOR)
    for page in ("2/undo/", "1/restore/"):
        for response in (auditor.get(f"{HISTORY}{page}"), confirm(auditor, f"{HISTORY}{page}", 3)):
            assert response.status_code == 403
            assert "You can read this sandbox but not change it." in text_of(response)
    item.refresh_from_db()
    assert item.etag == 3


def test_what_is_live_in_a_reviewed_sandbox_is_undone_by_reviewers_and_proposed_by_others(
    sign_in: SignIn, item: LibraryItem, sandbox: Sandbox
) -> None:
    patch(actor(sandbox), item, replace("/status", "approved"))
    Sandbox.objects.update(review_policy="reviewer")
    editor, reviewer = sign_in(Role.EDITOR), sign_in(Role.REVIEWER, "Rosa Vidal")
    page = text_of(editor.get(f"{HISTORY}2/undo/"))
    assert "only through a reviewer" in page
    assert "Propose it" in page
    assert "/reviews/1/" in confirm(editor, f"{HISTORY}2/undo/", 4)["Location"]
    (wanted,) = RequestedChange.objects.all()
    assert (wanted.source, wanted.refers_to, wanted.base_etag) == ("undo", {"undoes": 2}, 4)
    assert confirm(reviewer, f"{HISTORY}2/undo/", 4).status_code == 302


def test_restoring_a_live_version_takes_a_reviewer_too(sign_in: SignIn, item: LibraryItem, sandbox: Sandbox) -> None:
    patch(actor(sandbox), item, replace("/status", "approved"))
    patch(actor(sandbox), item, replace("/status", "draft"))
    Sandbox.objects.update(review_policy="reviewer")
    proposed = confirm(sign_in(Role.EDITOR), f"{HISTORY}4/restore/", 5)
    assert "/reviews/1/" in proposed["Location"]
    item.refresh_from_db()
    assert (item.status, item.etag) == ("draft", 5)


def test_undo_asks_for_the_forms_token(item: LibraryItem, sign_in: SignIn) -> None:
    browser = sign_in()
    browser.handler.enforce_csrf_checks = True
    assert confirm(browser, f"{HISTORY}2/undo/", 3).status_code == 403


def test_an_item_of_another_sandbox_is_not_reached_through_mine(editor: Client, item: LibraryItem) -> None:
    make(actor(make_sandbox("dev")), offer(), id="theirs")
    for page in ("", "history/", "history/1/", "history/1/restore/", "blame/", "compare/", "api/"):
        assert editor.get(f"/s/prod/offers/theirs/{page}").status_code == 404
        assert editor.get(f"/s/dev/offers/theirs/{page}").status_code == 404


def test_who_changed_what_says_how_far_it_looked_back_and_goes_on(
    editor: Client, item: LibraryItem, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for priority in range(60):
        patch(actor(sandbox), item, replace("/rank/priority", priority + 10))
    monkeypatch.setattr("offers.ledger.blamed.LOOKED_BACK", 5)
    monkeypatch.setattr("offers.ledger.blamed.SECONDS", 0)
    text = text_of(editor.get("/s/prod/offers/sale/blame/"))
    assert "Version 50 or before" in text
    assert 'href="/s/prod/offers/sale/blame/?at=50"' in text
    older = text_of(editor.get("/s/prod/offers/sale/blame/?at=50"))
    assert "This is who had changed what by version 50." in older
    assert "or before" not in older
    assert editor.get("/s/prod/offers/sale/blame/?at=5000").status_code == 404
