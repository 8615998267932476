"""What is known of a request: a header of it and, besides what was sent, its name, who asks, and whether its form has grown old."""

from dataclasses import dataclass

from django.http import HttpRequest

from offers.access.permissions import Actor


@dataclass
class Asking:
    """`request_id` is recorded with every change. `actor` is who asks, once an address has named a sandbox of theirs.

    `is_stale`: the form was opened before its sender signed in (again), so that it is to be looked at before it is saved.
    """

    request_id: str = ""
    actor: Actor | None = None
    is_stale: bool = False


def header(request: HttpRequest, name: str) -> str | None:
    """A header as it came, or None. The first look at `request.headers` makes another form of all of them."""
    value: str | None = request.META.get(f"HTTP_{name.upper().replace('-', '_')}")
    return value


def asking(request: HttpRequest) -> Asking:
    """What is known of this request, for whoever finds out more to write down."""
    known: dict[str, Asking] = request.__dict__
    return known.setdefault("_asking", Asking())
