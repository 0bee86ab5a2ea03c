"""`python -m benchmarks`: measure, say which gates hold, write `bench.json`.

A missed gate is said, not punished: the exit code is 0 unless something could not be measured.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks import (
    allowance,
    backfill,
    end_to_end,
    isolation,
    latency,
    machine,
    panel,
    projection,
    report,
    validation,
    webhook,
)
from benchmarks.benchmark import DidNotRun, Outcome, Plan
from benchmarks.cores import Cores
from embedded.errors import SetupError, StartFailed

BENCHMARKS: Final[Mapping[str, Callable[[Plan], Outcome]]] = {
    each.NAME: each.measure
    for each in (
        validation,
        webhook,
        projection,
        latency,
        end_to_end,
        isolation,
        allowance,
        backfill,
        panel,
    )
}
"""All of them, in the order in which they run. Another one is a file and an entry here."""
UNASKED: Final = [name for name in BENCHMARKS if name != panel.NAME]
"""Those that run where none is named: a million rows take minutes to write."""
ROUNDS: Final = 5
QUICK_ROUNDS: Final = 2


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for."""
    asked = _parser().parse_args(arguments)
    rounds = asked.rounds or (QUICK_ROUNDS if asked.quick else ROUNDS)
    conditions = machine.facts() | {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rounds": rounds,
        "quick": asked.quick,
        "load_average_before": machine.load(),
    }
    began = time.monotonic()
    outcomes, failures = _run(asked.only or UNASKED, rounds, quick=asked.quick)
    conditions |= {
        "load_average_after": machine.load(),
        "took_s": round(time.monotonic() - began),
    }
    figures = [figure for outcome in outcomes for figure in outcome.figures]
    print(f"\n{report.table(figures)}\n\n{report.verdict(figures)}")
    print(
        f"Load average {conditions['load_average_before']} before, "
        f"{conditions['load_average_after']} after, on {conditions['cores']} cores."
    )
    for remark in [r for outcome in outcomes for r in outcome.remarks] + failures:
        print(f"! {remark}")
    report.write(asked.output, outcomes, conditions)
    print(f"Written to {asked.output}.")
    return 1 if failures else 0


def _run(names: Sequence[str], rounds: int, *, quick: bool) -> tuple[list[Outcome], list[str]]:
    outcomes, failures = [], []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="esteira-bench-") as folder:
            plan = Plan(Path(folder), rounds, quick, Cores.split(), _say)
            try:
                outcomes.append(BENCHMARKS[name](plan))
            except (DidNotRun, StartFailed, SetupError) as why:
                failures.append(f"{name} did not run: {why}")
    return outcomes, failures


def _say(what: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S}  {what}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=list(BENCHMARKS), help="measure this; may be repeated"
    )
    parser.add_argument("--rounds", type=int, help=f"rounds of every pair ({ROUNDS})")
    parser.add_argument("--quick", action="store_true", help="a rough look in less time")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(os.environ.get("ESTEIRA_DATA", ".esteira")) / "bench.json",
        help="where to write the figures (%(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
