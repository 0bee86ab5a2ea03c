"""Products of the ERP as somebody looks for them: by code, by EAN, by words of the name."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog

from contracts.stores import StoreConfigured
from omie.client import Omie
from omie.faults import Fault, FaultKind
from panel.erp.accounts import Accounts

MOST: Final = 20
LONGEST: Final = 60
PATIENCE_S: Final = 6.0
_EANS: Final = (8, 12, 13, 14)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ErpProduct:
    """A product that orders may be linked to."""

    product_id: int
    code: str
    name: str
    ean: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class ProductSearch:
    """Asks the ERP; nothing is kept."""

    accounts: Accounts
    patience_s: float = PATIENCE_S

    async def find(self, store: StoreConfigured, text: str) -> list[ErpProduct] | None:
        """What the words may mean, the code first; None where the ERP gave no answer."""
        omie = self.accounts.of(store)
        if omie is None:
            return None
        found: dict[int, ErpProduct] = {}
        try:
            async with asyncio.timeout(self.patience_s):
                for asked in _questions(" ".join(text.split())[:LONGEST]):
                    for row in await _listed(omie, asked):
                        product = product_of(row)
                        found.setdefault(product.product_id, product)
        except (Fault, TimeoutError) as error:
            log.warning("erp_products_not_found", account_id=store.account_id, why=str(error))
            return None
        return sorted(found.values(), key=lambda p: not p.active)[:MOST]


def _questions(text: str) -> list[dict[str, Any]]:
    """The ERP has a filter for each, none for all (omie-api.md 6.2)."""
    if not text:
        return []
    asked: list[dict[str, Any]] = [{"produtosPorCodigo": [{"codigo": text}]}]
    if text.isdecimal() and len(text) in _EANS:
        asked.append({"ean": text})
    asked.append({"filtrar_apenas_descricao": f"%{text.replace(' ', '%')}%"})
    return asked


async def _listed(omie: Omie, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """`filtrar_apenas_omiepdv` "N", or the ERP leaves most products out."""
    param = {**asked, "pagina": 1, "registros_por_pagina": MOST, "filtrar_apenas_omiepdv": "N"}
    try:
        answer = await omie.call("geral/produtos", "ListarProdutos", param)
    except Fault as fault:
        if fault.kind is FaultKind.EMPTY:
            return []
        raise
    return [row for row in answer.get("produto_servico_cadastro") or () if row]


def product_of(row: Mapping[str, Any]) -> ErpProduct:
    """A row of ListarProdutos."""
    return ErpProduct(
        product_id=int(row["codigo_produto"]),
        code=str(row.get("codigo") or "").strip(),
        name=str(row.get("descricao") or "").strip(),
        ean=str(row.get("ean") or "").strip(),
        active=row.get("inativo") != "S",
    )
