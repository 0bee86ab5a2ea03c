"""What the ERP refuses waits with the ERP's words; cured and reprocessed, it goes on."""

from typing import Any

import pytest

from contracts.commands import BuyerCorrection, Corrections, ReprocessOrder
from contracts.events import OrderPending, OrderPosted
from contracts.reasons import ReasonCode
from panel.tab import Situation, Tab
from tests.support.builders import ACCOUNT, PAID_AT, STORE, an_order, captured
from tests.support.erp_bench import APP_KEY, ErpBench, a_bench
from tests.support.hub import Hub
from tests.support.virtual_time import run

ORDER = an_order()
WAITS = (Tab.PENDING, Situation.PENDING)
IN_THE_ERP = (Tab.PROCESSED, Situation.INTEGRATED)


def reprocess(**corrections: Any) -> ReprocessOrder:
    """A person presses "Reprocessar", with or without corrections."""
    return ReprocessOrder(
        command_id="c-1",
        order_id=ORDER.order_id,
        store_id=STORE,
        account_id=ACCOUNT,
        occurred_at=PAID_AT,
        requested_by="ana",
        corrections=Corrections(**corrections),
    )


async def product(bench: ErpBench, action: str) -> None:
    """Somebody at the ERP does this to the product that was sold."""
    act = {"app_key": APP_KEY, "action": action, "product": "CAN-350-AZ"}
    await bench.control("POST", "act", act)


def test_a_product_inactive_at_the_erp_goes_on_once_it_is_active_again() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            hub = Hub(bench)
            await product(bench, "inactivate_product")
            await hub.belt.put(captured(ORDER))
            await hub.settle()
            assert hub.place(ORDER.order_id) == WAITS
            [reason] = bench.seen(OrderPending)[-1].reasons
            assert reason.code is ReasonCode.ERP_REJECTED
            assert "está inativo" in reason.detail

            await product(bench, "activate_product")
            await hub.belt.put(reprocess())
            await hub.settle()
            assert hub.place(ORDER.order_id) == IN_THE_ERP
            assert len(await bench.orders()) == 1

    run(main())


@pytest.mark.parametrize(
    ("call", "said", "field", "cure"),
    [
        (
            "IncluirCliente",
            "ERROR: O preenchimento da tag [email] é obrigatório!",
            "buyer.email",
            {"buyer": BuyerCorrection(email="irene@exemplo.test")},
        ),
        (
            "IncluirPedido",
            "ERROR: O vendedor está inativo! - tag: [codVend]",
            "settings.salesperson_code",
            {},
        ),
        (
            "IncluirPedido",
            "ERROR: Conta Corrente não cadastrada ! - tag: [codigo_conta_corrente]",
            "settings.bank_account_code",
            {},
        ),
    ],
)
def test_what_the_erp_refused_is_pending_with_its_words_until_a_person_cures_it(
    call: str, said: str, field: str, cure: dict[str, Any]
) -> None:
    async def main() -> None:
        async with a_bench() as bench:
            hub = Hub(bench)
            await bench.break_("refuse", call, text=said)
            await hub.belt.put(captured(ORDER))
            await hub.settle()
            assert hub.place(ORDER.order_id) == WAITS
            [reason] = bench.seen(OrderPending)[-1].reasons
            assert (reason.code, reason.field) == (ReasonCode.ERP_REJECTED, field)
            assert said.removeprefix("ERROR: ") in reason.detail

            await hub.belt.put(reprocess(**cure))
            await hub.settle()
            assert hub.place(ORDER.order_id) == IN_THE_ERP
            [fact] = bench.seen(OrderPosted)
            assert fact.attempt == 2
            assert len(await bench.orders()) == 1

    run(main())


def test_what_is_refused_again_waits_again_with_the_newer_words() -> None:
    async def main() -> None:
        async with a_bench() as bench:
            hub = Hub(bench)
            for words in ("ERROR: Primeiro motivo!", "ERROR: Segundo motivo!"):
                await bench.break_("refuse", text=words)
            await hub.belt.put(captured(ORDER))
            await hub.settle()
            await hub.belt.put(reprocess())
            await hub.settle()

            first, second = bench.seen(OrderPending)
            assert "Primeiro" in first.reasons[0].detail
            assert (second.attempt, "Segundo" in second.reasons[0].detail) == (2, True)
            assert hub.place(ORDER.order_id) == WAITS

    run(main())
