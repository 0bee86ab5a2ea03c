"""`geral/parcelas`: payment terms by code."""

import re

from sandbox.erp import faults
from sandbox.erp.companies import Company
from sandbox.erp.paging import table_page, window
from sandbox.erp.registers import TERMS
from sandbox.erp.service import Service
from sandbox.erp.store import Doc

MOST_INSTALMENTS, LONGEST = 120, 3650
AFTER = re.compile(r"para (\d{1,4}) dias?", re.IGNORECASE)
DAYS = re.compile(r"(?:a vista|\d{1,4})(?:/\d{1,4})+", re.IGNORECASE)
SERVICE = Service("geral/parcelas", TERMS, status=("cCodStatus", "cDesStatus"))


@SERVICE.call("ListarParcelas", "parcelaListarRequest")
def list_instalments(company: Company, param: Doc) -> Doc:
    """A page of terms."""
    return table_page(
        company,
        TERMS,
        "cadastros",
        window(param),
        shown=lambda term: {
            "nCodigo": term["codigo"],
            "cDescricao": term["descricao"],
            "nParcelas": len(term["dias"]),
        },
    )


@SERVICE.call("IncluirParcela", "parcelaIncluirRequest", writes=True)
def include_term(company: Company, param: Doc) -> Doc:
    """A payment term out of its description; one with the same days is not made twice.

    The forms of descriptions are known; what code a new term gets is assumed.
    """
    if "cParcela" not in param:
        raise faults.required("cParcela")
    days = _days(param["cParcela"].strip())
    known = [term for term in company.select(TERMS) if term["dias"] == days]
    term = known[0] if known else _fresh(company, days)
    return SERVICE.said("Parcela cadastrada com sucesso!") | {
        "cCodParcela": term["codigo"],
        "cDesParcela": term["descricao"],
    }


def _days(text: str) -> list[int]:
    """The days of `10/20/30`, `A Vista/40/60`, `Para 93 dias`, or so many months."""
    days: list[int] = []
    if after := AFTER.fullmatch(text):
        days = [int(after[1])]
    elif DAYS.fullmatch(text):
        days = [int(part) if part.isdecimal() else 0 for part in text.split("/")]
    elif re.fullmatch(r"\d{1,3}", text, re.ASCII):
        days = [30 * month for month in range(1, int(text) + 1)]
    if not 0 < len(days) <= MOST_INSTALMENTS or max(days) > LONGEST or sorted(days) != days:
        raise faults.wrong_type("cParcela")
    return days


def _fresh(company: Company, days: list[int]) -> Doc:
    texts = ["A Vista" if day == 0 else str(day) for day in days]
    term = {
        "codigo": f"U{company.next_number('payment_terms'):02d}",
        "descricao": "/".join(texts) if len(days) > 1 else f"Para {days[0]} dias",
        "dias": days,
    }
    company.put(TERMS, term)
    return term
