"""What an operation costs at most: the fields that its answer could have, pages and lists being full.

Worked out once for each document as a formula over the variables that say how long lists are. Everything counts,
also what @skip and @include leave out and what only one type of an interface has: an upper bound that cannot be argued
down. A field that writes counts for several.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from schema.transport.list_sizes import Size, size_of, static_size

# A write locks, posts, and records an event and an audit row.
_WRITE = 10
# The answer is as large as the schema, whoever asks; graphql-core bounds how often it may refer to itself.
_INTROSPECTION = 1_000
_INTROSPECTIVE = frozenset({"__schema", "__type"})
_ENORMOUS = 2**53


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """fixed, and each part as many times as its size says. depth: selections within selections. width: fields at the
    top, those of fragments included.
    """

    fixed: int
    parts: tuple[tuple[Size, "Formula"], ...]
    depth: int
    width: int

    def of(self, variables: Mapping[str, Any]) -> int:
        """The cost with these raw variables, as they came; no more than the largest integer JSON can carry."""
        return min(_work_out(self, variables, {}), _ENORMOUS)


def _work_out(formula: Formula, variables: Mapping[str, Any], known: dict[int, int]) -> int:
    """Fragments within fragments are shared parts: each is worked out once."""
    total = known.get(id(formula))
    if total is None:
        total = formula.fixed
        for size, part in formula.parts:
            rows = size if isinstance(size, int) else size.of(variables)
            total += rows * _work_out(part, variables, known)
        known[id(formula)] = total
    return total


def cost_formula(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
) -> Formula:
    """The document is valid. Raises RecursionError when its fragments are nested without end."""
    root = schema.get_root_type(operation.operation)
    assert root is not None
    return _Compiler(schema, document, operation).of_selections(operation.selection_set, root)


class _Compiler:
    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode
    ) -> None:
        self._schema = schema
        self._fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        self._operation = operation
        self._of_fragments: dict[str, Formula] = {}

    def of_selections(self, selections: SelectionSetNode, parent: GraphQLNamedType) -> Formula:
        fixed, depth, width = 0, 0, 0
        parts: list[tuple[Size, Formula]] = []
        for selection in selections.selections:
            found = self._of_selection(selection, parent)
            depth, width = max(depth, found.depth), width + found.width
            if found.parts and not isinstance(selection, FieldNode):
                parts.append((1, found))
            else:
                fixed += found.fixed
                parts += found.parts
        return Formula(fixed, tuple(parts), depth, width)

    def _of_selection(self, selection: SelectionNode, parent: GraphQLNamedType) -> Formula:
        if isinstance(selection, FieldNode):
            return self._of_field(selection, parent)
        if isinstance(selection, FragmentSpreadNode):
            return self._of_fragment(selection.name.value)
        assert isinstance(selection, InlineFragmentNode)
        condition = selection.type_condition
        inner = self._schema.get_type(condition.name.value) if condition else parent
        assert inner is not None
        return self.of_selections(selection.selection_set, inner)

    def _of_fragment(self, name: str) -> Formula:
        if name not in self._of_fragments:
            fragment = self._fragments[name]
            on = self._schema.get_type(fragment.type_condition.name.value)
            assert on is not None
            self._of_fragments[name] = self.of_selections(fragment.selection_set, on)
        return self._of_fragments[name]

    def _of_field(self, node: FieldNode, parent: GraphQLNamedType) -> Formula:
        own = _WRITE if parent is self._schema.mutation_type else 1
        if node.name.value in _INTROSPECTIVE:
            return Formula(_INTROSPECTION, (), 1, 1)
        if node.selection_set is None:
            return Formula(own, (), 1, 1)
        field = _field_of(node, parent)
        inner = self.of_selections(node.selection_set, get_named_type(field.type))
        size = self._size(node, field)
        depth = inner.depth + 1
        if inner.parts or not isinstance(size, int):
            return Formula(own, ((size, inner),), depth, 1)
        return Formula(own + size * inner.fixed, (), depth, 1)

    def _size(self, node: FieldNode, field: GraphQLField) -> Size:
        is_list = is_list_type(get_nullable_type(field.type))
        return size_of(node, field, self._operation) or (
            static_size(node.name.value) if is_list else 1
        )


def _field_of(node: FieldNode, parent: GraphQLNamedType) -> GraphQLField:
    assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
    field: GraphQLField = parent.fields[node.name.value]
    return field
