"""Settings from environment variables: a word that is none is refused, naming its variable, and never taken for a no."""

import base64
import ipaddress
import logging
import re
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

# An account and a proof that it is theirs, in an address (offers/web/account/urls.py).
_PROOF = re.compile(r"(/accounts/(?:password|email)/new/)[^/\s]+/[^/\s]+")
YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


class Env(environ.Env):  # type: ignore[misc]  # has no annotations
    def flag(self, name: str) -> bool:
        """Whether it is switched on; off where it is not set."""
        word = self.str(name, default="").strip().lower()
        if word not in (*YES, *NO):
            raise ImproperlyConfigured(f"{name}={word} is neither on nor off: set it to 1 or 0.")
        return word in YES

    def level(self, name: str, *, default: str) -> str:
        """From where on the log is written."""
        word: str = self.str(name, default=default).strip().upper()
        if word not in logging.getLevelNamesMapping():
            raise ImproperlyConfigured(f"{name}={word} is no level: set it to DEBUG, INFO, WARNING or ERROR.")
        return word

    def networks(self, name: str, *, default: list[str]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        """Networks or addresses, with commas between them."""
        try:
            return [ipaddress.ip_network(network) for network in self.list(name, default=default)]
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}. Set it to networks like 10.0.0.0/8, with commas.") from None

    def origin(self, name: str) -> str:
        """Where people reach the server: `https://offers.example.com`, without a slash at its end; empty where it is not set."""
        text: str = self.str(name, default="").strip().rstrip("/")
        if text and not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", text):
            raise ImproperlyConfigured(f"{name}={text} is no origin: set it to one like https://offers.example.com.")
        return text

    def mail(self, name: str) -> dict[str, Any]:
        """Django's settings of the back end that mail is sent by; of one that sends nothing where it is not set."""
        try:
            found: dict[str, Any] = self.email_url_config(self.str(name, default="").strip() or "dummymail://")
        except (ImproperlyConfigured, ValueError):
            # Not what it is: there may be a password in it.
            raise ImproperlyConfigured(
                f"{name} is none: set it to one like smtp+tls://name:password@host:587."
            ) from None
        return found

    def seed(self, name: str) -> bytes:
        """The 32 bytes of a private key, in base64; empty where it is not set."""
        try:
            found = base64.b64decode(self.str(name, default="").strip(), validate=True)
        except ValueError:
            found = b"?"
        if len(found) not in (0, 32):
            # Not what it is: it is to be kept secret.
            raise ImproperlyConfigured(
                f"{name} is no key: set it to 32 random bytes in base64 (openssl rand -base64 32)."
            )
        return found

    def number(self, name: str, *, default: int) -> int:
        """A whole number from 1."""
        text = self.str(name, default=str(default)).strip()
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
            raise ImproperlyConfigured(f"{name}={text} is no number: set it to a whole number from 1.")
        return int(text)


class WithoutProofs(logging.Filter):
    """Takes the proof from the address of a link that came by mail: whoever reads the log is not to open it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_PROOF.sub(r"\1...", one) if isinstance(one, str) else one for one in record.args)
        return True


class Shortened(logging.Filter):
    """Takes the traceback from what was refused on purpose: only what went wrong on our side has one."""

    def filter(self, record: logging.LogRecord) -> bool:
        refused = record.levelno < logging.ERROR and record.name == "django.request"
        # Django says as an error that a request had another host's name, or led to an address without end.
        if refused or record.name.startswith("django.security."):
            record.exc_info = None
        return True
