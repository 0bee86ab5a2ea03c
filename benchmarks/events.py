"""The market's sales as events, each made by the code of the service that tells it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from benchmarks.market import (
    BANK_ACCOUNT,
    FIRST_PRODUCT,
    SALESPERSON,
    STOCK_LOCATION,
    Sale,
    sales,
    stores,
)
from capture.channels.channel import Shop
from capture.channels.shopify.details import Details
from capture.channels.shopify.normalise import normalise
from capture.channels.shopify.payload import order_in
from chassis.clock import utc_now
from chassis.table import Table
from contracts.events import OrderCaptured, OrderPosted, OrderValidated, RawDocument
from contracts.stores import STANDARD_INSTALLMENTS, STANDARD_PAYMENT_METHODS, StoreConfigured
from omie.registers import Option
from sandbox.channels.shopify.view import order_view
from sandbox.erp.catalogue import CATALOGUE, KITS
from validation.catalogue import Catalogue, Product, Register, Registers
from validation.knowledge import Knowledge
from validation.step import Validation

_BELIEVED: Final = timedelta(days=1)


def captured(count: int) -> Iterator[OrderCaptured]:
    """So many orders as capture tells them, what the channel said to the letter attached."""
    return (_captured(sale) for sale in sales(count))


def validated(events: Iterator[OrderCaptured]) -> Iterator[OrderValidated]:
    """What validation tells of these orders, with facts on which all of them may pass."""
    known = knowledge()
    validation = Validation(known.facts_of, lambda _, __: None, utc_now)
    for event in events:
        _, told = validation.step(None, event)
        yield from (each for each in told if isinstance(each, OrderValidated))


def posted(event: OrderValidated, number: int) -> OrderPosted:
    """What the ERP writer tells of this order, the ERP's `number`-th."""
    at = event.occurred_at + timedelta(seconds=1)
    return OrderPosted(
        order_id=event.order_id,
        store_id=event.store_id,
        account_id=event.account_id,
        revision=event.revision,
        attempt=event.attempt,
        occurred_at=at,
        integration_code=f"EST-{number:016d}",
        erp_order_id=4_000_000_000 + number,
        erp_order_number=str(number),
        erp_customer_id=5_000_000_000 + number,
        stage_code=event.terms.stage_code,
        total=event.order.totals.total,
        posted_at=at,
    )


def knowledge() -> Knowledge:
    """Every store and every account's catalogue, as if just read from the ERP."""
    table = Table(StoreConfigured)
    known = Knowledge(table, _BELIEVED)
    for store in stores():
        table.put(store)
        known.adopt(Catalogue.of(store.account_id, utc_now(), _products(), _registers()))
    return known


def _captured(sale: Sale) -> OrderCaptured:
    store, asked = sale.store, _asked(sale)
    shop = Shop(store.store_id, store.account_id, store.domain, "", store.settings)
    copy = normalise(shop, order_in(sale.body), asked, ())
    return OrderCaptured(
        order_id=copy.order.order_id,
        store_id=store.store_id,
        account_id=store.account_id,
        revision=1,
        occurred_at=copy.order.updated_at,
        order=copy.order,
        raw=(
            RawDocument(source="webhook orders/paid", body=sale.body.decode()),
            RawDocument(source="graphql", body=asked.model_dump_json(by_alias=True)),
        ),
    )


def _asked(sale: Sale) -> Details:
    """What capture would ask the channel's GraphQL for."""
    view = order_view(dict(sale.record))
    return Details.model_validate(
        {
            "localizedFields": sale.record["localized_fields"],
            "transactions": view["transactions"](None),
        }
    )


def _products() -> list[Product]:
    return [
        Product(
            product_id=FIRST_PRODUCT + number,
            code=listed.sku,
            description=listed.description,
            active=listed.active,
            kit=listed.sku in KITS,
            parts=len(KITS.get(listed.sku, ())),
        )
        for number, listed in enumerate(CATALOGUE)
    ]


def _registers() -> Registers:
    return Registers(
        stages=_register("10", "20"),
        categories=_register("1.01.03"),
        bank_accounts=_register(BANK_ACCOUNT),
        salespeople={SALESPERSON: Option(SALESPERSON, "Shopify")},
        installments={
            code: Option(code, payments=int(count)) for count, code in STANDARD_INSTALLMENTS.items()
        },
        payment_methods=_register(*STANDARD_PAYMENT_METHODS.values()),
        stock_locations=_register(STOCK_LOCATION),
        origins=_register("API"),
    )


def _register(*codes: int | str) -> Register:
    return {code: Option(code) for code in codes}
