"""Ids and dates of the sample library: the same for the same seed."""

import hashlib
from datetime import datetime, timedelta, timezone

KOREA = timezone(timedelta(hours=9))


def item_id(seed: int, *parts: str | int) -> str:
    """An id that looks like the ones the library makes itself (heads.new_id), but is always the same."""
    return hashlib.sha256("/".join(map(str, (seed, *parts))).encode()).hexdigest()[:24]


def date_text(at: datetime) -> str:
    """RFC 3339 with milliseconds and offset, as the documented API writes dates."""
    return at.isoformat(timespec="milliseconds")
