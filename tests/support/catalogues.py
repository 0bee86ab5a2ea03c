"""An ERP catalogue that fits `builders.an_order` and `builders.a_store`."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from contracts.stores import StoreConfigured
from omie.registers import Option
from tests.support.belt import NOON
from tests.support.builders import ACCOUNT, a_store
from validation.catalogue import Catalogue, Product, Registers
from validation.facts import Facts

MUG = Product(7711002233, "CAN-350-AZ", "Caneca 350 ml azul", "7891000100103")
SHIRT = Product(7711002240, "CAM-M-PT", "Camiseta preta M")
RETIRED = Product(7711002241, "CAN-200-VD", "Caneca 200 ml verde", active=False)
KIT = Product(7711002242, "KIT-CAFE", "Kit café", kit=True, parts=2)
EMPTY_KIT = Product(7711002243, "KIT-VAZIO", "Kit sem partes", kit=True)
PRODUCTS = (MUG, SHIRT, RETIRED, KIT, EMPTY_KIT)


def register(*options: Option) -> dict[Any, Option]:
    return {option.code: option for option in options}


def registers(**changes: Any) -> Registers:
    return Registers(
        **{
            "stages": register(
                Option("00", "Proposta", active=False), Option("10"), Option("20"), Option("50")
            ),
            "categories": register(
                Option("1.01", "Receitas", totals=True),
                Option("1.01.03", "Venda de produtos"),
                Option("1.01.99", "Antiga", active=False),
            ),
            "bank_accounts": register(
                Option(7700000345, "Conta corrente"), Option(7700000346, "Velha", active=False)
            ),
            "salespeople": register(
                Option(7700000900, "Shopify"),
                Option(7700000901, "Loja Demo"),
                Option(7700000902, "Ana", active=False),
                Option(7700000903, "Bia"),
            ),
            "tax_scenarios": register(Option(7700000500, "Padrão")),
            "installments": register(
                Option("000", "A vista"),
                *(Option(f"{n:03}", f"{n} parcelas", payments=n) for n in (2, 3, 4, 5, 6, 10, 12)),
            ),
            "payment_methods": register(
                *(Option(c) for c in ("01", "03", "04", "05", "12", "15", "17", "18", "99"))
            ),
            "stock_locations": register(Option(7700000012, "Matriz")),
            "origins": register(Option("API"), Option("SFY")),
        }
        | changes
    )


def a_catalogue(
    *products: Product, read_at: datetime = NOON, account_id: str = ACCOUNT, **changes: Any
) -> Catalogue:
    return Catalogue.of(account_id, read_at, products or PRODUCTS, registers(**changes))


def facts(store: StoreConfigured | None = None, **changes: Any) -> Facts:
    """What the rules know of a right store and a catalogue that was just read."""
    right = Facts(store or a_store(), a_catalogue(), trusted_until=NOON + timedelta(hours=1))
    return replace(right, **changes)


def settings(**changes: Any) -> StoreConfigured:
    """The right store but for these settings."""
    store = a_store()
    return store.model_copy(update={"settings": store.settings.model_copy(update=changes)})
