"""Why a sale was cancelled at its channel and who wanted it, in pt-BR."""

from typing import Final

from contracts.order import Canceller

_REASONS: Final[dict[str, str]] = {
    "customer": "Pedido do comprador",
    "declined": "Pagamento recusado",
    "fraud": "Suspeita de fraude",
    "inventory": "Falta de estoque",
    "staff": "Erro da equipe",
    "refunded": "Valor devolvido",
    "other": "Outro motivo",
    "cancel_purchase_by_buyer": "Pedido do comprador",
    "item_out_of_stock": "Falta de estoque",
    "claim_refund": "Reclamação do comprador, com o valor devolvido",
    "charged_back": "Pagamento contestado pelo comprador",
    "fraud_risk_detected": "Suspeita de fraude, segundo o Mercado Livre",
    "sale_not_concluded": "O vendedor informou que a venda não foi concluída",
    "pack_splitted": "O Mercado Livre dividiu o pacote em outros pedidos",
    "pending_cancel": "Cancelado no canal",
    "cancelled": "Cancelado no canal",
    "invalid": "Invalidado pelo canal",
}
"""What channels write as the reason of a cancellation; others are shown as they are."""

_CANCELLERS: Final[dict[str, str]] = {
    Canceller.BUYER: "pelo comprador",
    Canceller.MERCHANT: "pela loja",
}
_MARKETPLACES: Final[dict[str, str]] = {"mercadolivre": "pelo Mercado Livre"}


def why(reason: str | None) -> str:
    """Why a sale was cancelled."""
    return _REASONS.get(reason or "") or reason or "Sem motivo informado"


def cancelled_by(who: str, channel: str | None) -> str:
    """Who wanted a sale cancelled, as the channel says it."""
    return _CANCELLERS.get(who) or _MARKETPLACES.get(channel or "", "pelo canal")
