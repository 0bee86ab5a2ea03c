"""Channels' documents, copied and changed."""

from collections.abc import Mapping
from typing import Any

import orjson

from sandbox.channels.channel import Document


def copied(document: Document) -> Document:
    """A copy that shares nothing with the document."""
    copy: Document = orjson.loads(orjson.dumps(document))
    return copy


def overlay(target: Document, changes: Mapping[str, Any]) -> None:
    """Replace these fields of the document; objects, alone or listed, are merged."""
    for key, value in changes.items():
        present = target.get(key)
        if isinstance(value, Mapping) and isinstance(present, dict):
            overlay(present, value)
        elif _are_objects(value) and _are_objects(present) and len(value) == len(present or ()):
            for item, change in zip(present or (), value, strict=True):
                overlay(item, change)
        else:
            target[key] = value


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
