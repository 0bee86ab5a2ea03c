"""The salesperson an order carries where the merchant chose none: one named after the channel."""

from typing import Any, Final

from erp_writer import codes
from erp_writer.erp import SALESPEOPLE, Erp
from erp_writer.text import clean
from omie.faults import folded
from omie.paging import pages

NAME_SIZE: Final = 60
"""Assumed: the reference gives no size."""


class Salespeople:
    """Salespeople by account and name, looked up once and remembered.

    That there is none is remembered too: creating one may have to wait, and the ERP would not take
    the same question again so soon.
    """

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], int] = {}
        self._missing: set[tuple[str, str]] = set()

    async def code_of(self, erp: Erp, account_id: str, name: str) -> int:
        """The active salesperson of that name, created where there is none. Raises Fault, Held."""
        name = clean(name, NAME_SIZE).text
        key = (account_id, folded(name))
        if key in self._codes:
            return self._codes[key]
        if key not in self._missing:
            if found := await _find(erp, name):
                self._codes[key] = found
                return found
            self._missing.add(key)
        code = self._codes[key] = await _create(erp, name)
        self._missing.discard(key)
        return code

    def forget(self, account_id: str) -> None:
        """The ERP did not like one of this account's: look them up again."""
        self._codes = {key: code for key, code in self._codes.items() if key[0] != account_id}


async def _find(erp: Erp, name: str) -> int | None:
    param: dict[str, Any] = {"filtrar_por_nome": name}
    async for rows in pages(erp, SALESPEOPLE, "ListarVendedores", "cadastro", param):
        for row in rows:
            if folded(str(row.get("nome", ""))) == folded(name) and row.get("inativo") != "S":
                return int(row["codigo"])
    return None


async def _create(erp: Erp, name: str) -> int:
    param = {"codInt": codes.of_salesperson(name), "nome": name}
    answer = await erp.call(SALESPEOPLE, "UpsertVendedor", param, write=True)
    return int(answer["codigo"])
