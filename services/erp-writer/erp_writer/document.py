"""The order as a sales order of the ERP: pure.

Blocks and fields: omie-api.md 7.1 to 7.6; what the merchant chose: hub-product.md 12. Amounts stay
Decimal all the way into the JSON.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from contracts.events import ErpTerms, ItemTerms
from contracts.order import Address, Item, Order
from contracts.stores import OWN_TERMS
from contracts.value import ZERO
from erp_writer.customer import city, is_taxpayer
from erp_writer.instalments import gateway, instalments, means

CENT: Final = Decimal("0.01")
SENDER_PAYS, NO_FREIGHT = "0", "9"
BY_INTERNET: Final = "2"
OWN_SITE, THROUGH_A_MARKETPLACE = "0", "1"
CHARGES: Final = ("valor_frete", "valor_seguro", "outras_despesas")

SIZES: Final = {
    "numero_pedido_cliente": 30, "descr_meio_pagamento": 60, "utilizar_emails": 500,
    "cNomeOd": 60, "cEnderecoOd": 60, "cNumeroOd": 60, "cComplementoOd": 60, "cBairroOd": 60,
    "cCidadeOd": 40, "cEstadoOd": 2, "cCEPOd": 9, "cTelefoneOd": 15, "cIdentificadorIntOd": 60,
    "obs_venda": 1000,
}  # fmt: skip
"""Sizes of the order's texts. The delivery place's are assumed to be those of a customer's."""


def compose_order(
    order: Order, terms: ErpTerms, customer_id: int, integration_code: str, today: date
) -> dict[str, Any]:
    """The order as `IncluirPedido` wants it, every term already chosen.

    `today` is the date in Brasília. Raises KeyError for an item that `terms` leave without a
    product.
    """
    document: dict[str, Any] = {
        "cabecalho": _header(terms, customer_id, integration_code, today),
        "det": _lines(order, terms),
        "frete": _freight(order, terms),
        "informacoes_adicionais": _more(order, terms),
        "observacoes": {"obs_venda": _note(order, terms)},
    }
    if terms.installment_code == OWN_TERMS:
        parts = instalments(order, terms, total_of(document), today)
        document["cabecalho"]["qtde_parcelas"] = len(parts)
        document["lista_parcelas"] = {"parcela": parts}
    return document


def total_of(document: Mapping[str, Any]) -> Decimal:
    """What the ERP will charge: items less discounts, plus freight and other charges."""
    products = [line["produto"] for line in document["det"]]
    goods = sum((_cents(p["quantidade"] * p["valor_unitario"]) for p in products), ZERO)
    discounts = sum((p.get("valor_desconto", ZERO) for p in products), ZERO)
    charges = sum((document["frete"].get(tag, ZERO) for tag in CHARGES), ZERO)
    return goods - discounts + charges


def total_held(order: Mapping[str, Any]) -> Decimal:
    """What an order read back from the ERP charges.

    An account may explode kits: beside the kit's line, which we sent, its parts stand as lines of
    their own. What was sold is what we sent, so the parts are not counted again. Where the ERP puts
    the parts in the kit's place, its own total is the only word on it.
    """
    products = [line.get("produto", {}) for line in order.get("det", ())]
    shown = any(product.get("kit") == "S" for product in products)
    if shown and any(map(_is_part, products)):
        sold = [{"produto": product} for product in products if not _is_part(product)]
        return total_of({"det": sold, "frete": order.get("frete", {})})
    return Decimal(order.get("total_pedido", {}).get("valor_total_pedido", 0))


def _is_part(product: Mapping[str, Any]) -> bool:
    return bool(product.get("componente_kit") == "S")


def material(order: Order, terms: ErpTerms) -> str:
    """A fingerprint of what matters in the ERP: who buys what, at which price, sent where.

    Terms that rule new orders only (stage, category, …) are not in it.
    """
    products = {item_id: _identity(chosen) for item_id, chosen in _chosen(terms).items()}
    facts = {
        "buyer": [order.buyer.name, order.buyer.document],
        "to": order.shipping_address.model_dump(exclude={"phone"})
        if order.shipping_address
        else "",
        "items": sorted(
            [i.item_id, products.get(i.item_id), i.quantity, _text(i.unit_price), _text(i.discount)]
            for i in _sold(order)
        ),
        "charges": [_text(order.totals.shipping), _text(order.totals.other)],
        "refunds": sorted([r.refund_id, _text(r.amount)] for r in order.refunds),
    }
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def _header(
    terms: ErpTerms, customer_id: int, integration_code: str, today: date
) -> dict[str, Any]:
    header: dict[str, Any] = {
        "codigo_pedido_integracao": integration_code,
        "codigo_cliente": customer_id,
        "data_previsao": _day(today),
        "etapa": terms.stage_code,
        "codigo_parcela": terms.installment_code,
        "origem_pedido": terms.origin_code,
    }
    if terms.tax_scenario_code is not None:
        header["codigo_cenario_impostos"] = terms.tax_scenario_code
    return header


def _sold(order: Order) -> list[Item]:
    """The lines of which something still stands."""
    return [item for item in order.items if item.quantity > 0]


def _chosen(terms: ErpTerms) -> dict[str, list[ItemTerms]]:
    """The products of every line, by the line's id."""
    chosen: dict[str, list[ItemTerms]] = {}
    for each in terms.items:
        chosen.setdefault(each.item_id, []).append(each)
    return chosen


def _identity(chosen: Sequence[ItemTerms]) -> Any:
    """What a line is in the ERP: a product, or so many pieces of each of several."""
    if len(chosen) == 1 and chosen[0].quantity is None:
        return chosen[0].erp_product_id
    return [[each.erp_product_id, each.quantity, _text(each.unit_price or ZERO)] for each in chosen]


def _lines(order: Order, terms: ErpTerms) -> list[dict[str, Any]]:
    chosen = _chosen(terms)
    pairs = [(item, choice) for item in _sold(order) for choice in chosen[item.item_id]]
    lines = []
    for number, (item, choice) in enumerate(pairs, 1):
        discount = item.discount if choice.discount is None else choice.discount
        product: dict[str, Any] = {
            "codigo_produto": choice.erp_product_id,
            "quantidade": item.quantity if choice.quantity is None else choice.quantity,
            "valor_unitario": item.unit_price if choice.unit_price is None else choice.unit_price,
        }
        if discount:
            product |= {"tipo_desconto": "V", "valor_desconto": discount}
        line: dict[str, Any] = {"ide": {"codigo_item_integracao": str(number)}, "produto": product}
        if choice.stock_location_code is not None:
            line["inf_adic"] = {"codigo_local_estoque": choice.stock_location_code}
        lines.append(line)
    return lines


def _freight(order: Order, terms: ErpTerms) -> dict[str, Any]:
    charged = order.totals.shipping
    travels = order.shipping_address is not None or charged > 0
    freight: dict[str, Any] = {"modalidade": SENDER_PAYS if travels else NO_FREIGHT}
    if charged > 0:
        freight["valor_frete"] = charged
    if order.totals.other > 0:
        freight["outras_despesas"] = order.totals.other
    if terms.carrier_code is not None:
        freight["codigo_transportadora"] = terms.carrier_code
    return freight


def _more(order: Order, terms: ErpTerms) -> dict[str, Any]:
    more: dict[str, Any] = {
        "codigo_categoria": terms.category_code,
        "codigo_conta_corrente": terms.bank_account_code,
        "consumidor_final": "N" if is_taxpayer(order.buyer) else "S",
        "enviar_email": "N",
        "numero_pedido_cliente": order.number,
        "outros_detalhes": _presence(order, terms),
        **means(terms.payment_method_code, gateway(order)),
    }
    if order.buyer.email:
        more["utilizar_emails"] = order.buyer.email
    if terms.salesperson_code:
        more["codVend"] = terms.salesperson_code
    return more


def _presence(order: Order, terms: ErpTerms) -> dict[str, str]:
    """A sale by internet, on whose site, and where it is delivered if elsewhere."""
    presence = {"cIndicadorOd": BY_INTERNET, **_site(terms)}
    to, home = order.shipping_address, order.customer_address
    if to is not None and to.complete and home is not None and not _same_place(to, home):
        presence |= _delivery(order, to)
    return presence


def _site(terms: ErpTerms) -> dict[str, str]:
    """Through whom the sale came.

    Of a marketplace that the store does not name nothing is claimed: the ERP wants its CNPJ too,
    and "own site" would be untrue on the NF-e.
    """
    if terms.intermediary is not None:
        return {
            "cIndicadorIntOd": THROUGH_A_MARKETPLACE,
            "cCnpjIntOd": terms.intermediary.cnpj,
            "cIdentificadorIntOd": terms.intermediary.seller,
        }
    return {} if terms.marketplace else {"cIndicadorIntOd": OWN_SITE}


def _same_place(one: Address, other: Address) -> bool:
    return all(
        getattr(one, part).casefold() == getattr(other, part).casefold()
        for part in ("street", "number", "complement", "bairro", "city", "uf", "cep")
    )


def _delivery(order: Order, to: Address) -> dict[str, str]:
    told = {
        "cCnpjCpfOd": order.buyer.document or "",
        "cNomeOd": to.recipient or order.buyer.name,
        "cEnderecoOd": to.street,
        "cNumeroOd": to.number,
        "cComplementoOd": to.complement,
        "cBairroOd": to.bairro,
        "cCidadeOd": city(to),
        "cEstadoOd": to.uf,
        "cCEPOd": to.cep,
    }
    return {tag: text for tag, text in told.items() if text}


def _note(order: Order, terms: ErpTerms) -> str:
    parts = [f"Pedido {order.number} ({terms.salesperson_name or order.channel})"]
    if order.shipping.method:
        parts.append(f"Envio: {order.shipping.method}")
    return " | ".join(parts)


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _text(amount: Decimal) -> str:
    return str(_cents(amount))
