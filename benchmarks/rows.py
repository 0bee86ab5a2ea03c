"""A million rows of the panel, as its own fold makes them, with the buyers of a whole country."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from benchmarks import events
from contracts.events import OrderCaptured, OrderPending, OrderValidated, PendingStage
from contracts.order import OrderStatus
from contracts.reasons import ReasonCode, reason
from panel import row, search
from panel.tab import Tab

STORE: Final = "loja-grande"
OTHERS: Final = ("loja-b", "loja-c", "loja-d")
NOW: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAYS: Final = 365
_SEVERAL: Final = 120
_FIRST: Final = (
    "Maria", "José", "Ana", "João", "Antônio", "Francisco", "Carlos", "Paulo", "Pedro", "Lucas",
    "Luiz", "Marcos", "Luís", "Gabriel", "Rafael", "Francisca", "Daniel", "Marcelo", "Bruno",
    "Eduardo", "Juliana", "Adriana", "Márcia", "Fernanda", "Patrícia", "Aline", "Sandra", "Camila",
)  # fmt: skip
_LAST: Final = (
    "da Silva", "dos Santos", "Oliveira", "Souza", "Rodrigues", "Ferreira", "Alves", "Pereira",
    "Lima", "Gomes", "Costa", "Ribeiro", "Martins", "Carvalho", "Almeida", "Lopes", "Soares",
    "Fernandes", "Vieira", "Barbosa", "Rocha", "Dias", "Nascimento", "Andrade", "Moreira", "Nunes",
    "Marques", "Machado", "Mendes", "Freitas", "Cardoso", "Ramos", "Gonçalves", "Santana",
)  # fmt: skip
_REASONS: Final = (
    (ReasonCode.PRODUCT_SKU_NOT_FOUND, 60),
    (ReasonCode.CUSTOMER_DOC_MISSING, 25),
    (ReasonCode.ADDRESS_NUMBER_MISSING, 14),
    (ReasonCode.PAYMENT_UNMAPPED, 1),
)


def documents(count: int) -> Iterator[dict[str, Any]]:
    """So many rows: four in five are in the ERP, of the others half wait and half are cancelled.

    Seven in ten are one store's. Reproducible.
    """
    chance = random.Random(7)
    patterns = _patterns()
    weights = [80, 10, 10]
    tabs = [Tab.PROCESSED, Tab.PENDING, Tab.CANCELLED]
    for number in range(1, count + 1):
        store = STORE if chance.random() < 0.7 else chance.choice(OTHERS)  # noqa: PLR2004
        pattern = chance.choice(patterns[chance.choices(tabs, weights)[0]])
        yield _like(pattern, number, store, chance)


def _patterns() -> dict[Tab, list[dict[str, Any]]]:
    """Rows of each tab, folded from events as they are told."""
    found: dict[Tab, list[dict[str, Any]]] = {tab: [] for tab in Tab}
    reasons = [code for code, weight in _REASONS for _ in range(weight)]
    captured = list(islice(events.captured(_SEVERAL), _SEVERAL))
    for number, (seen, fit) in enumerate(
        zip(captured, events.validated(iter(captured)), strict=True), 1
    ):
        code = reasons[number % len(reasons)]
        gone = seen.order.model_copy(update={"status": OrderStatus.CANCELLED})
        found[Tab.PROCESSED].append(_row(seen, fit, events.posted(fit, number)))
        found[Tab.PENDING].append(_row(seen, _pending(fit, code)))
        found[Tab.CANCELLED].append(_row(seen.model_copy(update={"order": gone, "revision": 2})))
    return found


def _pending(fit: OrderValidated, code: ReasonCode) -> OrderPending:
    return OrderPending(
        order_id=fit.order_id,
        store_id=fit.store_id,
        account_id=fit.account_id,
        revision=fit.revision,
        attempt=fit.attempt,
        occurred_at=fit.occurred_at,
        order=fit.order,
        reasons=(reason(code, "buyer.document", "Preencha o que falta."),),
        parked_by=PendingStage.VALIDATION,
    )


def _row(first: OrderCaptured, *others: Any) -> dict[str, Any]:
    folded, _ = row.step(None, first)
    for event in others:
        folded, _ = row.step(folded, event)
    if folded is None:
        raise ValueError("an event makes a row")
    return row.encode(folded)


def _like(
    pattern: dict[str, Any], number: int, store: str, chance: random.Random
) -> dict[str, Any]:
    """A row of its own: another order, another buyer, another day."""
    placed = NOW - timedelta(seconds=chance.randrange(DAYS * 86_400))
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)} {chance.choice(_LAST)}"
    terms = {str(number), *pattern["skus"], *search.starts(name)}
    terms |= {search.exact(f"{number:011d}"), search.exact(f"buyer{number}@example.test")}
    erp = pattern["erp"] and {**pattern["erp"], "number": str(900_000_000 + number)}
    return {
        **pattern,
        "_id": f"{store}:{number}",
        "version": 3,
        "store_id": store,
        "number": f"#{number}",
        "buyer": {"name": name, "document": "***.982.247-**"},
        "placed_at": placed,
        "updated_at": min(placed + timedelta(seconds=chance.randrange(2 * 86_400)), NOW),
        "erp": erp,
        "search": sorted({search.folded(t) if t[:1] != search.MARK else t for t in terms}),
    }
