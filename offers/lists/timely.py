"""Statements of lists are given so long: what is asked for may have no index, and a regular expression no end."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import OperationalError

from offers.document.errors import Problem
from offers.document.words.labels import gettext_noop
from offers.lists.expressions import QueryError
from offers.models import reading


class TooSlow(QueryError):
    """What is asked for would take too long to find: it has to be asked for more narrowly (422)."""

    def __init__(self) -> None:
        message = gettext_noop("The query took too long. Ask with fewer or simpler conditions, or a simpler order.")
        super().__init__(Problem("", "query-too-slow", message), status=422)


@contextmanager
def in_time(milliseconds: int) -> Iterator[None]:
    """Each statement of the block is given this long. Raises TooSlow."""
    with reading.under("statement_timeout", milliseconds):
        try:
            yield
        except OperationalError as error:
            if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
                raise TooSlow from None
            raise
