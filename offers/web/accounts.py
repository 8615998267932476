"""Accounts: people are invited by an operator, nobody signs up by themselves."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from offers.web.preferences import recall


class InvitedOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """Sign in as allauth does, with the person's own language, theme and time zone."""
        response: HttpResponse = super().post_login(request, user, **more)
        recall(request, response, user)
        return response
