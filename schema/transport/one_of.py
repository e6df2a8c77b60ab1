"""The rule of @oneOf inputs. Strawberry's own breaks off where a variable is not defined or a fragment stands first."""

from typing import Any

from graphql import (
    GraphQLError,
    NonNullTypeNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    ValidationRule,
    get_named_type,
)


class OneOfRule(ValidationRule):
    """Exactly one field is given, and it is not null."""

    def enter_object_value(self, node: ObjectValueNode, *_: object) -> None:
        name = _one_of(self.context.get_input_type())
        if name is None:
            return
        if len(node.fields) != 1:
            self._report(f"OneOf Input Object '{name}' must specify exactly one key.", node)
        elif isinstance(node.fields[0].value, NullValueNode):
            field = node.fields[0].name.value
            self._report(f"Field '{name}.{field}' must be non-null.", node)

    def leave_operation_definition(self, operation: OperationDefinitionNode, *_: object) -> None:
        """Variables are its own, also those that fragments use; what is not defined is another rule's to tell."""
        types = {one.variable.name.value: one.type for one in operation.variable_definitions or ()}
        for usage in self.context.get_recursive_variable_usages(operation):
            name, variable = _one_of(usage.parent_type), usage.node.name.value
            if name is None or variable not in types:
                continue
            if not isinstance(types[variable], NonNullTypeNode):
                words = f"must be non-nullable to be used for OneOf Input Object '{name}'."
                self._report(f"Variable '{variable}' {words}", usage.node)

    def _report(self, message: str, node: Any) -> None:
        self.report_error(GraphQLError(message, node))


def _one_of(input_type: Any) -> str | None:
    """The type's name, when one field of it is to be given."""
    kind = get_named_type(input_type)
    definition = kind.extensions.get("strawberry-definition") if kind else None
    return kind.name if kind and getattr(definition, "is_one_of", False) else None
