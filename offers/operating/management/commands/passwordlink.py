"""`manage.py passwordlink NAME`: a link by which a person sets a password, for where no mail is sent, and for new accounts."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from offers.access.changes import Author, Source, What
from offers.access.own import hold, record_own
from offers.web.account.accounts import person_called
from offers.web.account.proofs import password_link


class Command(BaseCommand):
    help = "Print a link by which a person sets a new password: once, within an hour. Give it to nobody else. It is recorded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the user name or the email address of an account that is open")

    def handle(self, *, name: str, **options: object) -> None:
        if not settings.PUBLIC_URL:
            raise CommandError("Set PUBLIC_URL to where people reach the pages, like https://offers.example.com.")
        found = person_called(name)
        with transaction.atomic():
            user = hold(found.pk) if found else None
            if user is None:
                raise CommandError(f"There is no open account that is called {name}, or more than one.")
            record_own(user, What.PASSWORD_LINK, Author(None, "manage.py passwordlink", Source.OPERATOR))
            self.stdout.write(password_link(user))
