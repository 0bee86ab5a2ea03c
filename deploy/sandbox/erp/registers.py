"""The small registers an order points at, and the check that what it points at is there."""

from typing import Any

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.store import Doc, Table

VENDORS = Table(
    "vendors",
    key=lambda vendor: vendor["codigo"],
    columns={
        "code": lambda vendor: vendor["codInt"],
        "name": lambda vendor: vendor["nome"].upper(),
        "email": lambda vendor: vendor["email"].upper(),
    },
    indexed=("code",),
)
ACCOUNTS = Table(
    "accounts",
    key=lambda account: account["nCodCC"],
    columns={
        "code": lambda account: account["cCodCCInt"],
        "inactive": lambda account: account["inativo"],
    },
)
CATEGORIES = Table(
    "categories",
    key=lambda category: category["codigo"],
    columns={
        "inactive": lambda category: category["conta_inativa"],
        "kind": lambda category: "R" if category["conta_receita"] == "S" else "D",
        "totalising": lambda category: category["totalizadora"],
        "hidden": lambda category: category["nao_exibir"],
    },
)
SCENARIOS = Table(
    "scenarios",
    key=lambda scenario: scenario["nCodigo"],
    columns={"standard": lambda scenario: int(scenario["padrao"])},
)
PROJECTS = Table(
    "projects",
    key=lambda project: project["codigo"],
    columns={
        "code": lambda project: project["codInt"],
        "name": lambda project: project["nome"].upper(),
    },
)
DELIVERY_TYPES = Table(
    "delivery_types",
    key=lambda kind: kind["nCodEntrega"],
    columns={
        "code": lambda kind: kind["cCodIntEntrega"],
        "carrier": lambda kind: kind["nCodTransp"],
    },
)
DEPARTMENTS = Table("departments", key=lambda department: department["codigo"])
TERMS = Table("payment_terms", key=lambda term: term["codigo"])
MEANS = Table("means_of_payment", key=lambda means: means["codigo"])
ORIGINS = Table("origins", key=lambda origin: origin["codigo"])
LOCATIONS = Table(
    "locations",
    key=lambda location: location["codigo_local_estoque"],
    columns={"standard": lambda location: int(location["padrao"] == "S")},
)
STAGES = Table("stages", key=lambda operation: operation["cCodOperacao"])
BUSINESS = Table("business", key=lambda business: business["codigo_empresa"])


def business_of(company: Company) -> Doc:
    """The company itself, as its register describes it."""
    return company.look(BUSINESS, "app_key", company.app_key) or {}


def expect(company: Company, table: Table, what: str, code: Any, tag: str) -> Doc:
    """The record an order's tag points at; a fault in the pattern of the catalogue where none is.

    `what` ends in "não cadastrado" or "não cadastrada".
    """
    record = company.look(table, "key", code)
    if record is None:
        raise faults.not_registered(what, code, tag)
    return record


def expect_account(company: Company, code: int) -> None:
    """An active bank account. The sentence for an inactive one is assumed."""
    tag = "codigo_conta_corrente"
    account = expect(company, ACCOUNTS, "Conta Corrente não cadastrada", code, tag)
    if account["inativo"] == "S":
        raise faults.Fault(f"ERROR: A conta corrente está inativa ! - tag: [{tag}]")


def expect_category(company: Company, code: str, tag: str = "codigo_categoria") -> None:
    """An active revenue category that totalises nothing. The sentences are assumed."""
    category = expect(company, CATEGORIES, "Categoria não cadastrada", code, tag)
    wrong = {
        "inativa": category["conta_inativa"] == "S",
        "totalizadora": category["totalizadora"] == "S",
        "de despesa": category["conta_receita"] != "S",
    }
    for adjective, holds in wrong.items():
        if holds:
            raise faults.Fault(
                f"ERROR: A categoria [{code}] é {adjective} e não pode ser utilizada !"
                f" - tag: [{tag}]"
            )


def expect_vendor(company: Company, code: int) -> None:
    """An active vendor."""
    vendor = expect(company, VENDORS, "Vendedor não cadastrado", code, "codVend")
    if vendor["inativo"] == "S":
        raise faults.Fault("O vendedor está inativo! - tag: [codVend]")


def expect_project(company: Company, code: int) -> None:
    """An active project."""
    tag = "codProj"
    project = expect(company, PROJECTS, "Projeto não cadastrado", code, tag)
    if project["inativo"] == "S":
        raise faults.Fault(f"ERROR: O projeto está inativo ! - tag: [{tag}]")


def expect_location(company: Company, code: int) -> None:
    """A stock location."""
    if company.look(LOCATIONS, "key", code) is None:
        raise faults.not_registered(
            "Local do Estoque não cadastrado", code, "codigo_local_estoque", number=1070
        )


def expect_origin(company: Company, code: str) -> None:
    """An origin of the account's list. Whether Omie takes any other code is unconfirmed."""
    expect(company, ORIGINS, "Origem do pedido não cadastrada", code, "origem_pedido")


def standard(company: Company, table: Table, key: str) -> int:
    """The id of the register's standard record: default tax scenario, default stock location."""
    record = company.look(table, "standard", 1)
    return int(record[key]) if record else 0
