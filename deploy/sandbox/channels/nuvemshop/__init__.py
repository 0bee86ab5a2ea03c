"""Nuvemshop as a hub sees it: how its stores sell, tell of it, and answer."""

from sandbox.channels.channel import Channel
from sandbox.channels.generator import Fault
from sandbox.channels.nuvemshop import acts, basket, events, oauth, order

NUVEMSHOP = Channel(
    name="nuvemshop",
    topics=events.TOPICS,
    rules=events.RULES,
    render=order.rendered,
    basket=basket.basket,
    merge=order.merged,
    placed=events.placed,
    acts=acts.ACTS,
    summary=events.summary,
    headers=events.headers,
    body=events.body,
    lacking=frozenset({Fault.TEST_ORDER}),  # the platform has no mark for them
    tokens=oauth.TOKENS,
    removed=events.uninstalled,
    product_told=events.product_told,
)
