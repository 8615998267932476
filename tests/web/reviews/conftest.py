"""A reviewed sandbox with a live offer, and browsers in which its people are signed in."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from offers.access.permissions import Actor
from tests.review.conftest import people, sale

__all__ = ["people", "sale"]

As = Callable[[Actor], Client]


@pytest.fixture
def browser_of() -> As:
    def signed_in(actor: Actor) -> Client:
        browser = Client()
        browser.force_login(User.objects.get(pk=actor.user_id or 0))
        return browser

    return signed_in
