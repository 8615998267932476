"""What a command of Django's changes of access is recorded like what is changed in the admin."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from offers.access.changes import Author, Source
from offers.admin_changes import differences_recorded


class Recording(BaseCommand):
    """Mixed into a command of Django's. Whoever can run it is no account: the command's name stands for them."""

    def handle(self, *arguments: Any, **options: Any) -> Any:
        name = type(self).__module__.rpartition(".")[2]
        with transaction.atomic(durable=True):
            # It may wait for somebody to type, and locks nothing meanwhile: it does not see what others change.
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            with differences_recorded(Author(None, f"manage.py {name}", Source.OPERATOR)):
                return super().handle(*arguments, **options)
