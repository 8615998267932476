"""Tables and offers of the peer: `python -m peer.fill` reads pairs of (id, document) from standard input, a line each."""

import hashlib
import sys
from datetime import timedelta

import django
import orjson


def main() -> None:
    django.setup()
    from django.core.management import call_command
    from django.utils import timezone
    from django.utils.dateparse import parse_datetime
    from peer.models import Membership, Offer, Sandbox, Token

    call_command("migrate", "auth", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)
    sandbox = Sandbox.objects.create(name="prod")
    Membership.objects.create(sandbox=sandbox, client="editor-client", role="editor")
    hashed = hashlib.sha256(b"token-of-editor-client").hexdigest()
    Token.objects.create(client="editor-client", hash=hashed, expires_at=timezone.now() + timedelta(days=1))
    offers = []

    def store() -> None:
        Offer.objects.bulk_create(offers)
        offers.clear()

    for line in sys.stdin.buffer:
        key, document = orjson.loads(line)
        window = document["selectionConstraint"]
        offers.append(
            Offer(
                sandbox=sandbox,
                key=key,
                document=document,
                name=document["name"],
                status=document["status"],
                priority=document["rank"]["priority"],
                starts_at=parse_datetime(window["startDate"]),
                ends_at=parse_datetime(window["endDate"]),
                created_by="import",
                modified_by="import",
            )
        )
        if len(offers) == 2_000:
            store()
    store()


if __name__ == "__main__":
    main()
