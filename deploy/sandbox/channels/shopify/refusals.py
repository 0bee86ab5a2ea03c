"""What GraphQL refuses, in the words of the platform, whose server is graphql-ruby."""

import re
from collections.abc import Sequence

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
)

from sandbox.channels.channel import Document

UNKNOWN_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")


def told(error: GraphQLError, document: DocumentNode) -> Document:
    """One of `errors`: a field that is not there by its code and path, anything else as it is."""
    unknown = UNKNOWN_FIELD.match(error.message)
    if unknown is None:
        return dict(error.formatted)
    field, kind = unknown.groups()
    return {
        "message": f"Field '{field}' doesn't exist on type '{kind}'",
        "locations": error.formatted.get("locations", []),
        "path": _path(document, (error.nodes or [document])[0]),
        "extensions": {"code": "undefinedField", "typeName": kind, "fieldName": field},
    }


def invalid_id(text: str) -> GraphQLError:
    """An id that is no `gid://shopify/…`."""
    return GraphQLError(
        f"Invalid global id '{text}'",
        extensions={"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"},
    )


def _path(node: Node, sought: Node) -> list[str]:
    """From the operation down to a field, by the names its answer would have."""
    if node is sought:
        return _named(node)
    for child in _children(node):
        if below := _path(child, sought):
            return _named(node) + below
    return []


def _children(node: Node) -> Sequence[Node]:
    if isinstance(node, DocumentNode):
        return node.definitions
    selections = getattr(node, "selection_set", None)
    return selections.selections if selections else ()


def _named(node: Node) -> list[str]:
    if isinstance(node, FieldNode):
        return [(node.alias or node.name).value]
    if isinstance(node, OperationDefinitionNode):
        kind = node.operation.value
        return [f"{kind} {node.name.value}" if node.name else kind]
    if isinstance(node, FragmentDefinitionNode):
        return [f"fragment {node.name.value}"]
    if isinstance(node, InlineFragmentNode):
        return [f"... on {node.type_condition.name.value}" if node.type_condition else "..."]
    return []
