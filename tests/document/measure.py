"""How long a call takes and how much memory it needs at its peak."""

import time
import tracemalloc
from collections.abc import Callable

SECONDS = 0.5
BYTES = 100_000_000


def assert_cheap(call: Callable[[], object]) -> None:
    """The call, which may raise nothing, takes under half a second and 100 MB. Measured apart: tracing slows it down."""
    started = time.perf_counter()
    call()
    taken = time.perf_counter() - started
    tracemalloc.start()
    try:
        call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < SECONDS, f"{taken:.2f} s"
    assert peak < BYTES, f"{peak / 1e6:.0f} MB"
