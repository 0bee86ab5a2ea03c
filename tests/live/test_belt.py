"""One order at a time, from the channel's webhook to the ERP's books, on the real stack."""

from decimal import Decimal

import httpx

from tests.support.merchant import Merchant, eventually


def hub_id(sold: dict) -> str:
    return f"demo-shopify:{sold['id']}"


def erp_order_of(merchant: Merchant, shown: dict) -> dict:
    code = shown["erp"]["integration_code"]
    [found] = [o for o in merchant.erp_orders() if o["codigo_pedido_integracao"] == code]
    return found["pedido_venda_produto"]


def test_a_paid_order_becomes_a_sales_order_with_the_merchants_settings(merchant: Merchant):
    sold = merchant.sells(method="pix")

    shown = merchant.order_in("processed", hub_id(sold), "integrado")
    erp = erp_order_of(merchant, shown)
    settings = merchant.panel.get("/stores/demo-shopify").json()["settings"]
    assert erp["cabecalho"]["etapa"] == settings["erp_stage_code"]
    assert erp["cabecalho"]["codigo_parcela"] == "000"
    more = erp["informacoes_adicionais"]
    assert more["codigo_categoria"] == settings["erp_category_code"]
    assert more["codigo_conta_corrente"] == settings["bank_account_code"]
    assert more["numero_pedido_cliente"] == sold["name"]
    assert more["codVend"] > 0
    assert all(line["inf_adic"]["codigo_local_estoque"] for line in erp["det"])
    assert Decimal(str(erp["total_pedido"]["valor_total_pedido"])) == Decimal(sold["total"])
    assert [e["event"] for e in shown["timeline"]][:1] == ["br.esteira.order.captured.v1"]


def test_a_cancelled_order_is_undone_in_the_erp(merchant: Merchant):
    sold = merchant.sells()
    posted = merchant.order_in("processed", hub_id(sold), "integrado")

    merchant.cancels(str(sold["id"]))

    merchant.order_in("cancelled", hub_id(sold))
    eventually(
        lambda: erp_order_of(merchant, posted)["infoCadastro"]["cancelado"] == "S",
        what="cancelled in the ERP",
    )
    eventually(
        lambda: (merchant.order(hub_id(sold)) or {})["cancellation"]["undoing"] == "done",
        what="shown as undone",
    )


def test_an_order_that_waits_goes_on_once_it_is_corrected(merchant: Merchant):
    sold = merchant.sells(fault="missing_tax_id")
    waiting = merchant.order_in("pending", hub_id(sold))
    assert [r["code"] for r in waiting["reasons"]] == ["CUSTOMER_DOC_MISSING"]
    assert waiting["reasons"][0]["field"] == "buyer.document"

    merchant.reprocess(hub_id(sold), {"buyer": {"document": "529.982.247-25"}})

    shown = merchant.order_in("processed", hub_id(sold), "integrado")
    assert shown["order"]["buyer"]["document"] == "52998224725"
    erp_order_of(merchant, shown)


def test_pressing_reprocess_twice_makes_one_sales_order(merchant: Merchant):
    sold = merchant.sells(fault="unknown_sku")
    waiting = merchant.order_in("pending", hub_id(sold))
    items = [{"item_id": i["item_id"], "sku": "CAN-350-AZ"} for i in waiting["order"]["items"]]

    merchant.reprocess(hub_id(sold), {"items": items})
    again = merchant.panel.post(
        f"/orders/{hub_id(sold)}/reprocess", json={"corrections": {"items": items}}
    )

    assert again.status_code in {httpx.codes.ACCEPTED, httpx.codes.CONFLICT}
    shown = merchant.order_in("processed", hub_id(sold), "integrado")
    erp_order_of(merchant, shown)


def test_the_same_webhook_again_changes_nothing(merchant: Merchant):
    sold = merchant.sells()
    before = merchant.order_in("processed", hub_id(sold), "integrado")
    payload = merchant.channel_order(sold["id"])

    assert merchant.notify("orders/paid", payload, copies=3) == httpx.codes.OK

    other = merchant.sells()
    merchant.order_in("processed", hub_id(other), "integrado")
    after = merchant.order(hub_id(sold))
    assert after is not None
    assert after["revision"] == before["revision"]
    erp_order_of(merchant, after)
