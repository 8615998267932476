"""`manage.py grant ROLE`: what the role of the application needs, and nothing with which it could change history.

The owner of the tables runs it after each `migrate`. Run again, it leaves the same rights.
"""

from argparse import ArgumentParser

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.recorder import MigrationRecorder
from psycopg.sql import SQL, Composed, Identifier

from offers.models import (
    AccessChange,
    ErasedText,
    ErasureStep,
    LibraryImport,
    ListingPast,
    LogCheck,
    LogEntry,
    LogHead,
    LogTile,
    RequestEvent,
    Revision,
)

WORK = SQL("SELECT, INSERT, UPDATE, DELETE")
# All others are worked on: a new table is one of those without being named here.
LESS = {
    Revision._meta.db_table: SQL("SELECT, INSERT"),
    ListingPast._meta.db_table: SQL("SELECT, INSERT"),
    AccessChange._meta.db_table: SQL("SELECT, INSERT"),
    RequestEvent._meta.db_table: SQL("SELECT, INSERT"),
    LibraryImport._meta.db_table: SQL("SELECT, INSERT"),
    LogEntry._meta.db_table: SQL("SELECT, INSERT"),
    LogCheck._meta.db_table: SQL("SELECT, INSERT"),
    # How far the log is, and its last tiles, are written again as it grows; none of it ever goes.
    LogHead._meta.db_table: SQL("SELECT, INSERT, UPDATE"),
    LogTile._meta.db_table: SQL("SELECT, INSERT, UPDATE (hashes)"),
    ErasureStep._meta.db_table: SQL("SELECT, INSERT"),
    ErasedText._meta.db_table: SQL("SELECT, INSERT"),
    MigrationRecorder.Migration._meta.db_table: SQL("SELECT"),
}
# It runs as the owner of the tables. Triggers let through what a confirmed erasure names, in its own transaction, and nothing else.
ERASE = SQL("FUNCTION offers_erase(text, jsonb)")
# Whoever is the owner of the table or of its schema, if only as a member, may do everything whatever was granted.
OWNS = """
SELECT pg_has_role(%s, c.relowner, 'MEMBER') OR pg_has_role(%s, n.nspowner, 'MEMBER')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s::regclass
"""


class Command(BaseCommand):
    help = "Give a database role what the application needs. For the owner of the tables, after each migrate."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="the role in the application's DATABASE_URL, which must own nothing")

    def handle(self, *, role: str, verbosity: int, **options: object) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            refuse_unfit(cursor, role)
            names = tables(cursor)
            for statement in statements(cursor, role, names):
                cursor.execute(statement)
            refuse_leaks(cursor, role)
            refuse_locked_out(cursor, role)
        if verbosity:
            self.stdout.write(f"{role} can work with {len(names)} tables, and only add to {Revision._meta.db_table}.")


def tables(cursor: CursorWrapper) -> list[str]:
    """Every table of every installed app, and the record of migrations, which belongs to none."""
    there = set(connection.introspection.table_names(cursor))
    wanted = {*(model._meta.db_table for model in apps.get_models(include_auto_created=True)), *LESS}
    if missing := wanted - there:
        raise CommandError(f"Run migrate first: there is no table {', '.join(sorted(missing))}.")
    return sorted(wanted)


def statements(cursor: CursorWrapper, role: str, names: list[str]) -> list[Composed]:
    """Rights that were given before are taken first, so that what is left is what is said here."""
    to = Identifier(role)
    # Hardened databases take it from PUBLIC.
    made = [SQL("GRANT USAGE ON SCHEMA {} TO {}").format(Identifier(schema_of_tables(cursor)), to)]
    for name in names:
        table = Identifier(name)
        made.append(SQL("REVOKE ALL ON TABLE {} FROM {}").format(table, to))
        made.append(SQL("GRANT {} ON TABLE {} TO {}").format(LESS.get(name, WORK), table, to))
        for sequence in connection.introspection.get_sequences(cursor, name):
            made.append(SQL("GRANT USAGE ON SEQUENCE {} TO {}").format(Identifier(sequence["name"]), to))
    made.append(SQL("GRANT EXECUTE ON {} TO {}").format(ERASE, to))
    return made


def schema_of_tables(cursor: CursorWrapper) -> str:
    cursor.execute(
        "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s::regclass",
        [Revision._meta.db_table],
    )
    return str(cursor.fetchone()[0])


def refuse_locked_out(cursor: CursorWrapper, role: str) -> None:
    """Only the schema's owner can let somebody in: PostgreSQL warns of that, and grants nothing."""
    schema = schema_of_tables(cursor)
    cursor.execute("SELECT has_schema_privilege(%s, %s, 'USAGE')", [role, schema])
    if cursor.fetchone() != (True,):
        raise CommandError(
            f"{role} may not use the schema {schema}: let its owner GRANT USAGE ON SCHEMA to it. Nothing done."
        )


def refuse_unfit(cursor: CursorWrapper, role: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
    if cursor.fetchone() is None:
        raise CommandError(f"There is no role {role}: CREATE ROLE it first, with LOGIN and a password.")
    cursor.execute("SELECT to_regclass(%s)", [Revision._meta.db_table])
    if cursor.fetchone() == (None,):
        raise CommandError("Run migrate first: there are no tables.")
    cursor.execute(OWNS, [role, role, Revision._meta.db_table])
    if cursor.fetchone() != (False,):
        raise CommandError(f"{role} owns the tables, is a member of who does, or is a superuser: name another role.")


def refuse_leaks(cursor: CursorWrapper, role: str) -> None:
    """What PUBLIC or a role that it is a member of was given counts as well."""
    cursor.execute(
        "SELECT has_table_privilege(%s, %s, 'UPDATE, DELETE, TRUNCATE, TRIGGER')", [role, Revision._meta.db_table]
    )
    if cursor.fetchone() != (False,):
        raise CommandError(
            f"{role} could still change history, by what PUBLIC or a role of it was given. Nothing done."
        )
