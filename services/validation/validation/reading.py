"""Reading an account's catalogue through the ERP's API: whole, page by page, or one product."""

from datetime import datetime
from typing import Final

import structlog

from omie import registers
from omie.client import Omie
from omie.faults import Fault, FaultKind
from omie.paging import pages
from omie.registers import LISTINGS, Code, Listing
from validation.catalogue import Catalogue, Product, Register, Registers
from validation.rows import product

log = structlog.get_logger()

PRODUCTS: Final = "geral/produtos"
CONSULT: Final = "ConsultarProduto"
WHOLE: Final = {"filtrar_apenas_omiepdv": "N", "exibir_kit": "S"}
""""N", or the ERP leaves most products out (omie-api.md 6.2)."""


async def read_catalogue(omie: Omie, account_id: str, read_at: datetime) -> Catalogue:
    """The whole catalogue as it is from `read_at` on. Raises Fault."""
    products = [
        product(row)
        async for page in pages(omie, PRODUCTS, "ListarProdutos", "produto_servico_cadastro", WHOLE)
        for row in page
    ]
    found = {name: await _read_register(omie, listing) for name, listing in LISTINGS.items()}
    return Catalogue.of(account_id, read_at, products, Registers(**found))


async def look_up(omie: Omie, asked: Code) -> Product:
    """The product of this id or SKU as the ERP has it now. Raises Fault, NOT_FOUND among them.

    A "no" counts as a wrong request at the ERP: look up only what a person waits for.
    """
    key = "codigo_produto" if isinstance(asked, int) else "codigo"
    return product(await omie.call(PRODUCTS, CONSULT, {key: asked}, fresh=True))


async def _read_register(omie: Omie, listing: Listing) -> Register | None:
    """The register by code; None where the ERP will not show it to this account."""
    try:
        return await registers.read(omie, listing)
    except Fault as fault:
        if fault.kind not in {FaultKind.VALIDATION, FaultKind.NOT_FOUND}:
            raise
        log.warning("register_not_shown", account=omie.account.app_key, register=listing.call)
        return None
