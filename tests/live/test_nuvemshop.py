"""Nuvemshop from webhook to the ERP's books, on the real stack."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.support.merchant import Merchant, eventually


@pytest.fixture
def nuvemshop(merchant: Merchant) -> Iterator[Merchant]:
    """The same merchant, at its store of Nuvemshop."""
    [store] = [s for s in merchant.card["stores"] if s["channel"] == "nuvemshop"]
    with Merchant({**merchant.card, "stores": [store]}) as one:
        yield one


def test_a_sale_is_posted_and_undone_although_its_cancelled_order_still_says_paid(
    nuvemshop: Merchant,
):
    sold = nuvemshop.sells(method="pix")
    order_id = f"{nuvemshop.store['id']}:{sold['id']}"

    shown = nuvemshop.order_in("processed", order_id, "integrado")
    code = shown["erp"]["integration_code"]

    def erp_order() -> dict:
        [found] = [o for o in nuvemshop.erp_orders() if o["codigo_pedido_integracao"] == code]
        return found["pedido_venda_produto"]

    erp = erp_order()
    assert Decimal(str(erp["total_pedido"]["valor_total_pedido"])) == Decimal(sold["total"])
    assert erp["informacoes_adicionais"]["numero_pedido_cliente"] == sold["name"]
    assert shown["order"]["channel"] == "nuvemshop"

    before = nuvemshop.channel_order(sold["id"])
    nuvemshop.cancels(str(sold["id"]))

    after = nuvemshop.channel_order(sold["id"])
    assert (after["payment_status"], after["updated_at"]) == ("paid", before["updated_at"])
    nuvemshop.order_in("cancelled", order_id)
    eventually(lambda: erp_order()["infoCadastro"]["cancelado"] == "S", what="undone in the ERP")
