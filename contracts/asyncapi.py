"""The topics as an AsyncAPI 3.1 document: what there is to subscribe to, for people and tools."""

from collections.abc import Iterator, Mapping, Sequence
from inspect import getdoc
from typing import Any, Final

from contracts.envelope import Message
from contracts.topics import INBOX, OPS, SERVICES, Topic

BINDING: Final = "0.5.0"
JSON_SCHEMA: Final = "application/schema+json;version=2020-12"
TEXT: Final = {"type": "string"}

INTRODUCTION: Final = """\
Delivery is at least once, in order for each record key and never across topics. `ce_id` is the same
for a retry, a replay and a re-capture of one fact: act on it once. Ignore fields and message types
that you do not know. Records of the `orders.*` topics hold personal data of buyers and are kept for
30 days.
"""

INBOX_HEADERS: Final = {
    "channel": "the channel's name",
    "store_id": "the store whose webhook was called",
    "received_at": "when, in ISO 8601",
    "traceparent": "W3C trace context",
    "refresh": "an order to ask the channel about; the record has no body then",
    "attempt": "how often the record was put back",
    "after": "how far a long erasure has come",
}
"""Beside these, each header of the request that matters, as `http_<name>`."""
REPLAY_HEADERS: Final = {
    "replay_id": "which replay brought the record",
    "replay_topic": "where it came from",
    "replay_partition": "where it came from",
    "replay_offset": "where it came from",
}
DEAD_HEADERS: Final = {
    "dead_service": "who could not use the record",
    "dead_topic": "where it came from",
    "dead_partition": "where it came from",
    "dead_offset": "where it came from",
    "dead_error": "what is wrong, without any of its content",
    "dead_at": "when it was given up, in ISO 8601",
}


def document(topics: Sequence[Topic]) -> dict[str, Any]:
    """The whole document; payloads refer to the schemas beside the contracts."""
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Esteira",
            "version": "1",
            "description": INTRODUCTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics},
        "operations": dict(_operations(topics)),
        "components": {
            "messages": {
                **{m.type: _message(m, topic) for topic in topics for m in topic.messages},
                "webhook": _raw("A webhook, byte for byte, beside its HTTP headers", INBOX_HEADERS),
                "dead-letter": _raw(
                    "A record as it was read, beside its own headers", DEAD_HEADERS
                ),
                "replayed": _raw(
                    "A record as it was first, beside its own headers", REPLAY_HEADERS
                ),
            },
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    configuration: dict[str, Any] = {
        "cleanup.policy": ["compact" if topic.compacted else "delete"],
        "retention.ms": -1 if topic.retention_ms is None else topic.retention_ms,
    }
    if topic.max_message_bytes is not None:
        configuration["max.message.bytes"] = topic.max_message_bytes
    return {
        "address": topic.name,
        "description": f"{topic.purpose} Record key: {topic.key}.",
        "messages": {n: {"$ref": f"#/components/messages/{n}"} for n in _named(topic)},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": configuration,
                "bindingVersion": BINDING,
            }
        },
    }


def _operations(topics: Sequence[Topic]) -> Iterator[tuple[str, dict[str, Any]]]:
    for service in (*SERVICES, OPS):
        for topic in topics:
            if service in topic.writers:
                yield f"{service}.writes.{topic.name}", _operation("send", service, topic)
            if service in topic.readers:
                yield f"{service}.reads.{topic.name}", _operation("receive", service, topic)


def _operation(action: str, service: str, topic: Topic) -> dict[str, Any]:
    channel = f"#/channels/{topic.name}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in _named(topic)],
        "tags": [{"name": service}],
    }


def _named(topic: Topic) -> list[str]:
    """The names of the topic's messages; topics of raw bytes have no class."""
    if topic.messages:
        return [m.type for m in topic.messages]
    if topic.name == INBOX:
        return ["webhook"]
    return ["replayed" if OPS in topic.writers else "dead-letter"]


def _message(message: type[Message], topic: Topic) -> dict[str, Any]:
    summary, _, description = (getdoc(message) or "").partition("\n\n")
    return {
        "name": message.type,
        "title": message.__name__,
        "summary": " ".join(summary.split()),
        **({"description": description} if description else {}),
        "contentType": "application/json",
        "headers": _cloud_event(message, topic),
        "payload": {
            "schemaFormat": JSON_SCHEMA,
            "schema": {"$ref": f"../contracts/schemas/{message.type}.json"},
        },
        "bindings": {
            "kafka": {"key": {**TEXT, "description": topic.key}, "bindingVersion": BINDING}
        },
    }


def _cloud_event(message: type[Message], topic: Topic) -> dict[str, Any]:
    """CloudEvents 1.0 in binary mode: the envelope is the record's headers."""
    required = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": TEXT,
        "ce_type": {"const": message.type},
        "ce_source": {"enum": [f"/esteira/{writer}" for writer in topic.writers]},
        "ce_subject": TEXT,
        "ce_time": {**TEXT, "format": "date-time"},
        "content-type": {"const": "application/json"},
    }
    return {
        "type": "object",
        "properties": {**required, "traceparent": TEXT},
        "required": list(required),
    }


def _raw(summary: str, headers: Mapping[str, str]) -> dict[str, Any]:
    described = {name: {**TEXT, "description": what} for name, what in headers.items()}
    return {"summary": summary, "headers": {"type": "object", "properties": described}}
