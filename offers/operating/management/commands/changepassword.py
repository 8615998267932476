"""`manage.py changepassword`: Django's own, and recorded."""

from django.contrib.auth.management.commands import changepassword

from offers.operating.recording import Recording


class Command(Recording, changepassword.Command):
    pass
