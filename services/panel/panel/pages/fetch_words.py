"""What the pages of "Buscar Pedidos" call things, in pt-BR."""

from typing import Final

from contracts.fetches import FetchOutcome, FetchProgress, FetchState

STATES: Final[dict[FetchState, tuple[str, str]]] = {
    FetchState.LOOKING: ("Procurando no canal…", "waiting"),
    FetchState.LOOKED: ("Pronta para buscar", "attention"),
    FetchState.RUNNING: ("Buscando…", "waiting"),
    FetchState.PAUSED: ("Pausada", "attention"),
    FetchState.DONE: ("Concluída", "good"),
    FetchState.CANCELLED: ("Cancelada", "quiet"),
    FetchState.FAILED: ("Parou", "attention"),
}
"""The word and the tone of each state of a fetch."""
NOTHING: Final = ("Nada a buscar", "quiet")
"""Instead, where a look found nothing that would come."""

OUTCOMES: Final[dict[FetchOutcome, tuple[str, str]]] = {
    FetchOutcome.NEW: ("Novo", "good"),
    FetchOutcome.CHANGED: ("Atualizado", "good"),
    FetchOutcome.KNOWN: ("Já estava aqui", "quiet"),
    FetchOutcome.IGNORED: ("Ignorado", "quiet"),
    FetchOutcome.FAILED: ("Falhou", "attention"),
}
"""The word and the tone of what became of an order."""

REASONS: Final[dict[str, str]] = {
    "not_paid": "ainda não foi pago",
    "before_publication": "é anterior à data de publicação do anúncio",
    "before_store_start": "é anterior à data a partir da qual a loja quer pedidos",
    "excluded_tag": "tem uma etiqueta que a loja não quer",
    "excluded_source": "vem de uma origem que a loja não quer",
    "test_order": "é um pedido de teste",
    "sold_elsewhere": "foi vendido em outro canal e chega por ele, se estiver conectado aqui",
    "erased": "o comprador pediu para ser esquecido",
    "already_cancelled": "já estava cancelado aqui",
    "older_copy": "o canal mandou uma versão mais antiga",
    "no_answer": "o canal não respondeu a tempo; a varredura tenta de novo",
}
"""Why an order was passed over, after "porque": others are shown as they are."""

CURES: Final[dict[str, tuple[str, str, str]]] = {
    "before_publication": ("Para trazer os anteriores,", "anuncios", "mude a data do anúncio"),
    "before_store_start": ("Para trazer os anteriores,", "configurar", "mude a data da loja"),
    "excluded_tag": ("Para trazer os que têm a etiqueta,", "configurar", "aceite-a na loja"),
    "excluded_source": ("Para trazer os desta origem,", "configurar", "aceite-a na loja"),
}
"""What lets such orders come: for what, where (under the store), and how."""

CAUSES: Final[dict[str, str]] = {
    "token_refused": "O canal recusou o acesso. Reconecte a loja e continue.",
    "unreachable": "O canal não responde ou pediu uma pausa; a busca segue sozinha.",
    "unreadable": "O canal respondeu algo que não se entende.",
    "store_inactive": "A loja está inativa. Conecte-a de novo e continue.",
    "broken": "Houve uma falha nossa. Ela está registrada no log; continuar é seguro.",
}
"""Why a fetch stopped, and what to do about it."""

ASK_FOR_SOMETHING: Final = "Preencha o período ou o número do pedido."
BACKWARDS: Final = "A data final é anterior à inicial."
IN_FUTURE: Final = "A data inicial está no futuro."
NO_DATE: Final = "Esta data não existe. Use dia, mês e ano."


def state(fetch: FetchProgress) -> tuple[str, str]:
    """The word and the tone of how a fetch stands."""
    found = fetch.expected
    if fetch.state is FetchState.LOOKED and not (found.new or found.changed):
        return NOTHING
    return STATES[fetch.state]
