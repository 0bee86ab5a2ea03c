"""Whatever is sent to any route of the OpenAPI document, the answer is one that it describes."""

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from panel.door import Door
from tests.panel.test_row import reprocess
from tests.support.builders import (
    STORE,
    an_order,
    cancellation_of,
    cancelled,
    captured,
    pending,
    posted,
    refunded,
    validated,
)
from tests.support.listings import a_listing, a_variation
from tests.support.panel import Office, client

ORDER = an_order()
SOLD = an_order(1002)
WHOLE = (
    captured(SOLD),
    validated(SOLD),
    posted(SOLD),
    captured(cancelled(SOLD), revision=2),
    refunded(SOLD),
    cancellation_of(SOLD),
)
Schema = dict[str, Any]
texts = st.text(max_size=20) | st.sampled_from(
    [STORE, ORDER.order_id, SOLD.order_id, "$gt", "../..", "\x00"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)


def near(
    schema: dict[str, Any], document: dict[str, Any], depth: int = 0
) -> st.SearchStrategy[Any]:
    """Values that look like the schema often enough to get past it, and break it at times."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return near(document["components"]["schemas"][name], document, depth)
    if "anyOf" in schema:
        return st.one_of([near(s, document, depth) for s in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return st.sampled_from(schema.get("enum", [schema.get("const")])) | values
    if schema.get("type") == "array" and depth < 4:
        return st.lists(near(schema["items"], document, depth + 1), max_size=3)
    if "properties" in schema and depth < 4:
        parts = {n: near(s, document, depth + 1) for n, s in schema["properties"].items()}
        return st.fixed_dictionaries({}, optional=parts) | values
    kinds = {"integer": st.integers(), "string": texts, "boolean": st.booleans()}
    return kinds.get(str(schema.get("type")), values) | values


def body_of(operation: Schema, document: Schema) -> st.SearchStrategy[bytes]:
    if "requestBody" not in operation:
        return st.just(b"")
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return near(schema, document).map(lambda v: json.dumps(v).encode()) | st.binary(max_size=50)


OPERATIONS = [
    ("get", "/orders"),
    ("get", "/orders/counts"),
    ("get", "/orders/{order_id}"),
    ("post", "/orders/{order_id}/reprocess"),
    ("post", "/orders/{order_id}/cancellation"),
    ("post", "/orders/{order_id}/keep"),
    ("get", "/stores"),
    ("get", "/stores/{store_id}"),
    ("put", "/stores/{store_id}"),
    ("get", "/stores/{store_id}/listings"),
    ("put", "/stores/{store_id}/listings/{listing_id}/link"),
    ("put", "/stores/{store_id}/listings/{listing_id}/publication-date"),
]


def test_the_list_of_operations_is_whole(api: FastAPI) -> None:
    paths = api.openapi()["paths"]

    assert sorted(OPERATIONS) == sorted((m, path) for path, ms in paths.items() for m in ms)


@pytest.mark.parametrize("route", OPERATIONS)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_no_request_is_answered_with_a_fault_of_ours_or_what_the_document_leaves_out(
    office: Office, api: FastAPI, site: Door, route: tuple[str, str], data: st.DataObject
) -> None:
    method, path = route
    await office.hear(captured(ORDER), pending(ORDER), reprocess(), *WHOLE)
    office.listings.put(a_listing(variations=(a_variation(""), a_variation("v-2", sku=None))))
    document = api.openapi()
    operation = document["paths"][path][method]
    given_ = {
        p["name"]: data.draw(near(p["schema"], document), label=p["name"])
        for p in operation.get("parameters", ())
        if p["in"] == "query" and data.draw(st.booleans())
    }
    # The router knows no path with a line break in it: it is nowhere, in plain text.
    steps = texts.filter(lambda text: "\n" not in text)
    named = {
        "order_id": st.sampled_from([ORDER.order_id, SOLD.order_id]) | steps,
        "store_id": st.just(STORE) | steps,
        "listing_id": st.just("9001") | steps,
    }
    ids = {name: data.draw(found, label=name) for name, found in named.items() if name in path}
    url = "/api/v1" + path.format(**{n: encoded(v) for n, v in ids.items()})

    async with client(site) as http:
        answer = await http.request(
            method,
            url,
            params={name: str(value) for name, value in given_.items()},
            content=data.draw(body_of(operation, document), label="body"),
        )

    assert answer.status_code < 500
    if not any("/" in found for found in ids.values()):  # which leads to no operation
        described(answer, operation, document)
    if answer.status_code >= 400:
        assert answer.json()["detail"]


def described(answer: httpx.Response, operation: Schema, document: Schema) -> None:
    """The answer has a status, a media type and a body that the document tells of."""
    told = operation["responses"].get(str(answer.status_code))
    assert told is not None, answer.status_code
    schema = told["content"][answer.headers["content-type"]]["schema"]
    validator = Draft202012Validator({**schema, "components": document["components"]})
    assert [error.json_path for error in validator.iter_errors(answer.json())] == []


def encoded(text: str) -> str:
    """The text as one step of a path, whatever it is."""
    return "".join(f"%{byte:02X}" for byte in text.encode()) or "x"
