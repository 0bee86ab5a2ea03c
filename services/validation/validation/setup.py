"""A store's settings: complete, and true in the ERP. Pure; asked once per store, not per order."""

from collections.abc import Iterator

from contracts.reasons import Reason, ReasonCode, reason
from contracts.stores import OWN_TERMS, StoreSettings
from omie.registers import Code
from validation.catalogue import Register, Registers, knows


def problems(settings: StoreSettings, registers: Registers, *, keyless: bool) -> Iterator[Reason]:
    """What the merchant must choose, or choose anew. `keyless`: the account has no credentials."""
    if keyless:
        yield _incomplete("erp_app_secret", "Falta informar a App Key e a App Secret do ERP")
    for field, name, code, register, needed in _choices(settings, registers):
        if code is None:
            if needed:
                yield _incomplete(field, f"Falta escolher {name}")
        elif not knows(register, code):
            yield _incomplete(field, _why(name, code, register))


_Choice = tuple[str, str, Code | None, Register | None, bool]


def _choices(chosen: StoreSettings, known: Registers) -> tuple[_Choice, ...]:
    """Field, name for people, what the store chose, where the ERP lists it, whether needed."""
    return (
        ("erp_stage_code", "a etapa", chosen.erp_stage_code, known.stages, True),
        ("erp_category_code", "a categoria", chosen.erp_category_code, known.categories, True),
        (
            "bank_account_code", "a conta corrente",
            chosen.bank_account_code, known.bank_accounts, True,
        ),
        ("salesperson_code", "o vendedor", chosen.salesperson_code, known.salespeople, False),
        (
            "tax_scenario_code", "o cenário fiscal",
            chosen.tax_scenario_code, known.tax_scenarios, False,
        ),
        (
            "stock_location_code", "o local de estoque",
            chosen.stock_location_code, known.stock_locations, False,
        ),
        (
            "installment_code", "o número de parcelas",
            _listed(chosen.installment_code), known.installments, False,
        ),
        (
            "other_installments_code", "a condição das demais parcelas",
            _listed(chosen.other_installments_code), known.installments, False,
        ),
    )  # fmt: skip


def _listed(code: str | None) -> str | None:
    """The code, if it is one that a register lists for sure."""
    return None if code == OWN_TERMS else code


def _why(name: str, code: Code, register: Register | None) -> str:
    option = (register or {}).get(code)
    if option is None:
        return f"No ERP não existe {name} de código {code}"
    if option.totals:
        return f"A categoria {code} é totalizadora e não recebe lançamentos"
    return f"No ERP está inativo(a) {name} de código {code}"


def _incomplete(field: str, what: str) -> Reason:
    return reason(
        ReasonCode.STORE_CONFIG_INCOMPLETE,
        f"settings.{field}",
        f"{what}. Corrija na configuração da loja; depois disso os pedidos seguem sozinhos.",
    )
