"""`manage.py verify_history`: says what differs, and fails then."""

import io

import pytest
from django.core.management import CommandError, call_command

from offers.models import LibraryItem
from tests.cast import actor, make, make_sandbox, offer, patch, replace

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(db: None) -> None:
    for name in ("dev", "prod"):
        by = actor(make_sandbox(name))
        patch(by, make(by, offer(), id="sale"), replace("/name", "Summer sale"))


def run(*arguments: str) -> str:
    out = io.StringIO()
    try:
        call_command("verify_history", *arguments, stdout=out)
    except CommandError as error:
        out.write(f"FAILED: {error}")
    return out.getvalue()


def test_it_counts_what_it_found_in_order(library: None) -> None:
    assert "2 items with 4 revisions in 2 sandboxes" in run()
    assert "1 items with 2 revisions in 1 sandbox" in run("--sandbox", "dev")


def test_it_says_where_history_was_tampered_with_and_fails(library: None) -> None:
    LibraryItem.objects.filter(sandbox__name="prod").update(etag=3)
    said = run()
    assert "prod sale etag 2: the item is at etag 3, its history ends at 2" in said
    assert "FAILED: 1 difference found" in said
    assert "FAILED" not in run("--sandbox", "dev")


def test_it_refuses_a_sandbox_that_is_not_there(library: None) -> None:
    assert "FAILED: There is no sandbox nowhere." in run("--sandbox", "nowhere")
