"""`manage.py worker`: the process that does what no request waits for. One is enough; several share the work."""

import os
from collections.abc import Callable, Mapping

from django.core.management.base import BaseCommand, CommandError

from offers import jobs
from offers.bulk import worker as bulk
from offers.erasure import asking as erasures
from offers.jobs import Job, Upkeep
from offers.lists.upkeep import tidy_search
from offers.log import sequencer
from offers.management.commands import tidy
from offers.review import recheck, schedule
from offers.web.account import posting
from offers.web.inbox import sending

# What a job has done, and what is done again and again beside the jobs.
TASKS: Mapping[Job, Callable[..., None]] = {Job.BULK: bulk.take_turn, Job.ACCOUNT_MAIL: posting.keep}
UPKEEP = [
    Upkeep(tidy.tidy, seconds=3600),
    Upkeep(bulk.wake_forgotten, seconds=10),
    Upkeep(tidy_search, seconds=2),
    Upkeep(sequencer.keep, seconds=0.5),
    Upkeep(schedule.keep, seconds=1),
    Upkeep(recheck.keep, seconds=5),
    Upkeep(erasures.keep, seconds=5),
    Upkeep(sending.keep, seconds=15),
    Upkeep(posting.keep, seconds=15),
]


# People come first: with it, a list has the same 95th percentile while ten thousand offers are changed; without, twice that.
NICE = 10


class Command(BaseCommand):
    help = "Do the work that no request waits for (bulk edits, schedules, tidying up) until SIGTERM. Run at least one, always."

    def handle(self, **options: object) -> None:
        os.nice(NICE)
        try:
            jobs.work(TASKS, UPKEEP)
        except jobs.DatabaseAway as error:
            raise CommandError("The database is away.") from error
