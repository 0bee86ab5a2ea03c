"""The store's own settings: complete, and true in the ERP. One cure frees all its orders."""

from collections.abc import Iterator

from contracts.order import Gap, Order
from contracts.reasons import Reason, ReasonCode, reason
from validation.catalogue import Code, Register, knows
from validation.facts import Facts
from validation.mappings import CUSTOM


def erp_accepts_us(_: Order, facts: Facts) -> Reason | None:
    """The ERP takes the account's credentials."""
    if not facts.refused:
        return None
    return reason(
        ReasonCode.ERP_CREDENTIALS_INVALID,
        "settings.erp_app_secret",
        "O ERP recusou a App Key e a App Secret desta loja. Confira-as na configuração da loja;"
        " depois disso os pedidos seguem sozinhos.",
    )


def channel_told_everything(order: Order, _: Facts) -> Reason | None:
    """The channel's token worked when the order's details were fetched."""
    if Gap.CHANNEL_TOKEN_REFUSED not in order.gaps:
        return None
    return reason(
        ReasonCode.CHANNEL_TOKEN_EXPIRED,
        "settings.channel_token",
        "O canal recusou o token da loja e não informou os detalhes do pedido."
        " Reconecte a loja ao canal, ou preencha o CPF/CNPJ neste pedido.",
    )


def store_is_configured(_: Order, facts: Facts) -> Iterator[Reason]:
    """Every option that is needed is set, and every one that is set can be used in the ERP."""
    if facts.keyless:
        yield _incomplete("erp_app_secret", "Falta informar a App Key e a App Secret do ERP")
    for field, name, code, register, needed in _choices(facts):
        if code is None:
            if needed:
                yield _incomplete(field, f"Falta escolher {name}")
        elif code != CUSTOM and not knows(register, code):
            yield _incomplete(field, _why(name, code, register))


_Choice = tuple[str, str, Code | None, Register | None, bool]


def _choices(facts: Facts) -> tuple[_Choice, ...]:
    """Field, name for people, what the store chose, where the ERP lists it, whether needed."""
    chosen, known = facts.settings, facts.registers
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
            chosen.installment_code, known.installments, False,
        ),
    )  # fmt: skip


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
