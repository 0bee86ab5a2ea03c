"""What the pages about listings call things."""

from types import MappingProxyType
from typing import Final

from contracts.listings import ListingState
from panel.listings.matching import Match

MATCHES: Final = MappingProxyType(
    {
        Match.NO_SKU: (
            "Sem SKU", "attention",
            "O canal não diz SKU: um pedido ficaria pendente. Preencha o SKU no canal, ou vincule.",
        ),
        Match.UNKNOWN: (
            "SKU desconhecido", "attention",
            "Nenhum produto do ERP tem este SKU como código: um pedido ficaria pendente.",
        ),
        Match.BROKEN: (
            "Vínculo quebrado", "attention",
            "Um produto do vínculo não existe mais no ERP: um pedido ficaria pendente.",
        ),
        Match.INACTIVE: (
            "Inativo no ERP", "attention",
            "O produto existe, mas está inativo no ERP: um pedido ficaria pendente.",
        ),
        Match.REPEATED: (
            "SKU repetido", "waiting",
            "O SKU está em mais de um anúncio ou produto. Confira se é mesmo o mesmo produto.",
        ),
        Match.MATCHED: ("Casado pelo SKU", "good", "O SKU é o código de um produto do ERP."),
        Match.LINKED: ("Vinculado", "good", "Alguém escolheu o produto do ERP."),
        Match.UNREAD: (
            "ERP não lido", "quiet", "Os produtos do ERP ainda não puderam ser lidos.",
        ),
    }
)  # fmt: skip
"""Name, tone and what it means for an order."""

STATES: Final = MappingProxyType(
    {
        ListingState.ACTIVE: "À venda",
        ListingState.PAUSED: "Pausado",
        ListingState.ENDED: "Encerrado",
        ListingState.REMOVED: "Excluído no canal",
    }
)

CHOSEN_MEANWHILE: Final = (
    "Outra pessoa mudou isto agora mesmo. Confira como ficou e, se for o caso, salve de novo."
)
NOT_A_DAY: Final = "Informe uma data, como 05/01/2026."
