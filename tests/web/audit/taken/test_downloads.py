"""How far a file of the audit page has come, told while it is sent: done, broken off, cancelled."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import translation

from offers.log import sequencer
from offers.log.taken import downloads
from offers.models import Download, Membership, Sandbox
from offers.web.frame import access
from tests.cast import actor, make, offer
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def auditor(sandbox: Sandbox, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Of a sandbox in which five things happened; each entry that is sent is written down at once."""
    for number in range(5):
        make(actor(sandbox), offer(name=f"Offer {number}"))
    sequencer.keep()
    monkeypatch.setattr(downloads, "EVERY", 0.0)
    return sign_in("auditor")


def begun(auditor: Client, query: str = "") -> tuple[Any, str]:
    """The first rows of the NDJSON file that the page leads to, and where it is told how far that has come."""
    page: Any = auditor.get(f"/s/prod/audit/{query}")
    link = page.context["files"][1]
    assert link.address in page.content.decode().replace("&amp;", "&")
    at = f"/s/prod/audit/downloads/{link.token}/"
    assert "is being made" in text_of(auditor.get(at)), "it is asked for before the file begins"
    answer: Any = auditor.get(link.address)
    # What was sent is written down when the next one is asked for.
    rows = iter(answer.streaming_content)
    for _number in range(3):
        next(rows)
    return SimpleNamespace(rows=rows, close=answer.close), at


def test_a_file_that_is_sent_says_how_far_it_is_and_when_it_is_done(auditor: Client) -> None:
    stream, at = begun(auditor)
    assert "2 of 5 entries" in text_of(auditor.get(at))
    assert b"".join(stream.rows).splitlines()[-1] == b'{"event":"end","what":"5 entries","entries":5}'
    done = auditor.get(at)
    assert "Sent: 5 entries, which is all of it." in text_of(done)
    assert "hx-trigger" not in done.content.decode(), "nothing is asked for any more"


def test_a_file_is_in_the_language_it_was_asked_for_in_whatever_thread_makes_it(auditor: Client) -> None:
    answer: Any = auditor.get("/s/prod/audit.ndjson", headers={"accept-language": "ko"})
    with translation.override("en"):
        first = next(iter(answer.streaming_content)).decode()
        assert translation.get_language() == "en", "and it is kept to the file"
    assert re.search('"what":"[가-힣]+', first)


def test_a_file_that_breaks_off_says_so_and_has_no_last_line(auditor: Client) -> None:
    stream, at = begun(auditor)
    stream.close()  # as a server does when the browser goes away
    assert "Broken off after 2 entries" in text_of(auditor.get(at))
    # Of a server that was killed nobody hears.
    Download.objects.update(state=Download.State.RUNNING)
    assert "Cancel" in text_of(auditor.get(at))
    Download.objects.update(updated_at="2026-01-01T00:00Z")
    assert "Broken off after 2 entries" in text_of(auditor.get(at))


def test_a_file_is_cancelled_by_whoever_asked_for_it_and_by_nobody_else(auditor: Client, sign_in: SignIn) -> None:
    stream, at = begun(auditor, "?event=revision")
    other = sign_in("auditor", "Ola Berg")
    assert "is being made" in text_of(other.post(at)), "a stranger to it learns nothing"
    assert "2 of 5 entries" in text_of(auditor.get(at))
    assert "Cancelled" in text_of(auditor.post(at))
    with pytest.raises(downloads.Cancelled):
        list(stream.rows)
    assert "Cancelled" in text_of(auditor.get(at)), "and not as what broke off"
    # Whoever has seen the link of somebody else gets the file, and leaves the record of theirs as it is.
    token = at.split("/")[-2]
    assert len(b"".join(other.get(f"/s/prod/audit.ndjson?download={token}")).splitlines()) == 6
    assert Download.objects.get().state == Download.State.CANCELLED


def test_what_cannot_be_counted_is_told_as_it_is(auditor: Client) -> None:
    stream, at = begun(auditor, "?event=revision&kind=personalized-offer&by=name-Mina+Park&door=form")
    assert "of at most 5 entries" in text_of(auditor.get(at))
    Download.objects.update(expected=0)
    assert "2 entries so far" in text_of(auditor.get(at))
    stream.close()
    assert "has not begun" in text_of(auditor.get("/s/prod/audit/downloads/nobodys/?waited=60"))


@pytest.mark.parametrize(
    "address", ["audit.csv", "library.ndjson", "audit/sample.zip?from=2020-01-01&to=2099-01-01&size=5&seed=x"]
)
@pytest.mark.parametrize("loses", ["session", "role", "membership", "account"])
def test_nothing_more_of_a_file_is_sent_to_who_signed_out_or_may_not_have_it_any_more(
    auditor: Client, address: str, loses: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "ASKED_EVERY", 0.0)
    whole: Any = auditor.get(f"/s/prod/{address}")
    assert b"".join(whole.streaming_content), "for as long as they may, they get it"
    answer: Any = auditor.get(f"/s/prod/{address}")
    if loses == "session":
        Client.logout(auditor)
    elif loses == "role":
        Membership.objects.update(role="editor")
    elif loses == "membership":
        Membership.objects.all().delete()
    else:
        User.objects.update(is_active=False)
    with pytest.raises(access.Ended):
        b"".join(answer.streaming_content)


@pytest.mark.parametrize("method", ["post", "delete", "put"])
def test_a_file_is_only_read(auditor: Client, method: str) -> None:
    for ending in ("csv", "ndjson"):
        assert getattr(auditor, method)(f"/s/prod/audit.{ending}").status_code == 405
        assert auditor.head(f"/s/prod/audit.{ending}").status_code == 200
