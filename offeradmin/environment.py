"""Settings from environment variables: a word that is none is refused, naming its variable, and never taken for a no."""

import environ
from django.core.exceptions import ImproperlyConfigured

YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


class Env(environ.Env):  # type: ignore[misc]  # has no annotations
    def flag(self, name: str) -> bool:
        """Whether it is switched on; off where it is not set."""
        word = self.str(name, default="").strip().lower()
        if word not in (*YES, *NO):
            raise ImproperlyConfigured(f"{name}={word} is neither on nor off: set it to 1 or 0.")
        return word in YES

    def number(self, name: str, *, default: int) -> int:
        """A whole number from 1."""
        text = self.str(name, default=str(default)).strip()
        if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text)):
            raise ImproperlyConfigured(f"{name}={text} is no number: set it to a whole number from 1.")
        return int(text)
