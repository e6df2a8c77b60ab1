"""What a document and its variables may look like, whatever they ask for: checked before anything is validated.

Validation compares all fields of one name in pairs, and coercion walks every list, so both are bounded by form.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from graphql import DirectiveNode, DocumentNode, FieldNode, Visitor, visit

from schema.errors import QueryTooComplex
from schema.transport.settings import TransportSettings


def check_form(document: DocumentNode, settings: TransportSettings) -> None:
    """Refuse a document whose validation would hold up everybody else. Raises QueryTooComplex."""
    form = _Form()
    visit(document, form)
    _cap("A document is nested at most {} levels deep.", form.deepest, settings.maximum_depth)
    _cap("A document has at most {} aliases.", form.aliases, settings.maximum_aliases)
    _cap("A document has at most {} directives.", form.directives, settings.maximum_directives)
    repetition = sum(count * count for count in form.names.values())
    limit = settings.maximum_repetition
    words = "A document repeats fields at most so often that the squares of their counts come to {}: send several."
    _cap(words, repetition, limit)


def check_variables(variables: Mapping[str, Any], settings: TransportSettings) -> None:
    """Refuse variables that would take long to read. Raises QueryTooComplex. Without recursion: they nest as they
    like.
    """
    values = 0
    level: list[Any] = [variables]
    for _ in range(settings.maximum_variable_depth + 1):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
        values += len(inner)
        _cap("Variables hold at most {} values.", values, settings.maximum_variable_values)
        level = [value for value in inner if isinstance(value, dict | list)]
        if not level:
            return
    limit = settings.maximum_variable_depth
    raise QueryTooComplex(f"Variables are nested at most {limit} levels deep.", limit=limit)


class _Form(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: Counter[str] = Counter()
        self.aliases = self.directives = self.deepest = self._depth = 0

    def enter_selection_set(self, *_: object) -> None:
        self._depth += 1
        self.deepest = max(self.deepest, self._depth)

    def leave_selection_set(self, *_: object) -> None:
        self._depth -= 1

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.names[(node.alias or node.name).value] += 1
        self.aliases += node.alias is not None

    def enter_directive(self, _node: DirectiveNode, *_: object) -> None:
        self.directives += 1


def _cap(message: str, found: int, limit: int) -> None:
    if found > limit:
        raise QueryTooComplex(message.format(limit), limit=limit, requested=found)
