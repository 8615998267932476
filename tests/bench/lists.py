"""How long lists, home and what offers refer to take in a large library: `python -m tests.bench.lists [times]`.

On the library of DATABASE_URL, loaded before with `manage.py demo_data --offers 1000000`. Whole requests in this process:
middleware, queries, template. Each address is asked for once to warm up, then `times` times; milliseconds.
"""

import os
import statistics
import sys
import time

import django

ADDRESSES = (
    *("", "sort=name", "sort=status", "sort=starts", "sort=ends", "sort=-priority", "sort=channels", "sort=created"),
    *("status=draft", "status=archived&sort=name", "state=live", "state=ending", "state=scheduled", "state=expired"),
    *("channel=email", "channel=video", "kind=fallback-offer", "tag={tag}", "tag={tag}&status=draft&channel=web"),
    *("placement={placement}", "by={by}", "from=2020-01-01&to=2020-02-01", "from={today}&to={today}&status=approved"),
    *(
        "q=weekend",
        "q=holiday",
        "q=off",
        "q=설",
        "q=설날",
        "q=no-such-thing",
        "q={id}",
        "q=points&status=draft",
        "q=20%25",
        "q=weekend+points",
    ),
    *("/", "/placements/", "/tags/", "/rules/", "/placements/{placement}/", "/tags/{tag}/"),
)


def main(times: int) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "offeradmin.settings"
    django.setup()
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.test import Client

    from offers.models import LibraryItem

    settings.ALLOWED_HOSTS = ["*"]
    items = LibraryItem.objects.filter(sandbox__name="prod")
    offer = items.filter(kind="personalized-offer").latest("key")
    words = {
        "tag": items.filter(kind="tag").earliest("key").id,
        "placement": offer.document["representations"][0]["placement"],
        "by": offer.modified_by_key,
        "today": f"{offer.modified_at:%Y-%m-%d}",
        "id": offer.id,
    }
    browser = Client()
    browser.force_login(User.objects.get(username="marketer"))
    print(f"{'address':48}{'median':>8}{'p95':>8}")
    everything = []
    for address in ADDRESSES:
        address = address.format(**words)
        taken = []
        for _time in range(times + 1):
            began = time.perf_counter()
            path = address if address.startswith("/") else f"/offers/?{address}"
            assert browser.get(f"/s/prod{path}").status_code == 200
            taken.append((time.perf_counter() - began) * 1000)
        everything += taken[1:]
        print(f"{address:48}{statistics.median(taken[1:]):8.0f}{p95(taken[1:]):8.0f}", flush=True)
    print(f"{'all':48}{statistics.median(everything):8.0f}{p95(everything):8.0f}")


def p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
