"""How long a call takes and how much memory it needs at its peak."""

import gc
import resource
import time
import tracemalloc
from collections.abc import Callable

SECONDS = 0.5
BYTES = 100_000_000


def assert_cheap(call: Callable[[], object]) -> None:
    """The call, which may raise nothing, takes under half a second of processor time and 100 MB of memory.

    Memory apart, because tracing it slows the call down.
    """
    taken = least(call, SECONDS)
    tracemalloc.start()
    try:
        call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < SECONDS, f"{taken:.2f} s"
    assert peak < BYTES, f"{peak / 1e6:.0f} MB"


def least(call: Callable[[], object], enough: float) -> float:
    """The least processor time of up to three tries, until one takes less than `enough` seconds.

    The time of the call's thread, so that a busy machine fails nothing, and further tries, for a processor that is shared is slow now and then.
    """
    taken = own_seconds(call)
    for _attempt in range(2):
        if taken >= enough:
            taken = min(taken, own_seconds(call))
    return taken


def seconds(call: Callable[[], object]) -> float:
    """The processor time that one call takes in its thread, however short it is."""
    return _measured(call, time.thread_time)


def own_seconds(call: Callable[[], object]) -> float:
    """The same without what the system takes, to the hundredth of a second.

    What a fresh page of memory costs is the machine's, and late in a long run it was several times what it is in a fresh process.
    """
    return _measured(call, lambda: resource.getrusage(resource.RUSAGE_THREAD).ru_utime)


def _measured(call: Callable[[], object], clock: Callable[[], float]) -> float:
    # What other tests left in memory is kept from the collector: it would look through all of that. To have it collected
    # before took a quarter of a second, more than nearly all that is measured.
    gc.freeze()
    try:
        started = clock()
        call()
        return clock() - started
    finally:
        gc.unfreeze()
