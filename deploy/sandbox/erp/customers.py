"""The register of customers: how they are kept, found, checked and merged."""

import unicodedata

from sandbox.erp import ceps, faults
from sandbox.erp.cities import CITIES
from sandbox.erp.companies import Company
from sandbox.erp.hooks import events
from sandbox.erp.store import Doc, Table

CUSTOMERS = Table(
    "customers",
    key=lambda customer: customer["codigo_cliente_omie"],
    columns={
        "code": lambda customer: customer.get("codigo_cliente_integracao"),
        "document": lambda customer: bare(customer["cnpj_cpf"]),
        "name": lambda customer: folded(customer["razao_social"]),
        "trade_name": lambda customer: folded(customer["nome_fantasia"]),
        "inactive": lambda customer: customer["inativo"],
        "tags": lambda customer: tag_line(customer.get("tags", [])),
        "by_api": lambda customer: customer["info"]["cImpAPI"],
        "included": lambda customer: sortable(customer["info"], "dInc", "hInc"),
        "altered": lambda customer: sortable(customer["info"], "dAlt", "hAlt"),
    },
    indexed=("code", "document"),
)
REQUIRED = ("razao_social", "cnpj_cpf", "email")
OUTPUT = frozenset({"codigo_cliente_omie", "pessoa_fisica", "exterior", "importado_api", "info"})
CPF_LENGTH, CNPJ_LENGTH = 11, 14


def bare(document: str) -> str:
    """A CPF or CNPJ without its mask; a CNPJ may hold letters."""
    capitals = document.upper()
    if capitals.isalnum():
        return capitals
    return "".join(letter for letter in capitals if letter.isalnum())


def masked(document: str) -> str:
    """A CPF or CNPJ with its mask; anything else as it is."""
    bare_ = bare(document)
    if len(bare_) == CPF_LENGTH:
        return f"{bare_[:3]}.{bare_[3:6]}.{bare_[6:9]}-{bare_[9:]}"
    if len(bare_) == CNPJ_LENGTH:
        return f"{bare_[:2]}.{bare_[2:5]}.{bare_[5:8]}/{bare_[8:12]}-{bare_[12:]}"
    return document


def folded(text: str) -> str:
    """Text without accents, in capitals, as the ERP compares and writes places."""
    if text.isascii():
        return text.upper()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).upper()


def tag_line(tags: list[Doc]) -> str:
    """Tags as text in which one is found as `|tag|`."""
    return "|" + "".join(f"{folded(tag.get('tag', ''))}|" for tag in tags)


def sortable(info: Doc, day: str, hour: str) -> str:
    """An audit moment as text that sorts."""
    date = info[day]
    return f"{date[6:]}-{date[3:5]}-{date[:2]}T{info[hour]}"


def check_document(document: str) -> None:
    """Refuse what can be neither CPF nor CNPJ. Whether check digits are tried is unconfirmed."""
    if len(bare(document)) not in (CPF_LENGTH, CNPJ_LENGTH):
        raise faults.wrong_type("cnpj_cpf")


def by_keys(company: Company, param: Doc) -> Doc | None:
    """The customer a call names by Omie's id or else by integration code."""
    if number := param.get("codigo_cliente_omie"):
        return company.get(CUSTOMERS, number)
    if code := param.get("codigo_cliente_integracao"):
        return company.find(CUSTOMERS, "code", code)
    raise faults.one_required("codigo_cliente_omie", "codigo_cliente_integracao")


def named(company: Company, param: Doc) -> Doc:
    """The same, or the fault of a customer that does not exist."""
    customer = by_keys(company, param)
    if customer is not None:
        return customer
    number = param.get("codigo_cliente_omie", 0)
    raise faults.not_registered("Cliente não cadastrado", number, number=105 if number else 103)


def check_unique(company: Company, customer: Doc) -> None:
    """Refuse an integration code or a document that another customer has."""
    own = customer["codigo_cliente_omie"]
    code = customer.get("codigo_cliente_integracao")
    other = company.find(CUSTOMERS, "code", code) if code else None
    if code and other and other["codigo_cliente_omie"] != own:
        raise faults.duplicate_customer_code(code, other["codigo_cliente_omie"])
    same = (("document = ?", bare(customer["cnpj_cpf"])),)
    for other in company.select(CUSTOMERS, same):
        if other["codigo_cliente_omie"] != own:
            raise faults.duplicate_customer_document(
                customer["cnpj_cpf"],
                other["codigo_cliente_omie"],
                other.get("codigo_cliente_integracao", ""),
            )


def include(company: Company, sent: Doc) -> Doc:
    """A new customer."""
    for tag in REQUIRED:
        if not sent.get(tag, "").strip():
            raise faults.required(tag)
    customer = {
        "codigo_cliente_omie": 0, "nome_fantasia": sent["razao_social"],
        "inativo": "N", "bloquear_faturamento": "N", "codigo_pais": "1058", "exterior": "N",
        "tags": [], "info": company.included(), "importado_api": "S",
    }  # fmt: skip
    customer = _kept(company, customer, sent)
    customer["codigo_cliente_omie"] = company.next_id()
    company.put(CUSTOMERS, customer)
    events.customer(company, "Incluido", customer)
    return customer


def alter(company: Company, customer: Doc, sent: Doc) -> Doc:
    """The customer with the tags that were sent; a list of tags replaces the former one."""
    for tag in REQUIRED:
        if tag in sent and not sent[tag].strip():
            raise faults.required(tag)
    customer = _kept(company, customer, sent)
    customer["info"] |= company.altered()
    company.put(CUSTOMERS, customer)
    events.customer(company, "Alterado", customer)
    return customer


def _kept(company: Company, customer: Doc, sent: Doc) -> Doc:
    customer = customer | {tag: value for tag, value in sent.items() if tag not in OUTPUT}
    check_document(customer["cnpj_cpf"])
    customer["cnpj_cpf"] = masked(customer["cnpj_cpf"])
    customer["pessoa_fisica"] = "S" if len(bare(customer["cnpj_cpf"])) == CPF_LENGTH else "N"
    if customer.pop("pesquisar_cep", "N") == "S":
        _fill_from_cep(customer)
    customer["estado"] = customer.get("estado", "").upper()
    customer["cidade"] = city(
        customer.get("cidade", ""), customer["estado"], customer.get("cidade_ibge", "")
    )
    check_unique(company, customer)
    return customer


def _fill_from_cep(customer: Doc) -> None:
    """Street, bairro, city and UF out of the CEP, those of them that are empty."""
    place = ceps.found(customer.get("cep", ""))
    if place is None:
        return
    told = {
        "endereco": place.street,
        "bairro": place.bairro,
        "cidade": place.city.shown,
        "estado": place.city.uf,
    }
    for tag, value in told.items():
        customer[tag] = customer.get(tag) or value


def city(name: str, uf: str, ibge: str = "") -> str:
    """A city as the ERP writes it, `PORTO ALEGRE (RS)`, from its name or its IBGE code."""
    known = CITIES.get(name.strip()) or (CITIES.get(ibge) if not name else None)
    if known:
        return known.shown
    written = folded(name).strip()
    if not written or not uf or written.isdigit() or written.endswith(")"):
        return written
    return f"{written} ({uf})"
