"""One server for all tests of transport: what a test client hides is only seen over a real connection."""

from collections.abc import Iterator

import pytest

from tests.servers import PrivateDatabase, Server, private_database, server

# Each of a test that changes what it finds: that of the documented calls, which deletes the offer in the end, that of
# schemathesis, and that of a generated client.
SANDBOX, ASKED, GENERATED = "documented", "asked", "generated"
FILL_MORE = f"""
import django; django.setup()
from allauth.idp.oidc.models import Client
from offers.models import Membership, Sandbox
from tests.api.conftest import fill, make_caller, make_sandbox
for name in ("{SANDBOX}", "{ASKED}", "{GENERATED}"):
    sandbox = make_sandbox(name)
    fill(sandbox)
    Membership.objects.create(sandbox=sandbox, client=Client.objects.get(pk="editor-client"), role="editor")
make_caller("demo-client", (Sandbox.objects.get(name="prod"), "editor"), secret="demo-secret")
"""


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateDatabase]:
    with private_database(tmp_path_factory.mktemp("transport")) as made:
        made.fill()
        more = made.python(FILL_MORE)
        assert more.returncode == 0, more.stderr
        yield made


@pytest.fixture(scope="session")
def running(database: PrivateDatabase) -> Iterator[Server]:
    with server(database) as started:
        yield started
