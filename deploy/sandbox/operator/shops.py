"""The channels' pages: stores, what a buyer buys there, what is told of it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.channels.archive import Archive
from sandbox.channels.channel import ActRefusedError, Store
from sandbox.channels.deliverer import Deliverer
from sandbox.channels.faults import NoSuchProductError
from sandbox.channels.market import Market, NoSuchFaultError, NoSuchOrderError, NowhereToTellError
from sandbox.channels.orders import OrderBook
from sandbox.channels.outbox import Outbox
from sandbox.channels.purchase import Purchase
from sandbox.operator.pages import Form, back, form_of, not_found, posted, shown
from sandbox.operator.purchases import ACTS, CHANNELS, RESENDS, cancelling, lines, resend, sending
from sandbox.operator.words import FAULTS, METHODS

ORDERS_SHOWN = 50
DELIVERIES_SHOWN = 12
REFUSALS = (ActRefusedError, NoSuchFaultError, NoSuchProductError, NowhereToTellError)


class Shops:
    """The pages at the channels' root."""

    def __init__(
        self,
        *,
        archive: Archive,
        orders: OrderBook,
        outbox: Outbox,
        market: Market,
        deliverer: Deliverer,
    ) -> None:
        self._archive = archive
        self._orders = orders
        self._outbox = outbox
        self._market = market
        self._deliverer = deliverer

    def routes(self) -> list[Route]:
        """Every page and every form."""
        at = "/lojas/{store}"
        return [
            Route("/", self._home, methods=["GET"]),
            Route("/reenvios", posted(self._hurry), methods=["POST"]),
            Route(at, self._store, methods=["GET"]),
            Route(f"{at}/compras", posted(self._buy), methods=["POST"]),
            Route(f"{at}/pedidos/{{id:int}}", self._order, methods=["GET"]),
            Route(f"{at}/pedidos/{{id:int}}/atos", posted(self._act), methods=["POST"]),
        ]

    async def _home(self, request: Request) -> Response:
        """The stores, and how their webhooks are doing."""
        stores = [
            (store, CHANNELS[store.channel], self._outbox.counts(store.id))
            for store in self._archive.stores()
        ]
        return shown(request, "shop_home.html", stores=stores, counts=self._outbox.counts(None))

    async def _store(self, request: Request) -> Response:
        """A store: a purchase to make, the orders made, the webhooks told."""
        if (store := self._asked(request)) is None:
            return not_found(request)
        sold = self._orders.sold(store.id)
        return shown(
            request,
            "shop_store.html",
            store=store,
            channel=CHANNELS[store.channel],
            orders=sold[-ORDERS_SHOWN:][::-1],
            count=len(sold),
            deliveries=self._outbox.shown(store.id, DELIVERIES_SHOWN),
            faults=FAULTS,
            methods=METHODS,
        )

    async def _order(self, request: Request) -> Response:
        """An order, and what buyer and merchant may do to it."""
        store, order_id = self._asked(request), request.path_params["id"]
        if store is None:
            return not_found(request)
        try:
            record = self._market.sale(store, order_id)
        except NoSuchOrderError:
            return not_found(request)
        return shown(
            request,
            "shop_order.html",
            store=store,
            channel=CHANNELS[store.channel],
            line=self._market.line(store, record),
            lines=lines(store, record),
            resends=RESENDS[store.channel],
        )

    async def _buy(self, request: Request) -> Response:
        """A buyer buys, once or several times."""
        store, form = self._asked(request), await form_of(request)
        if store is None:
            return not_found(request)
        home = f"/lojas/{store.id}"
        try:
            purchase = _purchase(form)
            placed = [self._market.place(store, purchase) for _ in range(purchase.count or 1)]
        except ValidationError:
            return back(request, home, wrong="Não foi possível: confira o que foi informado.")
        except REFUSALS as refusal:
            return back(request, home, wrong=_told(refusal))
        names = ", ".join(one["name"] for one in placed[:5])
        return back(request, home, ok=f"Comprado: {names}{' …' if placed[5:] else ''}")

    async def _act(self, request: Request) -> Response:
        """Do what a form of an order's page asks."""
        store, form = self._asked(request), await form_of(request)
        if store is None or form.get("act") not in ACTS:
            return not_found(request)
        home = f"/lojas/{store.id}/pedidos/{request.path_params['id']}"
        try:
            self._perform(store, request.path_params["id"], form)
        except NoSuchOrderError:
            return not_found(request)
        except REFUSALS as refusal:
            return back(request, home, wrong=_told(refusal))
        except (KeyError, ValueError, ArithmeticError):
            return back(request, home, wrong="Não foi possível: confira o que foi informado.")
        return back(request, home, ok=ACTS[form["act"]])

    async def _hurry(self, request: Request) -> Response:
        """Make every waiting retry now."""
        self._deliverer.hurry()
        return back(request, "/", ok="Reenviando agora o que esperava.")

    def _perform(self, store: Store, order_id: int, form: Form) -> None:
        record = self._market.sale(store, order_id)
        acts: dict[str, Callable[[], object]] = {
            "pay": lambda: self._market.act(store, order_id, "pay", {}),
            "cancel": lambda: self._market.act(store, order_id, "cancel", _cancellation(form)),
            "send": lambda: [
                self._market.act(store, order_id, act, {}) for act in sending(store, record)
            ],
            "refund": lambda: self._market.act(store, order_id, "refund", _refund(form)),
            "line": lambda: self._cancel_line(store, order_id, int(form["line"])),
            "notify": lambda: [
                self._market.notify(store, one)
                for one in resend(store, record, order_id, form["topic"])
            ],
        }
        acts[form["act"]]()

    def _cancel_line(self, store: Store, order_id: int, wanted: int) -> None:
        for line in lines(store, self._market.sale(store, order_id)):
            if line.id == wanted:
                meant, act, options = cancelling(store, order_id, line)
                self._market.act(store, meant, act, options)
                return
        raise ActRefusedError("the order no longer has this line")

    def _asked(self, request: Request) -> Store | None:
        return self._archive.store(request.path_params["store"])


def _purchase(form: Form) -> Purchase:
    """The form as the control route takes a purchase; `pay` is a tick, the rest may be empty."""
    asked: dict[str, Any] = {
        name: form[name] for name in ("fault", "method", "instalments", "count") if name in form
    }
    return Purchase.model_validate(asked | {"pay": "pay" in form, "company": "company" in form})


def _cancellation(form: Form) -> dict[str, Any]:
    return {"reason": form.get("reason", "customer"), "refund": "refund" in form}


def _refund(form: Form) -> dict[str, Any]:
    """The amount with a comma or a point; all of it where none is given."""
    if "amount" not in form:
        return {}
    return {"amount": str(Decimal(form["amount"].replace(",", ".")))}


def _told(refusal: Exception) -> str:
    return f"O canal recusou: {refusal}"
