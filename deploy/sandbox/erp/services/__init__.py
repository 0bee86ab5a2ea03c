"""The services the sandbox ERP has: a file each, and a line here."""

from collections.abc import Mapping
from importlib import import_module

from sandbox.erp.service import Service

_MODULES = (
    "categorias",
    "cenarios",
    "cidades",
    "clientes",
    "clientetag",
    "consulta",
    "dfedocs",
    "contacorrente",
    "departamentos",
    "empresas",
    "etapafat",
    "formaspagvendas",
    "local",
    "meiospagamento",
    "nfconsultar",
    "notafiscalutil",
    "origempedido",
    "paises",
    "parcelas",
    "pedido",
    "pedidoetapas",
    "pedidovendafat",
    "produtos",
    "projetos",
    "resumo",
    "tiposdoc",
    "tiposentrega",
    "tpativ",
    "unidade",
    "vendedores",
)


def _declared() -> Mapping[str, Service]:
    found: dict[str, Service] = {}
    for name in _MODULES:
        service: Service = import_module(f"{__name__}.{name}").SERVICE
        found[service.path] = service
    return found


SERVICES = _declared()
"""Every service by its path, such as `geral/clientes`."""
