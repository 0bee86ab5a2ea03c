"""An account's registers, such as its bank accounts: how the ERP lists them, and what a row means.

Field names and quirks per omie-api.md 6, 7.7 and 9; what that reference marks unconfirmed is read
in one function each, easy to change.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from omie.faults import Fault, FaultKind
from omie.paging import HUNGARIAN, PAGE_SIZE, SNAKE, Calls, Dialect, pages

Row = Mapping[str, Any]
Code = int | str

PRODUCT_SALE: Final = "11"
"""The ERP's operation whose stages a sales order goes through."""


@dataclass(frozen=True, slots=True)
class Option:
    """One row of a register, such as a bank account.

    `totals` marks a category of categories; `payments` is how many a payment term makes.
    """

    code: Code
    name: str = ""
    active: bool = True
    totals: bool = False
    payments: int = 1


Register = Mapping[Code, Option]


@dataclass(frozen=True, slots=True)
class Listing:
    """How the ERP lists a register: where, under which key, and what a row means.

    `dialect` None means one answer without pages.
    """

    service: str
    call: str
    key: str
    options: Callable[[Row], Iterator[Option]]
    dialect: Dialect | None = SNAKE


async def read(calls: Calls, listing: Listing, *, size: int = PAGE_SIZE) -> dict[Code, Option]:
    """The register by code, `size` rows a page. Raises Fault."""
    return {
        option.code: option
        for row in await _rows(calls, listing, size)
        for option in listing.options(row)
    }


async def _rows(calls: Calls, listing: Listing, size: int) -> list[dict[str, Any]]:
    if listing.dialect is None:
        try:
            answer = await calls.call(listing.service, listing.call, {})
        except Fault as fault:
            if fault.kind is FaultKind.EMPTY:
                return []
            raise
        return [row for row in answer.get(listing.key) or () if row]
    found = pages(
        calls, listing.service, listing.call, listing.key, dialect=listing.dialect, size=size
    )
    return [row async for page in found for row in page]


def _stages(row: Row) -> Iterator[Option]:
    if str(row.get("cCodOperacao")) != PRODUCT_SALE:
        return
    for stage in row.get("etapas") or ():
        yield Option(
            code=str(stage["cCodigo"]),
            name=_text(stage, "cDescricao") or _text(stage, "cDescrPadrao"),
            active=stage.get("cInativo") != "S",
        )


def _category(row: Row) -> Iterator[Option]:
    yield Option(
        code=str(row["codigo"]),
        name=_text(row, "descricao"),
        active=row.get("conta_inativa") != "S",
        totals=row.get("totalizadora") == "S",
    )


def _bank_account(row: Row) -> Iterator[Option]:
    active = "S" not in (row.get("inativo"), row.get("bloqueado"))
    yield Option(int(row["nCodCC"]), _text(row, "descricao"), active)


def _salesperson(row: Row) -> Iterator[Option]:
    yield Option(int(row["codigo"]), _text(row, "nome"), row.get("inativo") != "S")


def _tax_scenario(row: Row) -> Iterator[Option]:
    yield Option(int(row["nCodigo"]), _text(row, "cNome"), row.get("inativo") != "S")


def _installment(row: Row) -> Iterator[Option]:
    payments = int(row.get("nParcelas") or 1)
    yield Option(str(row["nCodigo"]), _text(row, "cDescricao"), payments=max(payments, 1))


def _coded(row: Row) -> Iterator[Option]:
    yield Option(str(row["codigo"]), _text(row, "descricao"))


def _stock_location(row: Row) -> Iterator[Option]:
    code = int(row["codigo_local_estoque"])
    yield Option(code, _text(row, "descricao"), row.get("inativo") != "S")


def _text(row: Row, tag: str) -> str:
    return str(row.get(tag) or "").strip()


LISTINGS: Final[Mapping[str, Listing]] = {
    "stages": Listing("produtos/etapafat", "ListarEtapasFaturamento", "cadastros", _stages),
    "categories": Listing("geral/categorias", "ListarCategorias", "categoria_cadastro", _category),
    "bank_accounts": Listing(
        "geral/contacorrente", "ListarContasCorrentes", "ListarContasCorrentes", _bank_account
    ),
    "salespeople": Listing("geral/vendedores", "ListarVendedores", "cadastro", _salesperson),
    "tax_scenarios": Listing(
        "geral/cenarios", "ListarCenarios", "cenariosEncontrados", _tax_scenario, HUNGARIAN
    ),
    "installments": Listing("geral/parcelas", "ListarParcelas", "cadastros", _installment),
    "payment_methods": Listing(
        "geral/meiospagamento", "ListarMeiosPagamento", "MeiosPagamentoLista", _coded, None
    ),
    "stock_locations": Listing(
        "estoque/local", "ListarLocaisEstoque", "locaisEncontrados", _stock_location, HUNGARIAN
    ),
    "origins": Listing("geral/origempedido", "ListarOrigem", "origem", _coded, None),
}
"""By the register's name."""
