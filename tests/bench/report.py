"""How what was measured is shown: a table, and the same as JSON in test-results/bench.json."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict

import orjson

from tests.bench.load import Sample
from tests.servers import ROOT

Found = Mapping[tuple[str, int, str], Sequence[Sample]]
PEER = "the peer"


def show(
    found: Found, machine: Mapping[str, object], hot: Mapping[str, object], minute: Sequence[tuple[str, Sample]]
) -> None:
    """Print the tables and write the file."""
    print("\n".join(f"{name}: {value}" for name, value in machine.items()))
    for mix in dict.fromkeys(mix for mix, _, _ in found):
        print(f"\n**{mix}** (edits a second: median, least and most of the rounds; ms)\n")
        print(
            "| clients | | edits/s | | of the peer | of bare | processor | p50 | p99 | longest | failed |\n|---|---|---|---|---|---|---|---|---|---|---|"
        )
        for (its_mix, clients, name), samples in found.items():
            if its_mix == mix:
                print(_row(found, mix, clients, name, samples))
    print(f"\n32 clients on one offer: {_words(hot)}")
    for name, sample in minute:
        print(f"a minute at 8 clients, {name}: {_words(asdict(sample))}")
    path = ROOT / "test-results" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    rows = [
        {"mix": mix, "clients": clients, "contender": name, "samples": [asdict(one) for one in samples]}
        for (mix, clients, name), samples in found.items()
    ]
    said = {"machine": machine, "edits": rows, "hot": hot, "minute": {name: asdict(one) for name, one in minute}}
    path.write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2))


def _row(found: Found, mix: str, clients: int, name: str, samples: Sequence[Sample]) -> str:
    rates = [one.rate for one in samples]

    def against(other: str) -> str:
        others = found.get((mix, clients, other))
        return f"{statistics.median(rates) / statistics.median(one.rate for one in others):.2f}" if others else ""

    processor = f"{statistics.median(one.processor for one in samples):.2f}"
    times = [f"{statistics.median(getattr(one, what) for one in samples):.1f}" for what in ("p50", "p99")]
    cells = (
        *(str(clients), name, f"{statistics.median(rates):,.0f}", f"{min(rates):,.0f} to {max(rates):,.0f}"),
        *(against(PEER), against("bare SQL"), processor, *times, f"{max(one.longest for one in samples):.0f}"),
        str(sum(one.failed for one in samples)),
    )
    return f"| {' | '.join(cells)} |"


def _words(values: Mapping[str, object]) -> str:
    return ", ".join(
        f"{name} {value:.1f}" if isinstance(value, float) else f"{name} {value}" for name, value in values.items()
    )
