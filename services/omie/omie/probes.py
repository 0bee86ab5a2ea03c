"""Harmless questions that find out no more than whether the ERP takes an account's keys."""

from typing import Final

PROBES: Final = (
    ("geral/vendedores", "ListarVendedores"),
    ("geral/categorias", "ListarCategorias"),
    ("geral/contacorrente", "ListarContasCorrentes"),
    ("geral/parcelas", "ListarParcelas"),
    ("produtos/formaspagvendas", "ListarFormasPagVendas"),
    ("geral/clientes", "ListarClientesResumido"),
)
"""Asked in turn: the ERP blocks a method of a key at the tenth no."""


def probe(turn: int, rows: int) -> tuple[str, str, dict[str, int]]:
    """The service, the call and the parameters of this turn's question.

    Each of our services asks for another number of `rows`: the ERP refuses the same question twice
    in a minute, whoever asks.
    """
    service, call = PROBES[turn % len(PROBES)]
    return service, call, {"pagina": 1, "registros_por_pagina": rows}
