"""How long a call takes and how much memory it needs at its peak."""

import gc
import time
import tracemalloc
from collections.abc import Callable

SECONDS = 0.5
BYTES = 100_000_000


def assert_cheap(call: Callable[[], object]) -> None:
    """The call, which may raise nothing, takes under half a second of processor time and 100 MB of memory.

    Processor time, so that a busy machine does not fail it, and a second try for the same reason; memory apart, because tracing it slows the call down.
    """
    taken = seconds(call)
    if taken >= SECONDS:
        taken = seconds(call)
    tracemalloc.start()
    try:
        call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < SECONDS, f"{taken:.2f} s"
    assert peak < BYTES, f"{peak / 1e6:.0f} MB"


def seconds(call: Callable[[], object]) -> float:
    """The processor time that one call takes.

    What other tests left in memory is kept from the collector meanwhile: late in a long run it would look through all of that, again and again.
    """
    gc.collect()
    gc.freeze()
    try:
        started = time.process_time()
        call()
        return time.process_time() - started
    finally:
        gc.unfreeze()
