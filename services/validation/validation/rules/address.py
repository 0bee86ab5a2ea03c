"""The address of the ERP's customer: the billing one where complete, else the shipping one.

Only that one is judged: it is what the ERP registers and invoices to. Abroad there is neither
bairro, CEP nor UF to ask for.
"""

from collections.abc import Iterator
from typing import Final

from contracts.order import CEP_DIGITS, Address, Order
from contracts.reasons import Reason, ReasonCode, reason
from validation.facts import Facts

UFS: Final = frozenset(
    {
        *("AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA"),
        *("PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO"),
    }
)
_NOWHERE: Final = Address()


def address_can_be_invoiced_to(order: Order, _: Facts) -> Iterator[Reason]:
    """City and UF, without which Omie refuses the order; street, bairro and CEP; the number."""
    place, address = _judged(order)
    if not address.city.strip():
        yield _nowhere(f"{place}.city", "sem a cidade")
    elif address.country == "BR" and address.uf not in UFS:
        yield _nowhere(f"{place}.uf", "sem uma UF válida")
    if lacking := [(f, name) for f, name, there in _parts(address) if not there]:
        names = ", ".join(name for _, name in lacking)
        yield reason(
            ReasonCode.ADDRESS_INCOMPLETE,
            f"{place}.{lacking[0][0]}",
            f"Falta no endereço do cliente: {names}. Complete o endereço.",
        )
    if not address.number.strip():
        yield reason(
            ReasonCode.ADDRESS_NUMBER_MISSING,
            f"{place}.number",
            "O endereço do cliente está sem número. Preencha o número,"
            " ou ative na loja a opção de usar “S/N”.",
        )


def _nowhere(field: str, lack: str) -> Reason:
    return reason(
        ReasonCode.CUSTOMER_CITY_STATE_MISSING,
        field,
        f"O endereço do cliente está {lack}. Preencha a cidade e a UF (duas letras).",
    )


def _parts(address: Address) -> list[tuple[str, str, bool]]:
    parts = [("street", "rua", bool(address.street.strip()))]
    if address.country == "BR":
        cep = len(address.cep) == CEP_DIGITS and address.cep.isdecimal()
        parts += [
            ("bairro", "bairro", bool(address.bairro.strip())),
            ("cep", "CEP com 8 dígitos", cep),
        ]
    return parts


def _judged(order: Order) -> tuple[str, Address]:
    """Which address the ERP gets, and where it stands in the order."""
    address = order.customer_address
    billing = address is not None and address is order.billing_address
    return ("billing_address" if billing else "shipping_address"), address or _NOWHERE
