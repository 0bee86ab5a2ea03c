"""What was found, for people (a table) and for programs (`bench.json`)."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.benchmark import Figure, Outcome, written

_HEAD = ("figure", "measured", "gate", "holds", "in detail")


def table(figures: Sequence[Figure]) -> str:
    """One line per figure."""
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * max(map(len, lines)), *lines[1:]])


def verdict(figures: Sequence[Figure]) -> str:
    """Which gates hold, in a sentence."""
    missed = [f.name for f in figures if not f.gate.holds(f.value)]
    if not missed:
        return f"All {len(figures)} gates hold."
    return (
        f"{len(figures) - len(missed)} of {len(figures)} gates hold; missed: {', '.join(missed)}."
    )


def write(path: Path, outcomes: Iterable[Outcome], conditions: dict[str, Any]) -> None:
    """`bench.json`: every figure by its name, and the conditions it was measured under."""
    found: dict[str, Any] = {}
    for outcome in outcomes:
        found |= {figure.name: round(figure.value, 3) for figure in outcome.figures}
        conditions |= outcome.conditions
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found | {"conditions": conditions}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def _row(figure: Figure) -> tuple[str, ...]:
    holds = "yes" if figure.gate.holds(figure.value) else "NO"
    return (figure.name, written(figure.value), str(figure.gate), holds, figure.detail)
