"""Mercado Livre as a hub sees it: how its sellers sell, how it tells of it, and answers."""

from sandbox.channels.channel import Channel
from sandbox.channels.mercadolivre import acts, basket, items, notices, oauth, sale

MERCADO_LIVRE = Channel(
    name="mercadolivre",
    topics=notices.TOPICS,
    rules=notices.RULES,
    render=sale.rendered,
    basket=basket.basket,
    merge=sale.merged,
    placed=notices.placed,
    acts=acts.ACTS,
    summary=notices.summary,
    headers=notices.headers,
    body=notices.body,
    tokens=oauth.TOKENS,
    product_told=items.product_told,
)
