"""Whether a store's ERP keys work, in plain words. Nothing is written at the ERP."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from omie.client import Omie
from omie.faults import Fault, FaultKind


@dataclass(frozen=True, slots=True)
class Finding:
    """What a test found, and what to do about it."""

    works: bool
    text: str


GOES_ON: Final = "Os pedidos que esperavam por elas seguem agora."
NO_KEYS: Final = Finding(False, "Esta loja ainda não tem App Key e App Secret que se possam usar.")
_TEXTS: Final[Mapping[FaultKind, str]] = MappingProxyType(
    {
        FaultKind.AUTH: "O ERP não aceita a App Key ou a App Secret. Confira as duas no portal do"
        " Omie, em Configurações > Aplicativos, e salve de novo.",
        FaultKind.BLOCKED: "O ERP bloqueou esta conta por algum tempo. Espere e teste de novo.",
        FaultKind.TRANSIENT: "O ERP não respondeu. As chaves não foram testadas; tente de novo em"
        " instantes.",
        FaultKind.THROTTLED: "O ERP está no limite de chamadas por minuto. Teste de novo em um"
        " minuto.",
        FaultKind.REDUNDANT: "O ERP acabou de responder a este teste. Repita em um minuto.",
        FaultKind.BUSY: "O ERP está ocupado com outra chamada. Teste de novo em instantes.",
    }
)
_OTHERWISE: Final = "O ERP respondeu com uma recusa inesperada. Teste de novo em um minuto."


async def check(omie: Omie | None) -> Finding:
    """Ask the ERP whose keys these are: the cheapest read there is (omie-api.md 4)."""
    if omie is None:
        return NO_KEYS
    try:
        answer = await omie.call(
            "geral/empresas", "ListarEmpresas", {"pagina": 1, "registros_por_pagina": 1}
        )
    except Fault as fault:
        if fault.kind is FaultKind.EMPTY:
            return Finding(True, "O ERP aceita as chaves.")
        return Finding(False, _TEXTS.get(fault.kind, _OTHERWISE))
    return Finding(True, f"O ERP aceita as chaves{_company(answer)}.")


def _company(answer: Mapping[str, object]) -> str:
    """Whose they are, where the answer says it in the form seen (its rows are unconfirmed)."""
    rows = answer.get("empresas_cadastro")
    first = rows[0] if isinstance(rows, list) and rows else {}
    name = first.get("nome_fantasia") or first.get("razao_social") if first else ""
    return f": empresa {name}" if name else ""
