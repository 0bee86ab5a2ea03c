"""Billing an order: the request for its NF-e, what SEFAZ makes of it, and the cancellation.

Authorisation is asynchronous: the order waits in stage 50 until the company's `Invoicing` says
so, by the sandbox's clock, and is then found billed by whoever looks at it next.
"""

from datetime import UTC, datetime, timedelta

from sandbox.erp import stock
from sandbox.erp.clock import BRASILIA, date_text, time_text
from sandbox.erp.companies import WEBSERVICE, Company
from sandbox.erp.customers import CUSTOMERS, bare
from sandbox.erp.dates import iso
from sandbox.erp.hooks import events
from sandbox.erp.registers import business_of
from sandbox.erp.sales.orders import (
    BILLED_STAGE,
    BILLING_STAGE,
    ORDERS,
    is_billed,
    is_cancelled,
    log_stage,
    move,
    save,
)
from sandbox.erp.store import Doc, Table

INVOICES = Table(
    "invoices",
    key=lambda invoice: invoice["codigo_pedido"],
    columns={
        "due": lambda invoice: invoice.get("due"),
        "returned_of": lambda invoice: invoice.get("returned_of"),
        "note": lambda invoice: invoice.get("nIdNF"),
        "access_key": lambda invoice: invoice.get("chave"),
        "number": lambda invoice: int(invoice["numero"]) if "numero" in invoice else None,
        "issued": lambda invoice: iso(invoice["dEmi"]) if "dEmi" in invoice else None,
        "cancelled": lambda invoice: iso(invoice["dCan"]) if "dCan" in invoice else None,
    },
    indexed=("due", "note", "returned_of"),
)
"""One NF-e per order; `state` is pending, authorised, rejected or cancelled, `due` in ms.

That of a return is kept under the return's id; it names the order in `returned_of`, and its lines.
"""
NOT_BILLED = "Não foi possível realizar o faturamento desse Pedido de Venda de Produto! "
SP_CODE = "35"
HIGHEST_WEIGHT = 9
LAST_DIGITS = (0, 1)


def billing_refusal(company: Company, order: Doc) -> str | None:
    """Why the order cannot be billed, in the ERP's words; None where it can."""
    invoice = company.get(INVOICES, order["cabecalho"]["codigo_pedido"])
    if is_billed(order):
        return (
            NOT_BILLED
            + "Não é possível faturar, pois o Pedido de Venda de Produto já foi autorizado."
        )
    if is_cancelled(order):
        return NOT_BILLED + "O Pedido de Venda de Produto está cancelado."
    if invoice and invoice["state"] == "pending":
        return NOT_BILLED + "O Pedido de Venda de Produto está em processo de faturamento."
    customer = company.get(CUSTOMERS, order["cabecalho"]["codigo_cliente"]) or {}
    if customer.get("bloquear_faturamento") == "S":
        return NOT_BILLED + "O faturamento do cliente está bloqueado."
    lacks = [
        name
        for tag, name in (("endereco_numero", "o Número do Endereço"), ("email", "o E-mail"))
        if not customer.get(tag)
    ]
    if lacks:
        return f"{NOT_BILLED}Para emitir a NF-e falta preencher {' e '.join(lacks)}."
    return None


def request_invoice(company: Company, order: Doc, user: str = WEBSERVICE) -> None:
    """Ask SEFAZ for the order's NF-e; the order waits in stage 50."""
    ask_sefaz(company, {"codigo_pedido": order["cabecalho"]["codigo_pedido"], "user": user})
    if order["cabecalho"]["etapa"] != BILLING_STAGE:
        move(company, order, BILLING_STAGE, user)


def ask_sefaz(company: Company, invoice: Doc) -> None:
    """Hand a note in; what becomes of it, and when, is the company's policy of this moment."""
    policy = company.invoicing
    invoice |= {"state": "pending", "outcome": policy.outcome}
    if policy.outcome != "hold":
        due = company.now() + timedelta(seconds=policy.delay_s)
        invoice["due"] = int(due.timestamp() * 1000)
    company.put(INVOICES, invoice)


def settle_due(company: Company) -> None:
    """Let SEFAZ answer all requests whose time has come."""
    now = int(company.now().timestamp() * 1000)
    due = company.select(INVOICES, (("due <= ?", now),), "due")
    if not due:
        return
    with company.transaction():
        for invoice in due:
            moment = datetime.fromtimestamp(invoice.pop("due") / 1000, UTC)
            if invoice["outcome"] == "authorise":
                authorise(company, invoice, moment)
            else:
                company.put(INVOICES, invoice | {"state": "rejected"})


def next_answer(company: Company) -> datetime | None:
    """When SEFAZ will answer next; None where it owes no answer."""
    waiting = company.select(INVOICES, (("due > ?", 0),), "due", "LIMIT 1")
    return datetime.fromtimestamp(waiting[0]["due"] / 1000, UTC) if waiting else None


def authorise(company: Company, invoice: Doc, moment: datetime) -> None:
    """The NF-e is authorised: the order is billed, its goods leave. A return's note is but told."""
    if "returned_of" in invoice:
        issued = _issued(company, invoice, moment)
        events.note(company, "NotaDevolucaoAutorizada", "autorizada", issued, invoice["user"])
        return
    order = company.get(ORDERS, invoice["codigo_pedido"])
    if order is None or is_cancelled(order):
        company.remove(INVOICES, invoice["codigo_pedido"])
        return
    invoice = _issued(company, invoice, moment)
    order["cabecalho"]["etapa"] = BILLED_STAGE
    order["infoCadastro"] |= {
        "faturado": "S",
        "autorizado": "S",
        "dFat": date_text(moment),
        "hFat": time_text(moment),
        "uFat": invoice["user"],
    }
    user = invoice["user"]
    kept = save(company, order, user)
    log_stage(company, kept, user, moment)
    stock.take_out(company, kept["det"], _cause(kept, invoice), user)
    events.sale(company, "EtapaAlterada", kept, user)
    events.sale(company, "Faturada", kept, user)
    events.note(company, "NotaAutorizada", "autorizada", invoice, user)


def _cause(order: Doc, invoice: Doc) -> Doc:
    """The sale as the cause of a movement of stock."""
    return {
        "operacao": stock.SALE,
        "idPedido": order["cabecalho"]["codigo_pedido"],
        "numPedido": order["cabecalho"]["numero_pedido"],
        "idDoc": invoice["nIdNF"],
        "numDoc": invoice["numero"],
    }


def _issued(company: Company, invoice: Doc, moment: datetime) -> Doc:
    """The note with its number, its key and its date, as SEFAZ let it pass."""
    business = business_of(company)
    number = company.next_number("invoices")
    invoice.pop("due", None)
    key = access_key(business["cnpj"], moment, number, invoice["codigo_pedido"])
    invoice |= {
        "state": "authorised",
        "nIdNF": company.next_id(),
        "numero": f"{number:08d}",
        "serie": "001",
        "chave": key,
        "protocolo": 135_000_000_000_000 + number,
        "dEmi": date_text(moment),
        "hEmi": time_text(moment),
    }
    company.put(INVOICES, invoice)
    return invoice


def access_key(cnpj: str, moment: datetime, number: int, order_id: int) -> str:
    """The 44 digits of an NF-e: state, month, issuer, model 55, series, number, code, check."""
    month = f"{moment.astimezone(BRASILIA):%y%m}"
    digits = f"{SP_CODE}{month}{bare(cnpj)}55001{number:09d}1{order_id % 10**8:08d}"
    weights = (2 + place % (HIGHEST_WEIGHT - 1) for place in range(len(digits)))
    rest = sum(int(d) * w for d, w in zip(reversed(digits), weights, strict=True)) % 11
    return digits + str(0 if rest in LAST_DIGITS else 11 - rest)


def cancel(company: Company, order: Doc, user: str = WEBSERVICE) -> None:
    """Cancel an order, which keeps its stage, and its NF-e where it has one; its goods come back.

    That an order not yet billed can be cancelled is unconfirmed; the sandbox allows it.
    """
    day, hour = date_text(company.now()), time_text(company.now())
    order["infoCadastro"] |= {"cancelado": "S", "dCan": day, "hCan": hour, "uCan": user}
    kept = save(company, order, user)
    events.sale(company, "Cancelada", kept, user)
    if invoice := company.get(INVOICES, order["cabecalho"]["codigo_pedido"]):
        authorised = invoice["state"] == "authorised"
        invoice.pop("due", None)
        invoice |= {"state": "cancelled", "dCan": day, "hCan": hour}
        company.put(INVOICES, invoice)
        if authorised:
            cause = _cause(kept, invoice) | {"cancelamento": "S"}
            stock.put_back(company, stock.still_out(kept), cause, user)
            events.note(company, "NotaCancelada", "cancelada", invoice, user)
