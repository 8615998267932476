"""What people are told they may not do, before they try: in the words of the write path."""

from typing import Any

import pytest
from django.contrib.auth.models import User as Person
from django.test import RequestFactory

from offers.access.asking import asking
from offers.access.permissions import MAX_LABEL, Actor, NotAllowed, actor_key, label_for_user
from offers.access.policy import check_change, refusal
from offers.document.kinds.registry import Kind
from offers.models import Sandbox
from tests.cast import Role, actor, offer

OFFER, DECISION, TAG = Kind.PERSONALIZED_OFFER, Kind.DECISION, Kind.TAG
DRAFT, APPROVED, ARCHIVED = offer(), offer(status="approved"), offer(status="archived")
READ_ONLY = "You can read this sandbox but not change it."
REVIEWED = "Changes to live offers need a reviewer."
CLOSED = "What is archived cannot be changed; duplicate it instead."
BACK = "An archived item cannot be changed back; duplicate it instead."


def by(role: str, policy: str = Sandbox.ReviewPolicy.REVIEWER) -> Actor:
    return actor(Sandbox(name="prod", title="Prod", review_policy=policy), role)


@pytest.mark.parametrize(
    ("role", "before", "after", "told"),
    [
        (Role.AUDITOR, DRAFT, DRAFT, READ_ONLY),
        (Role.AUDITOR, None, DRAFT, READ_ONLY),
        (Role.AUDITOR, APPROVED, None, READ_ONLY),
        (Role.EDITOR, DRAFT, DRAFT, ""),
        (Role.EDITOR, APPROVED, APPROVED, REVIEWED),
        (Role.EDITOR, DRAFT, APPROVED, REVIEWED),
        (Role.EDITOR, APPROVED, None, REVIEWED),
        (Role.EDITOR, ARCHIVED, ARCHIVED, CLOSED),
        (Role.EDITOR, ARCHIVED, DRAFT, BACK),
        (Role.REVIEWER, ARCHIVED, DRAFT, BACK),
        (Role.REVIEWER, DRAFT, APPROVED, ""),
        (Role.ADMIN, ARCHIVED, ARCHIVED, CLOSED),
        (Role.ADMIN, ARCHIVED, DRAFT, ""),
        (Role.ADMIN, ARCHIVED, APPROVED, BACK),
        (Role.EDITOR, ARCHIVED, None, ""),
        (Role.EDITOR, None, ARCHIVED, ""),
    ],
)
def test_a_refusal_says_why_and_is_empty_where_the_change_may_be_made(
    role: str, before: dict[str, Any] | None, after: dict[str, Any] | None, told: str
) -> None:
    assert refusal(by(role), OFFER, "x", before, after) == told


def test_who_only_reads_is_told_that_first_and_not_what_else_is_in_the_way() -> None:
    assert refusal(by(Role.AUDITOR), OFFER, "x", APPROVED, ARCHIVED) == READ_ONLY
    assert refusal(by(Role.AUDITOR, Sandbox.ReviewPolicy.NONE), OFFER, "x", ARCHIVED, DRAFT) == READ_ONLY


def test_without_review_an_editor_changes_what_is_live_and_an_auditor_still_does_not() -> None:
    assert refusal(by(Role.EDITOR, Sandbox.ReviewPolicy.NONE), OFFER, "x", APPROVED, APPROVED) == ""
    assert refusal(by(Role.AUDITOR, Sandbox.ReviewPolicy.NONE), OFFER, "x", APPROVED, APPROVED) == READ_ONLY


def test_what_has_no_status_is_never_live_whatever_it_says() -> None:
    assert refusal(by(Role.EDITOR), TAG, "x", {"status": "approved"}, {"status": "live"}) == ""


def test_each_kind_is_live_in_its_own_word() -> None:
    check_change(by(Role.EDITOR), DECISION, "x", {"status": "approved"}, {"status": "draft"})
    check_change(by(Role.EDITOR), OFFER, "x", {"status": "live"}, {"status": "draft"})
    with pytest.raises(NotAllowed, match="need a reviewer"):
        check_change(by(Role.EDITOR), DECISION, "x", {"status": "live"}, None)


def test_a_role_that_nobody_knows_may_only_read() -> None:
    assert refusal(by("owner"), OFFER, "x", DRAFT, DRAFT) == READ_ONLY
    assert refusal(by(""), OFFER, "x", None, DRAFT) == READ_ONLY


def test_a_program_is_itself_whoever_it_works_for_and_only_who_has_no_account_goes_by_a_name() -> None:
    assert actor_key(7, "feed", "Mina Park") == "client-feed"
    assert actor_key(7, "", "Mina Park") == "user-7"
    assert actor_key(0, "", "Mina Park") == "user-0"
    assert actor_key(None, "", "Mina Park") == "name-Mina Park"


def test_history_keeps_as_much_of_a_name_as_its_column_holds() -> None:
    long = Person(username="mina", first_name="M" * MAX_LABEL, last_name="Park")
    assert label_for_user(long) == "M" * MAX_LABEL
    assert label_for_user(Person(username="m" * (MAX_LABEL + 1))) == "m" * MAX_LABEL


def test_what_is_found_out_about_a_request_stays_with_it_and_with_no_other() -> None:
    first, second = (RequestFactory().get("/") for _ in range(2))
    asking(first).request_id = "r-1"
    assert (asking(first).request_id, asking(second).request_id) == ("r-1", "")
    assert asking(first) is asking(first)
    assert (asking(second).actor, asking(second).is_stale) == (None, False)
