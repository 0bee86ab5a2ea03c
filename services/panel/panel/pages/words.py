"""What the pages call things, in pt-BR. One word per concept, none in a template twice."""

from typing import Final

from contracts.cancellations import CancellationChoice
from contracts.order import PaymentMethod
from contracts.reasons import TEXTS
from panel.access import Role
from panel.batch import Fate
from panel.saved_views import SavedView
from panel.tab import Situation, Tab

TABS: Final[dict[Tab, tuple[str, str]]] = {
    Tab.PROCESSED: ("processados", "Pedidos Processados"),
    Tab.PENDING: ("pendentes", "Pedidos Pendentes"),
    Tab.CANCELLED: ("cancelados", "Pedidos Cancelados"),
}
"""The address and the name of each tab, in the order they are shown."""

BY_ADDRESS: Final = {address: tab for tab, (address, _) in TABS.items()}

LATE: Final = (
    "Os dados desta loja estão {} atrasados. O que aconteceu depois disso ainda não aparece aqui;"
    " as páginas se atualizam sozinhas assim que der."
)
"""What is said where more than a moment lies between what happened and what is shown."""

EMPTY: Final[dict[Tab, str]] = {
    Tab.PROCESSED: "Nenhum pedido processado ainda. Pedidos pagos e sem pendência aparecem aqui.",
    Tab.PENDING: "Nenhum pedido pendente. Tudo o que chegou seguiu para o ERP.",
    Tab.CANCELLED: "Nenhum pedido cancelado.",
}
NOT_FOUND: Final = "Nenhum pedido desta aba passa por estes filtros."

SITUATIONS: Final[dict[str, tuple[str, str]]] = {
    Situation.VALIDATING: ("Em validação", "waiting"),
    Situation.AWAITING_ERP: ("Aguardando ERP", "waiting"),
    Situation.INTEGRATED: ("Integrado", "good"),
    Situation.PENDING: ("Pendente", "attention"),
    Situation.CANCELLING: ("Cancelamento em andamento", "waiting"),
    Situation.CANCELLED: ("Cancelado", "quiet"),
    Situation.CANCELLED_AT_ERP: ("Cancelado no ERP", "quiet"),
    Situation.NEEDS_ACTION: ("Exige ação", "attention"),
    Situation.CHECKING: ("Conferindo no ERP", "waiting"),
    Situation.KEPT: ("Mantido no ERP", "quiet"),
}
"""The word and the tone of each situation."""

REASONS: Final = sorted(((code.value, text) for code, text in TEXTS.items()), key=lambda r: r[1])
"""Every reason an order may wait for, by its text."""

PERIODS: Final[dict[str, str]] = {
    "hoje": "Hoje",
    "ontem": "Ontem",
    "7": "Últimos 7 dias",
    "30": "Últimos 30 dias",
    "intervalo": "De uma data a outra",
}
"""When an order was placed, by the word in the address."""

VIEWS: Final = (
    SavedView("Pendentes de hoje", Tab.PENDING, {"periodo": "hoje"}),
    SavedView("Esperando o ERP", Tab.PROCESSED, {"situacao": Situation.AWAITING_ERP}),
    SavedView("Exigem ação", Tab.CANCELLED, {"situacao": Situation.NEEDS_ACTION}),
)
"""The views that everybody has."""

PAYMENTS: Final[dict[str, str]] = {
    PaymentMethod.CREDIT_CARD: "Cartão de crédito",
    PaymentMethod.DEBIT_CARD: "Cartão de débito",
    PaymentMethod.PIX: "Pix",
    PaymentMethod.BOLETO: "Boleto",
    PaymentMethod.BANK_TRANSFER: "Transferência",
    PaymentMethod.WALLET: "Carteira digital",
    PaymentMethod.STORE_CREDIT: "Crédito da loja",
    PaymentMethod.GIFT_CARD: "Vale-presente",
    PaymentMethod.CASH: "Dinheiro",
    PaymentMethod.OTHER: "Outro",
}

CARRIERS: Final[dict[str, str]] = {
    "drop_off": "postagem em agência",
    "xd_drop_off": "postagem em ponto do Mercado Livre",
    "cross_docking": "coleta do Mercado Livre",
    "self_service": "Mercado Envios Flex",
    "fulfillment": "Mercado Envios Full",
}
"""Ways of sending that a channel names by a code; others are shown as they are."""

NOTICES: Final[dict[str, str]] = {
    "reprocessamento": (
        "Reprocessamento pedido. O pedido muda de aba sozinho assim que a validação terminar."
    ),
    "nenhum-exportado": "Selecione ao menos um pedido, ou exporte a lista toda.",
    "nenhum": "Selecione ao menos um pedido, ou use “Reprocessar todos”.",
    "escolha": (
        "Escolha registrada. Se ela depende do ERP, ele é conferido agora, o que pode levar um"
        " minuto."
    ),
    "anuncios-pedidos": "O canal está sendo lido agora. Atualize a página em instantes.",
    "vinculo": "Vínculo salvo. Os pedidos que esperavam por ele seguem sozinhos.",
    "vinculo-desfeito": "Vínculo desfeito. Pedidos novos vão pelo SKU.",
    "data-anuncio": (
        "Data salva. Pedidos feitos desde ela que ainda não chegaram vêm por “Buscar Pedidos”, em"
        " Pedidos Pendentes."
    ),
    "visao-guardada": "Visão guardada. Ela está em “Visões”.",
    "visao-primeira": "“Pedidos”, no menu, abre agora nesta visão.",
    "visao-nenhuma": "“Pedidos”, no menu, volta a abrir nos pendentes.",
    "visao-compartilhada": "Visão compartilhada: todos desta loja a veem em “Visões”.",
    "visao-recolhida": "A visão voltou a ser só sua.",
    "visao-apagada": "Visão apagada.",
    "visao-existe": "A loja já tem uma visão com este nome. Guarde a sua com outro nome.",
    "visoes-cheias": "A loja já tem 20 visões compartilhadas. Apague uma antes.",
    "mantido": "O pedido fica como está no ERP e volta aos processados.",
    "token": "Token revogado: o programa que o usava não entra mais.",
    "sessoes": "Sessão encerrada: naquele navegador é preciso entrar de novo.",
    "verificacao-desligada": "Verificação em duas etapas desligada. Agora só a senha é pedida.",
    "verificacao-removida": "Verificação removida. No próximo acesso só a senha é pedida.",
    "senha": "Senha alterada. As outras sessões deste usuário terminaram.",
    "conectada": (
        "Loja conectada, e a captura já começou. Escolha abaixo como os pedidos entram no ERP"
        " e salve."
    ),
    "reconectada": "Loja reconectada. O que esperava pelo acesso ao canal segue sozinho.",
    "loja": "Loja salva. A mudança vale para pedidos novos e para os que esperam.",
    "usuario": "Usuário salvo. Se o acesso mudou, ele precisa entrar de novo.",
}

REFUSALS: Final[dict[str, str]] = {
    "unknown": "Este pedido não existe nesta loja.",
    "cancelled": "O canal cancelou este pedido; ele não vai mais para o ERP.",
    "integrated": "Este pedido já está no ERP; altere-o por lá.",
    "nothing_to_choose": "Não há nada a escolher neste pedido: alguém já resolveu, ou o ERP.",
    "not_a_choice": "Esta escolha não vale mais para o pedido. Volte e veja as que valem.",
    "unchanged": "Este pedido não espera mais uma decisão sobre mudança no canal.",
}

FATES: Final[dict[str, tuple[str, str]]] = {
    Fate.GONE_ON: ("Seguiu", "good"),
    Fate.STILL: ("Continua pendente", "attention"),
    Fate.CANCELLED: ("Cancelado", "quiet"),
    Fate.WAITING: ("Reprocessando…", "waiting"),
    Fate.REFUSED: ("Não reprocessado", "attention"),
}
"""The word and the tone of what became of an order of a batch."""

ROLES: Final[dict[str, tuple[str, str]]] = {
    Role.READER: ("Leitor", "vê os pedidos"),
    Role.OPERATOR: ("Operador", "vê, corrige e reprocessa"),
    Role.MANAGER: ("Gestor", "faz tudo na loja e configura"),
}
"""The word for each role, and what it may do."""

LOGIN_RULE: Final = (
    "Use de 2 a 64 letras minúsculas, números, ponto, hífen ou @, como em maria.silva."
)
LOGIN_TAKEN: Final = "Já existe um usuário com este nome."
NO_ROLE: Final = "Escolha um papel em pelo menos uma loja, ou marque Administrador."
LAST_ADMIN: Final = (
    "Este é o único administrador ativo. Torne outra pessoa administradora antes de mudar este."
)
USER_CHANGED: Final = "Alguém alterou este usuário agora mesmo. Confira e salve de novo."
USER_INACTIVE: Final = "Este usuário está desativado. Reative-o antes de criar um link."

CHANGES: Final[dict[str, str]] = {
    "usuario_convidado": "convidou",
    "usuario_alterado": "alterou o acesso de",
    "usuario_desativado": "desativou",
    "link_de_senha_criado": "criou um link de senha para",
    "senha_definida": "definiu a própria senha",
    "senha_alterada": "alterou a própria senha",
    "aparelho_novo": "entrou com um navegador novo",
    "token_criado": "criou um token de API",
    "token_revogado": "revogou um token de API",
    "segundo_fator_ligado": "ligou a verificação em duas etapas",
    "segundo_fator_desligado": "desligou a verificação em duas etapas",
    "segundo_fator_removido": "removeu a verificação em duas etapas de",
    "codigos_reserva_trocados": "gerou novos códigos de reserva",
    "codigo_reserva_usado": "entrou com um código de reserva",
    "pedidos_exportados": "exportou pedidos da loja",
    "loja_conectada": "conectou a loja",
    "loja_reconectada": "reconectou a loja",
    "loja_alterada": "alterou a configuração da loja",
    "anuncio_vinculado": "vinculou o anúncio",
    "anuncio_data": "mudou a data de publicação do anúncio",
    "comprador_visto": "viu os dados do comprador do pedido",
    "documento_visto": "leu sem máscara um documento do pedido",
}
"""What an audit entry says was done."""

CHOICES: Final[dict[str, tuple[str, str]]] = {
    CancellationChoice.CANCEL: (
        "Cancelar pedido",
        "Tenta de novo cancelar no ERP; se você já cancelou lá, só confere.",
    ),
    CancellationChoice.CANCEL_INVOICED: (
        "Cancelei a NF-e e o pedido",
        "Cancele os dois no ERP antes; aqui o ERP é conferido.",
    ),
    CancellationChoice.REGISTER_RETURN: (
        "Registrei a devolução",
        "Registre a devolução no ERP antes; aqui o ERP é conferido.",
    ),
    CancellationChoice.KEEP: ("Manter no ERP", "A venda continua no ERP, e o assunto se encerra."),
}
"""The button of each choice about a cancelled order, and what it does."""

TOPICS: Final[dict[str, str]] = {
    "orders/paid": "pedido pago",
    "orders/updated": "pedido alterado",
    "orders/edited": "pedido editado",
    "orders/cancelled": "pedido cancelado",
    "orders/delete": "pedido apagado",
    "refunds/create": "reembolso",
    "order/paid": "pedido pago",
    "order/updated": "pedido alterado",
    "order/edited": "pedido editado",
    "order/cancelled": "pedido cancelado",
    "order/voided": "pagamento desfeito",
    "products/create": "produto criado",
    "products/update": "produto alterado",
    "products/delete": "produto apagado",
    "product/created": "produto criado",
    "product/updated": "produto alterado",
    "product/deleted": "produto apagado",
    "app/uninstalled": "aplicativo removido",
    "app/suspended": "loja suspensa",
    "app/resumed": "loja reativada",
}
"""What a channel tells of, by the channel's own names."""

CONNECTING: Final[dict[str, str]] = {
    "shopify": "Você autoriza no admin da loja, ou cola a chave de um aplicativo próprio.",
    "nuvemshop": "Você autoriza no administrador da Nuvemshop.",
    "mercadolivre": "O titular da conta de vendedor autoriza.",
}
"""How a store of each channel is connected."""

NAME_IT: Final = "Dê um nome de até 60 caracteres, que diga qual programa vai usar o token."
TOO_MANY_TOKENS: Final = "Você já tem 20 tokens. Revogue os que não usa mais."
WRONG_CODE: Final = "Código incorreto ou já usado. Espere o aplicativo mostrar o próximo."
WRONG_FIRST_CODE: Final = (
    "Código incorreto. Confira se o relógio do celular está automático e digite o código de agora."
)
KEY_LOST: Final = "Esta página ficou aberta por tempo demais. Cadastre a chave nova abaixo."
ADMINS_KEEP_IT: Final = (
    "Quem administra não pode desligar a verificação. Para trocar de celular, peça a outro"
    " administrador que a remova."
)
NOT_ALLOWED: Final = "O seu perfil não permite isto. Peça a quem administra o painel."
CONFIRM_KEYS: Final = (
    "Com chaves erradas nenhum pedido segue para o ERP. Marque que você conferiu as chaves novas."
)
LOGIN_AGAIN: Final = (
    "Para trocar chaves, saia e entre de novo: a sua última entrada foi há mais de 15 minutos."
)
KEY_ALONE: Final = "Outra App Key precisa da App Secret dela."
NOT_SAVED: Final = "Não foi possível salvar. Confira os campos."

_MINUTE: Final = 60
_HOUR: Final = 3_600


def throttled(wait_s: int) -> str:
    """What is said to who guesses too quickly."""
    if wait_s < _MINUTE:
        return f"Muitas tentativas. Tente de novo em {wait_s} s."
    if wait_s < _HOUR:
        return f"Muitas tentativas. Tente de novo em {-(-wait_s // _MINUTE)} min."
    return (
        "Tentativas demais com este usuário. Entre por um navegador que você já usou, ou peça um"
        " link de senha a quem administra o painel."
    )
