"""Whose yes stands behind a change: told with as many changes as a page has in one statement."""

from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers.ledger.heads import head_of_item
from offers.models import LibraryItem, Revision, Sandbox
from offers.review import requests, verdicts
from offers.review.changes.approvals import Approval, Bypass, approvals_of
from tests.cast import replace
from tests.review.asking import agree, ask, now, wanted
from tests.review.conftest import Cast

REASON = "The shop window is wrong"


def told(sandbox: Sandbox) -> dict[int, Approval]:
    return approvals_of(sandbox.pk, Revision.objects.filter(sandbox=sandbox))


def test_approvals_and_bypasses_are_told_in_one_statement_and_none_where_there_are_none(
    people: Cast, sale: LibraryItem
) -> None:
    agree(people.jun, ask(people.mina, sale, replace("/name", "Autumn sale")))
    published = requests.publish(people.bora, [wanted(sale, replace("/rank/priority", 9))], "Priority", REASON)
    made = list(Revision.objects.filter(sandbox=people.sandbox).order_by("key"))
    with CaptureQueriesContext(connection) as asked:
        assert approvals_of(people.sandbox.pk, made) == {
            1: Approval(1, "Another name", ("Jun",), None),
            2: Approval(2, "Priority", (), Bypass("Bora", REASON, "")),
        }
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        assert approvals_of(people.sandbox.pk, made[:1]) == {}
    assert len(asked) == 0
    verdicts.look(people.jisoo, published)
    assert told(people.sandbox)[2].bypass == Bypass("Bora", REASON, "Jisoo")


def test_only_whose_yes_counted_is_named_and_stays_named_when_they_are_gone(people: Cast, sale: LibraryItem) -> None:
    request = ask(people.mina, sale, replace("/name", "Autumn sale"))
    agree(people.jun, request, apply=False)
    requests.revise(people.mina, request, head_of_item(now(sale)), {**now(sale).document, "name": "May sale"})
    agree(people.jisoo, request)
    User.objects.filter(username="jisoo").update(is_active=False)
    assert told(people.sandbox)[1].approved_by == ("Jisoo",)
