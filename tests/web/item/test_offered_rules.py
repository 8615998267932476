"""What a page offers to do with an item: by the item's status and by whose page it is."""

from typing import Any

import pytest
from django.utils import timezone

from offers.access.permissions import Actor
from offers.models import LibraryItem, Revision, Sandbox
from offers.web.item.entries import Entry
from offers.web.item.offered import Offered
from tests.cast import Role, offer

REVIEWED = "Changes to live offers need a reviewer."
READ_ONLY = "You can read this sandbox but not change it."
CLOSED = "What is archived cannot be changed; duplicate it instead."


def offered(role: str, status: str = "draft", policy: str = "reviewer", etag: int = 5, **more: Any) -> Offered:
    item = LibraryItem(id="sale", kind="personalized-offer", etag=etag, document=offer(status=status, **more))
    return Offered(Actor(Sandbox(name="prod", title="Prod", review_policy=policy), role, "Mina"), item)


def entry(etag: int, before: str | None, after: str | None) -> Entry:
    """A change that took the status from one to the other; None where there was no document."""
    documents = [None if status is None else offer(status=status) for status in (before, after)]
    status = (before, after) if before and after and before != after else None
    return Entry(Revision(etag=etag), [], documents[0], documents[1], status)


@pytest.mark.parametrize(
    ("role", "status", "closed", "steps", "delete"),
    [
        (Role.AUDITOR, "draft", READ_ONLY, set(), False),
        (Role.AUDITOR, "archived", READ_ONLY, set(), False),
        (Role.EDITOR, "draft", "", {"approved", "archived"}, True),
        (Role.EDITOR, "approved", "", {"draft", "archived"}, True),
        (Role.EDITOR, "archived", CLOSED, set(), True),
        (Role.REVIEWER, "draft", "", {"approved", "archived"}, True),
        (Role.REVIEWER, "approved", "", {"draft", "archived"}, True),
        (Role.REVIEWER, "archived", CLOSED, set(), True),
        (Role.ADMIN, "archived", CLOSED, {"draft"}, True),
    ],
)
def test_what_is_offered_goes_by_role_and_status(
    role: str, status: str, closed: str, steps: set[str], delete: bool
) -> None:
    can = offered(role, status)
    assert (can.closed, set(can.steps), can.delete) == (closed, steps, delete)
    assert can.edit == (not closed)
    assert can.fixed == (not can.steps and bool(closed))
    assert can.returns == (role == Role.ADMIN)
    assert can.duplicate == (role != Role.AUDITOR), "as a draft it is nobody's but the editors'"


def test_what_takes_a_second_person_is_offered_as_a_proposal_and_says_so() -> None:
    draft, live = offered(Role.EDITOR), offered(Role.EDITOR, "approved")
    assert (draft.proposes, set(draft.asked_steps), draft.fixed) == ("", {"approved"}, False)
    assert (live.proposes, set(live.asked_steps), live.fixed) == (REVIEWED, {"draft", "archived"}, False)
    assert (offered(Role.REVIEWER, "approved").proposes, offered(Role.AUDITOR, "approved").proposes) == ("", "")
    two = offered(Role.ADMIN, "approved", "two-people")
    assert two.proposes == "Changes to live offers need a second person."


def test_without_review_an_editor_does_what_a_reviewer_does() -> None:
    for status in ("draft", "approved", "archived"):
        editor, reviewer = offered(Role.EDITOR, status, "none"), offered(Role.REVIEWER, status)
        assert (editor.closed, editor.steps, editor.delete) == (reviewer.closed, reviewer.steps, reviewer.delete)


def test_a_deleted_item_is_not_edited_and_comes_back_by_who_may_make_it_what_it_was() -> None:
    for role, status, told in (
        (Role.EDITOR, "draft", ""),
        (Role.EDITOR, "approved", ""),
        (Role.REVIEWER, "approved", ""),
        (Role.EDITOR, "archived", ""),
        (Role.AUDITOR, "draft", READ_ONLY),
    ):
        can = offered(role, status)
        can.item.deleted_at = timezone.now()
        assert (can.edit, can.not_undeleted) == (False, told)
        assert not can.undo(entry(2, "draft", "draft"))
        assert not can.restore(entry(2, "draft", "draft"))


def test_what_keeps_a_draft_from_going_live_is_told_to_whom_it_would_be_to_do() -> None:
    wrong: dict[str, Any] = {"selectionConstraint": {"startDate": "2026-03-01T00:00:00Z"}}
    assert any("End date" in line for line in offered(Role.REVIEWER, **wrong).missing)
    assert "approved" not in offered(Role.REVIEWER, **wrong).steps
    assert offered(Role.EDITOR, **wrong).missing == []
    assert offered(Role.REVIEWER, "approved", **wrong).missing == []
    assert offered(Role.REVIEWER).missing == []


@pytest.mark.parametrize(
    ("role", "status", "change", "undo", "restore"),
    [
        (Role.EDITOR, "draft", (2, "draft", "draft"), True, True),
        (Role.EDITOR, "draft", (1, None, "draft"), False, True),
        (Role.EDITOR, "draft", (4, "draft", None), False, False),
        (Role.EDITOR, "draft", (5, "draft", "draft"), True, False),
        (Role.EDITOR, "draft", (2, "approved", "approved"), True, True),
        (Role.REVIEWER, "draft", (2, "approved", "approved"), True, True),
        (Role.EDITOR, "approved", (2, "draft", "draft"), True, True),
        (Role.REVIEWER, "approved", (2, "draft", "approved"), True, True),
        (Role.REVIEWER, "draft", (2, "draft", "approved"), True, True),
        (Role.REVIEWER, "archived", (2, "draft", "approved"), False, False),
        (Role.REVIEWER, "archived", (2, "approved", "archived"), False, False),
        (Role.REVIEWER, "archived", (2, "draft", "archived"), False, False),
        (Role.ADMIN, "archived", (2, "draft", "archived"), True, False),
        (Role.ADMIN, "archived", (2, "draft", "draft"), False, True),
    ],
)
def test_a_change_is_taken_back_or_its_version_restored_where_that_would_be_let_pass(
    role: str, status: str, change: tuple[int, str | None, str | None], undo: bool, restore: bool
) -> None:
    can, made = offered(role, status), entry(*change)
    assert (can.undo(made), can.restore(made)) == (undo, restore)
