"""Who saves an order first: of two people at one version of it, the second is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from chassis.store import Documents, Kept

LASTS: Final = timedelta(minutes=2)
"""Longer than any verdict takes; after that whoever saved may have been cut off."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody saved this version of an order."""

    by: str
    at: datetime


def version(row: Mapping[str, Any]) -> str:
    """The version of an order that a form is about: what was judged, and asked for since."""
    asked = row["requests"][-1]["id"] if row["requests"] else ""
    return f"{row['revision']}.{row['attempt']}.{asked}"


async def claim(
    claims: Documents[Claim], row: Mapping[str, Any], by: str, now: datetime
) -> Claim | None:
    """Say that somebody saves this version; the one who did before them, if any.

    One's own claim is no obstacle: pressing twice is harmless. Raises Unavailable.
    """
    key = f"{row['_id']}|{version(row)}"
    while True:
        kept = (await claims.load([key])).get(key)
        if kept and kept.state.by != by and now - kept.state.at < LASTS:
            return kept.state
        if await claims.save({key: Kept(Claim(by, now), kept.version if kept else 0)}):
            return None


def encode(one: Claim) -> dict[str, Any]:
    """A claim as its document."""
    return {"by": one.by, "at": one.at}


def decode(document: dict[str, Any]) -> Claim:
    """A claim from its document."""
    return Claim(document["by"], document["at"])
