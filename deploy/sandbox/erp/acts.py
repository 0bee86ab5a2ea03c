"""What the ERP's user does on the screens: moves, bills and cancels orders, minds the registers."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sandbox.erp import faults, stock
from sandbox.erp.clock import date_text
from sandbox.erp.companies import Company
from sandbox.erp.customers import CUSTOMERS
from sandbox.erp.hooks import events
from sandbox.erp.products import PRODUCTS
from sandbox.erp.registers import ACCOUNTS, LOCATIONS, VENDORS, standard
from sandbox.erp.sales import billing, returning, writing
from sandbox.erp.sales.orders import ORDERS, is_billed, is_cancelled, move
from sandbox.erp.seed import OPERATOR, type_product
from sandbox.erp.store import Doc, Table

Act = Callable[[Company, Doc], Doc]
Told = Callable[[Company, Doc], None]


class UnknownError(LookupError):
    """The act names something the books do not have."""


def _order(company: Company, act: Doc) -> Doc:
    """The order an act names: by id, integration code or number, whichever fits."""
    wanted = act["order"]
    for column in ("key", "code", "number"):
        value: Any = wanted
        if column != "code":
            if not str(wanted).isdecimal():
                continue
            value = int(wanted)
        if order := company.find(ORDERS, column, value):
            return order
    raise UnknownError(f"no order {wanted}")


def _record(company: Company, table: Table, wanted: Any, column: str) -> Doc:
    """A record by a column of its own, or by its id."""
    found = company.find(table, column, wanted) or company.get(table, wanted)
    if found is None:
        raise UnknownError(f"no record {wanted} among {table.name}")
    return found


def _tell_of_product(company: Company, product: Doc) -> None:
    events.product(company, "Alterado", product, OPERATOR)


def _tell_of_customer(company: Company, customer: Doc) -> None:
    events.customer(company, "Alterado", customer, OPERATOR)


def move_stage(company: Company, act: Doc) -> Doc:
    """`{order, stage}`: drag the order to any column."""
    order = _order(company, act)
    move(company, order, str(act["stage"]), OPERATOR)
    return order


def invoice(company: Company, act: Doc) -> Doc:
    """`{order}`: bill it, with the NF-e authorised at once; also ends a held request."""
    order = _order(company, act)
    if not is_billed(order):
        number = order["cabecalho"]["codigo_pedido"]
        fresh = {"codigo_pedido": number, "user": OPERATOR}
        asked = company.get(billing.INVOICES, number) or fresh
        billing.authorise(company, asked, company.now())
    return _order(company, act)


def cancel(company: Company, act: Doc) -> Doc:
    """`{order}`: cancel it, billed or not."""
    order = _order(company, act)
    if is_cancelled(order):
        raise faults.Fault("ERROR: O pedido já foi cancelado!")
    billing.cancel(company, order, OPERATOR)
    return order


def delete_order(company: Company, act: Doc) -> Doc:
    """`{order}`: remove it; refused once billed."""
    order = _order(company, act)
    writing.exclude(company, order, OPERATOR)
    return order


def close_order(company: Company, act: Doc) -> Doc:
    """`{order, reason?}`: close it by hand."""
    order = _order(company, act)
    order["cabecalho"] |= {
        "encerrado": "S",
        "enc_motivo": act.get("reason", "Encerrado pelo usuário"),
        "enc_data": date_text(company.now()),
        "enc_user": OPERATOR,
    }
    company.put(ORDERS, order)
    return order


def return_order(company: Company, act: Doc) -> Doc:
    """`{order}`: take all of a billed order's goods back."""
    order = _order(company, act)
    returning.take_back(company, order, [], OPERATOR)
    return _order(company, act)


def count_stock(company: Company, act: Doc) -> Doc:
    """`{product, quantity, location?}`: so much is there, at the default location unless named."""
    product = _record(company, PRODUCTS, act["product"], "sku")
    location = act.get("location") or standard(company, LOCATIONS, "codigo_local_estoque")
    where = _record(company, LOCATIONS, location, "key")
    place = (product["codigo_produto"], where["codigo_local_estoque"])
    return stock.count(company, place, Decimal(str(act["quantity"])), OPERATOR)


def _switch(
    table: Table, column: str, subject: str, tag: str, value: str, *, told: Told | None = None
) -> Act:
    """An act that sets one tag of one record, and tells of it where webhooks do."""

    def act_on(company: Company, act: Doc) -> Doc:
        record = _record(company, table, act[subject], column)
        record[tag] = value
        if "info" in record:
            record["info"] |= company.altered(OPERATOR)
        company.put(table, record)
        if told is not None:
            told(company, record)
        return record

    return act_on


def create_product(company: Company, act: Doc) -> Doc:
    """`{product: {codigo, descricao, ...}}`: type a product in."""
    number = type_product(company, act["product"])
    return company.get(PRODUCTS, number) or {}


def change_product(company: Company, act: Doc) -> Doc:
    """`{product: SKU or id, changes: {...}}`: change any tags of a product."""
    product = _record(company, PRODUCTS, act["product"], "sku")
    product |= act["changes"]
    product["info"] |= company.altered(OPERATOR)
    company.put(PRODUCTS, product)
    _tell_of_product(company, product)
    return product


ACTS: Mapping[str, Act] = {
    "move_stage": move_stage,
    "invoice": invoice,
    "cancel": cancel,
    "delete_order": delete_order,
    "close_order": close_order,
    "return_order": return_order,
    "count_stock": count_stock,
    "create_product": create_product,
    "change_product": change_product,
    "inactivate_product": _switch(
        PRODUCTS, "sku", "product", "inativo", "S", told=_tell_of_product
    ),
    "activate_product": _switch(PRODUCTS, "sku", "product", "inativo", "N", told=_tell_of_product),
    "inactivate_vendor": _switch(VENDORS, "name", "vendor", "inativo", "S"),
    "activate_vendor": _switch(VENDORS, "name", "vendor", "inativo", "N"),
    "inactivate_account": _switch(ACCOUNTS, "code", "account", "inativo", "S"),
    "activate_account": _switch(ACCOUNTS, "code", "account", "inativo", "N"),
    "block_customer": _switch(
        CUSTOMERS, "code", "customer", "bloquear_faturamento", "S", told=_tell_of_customer
    ),
    "unblock_customer": _switch(
        CUSTOMERS, "code", "customer", "bloquear_faturamento", "N", told=_tell_of_customer
    ),
}


def perform(company: Company, action: str, about: Doc) -> Doc:
    """Act as the ERP's user; the record acted upon. UnknownError, or the Fault of a refusal."""
    act = ACTS.get(action)
    if act is None:
        raise UnknownError(f"no action {action}; there are {', '.join(ACTS)}")
    billing.settle_due(company)
    with company.transaction():
        return act(company, about)
