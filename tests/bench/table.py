"""What a benchmark found, and how it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A rate in events per second, against the rate that it is compared with."""

    what: str
    rate: float
    against: str = ""
    ratio: float = 1.0
    remark: str = ""


def show(rows: Sequence[Row]) -> None:
    print(f"\n{'':60} {'per second':>10}  {'ratio':>6}")
    for row in rows:
        ratio = f"{row.ratio:6.2f}  of {row.against}" if row.against else ""
        print(f"{row.what:60} {row.rate:10,.0f}  {ratio}  {row.remark}".rstrip())
