"""Shopify as a hub sees it: how its shops sell, tell of it, and answer."""

from sandbox.channels.channel import Channel
from sandbox.channels.shopify import acts, basket, oauth, order, webhooks

SHOPIFY = Channel(
    name="shopify",
    topics=webhooks.TOPICS,
    rules=webhooks.RULES,
    render=order.rendered,
    basket=basket.basket,
    merge=acts.merged_order,
    placed=webhooks.placed,
    acts=acts.ACTS,
    summary=webhooks.summary,
    headers=webhooks.headers,
    tokens=oauth.TOKENS,
    removed=webhooks.removed,
    product_told=webhooks.product_told,
)
