"""The door: `POST /webhooks/{channel}/{store_id}`. Size, bytes, store, signature, append, answer.

Some webhooks of an app have one address for all its shops: `POST /webhooks/{channel}`. There the
store is the one that the request names, and the rest is the same.

Plain ASGI, because channels switch slow listeners off: nothing is fetched, nothing is kept, and
what the body says is left to the inbox's reader. 200 means the broker has it.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import orjson
from starlette.types import Message, Receive, Scope, Send

from capture.appender import NotStored
from capture.channels.channel import Channel, Headers, Signature
from capture.inbox import RandomBytes, outgoing, trace
from capture.refusals import Refusals
from capture.shops import Shops
from chassis.clock import Clock
from contracts.stores import StoreConfigured
from contracts.wire import Outgoing

Append = Callable[[Outgoing], Awaitable[None]]

PREFIX: Final = "/webhooks/"
RETRY_AFTER_S: Final = 10
LINGER_BYTES: Final = 64 * 1024 * 1024
LINGER_S: Final = 5.0
_LONGEST_LENGTH: Final = 12
"""Digits of a body's length; a number that needs more is too large whatever it says."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, made once."""

    status: int
    code: str
    start: Message
    body: Message


def _answer(status: int, code: str, do: str, **headers: str) -> Answer:
    """An answer whose body says what is wrong and what to do about it."""
    body = orjson.dumps({"error": code, "do": do} if do else {"status": code})
    sent = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    return Answer(
        status=status,
        code=code,
        start={
            "type": "http.response.start",
            "status": status,
            "headers": [
                (name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()
            ],
        },
        body={"type": "http.response.body", "body": body},
    )


STORED: Final = _answer(200, "stored", "")
NO_SUCH_PAGE: Final = _answer(
    404, "no_such_page", "Send webhooks to /webhooks/{channel}/{store_id} or /webhooks/{channel}."
)
NOT_POST: Final = _answer(405, "not_post", "Send webhooks by POST.", allow="POST")
UNKNOWN_STORE: Final = _answer(
    404, "unknown_store", "Copy the webhook address of the store from the panel."
)
UNKNOWN_SHOP: Final = _answer(
    404, "unknown_shop", "Connect the shop that this webhook names in the panel first."
)
NO_SHOP_NAMED: Final = _answer(
    400, "no_shop_named", "Send the webhook as the channel makes it: this one names no shop."
)
STORE_LEFT: Final = _answer(
    410, "store_disconnected", "Remove this webhook, or connect the store again in the panel."
)
TOO_LARGE: Final = _answer(
    413, "too_large", "Send a smaller body, or raise ESTEIRA_WEBHOOK_MAX_BYTES.",
    connection="close",
)  # fmt: skip
UNSIGNED: Final = _answer(
    400, "signature_missing", "Sign the raw body with the store's webhook secret."
)
WRONG_SIGNATURE: Final = _answer(
    401, "signature_wrong", "Check that the store's webhook secret is the channel's current one."
)
NOT_THE_CHANNELS: Final = _answer(
    400, "not_the_channels", "Send what the channel sends: this lacks what all its webhooks have."
)
NOT_JSON: Final = _answer(400, "malformed_json", "Send the body as JSON.")
NOT_STORED: Final = _answer(
    503, "not_stored", "Send the webhook again later: it could not be stored.",
    retry_after=str(RETRY_AFTER_S),
)  # fmt: skip

_BEFORE_ANY_STORE: Final = {
    answer.code
    for answer in (NO_SUCH_PAGE, NOT_POST, UNKNOWN_STORE, UNKNOWN_SHOP, NO_SHOP_NAMED, TOO_LARGE)
}
"""What is answered while nobody knows for which store it would be."""
_UNPROVEN: Final = {
    Signature.MISSING: UNSIGNED,
    Signature.WRONG: WRONG_SIGNATURE,
    Signature.FOREIGN: NOT_THE_CHANNELS,
}


@dataclass(slots=True)
class Door:
    """Takes webhooks in. Closed until `open`: before the stores are known, all would be strangers.

    `random_bytes` gives the ids of traces, `max_bytes` is the largest body taken. `answers` counts
    what was answered, by its code.
    """

    shops: Shops
    append: Append
    clock: Clock
    random_bytes: RandomBytes
    max_bytes: int
    is_open: bool = False
    answers: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _refusals: Refusals = field(init=False)

    def __post_init__(self) -> None:
        """Be ready to say who is refused."""
        self._refusals = Refusals(self.clock)

    async def open(self) -> None:
        """Take webhooks from now on."""
        self.is_open = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await send({"type": f"{scope['type']}.close"})
            return
        answer = await self._answer(scope, receive)
        self.answers[answer.code if answer else "caller_gone",] += 1
        if answer is not None and answer.code in _BEFORE_ANY_STORE:
            self._turned_away(answer, scope["path"])
        if answer is TOO_LARGE:
            await _turn_away(answer, receive, send)
        elif answer is not None:
            await send(answer.start)
            await send(answer.body)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer | None:
        """What to answer; None when the caller has gone."""
        name, for_one_store, store_id = scope["path"].removeprefix(PREFIX).partition("/")
        if name not in self.shops.channels or not scope["path"].startswith(PREFIX):
            return NO_SUCH_PAGE
        if scope["method"] != "POST":
            return NOT_POST
        headers = dict(scope["headers"])
        body = await _body(headers, receive, self.max_bytes)
        if not isinstance(body, bytes) or not self.is_open:
            return NOT_STORED if isinstance(body, bytes) else body
        channel = self.shops.channels[name]
        if not for_one_store:
            return await self._take_by_name(channel, headers, body)
        store = self.shops.store(store_id)
        if store is None or store.channel != name:
            return UNKNOWN_STORE
        return await self._take(store, channel, headers, body)

    def _turned_away(self, answer: Answer, path: str) -> None:
        """Say so; of the path nothing but a channel's name, for it may hold anything."""
        name = path.removeprefix(PREFIX).partition("/")[0]
        known = path.startswith(PREFIX) and name in self.shops.channels
        self._refusals.tell(answer.status, answer.code, channel=name if known else "")

    async def _take_by_name(self, channel: Channel, headers: Headers, body: bytes) -> Answer:
        """Take in what came to the app's own address, for every store it names.

        It is acknowledged once all have it who can have it; what is not stored yet comes again.
        """
        domain = channel.domain_named(headers, body)
        stores = self.shops.at(channel.name, domain) if domain else ()
        answers = [await self._take(store, channel, headers, body) for store in stores]
        if not answers:
            return UNKNOWN_SHOP if domain else NO_SHOP_NAMED
        return next((a for a in (NOT_STORED, STORED) if a in answers), answers[0])

    async def _take(
        self, store: StoreConfigured, channel: Channel, headers: Headers, body: bytes
    ) -> Answer:
        """Take a webhook in for one store."""
        answer = await self._stored(store, channel, headers, body)
        if answer is not STORED:
            self._refusals.tell(answer.status, answer.code, store_id=store.store_id)
        return answer

    async def _stored(
        self, store: StoreConfigured, channel: Channel, headers: Headers, body: bytes
    ) -> Answer:
        signature = channel.verify(headers, body, self.shops.webhook_secrets(store))
        if signature is not Signature.GOOD:
            return _UNPROVEN[signature]
        if not store.active and not channel.outlives_connection(headers, body):
            return STORE_LEFT
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError:
            return NOT_JSON
        record = outgoing(
            store_id=store.store_id,
            channel=channel.name,
            received_at=self.clock(),
            traceparent=trace(headers.get(b"traceparent"), self.random_bytes),
            headers=headers,
            kept=channel.kept_headers,
            body=body,
        )
        try:
            await self.append(record)
        except NotStored:
            return NOT_STORED
        return STORED


async def _body(headers: Headers, receive: Receive, most: int) -> bytes | Answer | None:
    """The raw body, read no further than `most` bytes; None when the caller has gone."""
    stated = headers.get(b"content-length", b"0")
    if len(stated) > _LONGEST_LENGTH or (stated.isdigit() and int(stated) > most):
        return TOO_LARGE
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body") and message["type"] == "http.request":
        return body if len(body) <= most else TOO_LARGE
    chunks, size = [body], len(body)
    while message["type"] == "http.request" and message.get("more_body"):
        if size > most:
            return TOO_LARGE
        message = await receive()
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
    if message["type"] != "http.request":
        return None
    return b"".join(chunks) if size <= most else TOO_LARGE


async def _turn_away(answer: Answer, receive: Receive, send: Send) -> None:
    """Answer at once, then let the caller finish: most send all before they read an answer.

    What still comes is thrown away, up to a bound; a connection closed on it would be reset, and
    the answer lost with it.
    """
    await send(answer.start)
    await send({**answer.body, "more_body": True})
    left = LINGER_BYTES
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            while left > 0:
                message = await receive()
                if message["type"] != "http.request" or not message.get("more_body"):
                    break
                left -= len(message.get("body", b""))
    await send({"type": "http.response.body", "body": b""})
