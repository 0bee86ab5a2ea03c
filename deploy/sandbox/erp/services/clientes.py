"""`geral/clientes`: the register of customers."""

from sandbox.erp import dates, faults
from sandbox.erp.companies import Company
from sandbox.erp.customers import (
    CUSTOMERS,
    alter,
    bare,
    by_keys,
    check_unique,
    folded,
    include,
    named,
)
from sandbox.erp.hooks import events
from sandbox.erp.paging import table_page, window
from sandbox.erp.sales.orders import ORDERS
from sandbox.erp.service import Run, Service
from sandbox.erp.store import Doc, dumps

SERVICE = Service("geral/clientes", CUSTOMERS)
LARGEST_LOT = 50
ONE_OF = "EXISTS (SELECT 1 FROM json_each(?) WHERE value IN (key, code))"


def _saved(customer: Doc, done: str) -> Doc:
    return {
        "codigo_cliente_omie": customer["codigo_cliente_omie"],
        "codigo_cliente_integracao": customer.get("codigo_cliente_integracao", ""),
        **SERVICE.said(f"Cliente {done} com sucesso!"),
    }


@SERVICE.call("IncluirCliente", "clientes_cadastro", writes=True)
def include_customer(company: Company, param: Doc) -> Doc:
    """A new customer."""
    return _saved(include(company, param), "cadastrado")


@SERVICE.call("AlterarCliente", "clientes_cadastro", writes=True)
def alter_customer(company: Company, param: Doc) -> Doc:
    """Changes to the tags that were sent."""
    return _saved(alter(company, named(company, param), param), "alterado")


@SERVICE.call("UpsertCliente", "clientes_cadastro", writes=True)
def upsert_customer(company: Company, param: Doc) -> Doc:
    """Include or alter, by Omie's id when sent, else by integration code."""
    customer = by_keys(company, param)
    if customer is None and param.get("codigo_cliente_omie"):
        customer = named(company, param)
    return _upserted(company, customer, param)


@SERVICE.call("UpsertClienteCpfCnpj", "clientes_cadastro", writes=True)
def upsert_customer_by_document(company: Company, param: Doc) -> Doc:
    """Include or alter, by CPF or CNPJ."""
    if "cnpj_cpf" not in param:
        raise faults.required("cnpj_cpf")
    return _upserted(company, company.find(CUSTOMERS, "document", bare(param["cnpj_cpf"])), param)


def _upserted(company: Company, customer: Doc | None, param: Doc) -> Doc:
    if customer is None:
        return _saved(include(company, param), "cadastrado")
    return _saved(alter(company, customer, param), "alterado")


@SERVICE.call("IncluirClientesPorLote", "clientes_lote_request", writes=True)
def include_customers(company: Company, param: Doc) -> Doc:
    """Several new customers; the call is deprecated."""
    return _lot(company, param, include_customer)


@SERVICE.call("UpsertClientesPorLote", "clientes_lote_request", writes=True)
def upsert_customers(company: Company, param: Doc) -> Doc:
    """Include or alter several customers; the call is deprecated."""
    return _lot(company, param, upsert_customer)


def _lot(company: Company, param: Doc, save: Run) -> Doc:
    """Save what can be saved, and tell of each what became of it; status "1" where one was refused.

    A public client met those texts in a fault instead, which would undo what was saved here.
    """
    sent = param.get("clientes_cadastro", ())
    if not sent:
        raise faults.required("clientes_cadastro")
    if len(sent) > LARGEST_LOT:
        raise faults.Fault(f"ERROR: O lote deve ter no máximo {LARGEST_LOT} ocorrências!")
    texts, code = [], "0"
    for record in sent:
        try:
            texts.append(save(company, record)["descricao_status"])
        except faults.Fault as refused:
            code = "1"
            texts.append(refused.text)
    return {"lote": param.get("lote", 0), **SERVICE.said("\n".join(texts), code)}


@SERVICE.call("AssociarCodIntCliente", "clientes_cadastro_chave", writes=True)
def associate_code(company: Company, param: Doc) -> Doc:
    """Give an integration code to a customer typed in the ERP."""
    for tag in ("codigo_cliente_omie", "codigo_cliente_integracao"):
        if tag not in param:
            raise faults.required(tag)
    customer = named(company, param)
    customer["codigo_cliente_integracao"] = param["codigo_cliente_integracao"]
    check_unique(company, customer)
    company.put(CUSTOMERS, customer)
    events.customer(company, "Alterado", customer)
    return _saved(customer, "associado")


@SERVICE.call("ExcluirCliente", "clientes_cadastro_chave", writes=True)
def exclude_customer(company: Company, param: Doc) -> Doc:
    """Remove a customer. That one with orders stays is assumed, as is the sentence."""
    customer = named(company, param)
    number = customer["codigo_cliente_omie"]
    if customer.get("bloquear_exclusao") == "S" or company.has(ORDERS, "customer", number):
        raise faults.Fault("ERROR: Não é possível excluir o cliente, pois ele está em uso!")
    company.remove(CUSTOMERS, number)
    events.customer(company, "Excluido", customer)
    return _saved(customer, "excluído")


@SERVICE.call("ConsultarCliente", "clientes_cadastro_chave")
def consult_customer(company: Company, param: Doc) -> Doc:
    """The record, at the root."""
    return named(company, param)


@SERVICE.call("ListarClientes", "clientes_list_request")
def list_customers(company: Company, param: Doc) -> Doc:
    """A page of records."""
    return table_page(company, CUSTOMERS, "clientes_cadastro", window(param), _filters(param))


@SERVICE.call("ListarClientesResumido", "clientes_list_request")
def list_customers_in_brief(company: Company, param: Doc) -> Doc:
    """A page of rows whose id has another name."""
    return table_page(
        company,
        CUSTOMERS,
        "clientes_cadastro_resumido",
        window(param),
        _filters(param),
        shown=lambda customer: {
            "codigo_cliente": customer["codigo_cliente_omie"],
            "codigo_cliente_integracao": customer.get("codigo_cliente_integracao", ""),
            "razao_social": customer["razao_social"],
            "nome_fantasia": customer["nome_fantasia"],
            "cnpj_cpf": customer["cnpj_cpf"],
        },
    )


def _filters(param: Doc) -> list[tuple[str, str | int]]:
    """The live filters; deprecated ones are taken and do nothing."""
    moment = "included" if param.get("filtrar_apenas_inclusao") == "S" else "altered"
    where: list[tuple[str, str | int]] = [*dates.between(param, "filtrar_por_data", moment)]
    if param.get("apenas_importado_api") == "S":
        where.append(("by_api = ?", "S"))
    wanted = param.get("clientesFiltro", {})
    exact = {
        "key": wanted.get("codigo_cliente_omie"),
        "code": wanted.get("codigo_cliente_integracao"),
        "document": bare(wanted.get("cnpj_cpf", "")),
        "inactive": wanted.get("inativo"),
    }
    where += [(f"{column} = ?", value) for column, value in exact.items() if value]
    for column, tag in (("name", "razao_social"), ("trade_name", "nome_fantasia")):
        if text := wanted.get(tag):
            where.append((f"{column} LIKE ?", f"%{folded(text)}%"))
    for tag in wanted.get("tags", ()):
        where.append(("tags LIKE ?", f"%|{folded(tag.get('tag', ''))}|%"))
    if keys := param.get("clientesPorCodigo"):
        where.append((ONE_OF, dumps([value for key in keys for value in key.values()]).decode()))
    return where
