"""Which texts went to the ERP otherwise than the channel wrote them, in words for people. Pure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "razao_social": "nome do cliente",
        "nome_fantasia": "nome fantasia",
        "email": "e-mail",
        "utilizar_emails": "e-mail do pedido",
        "telefone1_numero": "telefone",
        "endereco": "endereço",
        "endereco_numero": "número do endereço",
        "cNomeOd": "destinatário da entrega",
        "cEnderecoOd": "endereço da entrega",
        "cNumeroOd": "número da entrega",
        "cComplementoOd": "complemento da entrega",
        "cBairroOd": "bairro da entrega",
        "cCidadeOd": "cidade da entrega",
        "descr_meio_pagamento": "meio de pagamento",
        "numero_pedido_cliente": "número do pedido no canal",
        "obs_venda": "observação",
    }
)
"""The ERP's names as people know them; another one is shown as it is."""


def told(changes: Sequence[Mapping[str, Any]]) -> str:
    """One sentence, or nothing where nothing changed."""
    if not changes:
        return ""
    return f"Textos adaptados para o ERP: {'; '.join(map(_one, changes))}"


def _one(change: Mapping[str, Any]) -> str:
    name = FIELDS.get(change["field"], change["field"])
    how = []
    if change["replaced"]:
        how.append("caracteres trocados ou retirados")
    if change["cut_at"]:
        how.append(f"cortado em {change['cut_at']} caracteres")
    return f"{name} ({', '.join(how)})"
