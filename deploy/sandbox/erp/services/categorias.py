"""`geral/categorias`: the tree of revenue and expense categories."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.paging import table_page, window
from sandbox.erp.registers import CATEGORIES
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/categorias", CATEGORIES)


@SERVICE.call("ListarCategorias", "categoria_list_request")
def list_categories(company: Company, param: Doc) -> Doc:
    """A page of the tree; by type R or D only what an entry may be booked on."""
    where: list[tuple[str, str | int]] = []
    if kind := param.get("filtrar_por_tipo"):
        where = [(f"{column} = ?", "N") for column in ("inactive", "totalising", "hidden")]
        where.append(("kind = ?", kind))
    if param.get("filtrar_apenas_ativo") == "S":
        where.append(("inactive = ?", "N"))
    return table_page(company, CATEGORIES, "categoria_cadastro", window(param), where)


@SERVICE.call("ConsultarCategoria", "categoria_consultar")
def consult_category(company: Company, param: Doc) -> Doc:
    """The record, at the root."""
    if "codigo" not in param:
        raise faults.required("codigo")
    category = company.get(CATEGORIES, param["codigo"])
    if category is None:
        raise faults.not_registered("Categoria não cadastrada", param["codigo"])
    return category
