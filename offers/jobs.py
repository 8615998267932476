"""Work that no request waits for: a queue in PostgreSQL (procrastinate), and the process that does what is in it.

A job is only a wake-up. What is to be done stands in rows of ours, and whoever is woken looks there; so a job may come
twice, or for nothing, and one that was lost is missed until somebody looks (the upkeep of `manage.py worker`), and no longer.
Jobs are never locked against each other: a lock would be kept by a worker that died. What must not be done by two at once
is held by the lock of a row, in the transaction that does it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
from django.db import DatabaseError, close_old_connections, connection, connections
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import DjangoApp, app, connector_params
from procrastinate.exceptions import ConnectorException

log = logging.getLogger(__name__)

# Jobs that one worker does side by side. More would share one processor (Python) and keep more connections.
PLACES = 2
# A worker says every few seconds that it lives. One that has not for this long is gone, and its jobs are for others.
BEAT_SECONDS = 5
GONE_SECONDS = 20
# How often the living look for such jobs. (What is new tells them by itself.)
SWEEP_SECONDS = 5
AWAY_SECONDS = 15


class Job(StrEnum):
    """What can be asked of the worker; `manage.py worker` says what does it."""

    BULK = "bulk"
    ACCOUNT_MAIL = "account-mail"


def wake(job: Job, **arguments: int | str) -> None:
    """Have the worker do this once the transaction around this stands; with its rollback, nothing was asked for."""
    app.configure_task(job.value).defer(**arguments)


def somebody_works() -> bool:
    """Whether a worker lives."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s))",
            [GONE_SECONDS],
        )
        return bool(cursor.fetchone()[0])


class DatabaseAway(Exception):
    """The worker could not go on without the database."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What a worker does again and again beside its jobs: every so many seconds, in a thread of its own."""

    do: Callable[[], object]
    seconds: float


def work(tasks: Mapping[Job, Callable[..., None]], upkeep: Sequence[Upkeep]) -> None:
    """Be a worker until SIGTERM or SIGINT, which let the jobs in hand end.

    Raises DatabaseAway when it is away for longer than a restart takes: whatever starts workers starts the next one.
    """
    # Threads live long, and the database may have been started again since one of them asked it something.
    connections.settings["default"]["CONN_HEALTH_CHECKS"] = True
    try:
        asyncio.run(_work(tasks, upkeep))
    except (ConnectorException, psycopg.OperationalError) as error:
        raise DatabaseAway from error


async def _work(tasks: Mapping[Job, Callable[..., None]], upkeep: Sequence[Upkeep]) -> None:
    # Its own connections are asynchronous. Jobs use Django's, and wake others by it, in the transactions that they make.
    worker = DjangoApp(
        connector=PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=2, timeout=AWAY_SECONDS)
    )
    for job, do in tasks.items():
        worker.task(name=job.value)(do)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(PLACES, "job"))
    async with worker.open_async(), _beside(_sweep(worker), *map(_again, upkeep)):
        await worker.run_worker_async(
            concurrency=PLACES,
            # What was done stands in our rows, and what failed in the log.
            delete_jobs="always",
            fetch_job_polling_interval=SWEEP_SECONDS,
            update_heartbeat_interval=BEAT_SECONDS,
            stalled_worker_timeout=GONE_SECONDS,
        )


@asynccontextmanager
async def _beside(*endless: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """What goes on for as long as the block."""
    tasks = [asyncio.create_task(one) for one in endless]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _sweep(worker: App) -> None:
    """Give the jobs of workers that are gone to those that are not."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        # Another worker may be first. And where the database is away, that ends the worker elsewhere.
        with suppress(ConnectorException):
            for job in await worker.job_manager.get_stalled_jobs(seconds_since_heartbeat=GONE_SECONDS):
                log.warning("job %s was left behind by a worker that is gone, and is done again", job.call_string)
                await worker.job_manager.retry_job(job)


async def _again(kept: Upkeep) -> None:
    thread = ThreadPoolExecutor(1, "upkeep")
    while True:
        await asyncio.get_running_loop().run_in_executor(thread, _once, kept.do)
        await asyncio.sleep(kept.seconds)


def _once(do: Callable[[], object]) -> None:
    close_old_connections()
    try:
        do()
    except DatabaseError as error:
        log.warning("upkeep failed, and is tried again: %s", error)
    except Exception:
        log.exception("upkeep failed, and is tried again")
    finally:
        close_old_connections()
