"""Settings as a deployment makes them: a process with an environment of its own."""

import logging
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from offeradmin.environment import Env, Shortened

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(50),
    "DATABASE_URL": "postgresql://offers:password@db.example/offers",
    "ALLOWED_HOSTS": "offers.example.com",
    "HTTPS": "1",
    "BEHIND_PROXY": "1",
    "DJANGO_SETTINGS_MODULE": "offeradmin.settings",
}


def check(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **PRODUCTION, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_djangos_check_of_a_deployment_finds_nothing() -> None:
    done = check("--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("key", ["", "changeme", "secret" * 10, "django-insecure-" + "0123456789abcdef" * 4])
def test_it_refuses_a_secret_key_that_can_be_guessed(key: str) -> None:
    done = check(SECRET_KEY=key)
    assert done.returncode == 1
    assert "SECRET_KEY is missing or can be guessed" in done.stderr


@pytest.mark.parametrize("name", ["HTTPS", "DEBUG", "BEHIND_PROXY"])
def test_a_word_that_is_neither_yes_nor_no_is_refused(name: str) -> None:
    done = check(**{name: "ture"})
    assert done.returncode == 1
    assert f"{name}=ture is neither on nor off" in done.stderr


def test_a_level_and_a_network_that_are_none_are_refused_by_their_names() -> None:
    done = check(LOG_LEVEL="loud")
    assert done.returncode == 1
    assert "LOG_LEVEL=LOUD is no level" in done.stderr
    done = check(TRUSTED_PROXIES="10.0.0.0/8,foo")
    assert done.returncode == 1
    assert "TRUSTED_PROXIES: 'foo' does not appear to be" in done.stderr


def test_a_number_that_is_none_is_refused() -> None:
    done = check(ACCESS_TOKEN_SECONDS="1h")
    assert done.returncode == 1
    assert "ACCESS_TOKEN_SECONDS=1h is no number" in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"EMAIL_URL": "smtp://mail.example"}, "EMAIL_URL needs MAIL_FROM"),
        ({"EMAIL_URL": "imap://name:secret@mail.example"}, "EMAIL_URL is none: set it to one like"),
        ({"PUBLIC_URL": "offers.example.com/x"}, "PUBLIC_URL=offers.example.com/x is no origin"),
    ],
)
def test_mail_that_could_not_be_sent_or_leads_nowhere_is_refused(given: dict[str, str], said: str) -> None:
    done = check(**given)
    assert done.returncode == 1
    assert said in done.stderr
    assert "secret" not in done.stderr


def test_yes_and_no_are_read_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for words, on in ((("1", "true", "TRUE", " yes ", "on"), True), (("0", "false", "No", "off", ""), False)):
        for word in words:
            monkeypatch.setenv("HTTPS", word)
            assert Env().flag("HTTPS") is on
    monkeypatch.delenv("HTTPS")
    assert not Env().flag("HTTPS")


@pytest.mark.parametrize(
    ("name", "level", "kept"),
    [
        ("django.request", logging.WARNING, False),
        ("django.request", logging.ERROR, True),
        ("django.security.DisallowedHost", logging.ERROR, False),
        ("django.security.DisallowedRedirect", logging.ERROR, False),
        ("offers.jobs", logging.ERROR, True),
    ],
)
def test_only_what_went_wrong_on_our_side_has_a_traceback_in_the_log(name: str, level: int, kept: bool) -> None:
    error = ValueError("no")
    record = logging.LogRecord(name, level, "", 0, "What happened", (), (ValueError, error, None))
    assert Shortened().filter(record)
    assert (record.exc_info is not None) == kept
