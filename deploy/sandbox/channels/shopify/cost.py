"""What a query costs, in points: scalars 0, objects 1, connections by page size, mutations 10.

The rule is the published one (shopify.dev, API rate limits). How the platform counts lists that
are no connections is not published; here such a list costs as much as one object.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

MAX_PAGE = 250
MUTATION = 10


def requested_cost(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> int:
    """The most a valid query can cost; GraphQLError for a connection without a page size."""
    writes = operation.operation is OperationType.MUTATION
    root = schema.mutation_type if writes else schema.query_type
    assert root is not None  # noqa: S101 - our own schema has both
    defaults = {
        definition.variable.name.value: int(definition.default_value.value)
        for definition in operation.variable_definitions or ()
        if isinstance(definition.default_value, IntValueNode)
    }
    inside = _Meter(schema, document, {**defaults, **variables}).of(operation.selection_set, root)
    return max(MUTATION, inside) if writes else inside


def actual_cost(data: Any, requested: int) -> int:
    """What the answer cost: its objects, never more than was requested."""
    return min(requested, sum(_objects(value) for value in (data or {}).values()))


def _objects(value: Any) -> int:
    if isinstance(value, list):
        return sum(_objects(item) for item in value)
    if not isinstance(value, Mapping):
        return 0
    wraps = value.keys() & {"nodes", "edges", "node", "hasNextPage", "hasPreviousPage"}
    return (0 if wraps else 1) + sum(_objects(inner) for inner in value.values())


class _Meter:
    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {
            definition.name.value: definition
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def of(self, selections: SelectionSetNode | None, parent: GraphQLNamedType) -> int:
        """Points for everything selected of an object of this type."""
        return sum(self._field(field, kind) for field, kind in self._fields(selections, parent))

    def _field(self, field: FieldNode, parent: GraphQLNamedType) -> int:
        definition = getattr(parent, "fields", {}).get(field.name.value)
        if definition is None:  # __typename and its like
            return 0
        kind = get_named_type(definition.type)
        if is_leaf_type(kind):
            return 0
        inside = self.of(field.selection_set, kind)
        if kind.name.endswith("Connection"):
            return self._page_size(field) * max(1, inside)
        return inside if kind.name.endswith("Edge") or kind.name == "PageInfo" else inside + 1

    def _fields(
        self, selections: SelectionSetNode | None, parent: GraphQLNamedType
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType]]:
        """The fields selected, fragments opened, each with the type it belongs to."""
        for selection in selections.selections if selections else ():
            if isinstance(selection, FieldNode):
                yield selection, parent
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
                yield from self._fields(fragment.selection_set, self._narrowed(fragment, parent))
            elif isinstance(selection, InlineFragmentNode):
                yield from self._fields(selection.selection_set, self._narrowed(selection, parent))

    def _narrowed(
        self, fragment: FragmentDefinitionNode | InlineFragmentNode, parent: GraphQLNamedType
    ) -> GraphQLNamedType:
        condition = fragment.type_condition
        return (self._schema.get_type(condition.name.value) if condition else None) or parent

    def _page_size(self, field: FieldNode) -> int:
        for argument in field.arguments or ():
            if argument.name.value in {"first", "last"}:
                size = self._integer(argument.value)
                if size is not None and size > MAX_PAGE:
                    raise GraphQLError(f"the page size {size} is above the maximum of {MAX_PAGE}")
                if size is not None:
                    return size
        raise GraphQLError("you must provide one of first or last", field)

    def _integer(self, value: object) -> int | None:
        if isinstance(value, IntValueNode):
            return int(value.value)
        if isinstance(value, VariableNode):
            given = self._variables.get(value.name.value)
            return given if isinstance(given, int) else None
        return None
