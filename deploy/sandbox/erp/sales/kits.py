"""Kits as lines of their components, where the account works so."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from sandbox.erp.companies import Company
from sandbox.erp.products import PRODUCTS
from sandbox.erp.sales import amounts
from sandbox.erp.store import Doc


def without_components(items: Sequence[Doc]) -> list[Doc]:
    """The lines that somebody ordered: those that an explosion added are made anew each time."""
    return [item for item in items if not item.get("produto", {}).get("codigo_item_kit")]


def exploded(company: Company, items: Sequence[Doc]) -> Iterator[Doc]:
    """Every line, each kit's followed by a line per component.

    That components become lines with `componente_kit` and `codigo_item_kit` is known. That they
    add nothing to the order's total, which is the kit's price, is assumed.
    """
    for item in items:
        yield item
        kit = company.look(PRODUCTS, "key", item["produto"]["codigo_produto"]) or {}
        for place, part in enumerate(kit.get("componentes_kit") or (), 1):
            yield _component(company, item, part, place)


def _component(company: Company, kit: Doc, part: Doc, place: int) -> Doc:
    product = company.look(PRODUCTS, "key", part["codigo_produto_componente"]) or {}
    line = {
        tag: product[tag]
        for tag in ("codigo_produto", "codigo", "descricao", "unidade", "ncm", "ean")
    } | {
        "quantidade": Decimal(kit["produto"]["quantidade"]) * part["quantidade_componente"],
        "valor_unitario": part.get("valor_unitario_componente", 0),
        "cfop": kit["produto"]["cfop"],
        "reservado": kit["produto"]["reservado"],
        "componente_kit": "S",
        "codigo_item_kit": kit["ide"]["codigo_item"],
    }
    amounts.price(line)
    location = part.get("local_estoque_componente") or kit["inf_adic"]["codigo_local_estoque"]
    return {
        "ide": {
            "codigo_item_integracao": f"{kit['ide']['codigo_item_integracao']}.{place}",
            "codigo_item": company.next_id(),
        },
        "produto": line,
        "inf_adic": kit["inf_adic"] | {"codigo_local_estoque": location, "nao_somar_total": "S"},
        "imposto": kit["imposto"],
    }
