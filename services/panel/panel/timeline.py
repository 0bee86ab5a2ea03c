"""What happened to an order, in order: entries hold facts, their pt-BR text is written on reading.

No entry holds a buyer's data: of a correction it names the fields, never the values.
"""

from bisect import insort
from collections.abc import Callable
from typing import Any, Final

from contracts.cancellations import OrderCancelled, OrderRefunded, Undoing
from contracts.commands import Corrections, KeepErpOrder, ReprocessOrder, ResolveCancellation
from contracts.envelope import Event, Message
from contracts.events import (
    ErpStanding,
    OrderCaptured,
    OrderErased,
    OrderPending,
    OrderPosted,
    OrderValidated,
    PendingStage,
)
from contracts.order import OrderStatus
from panel import text_changes
from panel.heard import Place
from panel.pages import formats

Entry = dict[str, Any]
_BELT: Final = tuple(
    kind.type
    for kind in (
        OrderCaptured, OrderRefunded, OrderValidated, OrderPending, OrderPosted, OrderCancelled,
    )
)  # fmt: skip
"""In which order events follow from each other."""
_TO_THE_SECOND: Final = len("2026-11-20T14:00:00")
LONGEST: Final = 200
"""Entries kept, the newest. What a row keeps must end somewhere; the topics have the rest."""


def entry(message: Message, at: str, heard_at: Place | None = None) -> Entry | None:
    """One line of the timeline, or None for what it does not tell; `at` is its moment.

    Where its record is on its topic is kept with it.
    """
    details = _DETAILS.get(type(message))
    if details is None:
        return None
    record = {"record": [*heard_at]} if heard_at else {}
    return {"event": message.type, "at": at, **_identity(message), **details(message), **record}


def with_entry(entries: list[Entry], new: Entry) -> list[Entry]:
    """The entries and a new one, by time; the same list when it is there already."""
    for at, known in enumerate(entries):
        if known["id"] == new["id"]:
            same = first(known, new) is known
            return entries if same else [*entries[:at], new, *entries[at + 1 :]]
    longer = [*entries]
    insort(longer, new, key=place)
    return longer[-LONGEST:]


def first(one: Entry, other: Entry) -> Entry:
    """Of two entries of one fact that of the record told first: a repeat changes nothing."""
    if "record" not in one or "record" not in other:
        return other if "record" in other else one
    return one if one["record"] <= other["record"] else other


def place(entry: Entry) -> tuple[str, str, int, str]:
    """Where an entry stands among others: what follows from another thing at once comes after.

    Channels date in whole seconds, so a cancellation seems to come before what happened to the
    order in that second: it, and what follows from it, come at the second's end.
    """
    kind, at = entry.get("event", ""), entry["at"]
    by = f"{at[:_TO_THE_SECOND]}~" if _ends(entry) else at
    return by, at, _BELT.index(kind) if kind in _BELT else len(_BELT), entry["id"]


def _ends(entry: Entry) -> bool:
    """Whether this ends a sale, or undoes some of it."""
    match entry.get("event"):
        case OrderCaptured.type:
            return bool(entry["cancelled"])
        case OrderPosted.type:
            return bool(entry["standing"] != ErpStanding.OPEN)
        case kind:
            return kind in (OrderCancelled.type, OrderRefunded.type)


def _identity(message: Message) -> Entry:
    """What makes an event another one; said in words, which is cheaper than the event's id."""
    if not isinstance(message, Event):
        return {"id": message.event_id}
    revision, attempt = message.revision, message.attempt
    name = f"{message.type}.{revision}.{attempt}.{message.stage}"
    return {"id": name, "revision": revision, "attempt": attempt}


def corrected(corrections: Corrections) -> list[str]:
    """The fields a person changed, as paths: `buyer.document`, `items.<item_id>.sku`."""
    found = []
    plain = corrections.model_dump(exclude_none=True, exclude={"items", "payments"})
    for part, fields in plain.items():
        if isinstance(fields, dict):
            found += [f"{part}.{field}" for field in fields]
        else:
            found.append(part)
    for item in corrections.items:
        fields = item.model_dump(exclude_none=True, exclude={"item_id"})
        found += [f"items.{item.item_id}.{field}" for field in fields]
    for payment in corrections.payments:
        fields = payment.model_dump(exclude_none=True, exclude={"number"})
        found += [f"payments.{payment.number}.{field}" for field in fields]
    return found


def text(entry: Entry) -> str:
    """The entry as an operator reads it."""
    return _TEXTS[entry["event"]](entry)


_DETAILS: Final[dict[type[Message], Callable[[Any], Entry]]] = {
    OrderCaptured: lambda e: {"cancelled": e.order.status is OrderStatus.CANCELLED},
    OrderValidated: lambda _: {},
    OrderPending: lambda e: {
        "reasons": [r.text for r in e.reasons],
        "by_erp": e.parked_by is PendingStage.ERP,
    },
    OrderPosted: lambda e: {
        "standing": e.standing.value,
        "number": e.erp_order_number,
        "said": e.erp_message,
        "changes": [change.model_dump() for change in e.changes],
    },
    OrderCancelled: lambda e: {"undoing": e.undoing.value, "said": e.detail},
    OrderRefunded: lambda e: {
        "amount": str(e.refund.amount),
        "currency": e.currency,
        "items": sum(line.quantity for line in e.refund.lines),
    },
    OrderErased: lambda _: {},
    ResolveCancellation: lambda c: {"by": c.requested_by, "choice": c.choice.value},
    KeepErpOrder: lambda c: {"by": c.requested_by},
    ReprocessOrder: lambda c: {"by": c.requested_by, "fields": corrected(c.corrections)},
}


def _captured(entry: Entry) -> str:
    if entry["cancelled"]:
        return "Cancelamento recebido do canal"
    if entry["revision"] == 1:
        return "Pedido capturado no canal"
    return f"Nova versão recebida do canal (revisão {entry['revision']})"


def _pending(entry: Entry) -> str:
    by = "Voltou do ERP" if entry["by_erp"] else "Pendente"
    return f"{by}: {'; '.join(entry['reasons'])}"


def _posted(entry: Entry) -> str:
    if entry["standing"] == ErpStanding.CANCELLED:
        return f"Pedido de venda {entry['number']} cancelado no ERP"
    if entry["standing"] == ErpStanding.CANCEL_REFUSED:
        said = f": {entry['said']}" if entry["said"] else ""
        return f"O ERP não cancelou o pedido de venda {entry['number']}{said}"
    changes = text_changes.told(entry.get("changes", ()))
    return f"Integrado ao ERP: pedido de venda {entry['number']}{changes and f'. {changes}'}"


def _cancelled(entry: Entry) -> str:
    said = f". {entry['said']}" if entry["said"] else ""
    return _UNDOING[entry["undoing"]] + said


def _refunded(entry: Entry) -> str:
    given = f"Reembolso de {formats.money(entry['amount'], entry['currency'])} no canal"
    items = entry["items"]
    return f"{given}, de {items} {'item' if items == 1 else 'itens'}" if items else given


def _reprocess(entry: Entry) -> str:
    fixes = len(entry["fields"])
    asked = f"Reprocessamento pedido por {entry['by']}"
    if not fixes:
        return asked
    return f"{asked}, com {fixes} {'correção' if fixes == 1 else 'correções'}"


_UNDOING: Final[dict[str, str]] = {
    Undoing.NOT_NEEDED: "Cancelado; não chegou ao ERP",
    Undoing.REQUESTED: "Cancelado; cancelamento pedido ao ERP",
    Undoing.DONE: "Cancelado também no ERP",
    Undoing.NEEDS_ACTION: "Cancelado no canal, mas não no ERP: escolha o que fazer",
    Undoing.CHECKING: "Conferindo no ERP o que foi escolhido",
    Undoing.KEPT: "Cancelado no canal, mantido no ERP",
}

_TEXTS: Final[dict[str, Callable[[Entry], str]]] = {
    OrderCaptured.type: _captured,
    OrderValidated.type: lambda _: "Pedido validado, a caminho do ERP",
    OrderPending.type: _pending,
    OrderPosted.type: _posted,
    OrderCancelled.type: _cancelled,
    OrderErased.type: lambda _: "Dados pessoais apagados a pedido do comprador",
    OrderRefunded.type: _refunded,
    ResolveCancellation.type: lambda e: f"{e['by']} escolheu “{e['choice']}”",
    KeepErpOrder.type: lambda e: f"{e['by']} aceitou o pedido como está no ERP",
    ReprocessOrder.type: _reprocess,
}
