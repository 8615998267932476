from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from offers.management.commands import tidy
from offers.models import Attempt, Download, IdempotencyKey, LibraryItem, Presence, Sandbox, Session
from tests.api.conftest import fill, make_caller, make_sandbox

pytestmark = pytest.mark.django_db
# Later than any run of the tests takes.
LATER, EARLIER = (timezone.now() + timedelta(hours=hours) for hours in (25, -25))


@pytest.fixture
def sandbox() -> Sandbox:
    made = make_sandbox()
    fill(made)
    make_caller("editor-client", (made, "editor"))
    Token.objects.all().delete()
    return made


def left_by(moment: str, sandbox: Sandbox) -> None:
    """One row of everything that is kept for a while, which ends (or began) then."""
    ends = LATER if moment == "now" else EARLIER
    began = timezone.now() if moment == "now" else EARLIER
    Session.objects.create(session_key=moment, session_data="", expire_date=ends)
    Token.objects.create(type=Token.Type.ACCESS_TOKEN, hash=moment, client_id="editor-client", expires_at=ends)
    IdempotencyKey.objects.create(client_id="c", sandbox=sandbox, value=moment, request_digest="", created_at=began)
    item, user = LibraryItem.objects.all()[0], User.objects.get_or_create(username="mina")[0]
    Presence.objects.create(item=item, user=user, label="Mina", tab=moment, opened_at=began, seen_at=began)
    Attempt.objects.create(key=moment, count=1, ends_at=ends)
    Download.objects.create(token=moment, person=1, sandbox=sandbox, expected=1, exactly=True, updated_at=began)


def test_it_deletes_what_has_served_its_time_and_nothing_else(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    for moment in ("now", "then"):
        left_by(moment, sandbox)
    call_command("tidy")
    assert list(Session.objects.values_list("pk", flat=True)) == ["now"]
    assert list(Token.objects.values_list("hash", flat=True)) == ["now"]
    assert list(IdempotencyKey.objects.values_list("value", flat=True)) == ["now"]
    assert list(Presence.objects.values_list("tab", flat=True)) == ["now"]
    assert list(Attempt.objects.values_list("key", flat=True)) == ["now"]
    assert list(Download.objects.values_list("token", flat=True)) == ["now"]
    assert capsys.readouterr().out.count("\n") == len(tidy.served()) == 6


def test_it_deletes_more_than_one_batch(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidy, "BATCH", 2)
    Attempt.objects.bulk_create(Attempt(key=str(number), count=1, ends_at=EARLIER) for number in range(5))
    call_command("tidy", verbosity=0)
    assert not Attempt.objects.exists()
