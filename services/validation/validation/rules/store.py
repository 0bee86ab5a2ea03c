"""The store's own settings: complete, and true in the ERP. One cure frees all its orders."""

from collections.abc import Iterable

from contracts.order import Gap, Order
from contracts.reasons import Reason, ReasonCode, reason
from validation.facts import Facts


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


def store_is_configured(_: Order, facts: Facts) -> Iterable[Reason]:
    """Every option that is needed is set, and every one that is set can be used in the ERP."""
    return facts.setup_problems
