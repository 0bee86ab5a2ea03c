"""Mercado Livre from notification to the ERP's books, on the real stack."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.support.merchant import Merchant, eventually


@pytest.fixture
def mercadolivre(merchant: Merchant) -> Iterator[Merchant]:
    """The same merchant, at its store of Mercado Livre."""
    [store] = [s for s in merchant.card["stores"] if s["channel"] == "mercadolivre"]
    with Merchant({**merchant.card, "stores": [store]}) as one:
        yield one


def test_a_pack_of_two_is_posted_as_one_sales_order_and_undone(mercadolivre: Merchant):
    sold = mercadolivre.sells(method="pix", order_items=[{"quantity": 2}, {"quantity": 1}])
    record = mercadolivre.channel_order(sold["id"])
    [pack] = record["packs"]
    assert [order["pack_id"] for order in record["orders"]] == [pack["id"]] * 2
    order_id = f"{mercadolivre.store['id']}:{pack['id']}"

    shown = mercadolivre.order_in("processed", order_id, "integrado")
    code = shown["erp"]["integration_code"]

    def erp_order() -> dict:
        [found] = [o for o in mercadolivre.erp_orders() if o["codigo_pedido_integracao"] == code]
        return found["pedido_venda_produto"]

    erp = erp_order()
    assert Decimal(str(erp["total_pedido"]["valor_total_pedido"])) == Decimal(sold["total"])
    assert sorted(line["produto"]["quantidade"] for line in erp["det"]) == [1, 2]
    known = mercadolivre.panel.get("/orders", params={"tab": "processed", "limit": "200"}).json()
    ours = {str(order["id"]) for order in record["orders"]}
    assert not any(row["order_id"].split(":")[-1] in ours for row in known["items"])

    mercadolivre.cancels(str(sold["id"]))

    mercadolivre.order_in("cancelled", order_id)
    eventually(lambda: erp_order()["infoCadastro"]["cancelado"] == "S", what="undone in the ERP")
