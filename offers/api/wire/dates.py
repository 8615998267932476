"""The two ways in which the documented API writes a time; both are in UTC, to the millisecond."""

from datetime import UTC, datetime


def shown(instant: datetime) -> str:
    """As documents show it: `2023-05-15T14:35:16.781+00:00`."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")


def receipted(instant: datetime) -> str:
    """As receipts show it: `2023-05-31T15:09:11.771Z`."""
    return shown(instant).replace("+00:00", "Z")
