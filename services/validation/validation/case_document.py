"""A case as its MongoDB document, and back.

The order goes in as one JSON text: nothing queries inside it, and it is several times cheaper than
nested documents. What is queried stands at the top: `open`, `store_id`, `verdict`.
"""

from datetime import datetime
from typing import Any

from contracts.commands import Corrections
from contracts.events import ErpTerms
from contracts.order import Order
from contracts.reasons import Reason
from validation.case import (
    Cancelled,
    Case,
    Erased,
    Pending,
    Validated,
    Verdict,
    Waiting,
)
from validation.corrections import NO_CORRECTIONS

Document = dict[str, Any]


def encode(case: Case) -> Document:
    """The document, without its id."""
    document: Document = {
        "account_id": case.account_id,
        "store_id": case.store_id,
        "revision": case.revision,
        "attempt": case.attempt,
        "order": case.order.model_dump_json() if case.order else None,
        "verdict": type(case.verdict).__name__.lower(),
        **_encode_verdict(case.verdict, case.order),
    }
    if case.corrections is not NO_CORRECTIONS:
        document["corrections"] = case.corrections.model_dump_json(exclude_none=True)
    if case.commands:
        document["commands"] = list(case.commands)
    if case.visit:
        document["visit"] = case.visit
    if case.open:
        document["open"] = True
    return document


def decode(document: Document) -> Case:
    """The case of a document that `encode` wrote."""
    text = document["order"]
    order = None if text is None else Order.model_validate_json(text)
    corrections = document.get("corrections")
    return Case(
        order_id=document["_id"],
        store_id=document["store_id"],
        account_id=document["account_id"],
        revision=document["revision"],
        order=order,
        corrections=Corrections.model_validate_json(corrections) if corrections else NO_CORRECTIONS,
        attempt=document["attempt"],
        verdict=_decode_verdict(document, order),
        commands=tuple(document.get("commands", ())),
        visit=document.get("visit", ""),
    )


def _encode_verdict(verdict: Verdict, captured: Order | None) -> Document:
    if isinstance(verdict, Waiting):
        return {"since": verdict.since.isoformat()} if verdict.since else {}
    if not isinstance(verdict, Validated | Pending):
        return {}
    judged: Document = {"at": verdict.at.isoformat()}
    if verdict.order is not captured:
        judged["merged"] = verdict.order.model_dump_json()
    if isinstance(verdict, Validated):
        return judged | {"terms": verdict.terms.model_dump_json()}
    return judged | {"reasons": [reason.model_dump(mode="json") for reason in verdict.reasons]}


def _decode_verdict(document: Document, captured: Order | None) -> Verdict:
    kind = document["verdict"]
    if kind == "cancelled":
        return Cancelled()
    if kind == "erased" or captured is None:
        return Erased()
    if kind == "waiting":
        since = document.get("since")
        return Waiting(datetime.fromisoformat(since) if since else None)
    merged = document.get("merged")
    order = Order.model_validate_json(merged) if merged else captured
    at = datetime.fromisoformat(document["at"])
    if kind == "validated":
        return Validated(order, ErpTerms.model_validate_json(document["terms"]), at)
    return Pending(order, tuple(Reason.model_validate(r) for r in document["reasons"]), at)
