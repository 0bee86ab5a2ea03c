"""A store's orders in the ERP by stage, as the ERP's own Kanban shows them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.events import ErpStanding
from panel.erp.lists import Lists
from panel.erp.stages import Place, Stages


@dataclass(frozen=True, slots=True)
class Card:
    """One order: its row, and where it stands now as far as the ERP told."""

    row: Mapping[str, Any]
    place: Place


@dataclass(frozen=True, slots=True)
class Column:
    """One stage and its orders, the latest first."""

    code: str
    name: str
    cards: Sequence[Card]


def columns(rows: Sequence[Mapping[str, Any]], stages: Stages | None, lists: Lists) -> list[Column]:
    """Every stage that the ERP has, in its order, then those that only orders name.

    An order whose place the ERP did not tell stands where it was sent to. Cancelled ones are gone.
    """
    by_stage: dict[str, list[Card]] = {}
    for row in rows:
        told = stages.places.get(row["erp"]["order_id"]) if stages else None
        place = told or Place(row["erp"]["stage"])
        if place.cancelled or row["erp"]["standing"] == ErpStanding.CANCELLED:
            continue
        by_stage.setdefault(place.stage, []).append(Card(row, place))
    known = lists.get("stages")
    offered = [str(o.code) for o in known.options.values() if o.active] if known else []
    codes = [*offered, *sorted(by_stage.keys() - set(offered))]
    return [
        Column(code, lists.name_of("stages", code) or code, by_stage.get(code, []))
        for code in codes
    ]
