"""How long pages of the past take in a large library: `python -m tests.bench.moments [times [sandbox]]`.

On the library of DATABASE_URL, whatever is in it (`manage.py demo_data --offers 1000000` makes one); it is only read. Whole requests
in this process: middleware, queries, template; of the API all but who asks. Each address is asked for once to warm up, then
`times` times, in turn of three moments (a tenth, a half and nine tenths of the way through what is recorded): milliseconds, and of
them those of this process alone. The worker has to have brought the log up to date: differences are found by it.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import django

from tests.bench.lists import p95

if TYPE_CHECKING:
    from offers.models import Sandbox

SHARES = (0.1, 0.5, 0.9)
LISTS = (
    *("", "sort=-name", "sort=ends", "sort=-ends", "status=draft", "status=approved&sort=ends", "status=archived"),
    *("state=live", "state=ending", "state=scheduled", "state=expired", "channel=email", "channel=video"),
    *("kind=fallback-offer", "tag={tag}", "tag={tag}&sort=ends", "tag={tag}&status=draft&channel=web"),
    *(
        "placement={placement}",
        "uses={rule}",
        "from={today}&to={today}&status=approved",
        "from=2020-01-01&to=2020-02-01",
    ),
    *("q={word}", "q={word}&status=draft", "q={name}", "q=no-such-thing", "state=live&tag={tag}"),
)
OTHERS = ("placements", "rules", "tags", "collections", "decisions")
# The sandbox is in front of each, `?at=` behind it.
PAGES = (
    *(
        "offers/{offer}/",
        "offers/{offer}/history/",
        "offers/{offer}/blame/",
        "offers/{longest}/",
        "offers/{longest}/history/",
    ),
    *(
        "offers/{longest}/blame/",
        "placements/{placement}/",
        "tags/{tag}/",
        "collections/{collection}/",
        "decisions/{decision}/",
    ),
)
SPANS = {"a day": timedelta(days=1), "a week": timedelta(days=7), "90 days": timedelta(days=90)}
API = ("offers/{offer}", "offers", "offers?orderBy=-ends&limit=100", "placements", "tags/{tag}")
Ask = Callable[[datetime], Any]


def main(times: int = 20, sandbox: str = "prod") -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "offeradmin.settings")
    django.setup()
    from django.conf import settings

    from offers.models import LogEntry, Revision, Sandbox

    settings.ALLOWED_HOSTS = ["*"]
    place = Sandbox.objects.get(name=sandbox)
    made = Revision.objects.filter(sandbox=place)
    first, last = (
        made.order_by(order).values_list("created_at", flat=True)[0] for order in ("created_at", "-created_at")
    )
    moments = [first + share * (last - first) for share in SHARES]
    logged = LogEntry.objects.filter(sandbox=place).count()
    print(f"{made.count():,} revisions from {first:%Y-%m-%d} to {last:%Y-%m-%d}, {logged:,} entries in the log")
    print(f"{'what':60}{'median':>8}{'p95':>8}{'own':>8}")
    everything: list[float] = []
    for what, ask in asked(place):
        taken, own = measured(ask, moments, times)
        everything += taken
        print(f"{what:60}{statistics.median(taken):8.0f}{p95(taken):8.0f}{statistics.median(own):8.0f}", flush=True)
    print(f"{'all':60}{statistics.median(everything):8.0f}{p95(everything):8.0f}")


def measured(ask: Ask, moments: list[datetime], times: int) -> tuple[list[float], list[float]]:
    """What it takes by the clock and by this process's processor, in milliseconds; what is too slow to be found counts as it is."""
    taken, own = [], []
    for number in range(-len(moments), times):
        began, worked = time.perf_counter(), time.process_time()
        status = ask(moments[number % len(moments)]).status_code
        if number >= 0:
            taken.append((time.perf_counter() - began) * 1000)
            own.append((time.process_time() - worked) * 1000)
        # 404: it was not there yet. 422: the page says that it takes too long.
        assert status in (200, 404, 422), status
        if status == 422 and number == 0:
            print("    (takes too long to find at one of the moments)")
    return taken, own


def asked(place: "Sandbox") -> Iterator[tuple[str, Ask]]:
    """What is measured, each with how it is asked for at a moment."""
    from django.test import Client

    from offers.models import Membership

    words = words_of(place)
    browser = Client()
    member = Membership.objects.filter(sandbox=place, user__is_active=True).earliest("pk")
    assert member.user, "a member who is a person"
    browser.force_login(member.user)

    def page(address: str) -> Ask:
        return lambda at: browser.get(address.format(at=_text(at), later=_text(at + timedelta(days=30))))

    for query in LISTS:
        filled = query.format(**words)
        yield f"offers/?{filled}", page(f"/s/{place.name}/offers/?{filled}&at={{at}}")
    for section in OTHERS:
        yield f"{section}/", page(f"/s/{place.name}/{section}/?at={{at}}")
    for one in PAGES:
        if all(words.get(name) for name in ("longest", "collection", "decision") if f"{{{name}}}" in one):
            yield one, page(f"/s/{place.name}/{one.format(**words)}?at={{at}}")
    yield "on-air/", page(f"/s/{place.name}/on-air/?at={{at}}")
    yield "on-air/ as known 30 days later", page(f"/s/{place.name}/on-air/?at={{at}}&as-known={{later}}")
    ahead = _text(datetime.now(UTC) + timedelta(days=14))
    yield "on-air/ of a moment to come", page(f"/s/{place.name}/on-air/?at={ahead}")
    for what, span in SPANS.items():
        yield f"audit/changes/ of {what}", _differences(browser, place.name, span)
    for address in API:
        yield f"API {address} asOf", _call(place, address.format(**words))


def words_of(place: "Sandbox") -> dict[str, str]:
    """What is asked for: of this library, whatever that is."""
    from offers.models import LibraryItem

    items = LibraryItem.objects.filter(sandbox=place, deleted_at=None)
    offer = items.filter(kind="personalized-offer").earliest("key")
    used = offer.document["representations"][0]["placement"] if offer.document.get("representations") else ""
    firsts = {kind: items.filter(kind=kind).order_by("key").values_list("id", flat=True).first() or ""
              for kind in ("tag", "placement", "collection", "decision")}  # fmt: skip
    rule = items.filter(kind="rule").order_by("key").values_list("id", flat=True).first() or "none"
    # Of the oldest offers, so that this is found without reading all of them.
    longest = max(items.filter(kind="personalized-offer").order_by("key")[:2_000], key=lambda item: item.etag)
    more = {"rule": rule, "offer": offer.id, "longest": longest.id, "word": offer.name.split()[0], "name": offer.name}
    return {**firsts, **more, "placement": used or firsts["placement"], "today": f"{datetime.now(UTC):%Y-%m-%d}"}


def _differences(browser: Any, sandbox: str, span: timedelta) -> Ask:
    return lambda at: browser.get(f"/s/{sandbox}/audit/changes/", {"from": _text(at), "to": _text(at + span)})


def _call(place: "Sandbox", address: str) -> Ask:
    """A call of the API as of the moment, by who may read."""
    from django.http import HttpResponse
    from django.test import RequestFactory

    from offers.access.permissions import Actor, NotFound, Role
    from offers.api import endpoints
    from offers.api.resources import RESOURCES
    from offers.lists.timely import TooSlow

    path, _, query = address.partition("?")
    section, _, id = path.partition("/")
    resource = next(one for one in RESOURCES if one.path == section)

    def ask(at: datetime) -> Any:
        request: Any = RequestFactory().get(f"/?{query}&asOf={_text(at)}")
        request.actor = Actor(place, Role.AUDITOR, "bench")
        try:
            return endpoints.read(request, resource, id) if id else endpoints.listing(request, resource)
        except (TooSlow, NotFound) as error:
            return HttpResponse(status=422 if isinstance(error, TooSlow) else 404)

    return ask


def _text(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, sys.argv[2] if len(sys.argv) > 2 else "prod")
