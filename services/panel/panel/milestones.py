"""An order's way in a few steps, and how long each took. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.events import OrderCaptured, OrderValidated
from panel.tab import Situation, Tab


@dataclass(frozen=True, slots=True)
class Step:
    """A step on the way; `at` None is where the order is now. `took_s` since the step before."""

    name: str
    at: datetime | None
    took_s: float | None = None


def steps(row: Mapping[str, Any]) -> Sequence[Step]:
    """The steps by time, and what the order waits for."""
    captured = [e["at"] for e in row["timeline"] if e["event"] == OrderCaptured.type]
    validated = [e["at"] for e in row["timeline"] if e["event"] == OrderValidated.type]
    erp, cancellation = row["erp"], row["cancellation"]
    told = [
        ("Pago no canal", row["paid_at"]),
        ("Capturado", _moment(captured[0] if captured else None)),
        ("Validado", _moment(validated[-1] if validated else None)),
        ("Integrado ao ERP", _moment(erp["posted_at"] if erp else None)),
        ("Cancelado no canal", _moment(cancellation["cancelled_at"] if cancellation else None)),
    ]
    known = sorted(((at, name) for name, at in told if at is not None), key=lambda each: each[0])
    found: list[Step] = []
    for at, name in known:
        before = found[-1].at if found else None
        found.append(Step(name, at, (at - before).total_seconds() if before else None))
    if waiting := _waiting(row):
        found.append(Step(waiting, None))
    return found


def _waiting(row: Mapping[str, Any]) -> str:
    if row["tab"] == Tab.PENDING:
        return "Esperando correção"
    return _WAITING.get(row["situation"], "")


def _moment(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None


_WAITING = {
    Situation.VALIDATING: "Em validação",
    Situation.AWAITING_ERP: "Aguardando o ERP",
    Situation.NEEDS_ACTION: "Esperando uma decisão",
    Situation.CHECKING: "Conferindo no ERP",
    Situation.CANCELLING: "Cancelando",
}
