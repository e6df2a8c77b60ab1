"""Where in the arguments a refused value stood, so that BAD_USER_INPUT can name it."""

import re
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLError,
    Node,
    ObjectFieldNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

# graphql-core gives the path inside a variable only in its message.
_IN_VARIABLE = re.compile(r"Variable '\$\w+' has invalid value(?: at ((?:\.\w+|\[\d+\])+))?: ")
_STEP = re.compile(r"\w+")


def refused_argument(error: GraphQLError, document: DocumentNode | None) -> list[str] | None:
    """Give the path of the argument that `error` is about, None when it is about no argument."""
    if document is None or not error.nodes:
        return None
    node = error.nodes[0]
    if isinstance(node, VariableDefinitionNode):
        name = node.variable.name.value
        found = _find(document, lambda other: _is_variable(other, name)) or [name]
        return found + _path_in_variable(error.message)
    return _find(document, lambda other: other is node)


def _is_variable(node: Node, name: str) -> bool:
    return isinstance(node, VariableNode) and node.name.value == name


def _path_in_variable(message: str) -> list[str]:
    match = _IN_VARIABLE.match(message)
    return _STEP.findall(match[1]) if match and match[1] else []


def _find(document: DocumentNode, wanted: Any) -> list[str] | None:
    search = _ArgumentSearch(wanted)
    visit(document, search)
    return search.found


class _ArgumentSearch(Visitor):
    def __init__(self, wanted: Any) -> None:
        super().__init__()
        self.found: list[str] | None = None
        self._wanted = wanted

    def enter(
        self,
        node: Node,
        _key: Any,
        parent: Any,
        _path: Any,
        ancestors: list[Any],
    ) -> Any:
        if not self._wanted(node):
            return None
        way = {id(step): step for step in [*ancestors, parent, node]}
        steps = [
            step.name.value
            for step in way.values()
            if isinstance(step, (ArgumentNode, ObjectFieldNode))
        ]
        if not steps:
            return None
        self.found = steps
        return self.BREAK
