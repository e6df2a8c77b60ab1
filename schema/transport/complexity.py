"""What a document may cost: comparing equal names when it is validated, and fields when it is executed."""

from collections import Counter
from collections.abc import Iterator, Mapping
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
    IntValueNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_list_type,
    visit,
)

from schema.errors import QueryTooComplex
from schema.paging import MAXIMUM_FIRST

# Lists without `first` are short by nature: levels, currencies, the tries of an intent.
_SHORT_LIST = 5
_PAGE_LISTS = frozenset({"nodes", "edges"})


def check_form(document: DocumentNode, *, maximum_repetition: int, maximum_depth: int) -> None:
    """Refuse a document whose validation would hold up everybody else: it compares all fields of one name in pairs.

    Raises QueryTooComplex. maximum_repetition: of the squares of how often each name occurs, summed.
    """
    form = _Form()
    visit(document, form)
    if form.deepest > maximum_depth:
        raise QueryTooComplex("The document is nested too deeply.", limit=maximum_depth)
    if sum(count * count for count in form.names.values()) > maximum_repetition:
        raise QueryTooComplex(
            "The document repeats the same fields too often.", limit=maximum_repetition
        )


class _Form(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: Counter[str] = Counter()
        self.deepest = self._depth = 0

    def enter_selection_set(self, *_: object) -> None:
        self._depth += 1
        self.deepest = max(self.deepest, self._depth)

    def leave_selection_set(self, *_: object) -> None:
        self._depth -= 1

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.names[(node.alias or node.name).value] += 1


def check_cost(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
    limit: int,
) -> None:
    """Refuse an operation that could answer with too many fields. Raises QueryTooComplex.

    Pages count as full as `first` lets them be. The document is valid.
    """
    root = schema.get_root_type(operation.operation)
    if root is None:
        return
    counting = _Counting(schema, document, operation, variables)
    try:
        cost = counting.of_selections(operation.selection_set, root)
    except RecursionError:
        raise QueryTooComplex("The fragments are nested too deeply.", limit=limit) from None
    if cost > limit:
        raise QueryTooComplex(
            "The answer could have too many fields: ask for smaller pages, or for less of each row.",
            limit=limit,
            requested=min(cost, 2**53),
        )


class _Counting:
    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        defaults = {
            one.variable.name.value: getattr(one.default_value, "value", None)
            for one in operation.variable_definitions or ()
        }
        self._variables = {**defaults, **variables}
        self._of_fragments: dict[str, int] = {}

    def of_selections(self, selections: SelectionSetNode, parent: GraphQLNamedType) -> int:
        return sum(self._of_selection(one, parent) for one in selections.selections)

    def _of_selection(self, selection: Node, parent: GraphQLNamedType) -> int:
        if isinstance(selection, FieldNode):
            return self._of_field(selection, parent)
        if isinstance(selection, FragmentSpreadNode):
            return self._of_fragment(selection.name.value)
        assert isinstance(selection, InlineFragmentNode)
        condition = selection.type_condition
        inner = self._schema.get_type(condition.name.value) if condition else parent
        return self.of_selections(selection.selection_set, inner) if inner else 0

    def _of_fragment(self, name: str) -> int:
        """Worked out once, however often it is spread: fragments in fragments would double the work at each step."""
        if name not in self._of_fragments:
            fragment = self._fragments[name]
            on = self._schema.get_type(fragment.type_condition.name.value)
            self._of_fragments[name] = (
                self.of_selections(fragment.selection_set, on) if on is not None else 0
            )
        return self._of_fragments[name]

    def _of_field(self, node: FieldNode, parent: GraphQLNamedType) -> int:
        if node.selection_set is None:
            return 1
        fields = (
            parent.fields if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else {}
        )
        field = fields.get(node.name.value)
        if field is None:  # introspection: as large as the schema, whoever asks
            return 1
        inner = self.of_selections(node.selection_set, get_named_type(field.type))
        return 1 + self._rows(node, field) * inner

    def _rows(self, node: FieldNode, field: GraphQLField) -> int:
        if "first" in field.args:
            return max(_sizes(self._first(node, field)))
        if node.name.value in _PAGE_LISTS or not is_list_type(get_nullable_type(field.type)):
            return 1
        return _SHORT_LIST

    def _first(self, node: FieldNode, field: GraphQLField) -> object:
        for argument in node.arguments or ():
            if argument.name.value == "first":
                value = argument.value
                if isinstance(value, VariableNode):
                    return self._variables.get(value.name.value, field.args["first"].default_value)
                return value.value if isinstance(value, IntValueNode) else None
        return field.args["first"].default_value


def _sizes(first: object) -> Iterator[int]:
    """A page of this size; what is no size is refused when it is executed."""
    yield 1
    try:
        yield min(int(str(first)), MAXIMUM_FIRST)
    except ValueError:
        yield MAXIMUM_FIRST
