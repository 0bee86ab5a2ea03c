"""A product of the ERP as people choose it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ErpProduct:
    """A product that orders may be linked to."""

    product_id: int
    code: str
    name: str
    ean: str = ""
    active: bool = True


def product_of(row: Mapping[str, Any]) -> ErpProduct:
    """A row of ListarProdutos."""
    return ErpProduct(
        product_id=int(row["codigo_produto"]),
        code=str(row.get("codigo") or "").strip(),
        name=str(row.get("descricao") or "").strip(),
        ean=str(row.get("ean") or "").strip(),
        active=row.get("inativo") != "S",
    )
