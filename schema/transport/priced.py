"""What an operation costs and which limits it counts against: worked out once for each document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
)

from app.domain.operations import OPERATIONS
from app.domain.rate_limits import OperationClass
from schema.errors import QueryTooComplex, QueryTooCostly
from schema.transport.cost import Formula, cost_formula
from schema.transport.settings import TransportSettings

# They work without a credential, and each try may be a guess.
_LOGINS = frozenset({"requestLogin", "login"})
_CLASSES = {
    OperationType.QUERY: OperationClass.READ,
    OperationType.MUTATION: OperationClass.WRITE,
    OperationType.SUBSCRIPTION: OperationClass.SUBSCRIBE,
}


@dataclass(frozen=True, slots=True)
class Priced:
    """An operation whose form is within the limits. count: how often its class is hit, once for each mutation."""

    formula: Formula
    operation_class: OperationClass
    count: int
    for_callers: bool
    """Nothing in it is for who shows no credential."""

    def cost(self, variables: Mapping[str, Any], limit: int) -> int:
        """Raises QueryTooComplex above the limit."""
        cost = self.formula.of(variables)
        if cost > limit:
            raise QueryTooCostly(cost, limit)
        return cost


def price(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    settings: TransportSettings,
) -> Priced:
    """Raises QueryTooComplex for what no caller may ask."""
    try:
        formula = cost_formula(schema, document, operation)
    except RecursionError:
        limit = settings.maximum_depth
        message = f"A document is nested at most {limit} levels deep, through its fragments too."
        raise QueryTooComplex(message, limit=limit) from None
    if formula.depth > settings.maximum_depth:
        raise QueryTooComplex(
            f"An operation is nested at most {settings.maximum_depth} levels deep, through its fragments too.",
            limit=settings.maximum_depth,
            requested=formula.depth,
        )
    writes = operation.operation is OperationType.MUTATION
    most = settings.maximum_mutations if writes else settings.maximum_root_fields
    if formula.width > most:
        raise QueryTooComplex(
            f"One {operation.operation.value} has at most {most} fields at its root.",
            limit=most,
            requested=min(formula.width, 2**53),
        )
    found = _CLASSES[operation.operation]
    names = set(_root_fields(document, operation))
    if writes and not _LOGINS.isdisjoint(names):
        found = OperationClass.LOGIN
    count = max(1, formula.width) if writes else 1
    return Priced(formula, found, count, for_callers=_for_callers(operation, names))


def _for_callers(operation: OperationDefinitionNode, names: set[str]) -> bool:
    """What has no row in the table, such as __schema, is the resolvers' to refuse."""
    kind = operation.operation.value.capitalize()
    rules = [OPERATIONS.get(f"{kind}.{name}") for name in names]
    return all(rule is not None and not rule.anyone for rule in rules)


def _root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> Iterator[str]:
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    pending: list[SelectionNode] = [*operation.selection_set.selections]
    while pending:
        selection = pending.pop()
        if isinstance(selection, FieldNode):
            yield selection.name.value
        elif isinstance(selection, InlineFragmentNode):
            pending.extend(selection.selection_set.selections)
        elif isinstance(selection, FragmentSpreadNode):
            fragment = fragments.pop(selection.name.value, None)  # each is looked at once
            if fragment is not None:
                pending.extend(fragment.selection_set.selections)
