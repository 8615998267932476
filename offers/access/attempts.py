"""Who may try again: attempts to prove who one is, counted by all processes in one small table, in one statement.

What is counted is taken from its budgets before the dear part of the work and given back when it succeeds, so only failures
spend. A budget is of an address together with a name, of an address, of a browser that is known: a stranger uses up theirs
and nobody else's.
"""

import hashlib
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

# Nothing is written when one of the budgets is spent, so a stranger who goes on costs a look at an index. Rows are taken in
# the order of their keys: two statements never wait for each other.
_TAKE = """
WITH wanted AS (SELECT * FROM unnest(%s::text[], %s::int[], %s::int[]) AS budget(key, allowed, seconds)),
     spent AS (SELECT FROM wanted JOIN offers_attempt AS attempt USING (key)
                WHERE attempt.ends_at > now() AND attempt.count >= wanted.allowed)
INSERT INTO offers_attempt (key, count, ends_at)
SELECT key, 1, now() + seconds * interval '1 second' FROM wanted WHERE NOT EXISTS (SELECT FROM spent) ORDER BY key
ON CONFLICT (key) DO UPDATE
   SET count = CASE WHEN offers_attempt.ends_at > now() THEN offers_attempt.count + 1 ELSE 1 END,
       ends_at = CASE WHEN offers_attempt.ends_at > now() THEN offers_attempt.ends_at ELSE excluded.ends_at END
RETURNING key
"""
_GIVE_BACK = """
UPDATE offers_attempt SET count = greatest(count - 1, 0)
 WHERE key IN (SELECT key FROM offers_attempt WHERE key = ANY(%s) ORDER BY key FOR UPDATE)
"""
IPV6_PREFIX = 64
# More forwarding proxies than anybody has; a header of 64 KB of addresses is not read to its start.
_HOPS = 20


@dataclass(frozen=True, slots=True)
class Budget:
    """`allowed` attempts within `seconds` from the first one, of whom `parts` say."""

    parts: tuple[str, ...]
    allowed: int
    seconds: int

    @property
    def key(self) -> str:
        # Somebody may type half a surrogate pair for a name, which UTF-8 has no bytes for.
        return hashlib.sha256("\0".join(self.parts).encode(errors="replace")).hexdigest()


def take(budgets: Iterable[Budget]) -> bool:
    """Count one attempt in each of the budgets; False, and nothing counted, when one of them is spent."""
    rows = [(budget.key, budget.allowed, budget.seconds) for budget in budgets]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [list(column) for column in zip(*rows, strict=True)])
        return cursor.fetchone() is not None


def give_back(budgets: Iterable[Budget]) -> None:
    """The attempt that was taken has succeeded: it is not counted."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [[budget.key for budget in budgets]])


def address_of(request: HttpRequest) -> str:
    """Whose request it is: an IPv4 address, or the network of an IPv6 one, since a household has 2^64 of those.

    `X-Forwarded-For` is believed as far as TRUSTED_PROXIES wrote it: it is read from the right, and the first address that is
    no proxy of ours is the caller's. What stands left of it could be anybody's invention.
    """
    address = _parsed(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.headers.get("X-Forwarded-For", "").rsplit(",", _HOPS)
    while address is not None and forwarded and _is_proxy(address):
        before = _parsed(forwarded.pop())
        if before is None:
            break
        address = before
    return _network(address)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip().removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    # A socket for both kinds of addresses names an IPv4 caller by an IPv6 address, whose network would be everybody.
    return getattr(address, "ipv4_mapped", None) or address


def _is_proxy(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)


def _network(address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> str:
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address.packed, IPV6_PREFIX), strict=False))
    return str(address or "")
