"""Payment terms spelt out in the order itself: who pays how much when, by which means. Pure.

Needed for the ERP's code `999` alone (omie-api.md 7.5); for any other code it makes the instalments
itself. Parts fall due as it would make them fall due: one today, several from a month on.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from contracts.events import ErpTerms, PaymentTerms
from contracts.order import Order

CENT: Final = Decimal("0.01")
HUNDRED: Final = Decimal(100)
MONTH_DAYS: Final = 30
OTHER_MEANS: Final = "99"
UNNAMED: Final = "Outros"


def instalments(order: Order, terms: ErpTerms, total: Decimal, today: date) -> list[dict[str, Any]]:
    """`lista_parcelas.parcela`, by due date: to the cent the total, and to the hundredth 100 %."""
    ways = terms.payments or (
        PaymentTerms(
            method_code=terms.payment_method_code,
            name=gateway(order),
            amount=total,
            installments=terms.installments,
        ),
    )
    due = sorted((part for way in ways for part in _parts(way)), key=lambda part: part[0])
    left = HUNDRED
    rows = []
    for number, (days, amount, way) in enumerate(due, 1):
        share = (amount * HUNDRED / total).quantize(CENT, ROUND_DOWN) if number < len(due) else left
        left -= share
        rows.append(
            {
                "numero_parcela": number,
                "valor": amount,
                "percentual": share,
                "data_vencimento": f"{today + timedelta(days=days):%d/%m/%Y}",
                "quantidade_dias": days,
                **means(way.method_code, way.name),
            }
        )
    return rows


def means(code: str | None, name: str) -> dict[str, str]:
    """How it was paid, as the NF-e says it; "others" must be described."""
    if code is None:
        return {}
    if code == OTHER_MEANS:
        return {"meio_pagamento": code, "descr_meio_pagamento": name or UNNAMED}
    return {"meio_pagamento": code}


def gateway(order: Order) -> str:
    """What the channel calls the way the order was paid."""
    return next((payment.gateway for payment in order.payments if payment.gateway), "")


def _parts(way: PaymentTerms) -> Iterator[tuple[int, Decimal, PaymentTerms]]:
    """Days and amount of each part: equal ones, the last takes the cents left over, none is 0."""
    many = max(1, min(way.installments, int(way.amount / CENT)))
    part = (way.amount / many).quantize(CENT, ROUND_DOWN)
    for number in range(1, many + 1):
        days = 0 if many == 1 else MONTH_DAYS * number
        yield days, way.amount - part * (many - 1) if number == many else part, way
