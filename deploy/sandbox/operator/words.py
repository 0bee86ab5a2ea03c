"""What the sandbox's own words are called on its pages."""

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "refuse": "recusa com um texto qualquer",
    "timeout": "silêncio, sem gravar",
    "timeout_after": "silêncio, depois de gravar",
    "cut_before": "conexão cortada, sem gravar",
    "cut_after": "conexão cortada, depois de gravar",
    "throttle": "429: requisições demais",
    "block": "425: bloqueio por consumo indevido",
    "broken": "“Broken response”, sem gravar",
    "broken_after": "“Broken response”, depois de gravar",
    "html": "502 com uma página",
    "empty": "200 com nada dentro",
    "suspend": "403: chave suspensa",
    "busy": "método já em execução",
    "redundant": "consumo redundante",
}
FAULTS: Mapping[str, str] = {
    "unknown_sku": "SKU que o ERP não conhece",
    "no_sku": "item sem SKU",
    "inactive_product": "produto inativo no ERP",
    "missing_tax_id": "sem CPF/CNPJ",
    "invalid_tax_id": "CPF/CNPJ inválido",
    "no_street_number": "endereço sem número",
    "generic_name": "nome genérico",
    "foreign_currency": "moeda estrangeira",
    "totals_mismatch": "totais que não fecham",
    "test_order": "pedido de teste",
    "withheld_buyer": "comprador retido pelo canal",
}
METHODS: Mapping[str, str] = {"card": "cartão", "pix": "Pix", "boleto": "boleto"}
STATUSES: Mapping[str, str] = {
    "paid": "pago",
    "pending": "aguardando pagamento",
    "authorized": "autorizado",
    "payment_in_process": "aguardando pagamento",
    "partially_paid": "pago em parte",
    "refunded": "reembolsado",
    "partially_refunded": "reembolsado em parte",
    "voided": "pagamento anulado",
    "confirmed": "venda não concluída",
    "cancelled": "cancelado",
    "pending_cancel": "cancelamento em curso",
}
"""A payment's or a sale's status at any of the channels."""
WAITING = frozenset({"pending", "authorized", "payment_in_process"})
"""The statuses of an order that can still be paid."""
