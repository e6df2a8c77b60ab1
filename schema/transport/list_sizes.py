"""How long a list can be: as its arguments say, else as its nature is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    ValueNode,
    VariableNode,
    get_nullable_type,
    is_list_type,
)

from app.domain.webhooks.endpoints import MOST_ENDPOINTS
from schema.paging import MAXIMUM_FIRST

# Lists without `first` are short by nature: levels, currencies, the tries of an intent.
_SHORT = 5
# Those that are not. `nodes` and `edges` are as many as their connection's `first`, counted there.
_SIZES = {
    "nodes": 1,
    "edges": 1,
    "series": 500,
    "due": 60,
    "termsHistory": 20,
    "apiKeys": 20,
    "webhookEndpoints": MOST_ENDPOINTS,
    "ledgerTransactions": 10,
    "trialBalance": 20,
    "rows": 20,
    "lanes": 20,
}


@dataclass(frozen=True, slots=True)
class PageSize:
    """`first` as a variable."""

    name: str
    otherwise: object

    def of(self, variables: Mapping[str, Any]) -> int:
        return _page(variables.get(self.name, self.otherwise))


@dataclass(frozen=True, slots=True)
class ListLength:
    """A list as a variable; what is no list stands for a list of one."""

    name: str
    otherwise: int

    def of(self, variables: Mapping[str, Any]) -> int:
        if self.name not in variables:
            return self.otherwise
        value = variables[self.name]
        return len(value) if isinstance(value, list) else 1


Size = int | PageSize | ListLength


def static_size(name: str) -> int:
    """Of a list without arguments that say how long it is."""
    return _SIZES.get(name, _SHORT)


def size_of(
    node: FieldNode, field: GraphQLField, operation: OperationDefinitionNode
) -> Size | None:
    """What the arguments say; None when none of them says how many rows there are."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    if "first" in field.args:
        return _page_size(given.get("first"), field.args["first"].default_value, operation)
    if is_list_type(get_nullable_type(field.type)):
        for name, argument in field.args.items():
            if name in given and is_list_type(get_nullable_type(argument.type)):
                return _list_length(given[name], operation)
    return None


def _page_size(
    value: ValueNode | None, default: object, operation: OperationDefinitionNode
) -> Size:
    if value is None:
        return _page(default)
    if isinstance(value, VariableNode):
        own = _default_of(value.name.value, operation)
        return PageSize(value.name.value, getattr(own, "value", default))
    return _page(value.value if isinstance(value, IntValueNode) else None)


def _list_length(value: ValueNode, operation: OperationDefinitionNode) -> Size:
    if isinstance(value, VariableNode):
        own = _default_of(value.name.value, operation)
        return ListLength(value.name.value, _length(own))
    return _length(value)


def _length(value: ValueNode | None) -> int:
    return len(value.values) if isinstance(value, ListValueNode) else 1


def _default_of(name: str, operation: OperationDefinitionNode) -> ValueNode | None:
    for definition in operation.variable_definitions or ():
        if definition.variable.name.value == name:
            return definition.default_value
    return None


def _page(first: object) -> int:
    """A page of this size; what is no size counts as the largest, and is refused when it is executed."""
    try:
        return max(1, min(int(str(first)), MAXIMUM_FIRST))
    except ValueError:
        return MAXIMUM_FIRST
