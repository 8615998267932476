"""Answers to programs that are kept for a day (api/wire/idempotency.py), and say what is to be erased. Reads only."""

from collections.abc import Sequence

import orjson

from offers.models import IdempotencyKey


def answers_saying(sandbox_id: int, texts: Sequence[str]) -> list[int]:
    """The keys of those that have one of these texts."""
    parts = {part for text in texts for part in (text.encode(), orjson.dumps(text)[1:-1])}
    kept = IdempotencyKey.objects.filter(sandbox=sandbox_id, body__isnull=False)
    found = kept.values_list("pk", "body").iterator()
    return [key for key, body in found if body is not None and any(part in bytes(body) for part in parts)]
