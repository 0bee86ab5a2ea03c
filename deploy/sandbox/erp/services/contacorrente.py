"""`geral/contacorrente`: bank accounts, cash boxes and payment accounts."""

from collections.abc import Callable

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.paging import table_page, window
from sandbox.erp.registers import ACCOUNTS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/contacorrente", ACCOUNTS, status=("cCodStatus", "cDesStatus"))


def _page(company: Company, param: Doc, key: str, shown: Callable[[Doc], Doc]) -> Doc:
    where: list[tuple[str, str | int]] = []
    if number := param.get("codigo"):
        where.append(("key = ?", number))
    if code := param.get("codigo_integracao"):
        where.append(("code = ?", code))
    if param.get("filtrar_apenas_ativo") == "S":
        where.append(("inactive = ?", "N"))
    if not company.count(ACCOUNTS, where):
        raise faults.Fault("ERROR: Nenhuma conta corrente foi encontrada!", 101)
    return table_page(company, ACCOUNTS, key, window(param), where, shown=shown)


@SERVICE.call("ListarContasCorrentes", "fin_conta_corrente_listar_request")
def list_accounts(company: Company, param: Doc) -> Doc:
    """A page of accounts, under a key that is the method's own name."""
    return _page(company, param, "ListarContasCorrentes", dict)


@SERVICE.call("ListarResumoContasCorrentes", "fin_conta_corrente_resumo_request")
def list_accounts_in_brief(company: Company, param: Doc) -> Doc:
    """A page of accounts with fewer tags, some of other names."""
    return _page(
        company,
        param,
        "conta_corrente_lista",
        lambda account: {
            "nCodCC": account["nCodCC"],
            "cCodCCInt": account["cCodCCInt"],
            "descricao": account["descricao"],
            "codigo_banco": account["codigo_banco"],
            "codigo_agencia": account["codigo_agencia"],
            "conta_corrente": account["numero_conta_corrente"],
            "tipo": account["tipo_conta_corrente"],
        },
    )


@SERVICE.call("ConsultarContaCorrente", "fin_conta_corrente_chave")
def consult_account(company: Company, param: Doc) -> Doc:
    """The record; one with `nCodCC` 0 where there is no such account."""
    account = None
    if number := param.get("nCodCC"):
        account = company.get(ACCOUNTS, number)
    elif code := param.get("cCodCCInt"):
        account = company.find(ACCOUNTS, "code", code)
    return account or {"nCodCC": 0, "cCodCCInt": "", "descricao": ""}
