"""The page that says what is proved, when that was last looked at, and what cannot be seen."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from offers.log import checkpoints, sequencer
from offers.models import LogCheck, Revision, Sandbox
from tests.cast import actor, make, offer, patch, replace
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/s/prod/audit/integrity/"


@pytest.fixture
def lived(sandbox: Sandbox, settings: Settings) -> Sandbox:
    settings.LOG_KEY = b"\7" * 32
    patch(actor(sandbox), make(actor(sandbox), offer(), id="sale"), replace("/name", "Spring"))
    sequencer.keep()
    return sandbox


def test_it_shows_the_newest_checkpoint_and_how_to_check_it(lived: Sandbox, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    text = text_of(auditor.get(PAGE))
    size = checkpoints.size_of(lived)
    note = checkpoints.checkpoint(lived)
    vkey = checkpoints.signer_of(lived).vkey
    for part in (
        vkey,
        *note.splitlines()[:3],
        '<span class="in-one">--key</span> VKEY <span class="in-one">--headers</span> HEADERS',
        "This history has not been verified yet.",
        "witness.py cosign http",
    ):
        assert part in text
    assert f"<dd>{size}</dd>" in text
    assert PAGE in auditor.get("/s/prod/audit/").content.decode()


def test_it_says_when_history_was_proved_how_far_and_against_whose_checkpoint(
    lived: Sandbox, sign_in: SignIn, tmp_path: Path
) -> None:
    auditor, kept = sign_in("auditor"), tmp_path / "kept"
    sequencer.keep()
    size = checkpoints.size_of(lived)
    call_command("verify_history", "--sandbox", "prod")
    text = text_of(auditor.get(PAGE))
    assert f"The history fits together: {size} entries" in text
    assert "No checkpoint that was kept elsewhere" in text
    assert "Nothing was altered" not in text, "nobody kept anything that would show it"
    kept.write_text(checkpoints.checkpoint(lived, 2))
    call_command("verify_history", "--checkpoint", str(kept))
    text = text_of(auditor.get(PAGE))
    assert f"Nothing was altered: {size} entries were checked against a checkpoint of 2" in text
    name, id, _key = checkpoints.signer_of(lived).vkey.split("+", 2)
    assert f"{name}+{id}</span>" in text
    LogCheck.objects.update(vkey=f"{name}+{id}+AV6+a/b+c")
    assert f"{name}+{id}</span>" in text_of(auditor.get(PAGE)), "base64 has a + of its own"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE offers_revision DISABLE TRIGGER USER")
        cursor.execute("UPDATE offers_revision SET actor_label = 'Somebody else' WHERE etag = 2")
        cursor.execute("ALTER TABLE offers_revision ENABLE TRIGGER USER")
    assert Revision.objects.get(etag=2).actor_label == "Somebody else"
    with pytest.raises(CommandError, match=r"differences? found"):
        call_command("verify_history")
    text = text_of(auditor.get(PAGE))
    assert "The last check of the history found" in text
    assert f"over {size} entries" in text, "and when it passed before"
    assert "Nothing was altered" not in text
    assert LogCheck.objects.count() == 3


def test_without_a_key_it_says_so_and_strangers_see_nothing(
    lived: Sandbox, settings: Settings, sign_in: SignIn
) -> None:
    settings.LOG_KEY = b""
    auditor = sign_in("auditor")
    text = text_of(auditor.get(PAGE))
    assert "Nothing is signed here" in text
    assert "Check it yourself" not in text
    assert auditor.get("/s/dev/audit/integrity/").status_code == 404
