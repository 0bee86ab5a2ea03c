"""Whatever well-formed parameters come, a call is answered or refused, and never breaks."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.erp.app import create_app
from sandbox.erp.faults import Fault
from sandbox.erp.products import PRODUCTS
from sandbox.erp.registers import ACCOUNTS
from sandbox.erp.seed import seed_company
from sandbox.erp.services import SERVICES
from sandbox.erp.store import dumps, loads
from tests.support.sandbox_erp import SECRET, a_customer, an_order

CALLS = [(path, name) for path, service in SERVICES.items() for name in service.calls]
IDS = st.sampled_from([0, 1, 7_700_000_002, 7_700_000_014, 7_700_000_018, 2**62])
CODES = st.sampled_from(
    ["S", "N", "1", "10", "20", "50", "000", "999", "1.01.03", "21/10/2026", "CAN-350-AZ", "A",
     "11222333000181", "é%'\"\0", ""]
)  # fmt: skip
SCALARS = {
    "str": CODES,
    "int": IDS,
    "dec": st.one_of(st.decimals(0, 200, places=2), st.sampled_from([-1, 10**11, "1e-9"])),
    "bool": st.booleans(),
}


def values(kind, family):
    """Values that a tag of this kind may be sent with."""
    if kind in SCALARS:
        return SCALARS[kind]
    if kind.endswith("[]"):
        return st.lists(st.deferred(lambda: records(family[kind[:-2]])), max_size=2)
    return st.deferred(lambda: records(family[kind]))


def records(complex_type):
    """Records of a type, with many of its tags or few."""
    family = complex_type._family
    tags = {tag: values(kind, family) for tag, kind in complex_type.tags.items()}
    return st.fixed_dictionaries({}, optional=tags)


@pytest.fixture(scope="module")
def companies(tmp_path_factory):
    """The books of all companies; each test keeps to its own."""
    books = tmp_path_factory.mktemp("books")
    return create_app(books, lambda: datetime(2026, 10, 21, 13, tzinfo=UTC)).state.companies


@pytest.mark.parametrize(("path", "name"), CALLS)
@settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_a_call_is_answered_or_refused(companies, path, name, data):
    company = seed_company(companies, "fuzzed", SECRET)
    call = SERVICES[path].calls[name]
    sent = loads(dumps(data.draw(records(call.takes))))

    run(company, call, sent)


@settings(max_examples=300, deadline=None, database=None)
@given(data=st.data())
def test_a_good_order_with_anything_laid_over_it_is_answered_or_refused(companies, data):
    company = seed_company(companies, "sound", SECRET)
    service = SERVICES["produtos/pedido"]
    product = company.find(PRODUCTS, "sku", "CAN-350-AZ")["codigo_produto"]
    order = an_order(data.draw(st.uuids()).hex, product, company.select(ACCOUNTS)[0]["nCodCC"])
    order["cabecalho"]["codigo_cliente_integracao"] = "EST-C-1"
    line = order["det"][0]["produto"]
    blocks = {**order, "produto": line, "parcela": {}}
    name = data.draw(
        st.sampled_from(["produto", "cabecalho", "frete", "informacoes_adicionais", "parcela"])
    )
    tags = service.types[name].tags
    for tag in data.draw(st.lists(st.sampled_from(sorted(tags)), max_size=3)):
        blocks[name][tag] = data.draw(values(tags[tag], service.types))
    order["lista_parcelas"] = {"parcela": [blocks["parcela"]]}

    run(company, SERVICES["geral/clientes"].calls["UpsertCliente"], a_customer())
    run(company, service.calls["IncluirPedido"], loads(dumps(order)))


def run(company, call, sent):
    """Carry a call out as the endpoint does."""
    with suppress(Fault), company.transaction():
        answer = call.run(company, call.takes.read(sent))
        assert dumps(answer)
