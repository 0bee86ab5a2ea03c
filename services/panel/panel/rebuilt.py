"""A row folded anew from the topics, and the one that was stored before it: made one. Pure.

The topics keep 30 days, a row is kept for ever. So the topics win wherever they still speak, and
what only the stored row knows is kept.
"""

from dataclasses import replace

from panel import cells
from panel.row import MOST_REQUESTS, Row
from panel.timeline import LONGEST, Entry, first, place


def joined(told: Row | None, stored: Row) -> Row:
    """The row that knows what both know; equal to `told` when the stored one knows nothing more.

    Of one fact told by both, the freshly folded cell counts. A buyer once forgotten stays so.
    """
    if told is None or (stored.erased and not told.erased):
        return stored
    kept, bodies = dict(told.cells), dict(told.orders)
    for kind, cell in stored.cells.items():
        if kind in kept and kept[kind]["rank"] >= cell["rank"]:
            continue
        kept[kind] = cells.forgotten(cell) if told.erased else cell
        bodies.pop(kind, None)
        if kind in stored.orders and stored.erased == told.erased:
            bodies[kind] = stored.orders[kind]
    return replace(
        told,
        cells=kept,
        orders=bodies,
        timeline=_united(told.timeline, stored.timeline)[-LONGEST:],
        requests=_united(told.requests, [] if told.erased != stored.erased else stored.requests)[
            -MOST_REQUESTS:
        ],
        updated_at=max(told.updated_at, stored.updated_at),
    )


def _united(told: list[Entry], stored: list[Entry]) -> list[Entry]:
    known = {entry["id"]: entry for entry in told}
    for entry in stored:
        known[entry["id"]] = first(known.get(entry["id"], entry), entry)
    return sorted(known.values(), key=place)
