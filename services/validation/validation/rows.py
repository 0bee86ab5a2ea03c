"""The ERP's rows as catalogue values. Pure; field names and quirks per omie-api.md 6.

What that reference marks unconfirmed is read in one function each, easy to change.
"""

from collections.abc import Mapping
from typing import Any

from validation.catalogue import Product

Row = Mapping[str, Any]


def product(row: Row) -> Product:
    """A row of ListarProdutos, or the answer of ConsultarProduto."""
    return Product(
        product_id=int(row["codigo_produto"]),
        code=_text(row, "codigo"),
        description=_text(row, "descricao"),
        ean=_text(row, "ean"),
        active=row.get("inativo") != "S",
        kit=_is_kit(row),
        parts=len(row.get("componentes_kit") or ()),
    )


def _is_kit(row: Row) -> bool:
    """`KT` is known as a filter by kind; that the record says so too is unconfirmed."""
    return row.get("tipoItem") == "KT"


def _text(row: Row, tag: str) -> str:
    return str(row.get(tag) or "").strip()
