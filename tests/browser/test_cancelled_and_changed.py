"""What the channel cancels, gives back or changes, at every stage: stories 70 to 74."""

import re
from decimal import Decimal
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.test_coming_and_waiting import page_of, row, tab, waits
from tests.support.browser import Operator
from tests.support.merchant import Merchant, eventually

KEEP = "Manter como está no ERP"


def integrated(shop: Merchant, **order: Any) -> dict[str, Any]:
    """An order that the ERP holds."""
    sold = shop.sells(**order)
    shop.order_in("processed", shop.hub_id(sold), "integrado")
    return sold


def total_in_the_erp(shop: Merchant, sold: dict[str, Any]) -> Decimal:
    held = shop.in_the_erp(shop.hub_id(sold))
    return Decimal(str(held["total_pedido"]["valor_total_pedido"]))


async def test_us_70_a_cancelled_order_moves_by_itself_with_date_and_reason(
    operator: Operator, merchant: Merchant
) -> None:
    for channel in ("shopify", "nuvemshop", "mercadolivre"):
        with merchant.at(channel) as shop:
            waiting, posted = waits(shop, fault="generic_name"), integrated(shop)
            for sold in (waiting, posted):
                shop.cancels(sold["id"])
            shop.order_in("cancelled", shop.hub_id(waiting), "cancelado")
            shop.order_in("cancelled", shop.hub_id(posted), "cancelado_no_erp")

            await operator.page.goto(tab(shop, "cancelados"))
            for sold, word in ((waiting, "Cancelado"), (posted, "Cancelado no ERP")):
                told = row(operator, sold)
                await expect(told).to_contain_text(word)
                await expect(told).to_contain_text("Pedido do comprador")
                await expect(told.locator(".since time")).to_have_text(re.compile(r"\d\d:\d\d"))
            assert shop.in_the_erp(shop.hub_id(posted))["infoCadastro"]["cancelado"] == "S"
    await operator.looks("cancelados-motivos")


@pytest.mark.parametrize(
    ("button", "in_the_erp", "situation"),
    [
        ("Cancelei a NF-e e o pedido", "cancel", "Conferindo no ERP"),
        ("Registrei a devolução", "return_order", "Conferindo no ERP"),
        ("Manter no ERP", None, "Mantido no ERP"),
    ],
)
async def test_us_71_what_is_invoiced_offers_named_choices_and_each_is_logged(
    operator: Operator, merchant: Merchant, button: str, in_the_erp: str | None, situation: str
) -> None:
    """How the check ends is told in tests/belt: the ERP answers the same question once a minute."""
    sold = integrated(merchant)
    order_id = merchant.hub_id(sold)
    merchant.erp_user("invoice", order_id)
    merchant.cancels(sold["id"])
    merchant.order_in("cancelled", order_id, "exige_acao")
    page = operator.page
    await page.goto(page_of(merchant, sold))
    await expect(page.get_by_role("region", name="Cancelamento")).to_contain_text("está faturado")
    if in_the_erp:
        merchant.erp_user(in_the_erp, order_id)
    await page.get_by_role("button", name=button, exact=True).click()

    # The page looks again by itself, so that nobody wonders whether the button worked.
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_contain_text(situation, timeout=20_000)
    await page.goto(f"{page_of(merchant, sold)}?linha=eventos")
    await expect(page.locator(".timeline")).to_contain_text(re.compile("demo escolheu"))
    await operator.looks(f"cancelamento-{in_the_erp or 'manter'}")


async def test_us_72_what_is_cancelled_while_it_is_being_sent_never_stays_open_in_the_erp(
    operator: Operator, merchant: Merchant
) -> None:
    merchant.erp("latency", {"ms": 700})
    try:
        sold = merchant.sells()
        order_id = merchant.hub_id(sold)
        eventually(lambda: merchant.order(order_id), what="captured")
        merchant.cancels(sold["id"])
        shown = merchant.order_in("cancelled", order_id)
        eventually(
            lambda: (
                (merchant.order(order_id) or shown)["situation"]
                in {"cancelado", "cancelado_no_erp"}
            ),
            what="settled",
        )
    finally:
        merchant.erp("latency", {"ms": 0})

    await operator.page.goto(tab(merchant, "cancelados"))
    await expect(row(operator, sold)).to_contain_text("Cancelado")
    if (merchant.order(order_id) or shown)["erp"]:
        assert merchant.in_the_erp(order_id)["infoCadastro"]["cancelado"] == "S"


async def test_us_73_a_partial_refund_is_shown_and_the_erp_is_not_changed_silently(
    operator: Operator, merchant: Merchant
) -> None:
    for channel in ("shopify", "nuvemshop", "mercadolivre"):
        with merchant.at(channel) as shop:
            sold = integrated(shop, method="pix")
            before = total_in_the_erp(shop, sold)
            shop.does("refund", sold["id"], amount="5.00")
            shop.order_in("pending", shop.hub_id(sold))
            page = operator.page
            await page.goto(page_of(shop, sold))
            missing = page.get_by_role("region", name="O que falta")
            await expect(missing).to_contain_text("Pedido alterado no canal")
            await expect(missing.get_by_role("row", name="Reembolso")).to_contain_text("5,00")
            assert total_in_the_erp(shop, sold) == before

            await page.get_by_role("button", name=KEEP).click()
            shop.order_in("processed", shop.hub_id(sold), "integrado")
            await page.goto(tab(shop, "processados"))
            await expect(row(operator, sold)).to_contain_text("com reembolso")


async def test_us_74_a_change_before_sending_is_taken_and_one_after_it_is_shown(
    operator: Operator, merchant: Merchant
) -> None:
    early = waits(merchant, fault="missing_tax_id", line_items=[{"quantity": 2}])
    late = integrated(merchant, line_items=[{"quantity": 2}])
    for sold in (early, late):
        [line] = merchant.channel_order(sold["id"])["line_items"]
        merchant.does("edit", sold["id"], quantities={str(line["id"]): 1})
    page = operator.page

    eventually(lambda: (merchant.order(merchant.hub_id(early)) or {})["revision"] == 2)
    [item] = (merchant.order(merchant.hub_id(early)) or {})["order"]["items"]
    assert item["quantity"] == 1

    merchant.order_in("pending", merchant.hub_id(late))
    await page.goto(page_of(merchant, late))
    missing = page.get_by_role("region", name="O que falta")
    await expect(missing).to_contain_text("O que mudou no canal")
    await expect(missing).to_contain_text("1 unidade")
    await operator.looks("pedido-mudou")
    await page.get_by_role("button", name=KEEP).click()
    merchant.order_in("processed", merchant.hub_id(late), "integrado")


async def test_a_pack_that_is_divided_and_its_parts_lead_to_each_other(
    operator: Operator, merchant: Merchant
) -> None:
    with merchant.at("mercadolivre") as shop:
        sold = integrated(shop, order_items=[{"quantity": 2}, {"quantity": 1}])
        shop.does("split", sold["id"])
        shop.order_in("cancelled", shop.hub_id(sold), "cancelado_no_erp")
        packs = [pack["id"] for pack in shop.channel_order(sold["id"])["packs"]]
        one, other = sorted(str(pack) for pack in packs if str(pack) != str(sold["id"]))
        for part in (one, other):
            shop.order_in("processed", f"{shop.store['id']}:{part}", "integrado")

        page = operator.page
        await page.goto(page_of(shop, sold))
        await expect(page.get_by_role("region", name="Cancelamento")).to_contain_text(
            "O Mercado Livre dividiu o pacote"
        )
        await operator.looks("pedido-dividido")
        await operator.goes(one)
        await operator.goes(other)
        await operator.looks("pedido-parte")
        await operator.goes(str(sold["id"]))
        await expect(page.get_by_role("heading", level=1)).to_contain_text(str(sold["id"]))


async def test_an_item_cancelled_alone_is_a_change_and_a_sale_not_concluded_a_cancellation(
    operator: Operator, merchant: Merchant
) -> None:
    with merchant.at("mercadolivre") as shop:
        pack = integrated(shop, order_items=[{"quantity": 2}, {"quantity": 1}])
        alone = shop.channel_order(pack["id"])["orders"][1]["id"]
        shop.does("cancel", alone, reason="inventory")
        ended = integrated(shop)
        shop.does("cancel", ended["id"], reason="seller")

        shop.order_in("pending", shop.hub_id(pack))
        shop.order_in("cancelled", shop.hub_id(ended), "cancelado_no_erp")
        await operator.page.goto(page_of(shop, pack))
        await expect(operator.page.get_by_role("region", name="O que falta")).to_contain_text(
            "retirado"
        )
        await operator.page.goto(tab(shop, "cancelados"))
        await expect(row(operator, ended)).to_contain_text("a venda não foi concluída")
