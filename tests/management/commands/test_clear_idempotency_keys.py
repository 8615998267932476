from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from offers.models import IdempotencyKey


@pytest.mark.django_db
def test_it_deletes_only_what_is_older_than_a_day() -> None:
    for name, hours in (("old", 25), ("fresh", 23)):
        created_at = timezone.now() - timedelta(hours=hours)
        IdempotencyKey.objects.create(client_id="feed", value=name, request_digest="", created_at=created_at)
    said = StringIO()
    call_command("clear_idempotency_keys", stdout=said)
    assert said.getvalue().startswith("1 old")
    assert [key.value for key in IdempotencyKey.objects.all()] == ["fresh"]
