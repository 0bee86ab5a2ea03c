"""An order's instalments: checked where the caller brings them, built where a code says how. Pure.

Sentences of refusals here are assumed; what is refused is known (`reference` 7.5).
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from sandbox.erp import dates, faults
from sandbox.erp.sales.amounts import HUNDRED, ZERO, part_of
from sandbox.erp.store import Doc

CUSTOM = "999"
REQUIRED = ("numero_parcela", "valor", "percentual", "data_vencimento")
PERCENT_TOLERANCE = Decimal("0.5")
"""How far from 100 the percentages may sum is unconfirmed; a third each must pass."""


def custom(sent: Sequence[Doc], declared: int | None, total: Decimal) -> list[Doc]:
    """The caller's own instalments, complete and equal to the order's total."""
    if not sent:
        raise faults.required("parcela")
    for instalment in sent:
        for tag in REQUIRED:
            if tag not in instalment:
                raise faults.required(tag)
        dates.read(instalment, "data_vencimento")
    if declared is not None and declared != len(sent):
        raise faults.Fault(
            f"ERROR: A quantidade de parcelas informada [{declared}] difere da lista de parcelas"
            f" [{len(sent)}] ! - tag: [qtde_parcelas]"
        )
    summed = sum((Decimal(instalment["valor"]) for instalment in sent), ZERO)
    if summed != total:
        raise faults.Fault(
            f"ERROR: A soma das parcelas [{summed:.2f}] difere do total do pedido [{total:.2f}] !"
            " - tag: [valor]"
        )
    percent = sum((Decimal(instalment["percentual"]) for instalment in sent), ZERO)
    if abs(percent - HUNDRED) > PERCENT_TOLERANCE:
        raise faults.Fault(
            f"ERROR: A soma dos percentuais das parcelas [{percent:.2f}] deve ser 100 !"
            " - tag: [percentual]"
        )
    return list(sent)


def built(days: Sequence[int], start: str, total: Decimal, defaults: Doc) -> list[Doc]:
    """The instalments Omie makes of a payment term: equal parts, the last takes the rest.

    `start` is `dd/mm/yyyy`; `defaults` are the order's own means of payment and the like.
    """
    first = dates.parsed(start)
    part = part_of(total, len(days))
    share = part_of(HUNDRED, len(days))
    rows = []
    for number, after in enumerate(days, 1):
        last = number == len(days)
        rows.append(
            {
                "numero_parcela": number,
                "valor": total - part * (number - 1) if last else part,
                "percentual": HUNDRED - share * (number - 1) if last else share,
                "data_vencimento": f"{first + timedelta(days=after):%d/%m/%Y}",
                "quantidade_dias": after,
                **defaults,
            }
        )
    return rows
