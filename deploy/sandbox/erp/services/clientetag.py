"""`geral/clientetag`: the tags of one customer, added and taken away singly."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.customers import CUSTOMERS, alter, folded, named
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/clientetag", CUSTOMERS, status=("cCodStatus", "cDesStatus"))


def _customer(company: Company, param: Doc) -> Doc:
    keys = {
        "codigo_cliente_omie": param.get("nCodCliente"),
        "codigo_cliente_integracao": param.get("cCodIntCliente"),
    }
    if not any(keys.values()):
        raise faults.one_required("nCodCliente", "cCodIntCliente")
    return named(company, {tag: value for tag, value in keys.items() if value})


def _sent(param: Doc) -> list[str]:
    tags = [one["tag"] for one in param.get("tags", ()) if "tag" in one]
    if not tags:
        raise faults.required("tags")
    return tags


def _keys(customer: Doc) -> Doc:
    return {
        "nCodCliente": customer["codigo_cliente_omie"],
        "cCodIntCliente": customer.get("codigo_cliente_integracao", ""),
    }


def _listed(customer: Doc) -> list[Doc]:
    """The tags with numbers. Omie numbers a tag for the whole company; here it is its place."""
    return [
        {"tag": one.get("tag", ""), "nCodTag": place}
        for place, one in enumerate(customer.get("tags", ()), 1)
    ]


def _tagged(company: Company, customer: Doc, tags: list[str]) -> Doc:
    return alter(company, customer, {"tags": [{"tag": tag} for tag in tags]})


def _present(customer: Doc) -> list[str]:
    return [one.get("tag", "") for one in customer.get("tags", ())]


@SERVICE.call("IncluirTags", "cTagIncluirRequest", writes=True)
def include_tags(company: Company, param: Doc) -> Doc:
    """Add tags to those a customer has; one that is there already stays as it is."""
    customer, wanted = _customer(company, param), _sent(param)
    tags: dict[str, str] = {}
    for tag in (*_present(customer), *wanted):
        tags.setdefault(folded(tag), tag)
    kept = _tagged(company, customer, list(tags.values()))
    done = SERVICE.said("Tags incluídas com sucesso!")
    return _keys(kept) | done | {"tagsLista": _listed(kept)}


@SERVICE.call("ExcluirTags", "cTagExcluirRequest", writes=True)
def exclude_tags(company: Company, param: Doc) -> Doc:
    """Take tags away; one that is not there is none to take. That this is no fault is assumed."""
    customer = _customer(company, param)
    unwanted = {folded(tag) for tag in _sent(param)}
    left = [tag for tag in _present(customer) if folded(tag) not in unwanted]
    kept = _tagged(company, customer, left)
    return _keys(kept) | SERVICE.said("Tags excluídas com sucesso!")


@SERVICE.call("ExcluirTodas", "cTagExcluirTodasRequest", writes=True)
def exclude_all_tags(company: Company, param: Doc) -> Doc:
    """Take every tag away."""
    kept = _tagged(company, _customer(company, param), [])
    return _keys(kept) | SERVICE.said("Tags excluídas com sucesso!")


@SERVICE.call("ListarTags", "cTagListarRequest")
def list_tags(company: Company, param: Doc) -> Doc:
    """The tags a customer has."""
    customer = _customer(company, param)
    return _keys(customer) | {"tagsLista": _listed(customer)}
