"""The library with its history as a download, and what pages and programs are told of one that was imported."""

import io

import pytest

from offers.log import sequencer
from offers.models import Revision, Sandbox
from offers.transfer import exporting, importing
from tests.api.conftest import make_caller
from tests.cast import actor, make, make_sandbox, offer
from tests.web.conftest import SignIn
from tests.web.frame.test_respond import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(sandbox: Sandbox) -> Sandbox:
    """A sandbox whose only offer comes from another one."""
    there = make_sandbox("there")
    make(actor(there, label="Jisoo Kim"), offer(), id="sale")
    file = io.BytesIO(b"".join(exporting.lines(there)))
    importing.bring(sandbox, file, by="Olga <b>Kim</b>", note="We moved")
    sequencer.advance(sandbox)
    return sandbox


def test_auditors_and_admins_download_what_another_installation_imports(moved: Sandbox, sign_in: SignIn) -> None:
    for name, role in (("Mina Park", "admin"), ("Otto Lee", "auditor")):
        person = sign_in(role, name)
        assert "/s/prod/library.ndjson" in person.get("/s/prod/audit/integrity/").content.decode()
        response = person.get("/s/prod/library.ndjson")
        assert response["Content-Disposition"] == 'attachment; filename="library-prod.ndjson"'
        file = io.BytesIO(b"".join(response))
        assert importing.bring(make_sandbox(f"of-{role}"), file, by=name, note="").items == 1


@pytest.mark.parametrize(("role", "status"), [("editor", 403), ("reviewer", 403), (None, 404)])
def test_nobody_else_can_take_all_of_it(moved: Sandbox, sign_in: SignIn, role: str | None, status: int) -> None:
    person = sign_in(role)
    assert person.get("/s/prod/library.ndjson").status_code == status
    if role:
        assert "library.ndjson" not in person.get("/s/prod/audit/integrity/").content.decode()


def test_the_audit_page_and_the_version_say_where_it_came_from(moved: Sandbox, sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    page = auditor.get("/s/prod/audit/?event=import").content.decode()
    text = text_of(auditor.get("/s/prod/audit/?event=import"))
    assert "Imported 1 item with its history" in text
    assert "localhost/DEMO@OfferOrg/there" in text
    assert "“We moved”" in text
    assert "Olga &lt;b&gt;Kim" in page
    version = text_of(auditor.get("/s/prod/offers/sale/history/1/"))
    assert "localhost/DEMO@OfferOrg/there" in version
    assert Revision.objects.get(sandbox__name="there").digest in version
    line, _end = b"".join(auditor.get("/s/prod/audit.ndjson?event=import")).splitlines()
    assert b'"origin":"localhost/DEMO@OfferOrg/there"' in line


def test_nobody_is_told_that_nobody_was_asked_where_that_is_recorded_elsewhere(
    sandbox: Sandbox, sign_in: SignIn
) -> None:
    there = make_sandbox("there")
    window = {"startDate": "2020-01-01T00:00:00Z", "endDate": "2999-01-01T00:00:00Z"}
    make(actor(there, label="Jisoo Kim"), offer(status="approved", selectionConstraint=window), id="sale")
    importing.bring(sandbox, io.BytesIO(b"".join(exporting.lines(there))), by="Olga", note="We moved")
    sequencer.advance(sandbox)
    auditor = sign_in("auditor")
    for page in ("history/1/proof/", "evidence/"):
        text = text_of(auditor.get(f"/s/prod/offers/sale/{page}"))
        assert "it was imported, and whose yes it had is recorded where it comes from" in text, page
        assert "Nobody was asked" not in text
        assert "without a change request" not in text
    assert Revision.objects.get(sandbox=there).digest in text_of(auditor.get("/s/prod/offers/sale/history/1/proof/"))


def test_a_program_that_follows_the_log_is_told_of_the_import(moved: Sandbox) -> None:
    page = make_caller("feed", (moved, "auditor"))("GET", "changes").json()
    assert [sorted(entry.keys() & {"revision", "imported"}) for entry in page["results"]] == [
        ["revision"],
        ["imported"],
    ]
    said = page["results"][1]
    assert (said["by"], said["imported"]["origin"], said["imported"]["items"]) == (
        "Olga <b>Kim</b>",
        "localhost/DEMO@OfferOrg/there",
        1,
    )
