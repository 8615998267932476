"""Where items and their history are read from: one place, so that a copy of the database (a read replica) can answer.

Queries by a model ask Django's router by themselves; statements of our own ask it here. So a router in the settings is all
that a copy takes. What is read in order to write is read where it is written: in the write path's transactions, and by
`ledger.heads.read_to_write`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
from django.db import connection, connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg.pq import Format
from psycopg.types.datetime import TimestamptzLoader

from offers.models.library import LibraryItem, Sandbox

# Rows that a stream takes from the server at once.
CHUNK = 1_000


def source() -> BaseDatabaseWrapper:
    """The connection to read items from: the one that is written to within a transaction of its own, else the router's."""
    if connection.in_atomic_block:
        return connections[connection.alias]
    return connections[router.db_for_read(LibraryItem)]


def rows(statement: str, params: Sequence[Any] | dict[str, Any]) -> list[Any]:
    """What a SELECT of items or revisions finds, as tuples."""
    with source().cursor() as cursor:
        read_times(cursor)
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def item_of(sandbox: Sandbox, id: str) -> LibraryItem | None:
    """The item with this id, deleted or not. Written out, because Django takes longer to make the statement than to run it."""
    found = rows(_ITEM, [sandbox.pk, id])
    if not found:
        return None
    item = LibraryItem.from_db(source().alias, _COLUMNS, found[0])
    item.document = orjson.loads(item.document)
    item.sandbox = sandbox
    return item


# In the order of the model's fields, which is that of its instances' values.
_COLUMNS = [field.attname for field in LibraryItem._meta.concrete_fields]
_ITEM = f"SELECT {', '.join(_COLUMNS)} FROM {LibraryItem._meta.db_table} WHERE sandbox_id = %s AND id = %s"


def stream(statement: str, params: Sequence[Any] | dict[str, Any], *, binary: bool = False) -> Iterator[Any]:
    """The same, of any number of rows and for as long as it takes: a cursor on the server gives them out.

    `binary` takes half the time to read; JSON and numbers of transactions have to be cast to text then.
    """
    with under("statement_timeout", 0), source().chunked_cursor() as cursor:
        read_times(cursor)
        if binary:
            cursor.cursor.format = Format.BINARY
        cursor.execute(statement, params)
        while found := cursor.fetchmany(CHUNK):
            yield from found


def read_times(cursor: CursorWrapper) -> None:
    """Times by the driver's own code: Django's, which may be told of another zone, takes as long as the rest of a row."""
    cursor.cursor.adapters.register_loader("timestamptz", TimestamptzLoader)


@contextmanager
def under(setting: str, value: str | int) -> Iterator[None]:
    """Read with a setting of PostgreSQL, which ends with the block: what happens in it is one transaction, or a part of the caller's,
    which goes on under what it had.
    """
    is_part = source().in_atomic_block
    with transaction.atomic(using=source().alias), source().cursor() as cursor:
        cursor.execute("SELECT current_setting(%s), set_config(%s, %s, true)", [setting, setting, str(value)])
        ((before, _now),) = cursor.fetchall()
        yield
        if is_part:
            cursor.execute("SELECT set_config(%s, %s, true)", [setting, before])


@contextmanager
def one_moment() -> Iterator[None]:
    """What is read in it is all of one moment, whatever others store meanwhile. In a transaction of the caller's, it is that one's."""
    database = source()
    begins = not database.in_atomic_block
    with transaction.atomic(using=database.alias), database.cursor() as cursor:
        if begins:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
