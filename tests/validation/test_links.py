"""Listings that a person linked to ERP products: single ones, several pieces, kits."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.commands import Corrections, ItemCorrection
from contracts.events import OrderPending, OrderValidated
from contracts.listings import ListingLinked
from contracts.order import Item, KitPart, Order
from contracts.reasons import ReasonCode
from erp_writer.document import compose_order, material, total_of
from tests.support.belt import NOON
from tests.support.builders import an_item, an_order, captured, terms_for
from tests.support.catalogues import MUG, RETIRED, SHIRT, facts
from tests.support.listings import a_link
from tests.support.validating import a_service, an_erp, sealed
from tests.support.virtual_time import run
from validation.corrections import apply
from validation.facts import Facts
from validation.parts import lines, shared, with_links
from validation.rules import judge
from validation.terms import terms_for as chosen_for

MUG_AND_SHIRT = (
    KitPart(erp_product_id=MUG.product_id, share=Decimal(40)),
    KitPart(erp_product_id=SHIRT.product_id, quantity=2, share=Decimal(60)),
)


def linked(*links: ListingLinked) -> Facts:
    known = {link.key: link for link in links}
    return facts(links=known.get)


def as_linked(order: Order, *links: ListingLinked) -> Order:
    return with_links(order, linked(*links).links)


def test_a_listing_without_a_sku_is_the_product_it_is_linked_to():
    link = a_link(KitPart(erp_product_id=SHIRT.product_id))
    order = as_linked(an_order(1001, an_item(None)), link)

    assert judge(order, linked(link)) == ()
    [terms] = chosen_for(order, linked(link)).items
    assert (terms.erp_product_id, terms.quantity) == (SHIRT.product_id, None)


def test_a_link_goes_before_the_sku_and_is_of_its_own_variation_alone():
    link = a_link(KitPart(erp_product_id=SHIRT.product_id))
    order = an_order(1001, an_item(), an_item(item_id="2"))

    products = [terms.erp_product_id for terms in chosen_for(as_linked(order, link), facts()).items]

    assert products == [SHIRT.product_id, MUG.product_id]


def test_a_link_taken_back_leaves_the_sku_to_speak():
    assert as_linked(an_order(), a_link(version=2)) == an_order()


@pytest.mark.parametrize("correction", [{"sku": MUG.code}, {"erp_product_id": MUG.product_id}])
@pytest.mark.parametrize("parts", [MUG_AND_SHIRT, MUG_AND_SHIRT[:1]])
def test_what_a_person_chose_for_the_order_goes_before_the_link(
    correction: dict[str, Any], parts: tuple[KitPart, ...]
):
    order = as_linked(an_order(1001, an_item(None)), a_link(*parts))
    corrections = Corrections(items=(ItemCorrection(item_id="1", **correction),))

    [terms] = chosen_for(apply(order, corrections), facts()).items

    assert (terms.erp_product_id, terms.quantity) == (MUG.product_id, None)


def test_a_kit_is_a_line_for_each_part_at_its_share_of_the_price():
    order = as_linked(an_order(), a_link(*MUG_AND_SHIRT))

    first, second = chosen_for(order, facts()).items

    assert (first.erp_product_id, first.quantity) == (MUG.product_id, 2)
    assert (second.erp_product_id, second.quantity) == (SHIRT.product_id, 4)
    assert net(first) == Decimal("48.00")
    assert net(second) == Decimal("72.00")


def net(terms: Any) -> Decimal:
    return Decimal(terms.quantity * terms.unit_price - terms.discount)


@pytest.mark.parametrize(
    ("product", "code"),
    [
        (RETIRED.product_id, ReasonCode.PRODUCT_INACTIVE_AT_ERP),
        (42, ReasonCode.PRODUCT_UNMAPPED),
    ],
)
def test_a_part_that_the_erp_cannot_sell_is_said_once_for_its_line(product: int, code: ReasonCode):
    broken = KitPart(erp_product_id=product, share=Decimal(50))
    order = as_linked(an_order(), a_link(broken, broken))

    assert [reason.code for reason in judge(order, facts())] == [code]


@st.composite
def kits(draw: st.DrawFn) -> Item:
    shares = draw(st.lists(st.decimals(0, 100, places=2), min_size=1, max_size=6))
    parts = tuple(
        KitPart(erp_product_id=n, quantity=draw(st.integers(1, 12)), share=share)
        for n, share in enumerate(shares, 1)
    )
    quantity = draw(st.integers(0, 40))
    price = draw(st.decimals("0.01", 5000, places=2))
    discount = draw(st.decimals(0, price * quantity, places=2))
    return an_item(quantity=quantity, unit_price=price, discount=discount, parts=parts)


@given(kits())
def test_the_parts_of_a_kit_cost_what_the_buyer_paid_to_the_cent(item: Item):
    found = lines(item)

    assert sum(line.unit_price * line.quantity - line.discount for line in found) == (
        item.unit_price * item.quantity - item.discount
    )
    for line in found:
        assert line.unit_price == line.unit_price.quantize(Decimal("0.01"))
        assert 0 <= line.discount <= line.unit_price * line.quantity


@given(kits().filter(lambda item: item.quantity > 0))
def test_the_erp_charges_a_kit_as_the_channel_did(item: Item):
    order = an_order(1001, item)
    terms = terms_for(
        order,
        items=tuple(
            terms_for(order).items[0].model_copy(
                update={
                    "erp_product_id": line.erp_product_id,
                    "quantity": line.quantity,
                    "unit_price": line.unit_price,
                    "discount": line.discount,
                }
            )
            for line in lines(item)
        ),
    )  # fmt: skip

    document = compose_order(order, terms, 7, "EST-ABC", date(2026, 11, 20))

    assert total_of(document) == order.totals.total
    numbers = [line["ide"]["codigo_item_integracao"] for line in document["det"]]
    assert numbers == [str(n) for n in range(1, len(item.parts) + 1)]


def test_another_composition_of_a_kit_is_another_order_for_the_erp():
    order = an_order()
    kit = chosen_for(as_linked(order, a_link(*MUG_AND_SHIRT)), facts())
    other = chosen_for(as_linked(order, a_link(*MUG_AND_SHIRT[::-1])), facts())
    single = chosen_for(order, facts())

    assert len({material(order, terms) for terms in (kit, other, single)}) == 3


@given(st.decimals(0, 10_000, places=2), st.lists(st.decimals(0, 100, places=1), min_size=1))
def test_shares_are_whole_cents_and_sum_to_the_total(total: Decimal, weights: list[Decimal]):
    found = shared(total, weights)

    assert sum(found) == total
    assert all(part >= 0 and part == part.quantize(Decimal("0.01")) for part in found)


def test_orders_that_wait_for_a_link_go_on_by_themselves_once_it_is_made():
    async def main() -> None:
        async with an_erp() as erp:
            service = a_service(erp)
            service.stores.put(sealed())
            async with service.running():
                catalogue = await service.until_read()
                [mug] = catalogue.find("CAN-350-AZ")
                await service.belt.put(captured(an_order(1001, an_item(None))))
                await service.belt.settle()
                [pending] = service.belt.seen(OrderPending)
                assert [reason.code for reason in pending.reasons] == [ReasonCode.PRODUCT_UNMAPPED]

                service.links.put(a_link(KitPart(erp_product_id=mug.product_id)))

                [validated] = await service.told(OrderValidated)
                assert validated.attempt == 2
                assert validated.terms.items[0].erp_product_id == mug.product_id

                broken = a_link(KitPart(erp_product_id=42), version=2)
                service.links.put(broken.model_copy(update={"occurred_at": NOON + timedelta(1)}))
                await service.belt.put(captured(an_order(1002, an_item(None))))
                await service.belt.settle()
                assert len(service.belt.seen(OrderPending)) == 2

    run(main())
