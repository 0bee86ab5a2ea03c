"""In which tab an order is, and where it stands there. Pure.

Cancelled is final. Otherwise the highest fact decides, compared by revision, then by whether that
revision is in the ERP, then by attempt, then by stage. So once a revision is posted, later verdicts
on the same revision do not take the order back; only the ERP writer's word that the channel changed
a posted order does.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from contracts.cancellations import Undoing
from contracts.events import ErpStanding
from contracts.order import OrderStatus
from panel.cells import Cell


class Tab(StrEnum):
    """The three tabs. An order that is only captured is in none yet."""

    PROCESSED = "processed"
    PENDING = "pending"
    CANCELLED = "cancelled"


class Situation(StrEnum):
    """Where an order stands within its tab; the first one is in no tab."""

    VALIDATING = "em_validacao"
    AWAITING_ERP = "aguardando_erp"
    INTEGRATED = "integrado"
    PENDING = "pendente"
    CANCELLING = "cancelando"
    CANCELLED = "cancelado"
    CANCELLED_AT_ERP = "cancelado_no_erp"
    NEEDS_ACTION = "exige_acao"
    CHECKING = "conferindo_no_erp"
    KEPT = "mantido_no_erp"


_UNDOING: Final[dict[str, Situation]] = {
    Undoing.NOT_NEEDED: Situation.CANCELLED,
    Undoing.REQUESTED: Situation.CANCELLING,
    Undoing.DONE: Situation.CANCELLED_AT_ERP,
    Undoing.NEEDS_ACTION: Situation.NEEDS_ACTION,
    Undoing.CHECKING: Situation.CHECKING,
    Undoing.KEPT: Situation.KEPT,
}

Rank = tuple[int, bool, int, int]
_NOWHERE: Final[Rank] = (0, False, 0, -1)


def place(cells: Mapping[str, Cell]) -> tuple[Tab | None, Situation]:
    """The tab and the situation that these facts amount to."""
    if (cancelled := cells.get("cancelled")) is not None:
        return Tab.CANCELLED, _UNDOING[cancelled["cancellation"]["undoing"]]
    captured = cells.get("captured")
    if captured is not None and captured["status"] == OrderStatus.CANCELLED:
        return Tab.CANCELLED, Situation.CANCELLING
    ranks = _ranks(cells)
    match max(ranks, key=ranks.__getitem__, default=None):
        case "posted":
            return Tab.PROCESSED, _in_the_erp(cells["posted"])
        case "pending":
            return Tab.PENDING, Situation.PENDING
        case "validated":
            return Tab.PROCESSED, Situation.AWAITING_ERP
        case _:
            return None, Situation.VALIDATING


def version(cells: Mapping[str, Cell]) -> tuple[int, int]:
    """The revision and the attempt that the row speaks of."""
    revision, _, attempt, _ = max(_ranks(cells).values(), default=_NOWHERE)
    told = [cells[kind]["rank"][0] for kind in ("captured", "cancelled") if kind in cells]
    newest = max(told, default=revision)
    return (newest, 0) if newest > revision else (revision, attempt)


def _in_the_erp(posted: Cell) -> Situation:
    gone = posted["erp"]["standing"] == ErpStanding.CANCELLED
    return Situation.CANCELLED_AT_ERP if gone else Situation.INTEGRATED


def _ranks(cells: Mapping[str, Cell]) -> dict[str, Rank]:
    ranks: dict[str, Rank] = {}
    if (validated := cells.get("validated")) is not None:
        revision, attempt = validated["rank"]
        ranks["validated"] = (revision, False, attempt, 0)
    if (pending := cells.get("pending")) is not None:
        revision, attempt, _ = pending["rank"]
        ranks["pending"] = (revision, pending["changed"], attempt, 1)
    if (posted := cells.get("posted")) is not None:
        _, revision, attempt, *_ = posted["rank"]
        ranks["posted"] = (revision, True, attempt, 2)
    return ranks
