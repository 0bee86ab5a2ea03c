"""`geral/cenarios`: tax scenarios, and what each makes of a sale."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.customers import named as customer_of
from sandbox.erp.paging import HUNGARIAN, table_page, window
from sandbox.erp.products import named as product_of
from sandbox.erp.registers import SCENARIOS, business_of, expect, standard
from sandbox.erp.sales import taxes
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

SERVICE = Service("geral/cenarios", SCENARIOS)


def _shown(scenario: Doc) -> Doc:
    return {tag: value for tag, value in scenario.items() if tag != "regras"}


@SERVICE.call("ListarCenarios", "cenariosListarRequest")
def list_scenarios(company: Company, param: Doc) -> Doc:
    """A page of scenarios; `padrao` is one of the few real booleans of the API."""
    asked = window(param, HUNGARIAN)
    return table_page(company, SCENARIOS, "cenariosEncontrados", asked, shown=_shown)


@SERVICE.call("ListarImpostosCenario", "cenariosImpostosListarRequest")
def list_taxes(company: Company, param: Doc) -> Doc:
    """The CFOP and rates of a product sold to a customer, by the default scenario unless named."""
    customer, product = customer_of(company, param), product_of(company, param)
    if "consumo_final" not in param:
        raise faults.required("consumo_final")
    tag = "codigo_cenario"
    code = param.get(tag) or standard(company, SCENARIOS, "nCodigo")
    scenario = expect(company, SCENARIOS, "Cenário de impostos não cadastrado", code, tag)
    business = business_of(company)
    route = taxes.Route(business["estado"], customer["estado"])
    return {
        "codigo_empresa": business["codigo_empresa"],
        tag: code,
        "codigo_cliente_omie": customer["codigo_cliente_omie"],
        "codigo_cliente_integracao": customer.get("codigo_cliente_integracao", ""),
        "codigo_produto": product["codigo_produto"],
        "codigo_produto_integracao": product["codigo_produto_integracao"],
        "codigo": product["codigo"],
        "ncm": product["ncm"],
        "consumo_final": param["consumo_final"],
        "uf_cliente": route.destination,
        "uf_empresa": route.origin,
        "contribuinte_cliente": customer.get("contribuinte", "N"),
        "impostos": taxes.told(taxes.block(scenario, route), taxes.cfop(scenario, route)),
    }
