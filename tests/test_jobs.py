"""The queue and the process that works on it. What a job of bulk edits does is tested there."""

import signal
import time
from datetime import timedelta

import psutil
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from offers import jobs
from offers.models import Attempt
from tests.api.conftest import OFFER, fill, make_caller, make_sandbox
from tests.cast import another_connection
from tests.servers import worker


@pytest.mark.django_db(transaction=True)
def test_a_worker_says_that_it_lives_tidies_up_and_ends_in_order_when_it_is_told_to() -> None:
    Attempt.objects.create(key="old", count=1, ends_at=timezone.now() - timedelta(hours=1))
    assert not jobs.somebody_works()
    with worker(str(connection.settings_dict["NAME"])) as process:
        until = time.monotonic() + 20
        while not (jobs.somebody_works() and not Attempt.objects.exists()):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert psutil.Process(process.pid).nice() > psutil.Process().nice(), "it stands back"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert not jobs.somebody_works()


@pytest.mark.django_db
def test_a_worker_that_has_been_silent_for_long_counts_as_gone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')")
    assert not jobs.somebody_works()


@pytest.mark.django_db(transaction=True)
def test_a_patch_makes_no_job_and_notifies_nobody() -> None:
    sandbox = make_sandbox()
    fill(sandbox)
    caller = make_caller("editor-client", (sandbox, "editor"))
    with another_connection() as listening, CaptureQueriesContext(connection) as asked:
        listening.execute("LISTEN procrastinate_any_queue_v1")
        answer = caller("PATCH", OFFER, [{"op": "replace", "path": "/description", "value": "Changed"}])
        assert answer.status_code == 200, answer.content
        assert list(listening.notifies(timeout=0.2)) == []
        assert listening.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)
        # Nor does anything of ours in the database.
        notifying = "SELECT proname FROM pg_proc WHERE prosrc ~* 'notify' AND proname LIKE 'offers%'"
        assert listening.execute(notifying).fetchall() == []
    assert len(asked) > 1
    assert not [query["sql"] for query in asked if "procrastinate" in query["sql"] or "notify" in query["sql"].lower()]
