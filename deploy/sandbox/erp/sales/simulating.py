"""The taxes of a sale nobody has made: what `SimularImpostos` answers."""

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.customers import named
from sandbox.erp.products import sold
from sandbox.erp.registers import SCENARIOS, business_of, expect, standard
from sandbox.erp.sales import amounts, taxes
from sandbox.erp.store import Doc

REQUIRED = ("quantidade", "valor_unitario")


def simulated(company: Company, sent: Doc) -> Doc:
    """What was sent, each line with its taxes; nothing is written."""
    for tag in ("consumidor_final", "det_simul"):
        if not sent.get(tag):
            raise faults.required(tag)
    route = taxes.Route(business_of(company)["estado"], _destination(company, sent))
    asked = {tag: value for tag, value in sent.items() if tag not in ("cliente_simul", "det_simul")}
    lines = [_line(company, one, route) for one in sent["det_simul"]]
    return asked | {"det_simul_resp": lines}


def _destination(company: Company, sent: Doc) -> str:
    """The state the goods go to: that of the delivery, of an invented customer, of a real one."""
    invented = sent.get("cliente_simul", {}).get("clientes_estado")
    if told := sent.get("uf_entrega") or invented:
        return str(told)
    keys = {
        "codigo_cliente_omie": sent.get("codigo_cliente"),
        "codigo_cliente_integracao": sent.get("codigo_cliente_integracao"),
    }
    if not any(keys.values()):
        raise faults.one_required("codigo_cliente", "codigo_cliente_integracao")
    return str(named(company, {tag: key for tag, key in keys.items() if key})["estado"])


def _line(company: Company, one: Doc, route: taxes.Route) -> Doc:
    line = dict(one.get("produto_simul", {}))
    product = sold(company, line)
    for tag in REQUIRED:
        if tag not in line:
            raise faults.required(tag)
    for tag in (*REQUIRED, "valor_desconto"):
        if line.get(tag, 0) < 0:
            raise faults.wrong_type(tag)
    tag = "codigo_cenario_impostos_item"
    code = one.get(tag) or standard(company, SCENARIOS, "nCodigo")
    scenario = expect(company, SCENARIOS, "Cenário de impostos não cadastrado", code, tag)
    line |= {key: product[key] for key in ("codigo_produto", "codigo_produto_integracao")}
    line["cfop"] = taxes.cfop(scenario, route)
    amounts.price(line)
    item = {"produto": line, "imposto": taxes.block(scenario, route)}
    amounts.tax(item)
    del line["valor_mercadoria"]
    return {tag: code, "produto_simul_resp": line, "imposto": item["imposto"]}
