"""What 10,000 change requests cost the queue and a request's page: `python -m tests.bench.reviews [times]`.

On the library of DATABASE_URL, with the sample library in it (`make demo`); it is left with the requests. Whole requests in this
process, each address `times` times, before there are any more requests and after: milliseconds and, in one run, their ratio.
"""

import os
import statistics
import sys
import time
from datetime import timedelta

import django
from django.test import Client

from tests.bench.lists import p95

MANY = 10_000
# Of ten requests so many are like that; a fifth of those under way is about something that others changed meanwhile.
STATES = (
    "open",
    "open",
    "open",
    "changes-requested",
    "approved",
    "applied",
    "applied",
    "applied",
    "rejected",
    "withdrawn",
)
ADDRESSES = (
    *("reviews/", "reviews/?tab=mine", "reviews/?tab=all", "reviews/?tab=all&state=open&author=a"),
    *("reviews/?tab=all&field=Name", "reviews/?tab=all&age=week", "reviews/{open}/", "reviews/{applied}/"),
)


def main(times: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "offeradmin.settings"
    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["*"]
    fill(100)
    before = _measured(times)
    fill(MANY)
    after = _measured(times)
    print(f"{'who':10}{'address':42}{'median':>8}{'p95':>8}{'before':>8}{'p95':>8}{'medians':>9}")
    for (who, address), many in after.items():
        few = before[who, address]
        ratio = statistics.median(many) / statistics.median(few)
        shown = "".join(f"{statistics.median(taken):8.0f}{p95(taken):8.0f}" for taken in (many, few))
        print(f"{who:10}{address:42}{shown}{ratio:9.2f}")


def _measured(times: int) -> dict[tuple[str, str], list[float]]:
    from django.contrib.auth.models import User

    from offers.models import ChangeRequest

    asked = ChangeRequest.objects.filter(sandbox__name="prod")
    numbers = {state: asked.filter(state=state).latest("number").number for state in ("open", "applied")}
    found = {}
    for who in ("reviewer", "marketer"):
        browser = Client()
        browser.force_login(User.objects.get(username=who))
        for address in ADDRESSES:
            found[who, address] = [_taken(browser, address.format(**numbers)) for _time in range(times + 1)][1:]
    return found


def _taken(browser: Client, address: str) -> float:
    began = time.perf_counter()
    assert browser.get(f"/s/prod/{address}").status_code == 200
    return (time.perf_counter() - began) * 1000


def fill(many: int) -> None:
    """Ask for so many changes of names of the sample library's offers, in everybody's name, and analyze."""
    from django.db import connection
    from django.db.models import Max
    from django.utils import timezone

    from offers.access.permissions import actor_for_user
    from offers.models import ChangeRequest, LibraryItem, Membership, RequestedChange, RequestEvent, Sandbox
    from offers.review import records

    prod = Sandbox.objects.get(name="prod")
    items = list(LibraryItem.objects.filter(sandbox=prod, kind="personalized-offer", etag__gt=1, deleted_at=None))
    members = Membership.objects.filter(sandbox=prod, role__in=("editor", "reviewer", "admin"), user__isnull=False)
    people = [actor_for_user(member.user, "prod") for member in members.select_related("user") if member.user]
    first = (ChangeRequest.objects.filter(sandbox=prod).aggregate(Max("number"))["number__max"] or 0) + 1
    now = timezone.now()
    requests, changes, events = [], [], []
    for n in range(many):
        by, at, item = people[n % len(people)], now - timedelta(minutes=20 * (many - n)), items[n % len(items)]
        moved = n % 5 == 0
        request = ChangeRequest(
            sandbox=prod,
            number=first + n,
            title=f"{item.name}: Name",
            state=STATES[n // 5 % len(STATES)],
            contributors=[by.key],
            owner_key=by.key,
            owner_label=by.label,
            is_stuck=moved,
            fields=["name"],
            created_at=at,
            updated_at=at,
            **records.by(by),
        )
        requests.append(request)
        change = RequestedChange(
            request=request,
            item=item,
            kind=item.kind,
            id=item.id,
            base={**item.document, "name": "As it was"} if moved else item.document,
            base_etag=item.etag - moved,
            seen_etag=item.etag,
            patch=[{"op": "replace", "path": "/name", "value": f"{item.name} {n}"}],
            source="form",
        )
        changes.append(change)
        events.append(RequestEvent(request=request, what="opened", version=1, created_at=at, **records.by(by)))
    ChangeRequest.objects.bulk_create(requests, batch_size=1_000)
    RequestedChange.objects.bulk_create(changes, batch_size=1_000)
    RequestEvent.objects.bulk_create(events, batch_size=1_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE offers_changerequest, offers_requestedchange, offers_requestevent")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
