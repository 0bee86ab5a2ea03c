"""Kill anything at any moment: no order is lost, none is posted twice."""

from collections import Counter
from decimal import Decimal

from embedded.belt import Belt
from tests.support.merchant import Merchant, eventually

ORDERS = 500
VICTIMS = (
    ("capture",),
    ("kafka", "validation"),
    ("mongodb", "erp-writer"),
    ("mongodb", "kafka"),
    ("panel", "cancellation"),
)
"""Who dies together; servers stand first, for services start again once those take work."""


def test_no_kill_loses_or_doubles_an_order(own_belt: Belt):
    with Merchant(own_belt.site.card()) as merchant:
        merchant.lift_channel_limits()
        merchant.sells(count=ORDERS)
        for number, victims in enumerate(VICTIMS, start=1):
            so_far = ORDERS * number // (len(VICTIMS) + 4)
            eventually(
                lambda enough=so_far: (
                    merchant.hurry_webhooks() and len(merchant.erp_orders()) >= enough
                ),
                patience=120,
                what=f"{so_far} orders posted before {victims} are killed",
            )
            for victim in victims:
                own_belt.kill(victim)
            for victim in victims:
                own_belt.restart(victim)
        for order in merchant.sold()[::25]:
            merchant.cancels(str(order["id"]))

        sold = {order["name"]: order for order in merchant.sold()}
        assert len(sold) == ORDERS
        eventually(
            lambda: merchant.hurry_webhooks() and unsettled(merchant, sold) == {},
            patience=120,
            what=lambda: f"all to be settled, but {unsettled(merchant, sold)}",
        )

        held = merchant.erp_orders()
        assert_posted_once(sold, held)
        shown = merchant.tab("processed") + merchant.tab("cancelled")
        assert Counter(row["number"] for row in shown) == Counter(list(sold))
        assert merchant.tab("pending") == []


def unsettled(merchant: Merchant, sold: dict[str, dict]) -> dict[str, list[str]]:
    """Orders that are not yet where they belong: open in the ERP, or, when cancelled, not."""
    wanted = {name for name, order in sold.items() if not order["cancelled_at"]}
    open_ = {number_of(o) for o in merchant.erp_orders() if not is_cancelled(o)}
    integrated = {r["number"] for r in merchant.tab("processed") if r["situation"] == "integrado"}
    cancelled = {row["number"] for row in merchant.tab("cancelled")}
    found = {
        "not in the ERP": wanted - open_,
        "open in the ERP though cancelled": open_ - wanted,
        "not shown as integrated": wanted - integrated,
        "not shown as cancelled": sold.keys() - wanted - cancelled,
    }
    return {what: sorted(which) for what, which in found.items() if which}


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
