"""Signing in where a test is about something else: without the form, which takes two pages each time."""

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import BrowserContext


def enter(context: BrowserContext, site: str, name: str, zone: str | None = None) -> None:
    """Sign the person with this user name in, at this address; `zone` is what a page before this one told of the browser."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    cookies = {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
    if zone:
        cookies["timezone"] = zone
    context.add_cookies([{"name": name, "value": value, "url": site} for name, value in cookies.items()])
