"""Two roles in a real PostgreSQL: one owns the tables, the product runs as the other."""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import orjson
import psycopg
import pytest
from django.apps import apps
from psycopg.sql import SQL, Identifier

from tests.api.conftest import OFFER, SECRET
from tests.servers import HOST, ROOT, PrivateDatabase, private_database, server

ROLE = 'the "app"; 100%'  # needs quoting wherever it is named
HEADERS = {
    "Authorization": "Bearer token-of-editor-client",
    "x-api-key": "editor-client",
    "x-gw-ims-org-id": "DEMO@OfferOrg",
    "x-sandbox-name": "prod",
    "Content-Type": "application/json",
}
OFFERS = "/data/core/dps/offers?offer-type=personalized"
NEW = {
    "name": "Made by the application's role",
    "status": "draft",
    "selectionConstraint": {"startDate": "2026-01-01T00:00:00Z", "endDate": "2026-02-01T00:00:00Z"},
    "rank": {"priority": 1},
}
WORK = """
import time
import django; django.setup()
from django.contrib.auth.models import User
from django.test import Client
from offers.bulk import runs
from offers.ledger import writes
from offers.bulk.actions import Action, Do
from offers.document.kinds.registry import OFFER_KINDS, Kind
from offers.erasure import asking
from offers.lists.upkeep import tidy_search
from offers.models import LibraryItem, LogEntry, Membership, Revision, Sandbox
from offers.access.permissions import actor_for_user
from tests.cast import FORM
from tests.management.commands.test_grant import NEW
sandbox = Sandbox.objects.get(name="prod")
user = User.objects.create_superuser("mina", "", "a long password")
Membership.objects.create(sandbox=sandbox, user=user, role=Membership.Role.ADMIN)
actor = actor_for_user(user, "prod")
browser = Client(HTTP_HOST="127.0.0.1")
answer = browser.post("/accounts/login/", {"login": "mina", "password": "wrong"})
assert answer.status_code == 200, answer.status_code
answer = browser.post("/accounts/login/", {"login": "mina", "password": "a long password"})
assert answer.status_code == 302, answer.content
assert browser.get("/s/prod/offers/").status_code == 200
keys = list(LibraryItem.objects.filter(kind__in=OFFER_KINDS, deleted_at=None).values_list("key", flat=True))
def done(run, state):
    until = time.monotonic() + 30
    while run.state != state:
        assert time.monotonic() < until, "the worker did not do it"
        time.sleep(0.05)
        run.refresh_from_db()
run = runs.begin(actor, Action(Do.PRIORITY, 5), keys)
done(run, "planned")
runs.start(actor, run, "Prices rise")
done(run, "finished")
assert set(run.rows.values_list("result", flat=True)) == {"changed"}, list(run.rows.values())
writes.delete(actor, OFFER_KINDS, "personalizedOffer1234", FORM)
writes.undelete(actor, OFFER_KINDS, "personalizedOffer1234", FORM)
item = writes.create(actor, Kind.PERSONALIZED_OFFER, {**NEW, "name": "Ask Hana"}, FORM, id="said").head
writes.change(actor, OFFER_KINDS, "said", [{"op": "replace", "path": "/name", "value": "Sale"}], FORM)
other = User.objects.create_user("jun", "", "a long password")
Membership.objects.create(sandbox=sandbox, user=other, role=Membership.Role.ADMIN)
asked = asking.ask_value(actor, LibraryItem.objects.get(key=item.key), "/name", [1], "Why")
assert asking.confirm(actor_for_user(other, "prod"), asked.key).state == "done"
assert "Hana" not in Revision.objects.get(item=item.key, etag=1).patch
until = time.monotonic() + 30
while LogEntry.objects.filter(event=LogEntry.Event.REVISION).count() < Revision.objects.count():
    assert time.monotonic() < until, "the worker did not log it"
    time.sleep(0.05)
tidy_search()
"""
PROBES = [
    "UPDATE offers_revision SET note = 'x'",
    "DELETE FROM offers_revision",
    "DELETE FROM offers_listingpast",
    "UPDATE offers_accesschange SET note = 'x'",
    "UPDATE offers_logentry SET index = index + 1",
    "DELETE FROM offers_loghead",
    "DELETE FROM offers_logtile",
    "UPDATE offers_logtile SET index = index + 1",
    "UPDATE offers_logcheck SET differences = 0",
    "UPDATE offers_erasurestep SET text = 'x'",
    "TRUNCATE offers_revision CASCADE",
    "ALTER TABLE offers_revision DISABLE TRIGGER revision_append_only",
    "ALTER TABLE offers_revision ADD COLUMN x int",
    "DROP TRIGGER revision_append_only ON offers_revision",
    "DROP TABLE offers_revision CASCADE",
    "CREATE OR REPLACE FUNCTION offers_refuse_history_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "SET session_replication_role = replica",
    "CREATE TABLE mine (x int)",
    "DELETE FROM django_migrations",
]


@dataclass
class Application(PrivateDatabase):
    """The database as the application's role reaches it."""

    owner: PrivateDatabase


def manage(database: PrivateDatabase, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT, env=database.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def as_role(database: PrivateDatabase, role: str) -> str:
    return database.url.rpartition("user=")[0] + "user=" + quote(role, safe="")


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    local: Path = tmp_path_factory.mktemp("grant")
    with private_database(local) as owner:
        owner.fill()
        with psycopg.connect(as_role(owner, "postgres"), autocommit=True) as connection:
            connection.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(ROLE)))
            connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")  # as in a hardened database
        for _ in range(2):  # the second time changes nothing
            done = manage(owner, "grant", ROLE)
            assert done.returncode == 0, done.stderr
        yield Application(local, as_role(owner, ROLE), owner)


def call(port: int, method: str, path: str, body: object = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    connection.request(method, path, orjson.dumps(body) if body else None, HEADERS)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content


def get_token(port: int) -> int:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    form = urlencode({"grant_type": "client_credentials", "client_id": "editor-client", "client_secret": SECRET})
    connection.request("POST", "/ims/token/v3", form, {"Content-Type": "application/x-www-form-urlencoded"})
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_product_runs_as_a_role_that_owns_nothing(application: Application) -> None:
    with server(application) as running:  # it is ready: /readyz was 200
        made, content = call(running.port, "POST", OFFERS, NEW)
        assert made == 201, content
        change = [{"op": "replace", "path": "/description", "value": "changed"}]
        assert call(running.port, "PATCH", OFFER, change)[0] == 200
        assert call(running.port, "DELETE", f"/data/core/dps/offers/{orjson.loads(content)['id']}")[0] == 200
        assert get_token(running.port) == 200
    with subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, env=application.environment) as worker:
        try:
            done = application.python(WORK)
            assert done.returncode == 0, done.stderr
        finally:
            worker.terminate()
        assert worker.wait(20) == 0
    for words in (["verify_history"], ["tidy"]):
        done = manage(application, *words)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("statement", PROBES)
def test_that_role_cannot_change_history_or_what_guards_it(application: Application, statement: str) -> None:
    with psycopg.connect(application.url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_every_table_of_every_installed_app_is_granted(application: Application) -> None:
    """Asked of PostgreSQL itself: a table that is new in the database is granted, or this fails."""
    models = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    with psycopg.connect(application.url) as connection:
        rights = "SELECT c.relname, has_table_privilege(c.oid, 'SELECT'), has_table_privilege(c.oid, 'DELETE') "
        found = connection.execute(
            rights + "FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        ).fetchall()
    assert models <= {name for name, _, _ in found}
    assert [name for name, reads, _ in found if not reads] == []
    assert {name for name, _, deletes in found if not deletes} == {
        "offers_revision",
        "offers_listingpast",
        "offers_accesschange",
        "offers_requestevent",
        "offers_logentry",
        "offers_logcheck",
        "offers_loghead",
        "offers_logtile",
        "offers_erasurestep",
        "offers_erasedtext",
        "offers_libraryimport",
        "django_migrations",
    }


def test_a_role_for_which_it_would_mean_nothing_is_refused(application: Application) -> None:
    assert "owns the tables" in manage(application.owner, "grant", application.owner.url.rpartition("user=")[2]).stderr
    assert "There is no role nobody-here" in manage(application.owner, "grant", "nobody-here").stderr


def test_rights_that_the_role_has_by_another_way_are_found(application: Application) -> None:
    with psycopg.connect(application.owner.url, autocommit=True) as connection:
        connection.execute("GRANT UPDATE ON offers_revision TO PUBLIC")
        try:
            assert "could still change history" in manage(application.owner, "grant", ROLE).stderr
        finally:
            connection.execute("REVOKE UPDATE ON offers_revision FROM PUBLIC")
