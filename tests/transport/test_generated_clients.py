"""What generators make of the OpenAPI document: strictly typed clients, and one of them at work on the running server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from offers.api.describing.document import openapi_document
from tests.api.conftest import ORGANISATION, SECRET
from tests.servers import HOST, Server
from tests.transport.conftest import GENERATED
from tests.transport.curl import api

# A program as an integrator would write it. mypy reads it as strictly as the client that it uses.
PROGRAM = """
import datetime
import json
import sys

from offer_client import AuthenticatedClient, Client
from offer_client.api.offers import (
    offers_blame, offers_change, offers_create, offers_delete, offers_list, offers_read, offers_revision, offers_revisions,
)
from offer_client.api.tags import tags_create, tags_list
from offer_client.api.token import token as get_token
from offer_client.models import (
    AddOperation, Blame, FallbackOffer, OfferPage, OfferPreview, OfferStatus, OfferType, OfferVersion, PersonalizedOffer,
    PersonalizedOfferItem, Problem, Rank, Receipt, ReplaceOperation, RevisionPage, SelectionConstraint, Tag, TagPage,
    Token, TokenRequest,
)

url, organisation, sandbox, secret = sys.argv[1:]
form = TokenRequest("client_credentials", client_id="editor-client", client_secret=secret)
issued = get_token.sync(client=Client(url), body=form)
assert isinstance(issued, Token)
client, key = AuthenticatedClient(url, issued.access_token), "editor-client"

tag = tags_create.sync(
    client=client, body=Tag("Generated"), x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox
)
assert isinstance(tag, Receipt)
tags = tags_list.sync(client=client, x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox)
assert isinstance(tags, TagPage)

start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
window = SelectionConstraint(start_date=start, end_date=start + datetime.timedelta(days=30))
offer = PersonalizedOffer("Generated", selection_constraint=window, rank=Rank(7), tags=[tag.id], status=OfferStatus.DRAFT)
created = offers_create.sync_detailed(
    client=client, body=offer, offer_type=OfferType.PERSONALIZED, idempotency_key="generated",
    x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox,
)
assert isinstance(created.parsed, Receipt)
id = created.parsed.id
fallback = offers_create.sync(
    client=client, body=FallbackOffer("Fallback"), offer_type=OfferType.FALLBACK,
    x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox,
)
assert isinstance(fallback, Receipt)

patch: list[AddOperation | ReplaceOperation] = [
    ReplaceOperation("replace", "/rank/priority", 8), AddOperation("add", "/description", "A word"),
]
previewed = offers_change.sync(
    id, client=client, body=[*patch], dry_run=True, x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox
)
assert isinstance(previewed, OfferPreview)
changed = offers_change.sync(
    id, client=client, body=[*patch], if_match=created.headers["ETag"], x_change_note="By a program",
    x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox,
)
assert isinstance(changed, Receipt)
stale = offers_change.sync(
    id, client=client, body=[*patch], if_match=created.headers["ETag"],
    x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox,
)
assert isinstance(stale, Problem)

read = offers_read.sync(id, client=client, x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox)
assert isinstance(read, PersonalizedOfferItem)
assert isinstance(read.selection_constraint.start_date, datetime.datetime)
listed = offers_list.sync(
    client=client, property_=["name~^(Generated|Fallback)$"], order_by=["name"],
    x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox,
)
assert isinstance(listed, OfferPage)
history = offers_revisions.sync(id, client=client, x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox)
assert isinstance(history, RevisionPage)
first = offers_revision.sync(id, 1, client=client, x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox)
assert isinstance(first, OfferVersion)
assert isinstance(first.document, PersonalizedOffer)
blame = offers_blame.sync(id, client=client, x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox)
assert isinstance(blame, Blame)
gone = offers_delete.sync_detailed(
    id, client=client, if_match='"2"', x_api_key=key, x_gw_ims_org_id=organisation, x_sandbox_name=sandbox
)
print(json.dumps({
    "tags": [found.name for found in tags.results],
    "preview": [previewed.etag, [change.label for change in previewed.changes]],
    "changed": changed.etag,
    "stale": [stale.status, stale.etag],
    "read": [read.name, read.rank.priority, read.description, read.etag],
    "listed": [type(found).__name__ for found in listed.results],
    "history": [[revision.etag, revision.note, len(revision.patch)] for revision in history.results],
    "first": first.document.rank.priority,
    "blame": {line.pointer: line.etag for line in blame.results if line.pointer in ("/name", "/rank/priority")},
    "gone": gone.status_code.value,
}))
"""
# Its own template of a client that is closed like a file is not strict; nothing of the document is in there.
MYPY = "[mypy]\nstrict = true\n[mypy-offer_client.client]\nignore_errors = true\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the document is, and the clients are put."""
    made = tmp_path_factory.mktemp("clients")
    (made / "openapi.json").write_bytes(orjson.dumps(openapi_document()))
    (made / "openapi-python-client.yaml").write_text("post_hooks: []\n")
    (made / "mypy.ini").write_text(MYPY)
    return made


def run(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(folder), "MYPYPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_generated_client_is_strictly_typed_and_creates_patches_lists_and_follows_history(
    folder: Path, running: Server
) -> None:
    generate = ["generate", "--path", "openapi.json", "--config", "openapi-python-client.yaml", "--meta", "none"]
    run(folder, "-m", "openapi_python_client", *generate, "--output-path", "offer_client", "--fail-on-warning")
    (folder / "program.py").write_text(PROGRAM)
    run(folder, "-m", "mypy", "--config-file", "mypy.ini", "offer_client", "program.py")
    told = run(folder, "program.py", f"http://{HOST}:{running.port}", ORGANISATION, GENERATED, SECRET)
    assert json.loads(told) == {
        "tags": ["Generated"],
        "preview": [2, ["Description", "Priority"]],
        "changed": 2,
        "stale": [412, 2],
        "read": ["Generated", 8, "A word", 2],
        "listed": ["FallbackOfferItem", "PersonalizedOfferItem"],
        "history": [[2, "By a program", 2], [1, "", 1]],
        "first": 7,
        "blame": {"/name": 1, "/rank/priority": 2},
        "gone": 200,
    }


# Reads what the server answered: the documented offer, and its history.
READER = """
import sys

from offer_models import OfferVersion, PersonalizedOfferItem, RevisionPage

offer = PersonalizedOfferItem.model_validate_json(sys.argv[1])
history = RevisionPage.model_validate_json(sys.argv[2])
first = OfferVersion.model_validate_json(sys.argv[3])
operation = first.patch[0].root
print(offer.id, offer.created.year == history.results[-1].modified.year, first.etag, operation.op, operation.path)
"""


def test_generated_models_are_strictly_typed_and_read_the_answers_of_the_server(folder: Path, running: Server) -> None:
    source = ["--input", "openapi.json", "--input-file-type", "openapi", "--strict-refs", "--output", "offer_models.py"]
    kind = ["--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.11", "--use-annotated"]
    run(folder, "-m", "datamodel_code_generator", *source, *kind, "--formatters", "builtin")
    (folder / "reader.py").write_text(READER)
    run(folder, "-m", "mypy", "--config-file", "mypy.ini", "offer_models.py", "reader.py")
    item = "offers/personalizedOffer1234"
    answers = [api(running.port, path) for path in (item, f"{item}/revisions", f"{item}/revisions/1")]
    assert [answer.status for answer in answers] == [200, 200, 200]
    told = run(folder, "reader.py", *(answer.content.decode() for answer in answers))
    assert told == "personalizedOffer1234 True 1 add \n"
