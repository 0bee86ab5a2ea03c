"""The book of sales orders and the log of their stages.

An order is kept in the shape `ConsultarPedido` shows it, in which empty fields are left out.
"""

from datetime import datetime
from typing import Any

from sandbox.erp import faults
from sandbox.erp.clock import date_text, time_text
from sandbox.erp.companies import WEBSERVICE, Company
from sandbox.erp.dates import iso
from sandbox.erp.hooks import events
from sandbox.erp.store import Doc, Table, Value

BILLING_STAGE = "50"
BILLED_STAGE = "60"
STAGES_IN = ("10", "20", "30", "40", "50")
"""The stages an order may be put in by the API; 60 is reached by billing."""


def _moment(order: Doc, day: str, hour: str) -> str | None:
    info = order["infoCadastro"]
    return iso(info[day], info[hour]) if day in info else None


ORDERS = Table(
    "sales_orders",
    key=lambda order: order["cabecalho"]["codigo_pedido"],
    columns={
        "code": lambda order: order["cabecalho"].get("codigo_pedido_integracao"),
        "number": lambda order: int(order["cabecalho"]["numero_pedido"]),
        "stage": lambda order: order["cabecalho"]["etapa"],
        "customer": lambda order: order["cabecalho"]["codigo_cliente"],
        "vendor": lambda order: order["informacoes_adicionais"].get("codVend"),
        "by_api": lambda order: order["infoCadastro"]["cImpAPI"],
        "forecast": lambda order: iso(order["cabecalho"]["data_previsao"]),
        "included": lambda order: _moment(order, "dInc", "hInc"),
        "altered": lambda order: _moment(order, "dAlt", "hAlt"),
        "billed": lambda order: _moment(order, "dFat", "hFat"),
        "cancelled": lambda order: _moment(order, "dCan", "hCan"),
        "authorised": lambda order: order["infoCadastro"]["autorizado"],
        "denied": lambda order: order["infoCadastro"]["denegado"],
        "returned": lambda order: order["infoCadastro"]["devolvido"],
    },
    indexed=("code", "number"),
)
STAGE_LOG = Table(
    "stage_log",
    key=lambda row: row["seq"],
    columns={
        "order_id": lambda row: row["nCodPed"],
        "stage": lambda row: row["cEtapa"],
        "moment": lambda row: iso(row["dDtEtapa"], row["cHrEtapa"]),
    },
    indexed=(),
)


def pruned(record: Doc) -> Doc:
    """The record without the fields that are empty or zero, at any depth."""
    lean: Doc = {}
    for tag, value in record.items():
        if isinstance(value, dict):
            kept: Any = pruned(value)
        elif isinstance(value, list):
            kept = [pruned(one) for one in value]
        else:
            kept = value
        if kept:
            lean[tag] = kept
    return lean


def padded(number: Value) -> str:
    """An order's number as write answers show it, 15 digits."""
    return str(number).zfill(15)


def find(
    company: Company, *, number_id: int | None = None, code: str | None = None, number: str = ""
) -> Doc:
    """The order of an id, an integration code or a visible number; a fault where there is none."""
    if number_id:
        order = company.get(ORDERS, number_id)
        missing = faults.not_registered("Pedido não cadastrado", number_id)
    elif code:
        order = company.find(ORDERS, "code", code)
        missing = faults.Fault(
            f"ERROR: Pedido não cadastrado para o Código de Integração [{code}] !", 105
        )
    elif number:
        digits = number if number.isdecimal() else "0"
        order = company.find(ORDERS, "number", int(digits[-18:]))
        missing = faults.Fault(f"ERROR: Pedido não cadastrado para o número [{number}] !", 107)
    else:
        raise faults.one_required("codigo_pedido", "codigo_pedido_integracao")
    if order is None:
        raise missing
    return order


def named(company: Company, param: Doc) -> Doc:
    """The order a call of `produtos/pedido` names."""
    return find(
        company,
        number_id=param.get("codigo_pedido"),
        code=param.get("codigo_pedido_integracao"),
        number=param.get("numero_pedido", ""),
    )


def save(company: Company, order: Doc, user: str | None = WEBSERVICE) -> Doc:
    """Write an order back as altered now by `user`; None leaves its audit fields as they are."""
    if user is not None:
        order["infoCadastro"] |= company.altered(user)
    kept = pruned(order)
    company.put(ORDERS, kept)
    return kept


def log_stage(
    company: Company, order: Doc, user: str = WEBSERVICE, at: datetime | None = None
) -> None:
    """Enter the order's present stage in the log, as reached now or at that moment."""
    head, at = order["cabecalho"], at or company.now()
    company.put(
        STAGE_LOG,
        {
            "seq": company.next_number("stage_log"),
            "nCodPed": head["codigo_pedido"],
            "cEtapa": head["etapa"],
            "dDtEtapa": date_text(at),
            "cHrEtapa": time_text(at),
            "cUsEtapa": user,
        },
    )


def is_cancelled(order: Doc) -> bool:
    """Cancelled, in whatever stage."""
    return bool(order["infoCadastro"]["cancelado"] == "S")


def is_billed(order: Doc) -> bool:
    """Billed: its NF-e was authorised."""
    return bool(order["infoCadastro"]["faturado"] == "S")


def move(company: Company, order: Doc, stage: str, user: str = WEBSERVICE) -> None:
    """Put an order in a stage, with its trace in the log and its webhook."""
    order["cabecalho"]["etapa"] = stage
    kept = save(company, order, user)
    log_stage(company, kept, user)
    events.sale(company, "EtapaAlterada", kept, user)
