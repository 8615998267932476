import ipaddress
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from offers.access.attempts import Budget, address_of, give_back, take
from offers.models import Attempt

MINE, OURS = Budget(("me", "here"), 2, 60), Budget(("here",), 3, 60)


@pytest.mark.django_db
def test_attempts_are_allowed_until_the_budget_is_spent() -> None:
    assert [take([MINE]) for _ in range(4)] == [True, True, False, False]


@pytest.mark.django_db
def test_a_refused_attempt_spends_nothing_of_what_is_shared() -> None:
    for _ in range(5):
        take([MINE, OURS])
    assert dict(Attempt.objects.values_list("key", "count")) == {MINE.key: 2, OURS.key: 2}
    assert take([OURS])
    assert not take([OURS])


@pytest.mark.django_db
def test_what_succeeded_is_not_counted() -> None:
    for _ in range(5):
        assert take([MINE, OURS])
        give_back([MINE, OURS])


@pytest.mark.django_db
def test_a_budget_is_whole_again_after_its_time() -> None:
    assert [take([MINE]) for _ in range(3)] == [True, True, False]
    Attempt.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert [take([MINE]) for _ in range(3)] == [True, True, False]


@pytest.mark.django_db
def test_it_is_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        take([MINE, OURS])


def address(peer: str, forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return address_of(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers))


def test_nobody_is_believed_about_an_address_unless_trusted() -> None:
    assert address("203.0.113.9", "198.51.100.1") == "203.0.113.9"


@pytest.mark.parametrize(
    ("forwarded", "caller"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("1.1.1.1, 198.51.100.1", "198.51.100.1"),  # what a stranger wrote stands on the left
        ("1.1.1.1, 198.51.100.1, 10.0.0.7", "198.51.100.1"),
        ("10.0.0.7", "10.0.0.7"),
        ("198.51.100.1, nonsense", "10.0.0.5"),
        ("198.51.100.1, 10.0.0.7" + ", 10.0.0.7" * 30_000, "10.0.0.7"),
        ("", "10.0.0.5"),
        (None, "10.0.0.5"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("[2001:db8:1:2:3::4]", "2001:db8:1:2::/64"),
    ],
)
def test_trusted_proxies_say_who_called_them(settings: Settings, forwarded: str | None, caller: str) -> None:
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/8")]
    assert address("10.0.0.5", forwarded) == caller


def test_one_household_is_one_address() -> None:
    assert address("2001:db8:1:2::1") == address("2001:db8:1:2:ffff::9") != address("2001:db8:1:3::1")


@pytest.mark.parametrize("peer", ["", "unix:", "fe80::1%eth0"])
def test_a_peer_without_an_address_is_somebody_too(peer: str) -> None:
    assert isinstance(address(peer), str)


@pytest.mark.django_db
def test_more_given_back_than_was_taken_buys_nobody_a_further_attempt() -> None:
    assert take([MINE])
    for _ in range(3):
        give_back([MINE])
    assert Attempt.objects.get().count == 0
    assert [take([MINE]) for _ in range(3)] == [True, True, False]


@pytest.mark.django_db
def test_a_budget_ends_when_its_first_attempt_said_so_however_often_somebody_goes_on() -> None:
    take([MINE])
    soon = timezone.now() + timedelta(seconds=5)
    Attempt.objects.update(ends_at=soon)
    take([MINE])
    take([MINE])
    assert Attempt.objects.values_list("count", "ends_at").get() == (2, soon)


@pytest.mark.django_db
def test_a_new_budget_lasts_as_long_as_it_says() -> None:
    before = timezone.now()
    take([MINE])
    ends_at = Attempt.objects.get().ends_at
    assert timedelta(seconds=59) < ends_at - before < timedelta(seconds=90)


@pytest.mark.django_db
def test_what_is_given_back_is_given_to_those_budgets_only() -> None:
    take([MINE, OURS])
    give_back([OURS])
    assert dict(Attempt.objects.values_list("key", "count")) == {MINE.key: 1, OURS.key: 0}


def test_a_budget_is_known_by_its_parts_and_not_by_how_they_run_together() -> None:
    keys = {Budget(parts, 1, 1).key for parts in (("ab", "c"), ("a", "bc"), ("abc",), ("abc", ""), ("c", "ab"))}
    assert len(keys) == 5
    assert Budget(("a",), 1, 1).key == Budget(("a",), 9, 99).key
    assert len(Budget(("\ud800" * 5_000,), 1, 1).key) == 64


def test_no_more_hops_are_read_than_anybody_has(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = [ipaddress.ip_network("10.0.0.0/8")]
    assert address("10.0.0.5", "198.51.100.1" + ", 10.0.0.7" * 21) == "10.0.0.7"
    assert address("10.0.0.5", "198.51.100.1" + ", 10.0.0.7" * 20) == "198.51.100.1"


def test_a_peer_that_is_no_proxy_is_taken_by_its_own_word_in_any_notation() -> None:
    assert address("::ffff:203.0.113.9") == "203.0.113.9"
    assert address("nonsense", "198.51.100.1") == ""
