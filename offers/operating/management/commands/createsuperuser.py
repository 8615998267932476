"""`manage.py createsuperuser`: Django's own, and recorded."""

from django.contrib.auth.management.commands import createsuperuser

from offers.operating.recording import Recording


class Command(Recording, createsuperuser.Command):
    pass
