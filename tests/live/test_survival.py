"""Kill anything at any moment: no order is lost, none is posted twice."""

from collections import Counter
from decimal import Decimal

from embedded.belt import Belt
from tests.support.merchant import Merchant, eventually

ORDERS = 500
VICTIMS = ("capture", "validation", "erp-writer", "kafka", "mongodb", "cancellation", "panel")


def test_no_kill_loses_or_doubles_an_order(own_belt: Belt):
    with Merchant(own_belt.site.card()) as merchant:
        merchant.lift_channel_limits()
        merchant.sells(count=ORDERS)
        for number, victim in enumerate(VICTIMS, start=1):
            so_far = ORDERS * number // (len(VICTIMS) + 4)
            eventually(
                lambda enough=so_far: merchant.hurry_webhooks()
                and len(merchant.erp_orders()) >= enough,
                patience=120,
                what=f"{so_far} orders posted before {victim} is killed",
            )
            own_belt.kill(victim)
            own_belt.restart(victim)
        cancelled = [order for order in merchant.sold()[::25]]
        for order in cancelled:
            merchant.cancels(str(order["id"]))

        sold = {order["name"]: order for order in merchant.sold()}
        assert len(sold) == ORDERS
        eventually(
            lambda: merchant.hurry_webhooks() and settled(merchant, sold),
            patience=180,
            what="everything sold to be settled in the ERP",
        )

        held = merchant.erp_orders()
        assert_posted_once(sold, held)
        shown = merchant.tab("processed") + merchant.tab("cancelled")
        assert Counter(row["number"] for row in shown) == Counter(sold)
        assert merchant.tab("pending") == []


def settled(merchant: Merchant, sold: dict[str, dict]) -> bool:
    """Every order sold is open in the ERP; every cancelled one is not."""
    open_ = {number_of(o) for o in merchant.erp_orders() if not is_cancelled(o)}
    wanted = {name for name, order in sold.items() if not order["cancelled_at"]}
    rows = {row["number"] for row in merchant.tab("processed") if row["situation"] == "integrado"}
    return open_ == wanted == rows


def assert_posted_once(sold: dict[str, dict], held: list[dict]) -> None:
    numbers = Counter(number_of(order) for order in held)
    assert [name for name, times in numbers.items() if times > 1] == []
    codes = Counter(order["codigo_pedido_integracao"] for order in held)
    assert max(codes.values()) == 1
    for order in held:
        total = order["pedido_venda_produto"]["total_pedido"]["valor_total_pedido"]
        assert Decimal(str(total)) == Decimal(sold[number_of(order)]["total"])


def number_of(order: dict) -> str:
    return order["pedido_venda_produto"]["informacoes_adicionais"]["numero_pedido_cliente"]


def is_cancelled(order: dict) -> bool:
    return order["pedido_venda_produto"]["infoCadastro"].get("cancelado") == "S"
