"""Parsed and checked documents, kept: clients send the same few texts again and again."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    StringValueNode,
    ValidationRule,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule

from schema.errors import BadUserInput, QueryTooComplex
from schema.transport.complexity import check_form
from schema.transport.limits.memory import Memory
from schema.transport.one_of import OneOfRule
from schema.transport.priced import Priced
from schema.transport.settings import TransportSettings

# One document beyond this share of the cache would push out too many others.
_LARGEST_CACHED_SHARE = 8
# Clients repeat their mistakes, too.
_MOST_REFUSED = 500
_LONGEST_REFUSED = 16_384
_REFUSED_SECONDS = 30.0


class NoNulCharacterRule(ValidationRule):
    """PostgreSQL text cannot hold U+0000, so no string may carry it."""

    def enter_string_value(self, node: StringValueNode, *_: object) -> None:
        if "\0" in node.value:
            self.report_error(GraphQLError("A string cannot hold the character U+0000.", node))


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document that parsed; executable only when `errors` is empty."""

    text: str
    node: DocumentNode
    errors: tuple[GraphQLError, ...]
    priced: dict[str | None, Priced | QueryTooComplex] = field(default_factory=dict)
    """Its operations by their names, as far as somebody asked, or why nobody may ask that."""

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Pick the operation to execute; with several a name is needed, never the first one."""
        operations = [
            definition
            for definition in self.node.definitions
            if isinstance(definition, OperationDefinitionNode)
        ]
        if name is None:
            if len(operations) == 1:
                return operations[0]
            raise BadUserInput(
                "The document has several operations: send operationName."
                if operations
                else "The document has no operation.",
                ["operationName"],
            )
        for operation in operations:
            if operation.name is not None and operation.name.value == name:
                return operation
        raise BadUserInput("The document has no operation of this name.", ["operationName"])


class DocumentCache:
    """Parses and validates, least recently used texts forgotten first.

    Bounded by characters, not by entries: documents with literals written into them would fill
    any number of entries with large trees.
    """

    def __init__(self, schema: GraphQLSchema, settings: TransportSettings) -> None:
        self._schema = schema
        self._settings = settings
        self._kept: OrderedDict[str, CheckedDocument] = OrderedDict()
        self._characters = 0
        self._refused: Memory[GraphQLError | QueryTooComplex] = Memory(_MOST_REFUSED)
        self._rules = [
            *specified_rules,
            MaybeNullValidationRule,
            OneOfRule,
            NoNulCharacterRule,
        ]
        if not settings.introspection:
            self._rules.append(NoSchemaIntrospectionCustomRule)

    def __len__(self) -> int:
        return len(self._kept)

    def check(self, text: str, admit: Callable[[int], None] | None = None) -> CheckedDocument:
        """Give the checked document; raises GraphQLError on a syntax error. admit: is told the characters of a text that is
        not known, before it is read, and may raise.
        """
        longest = self._settings.maximum_document_characters
        if len(text) > longest:
            raise QueryTooComplex(f"A document has at most {longest} characters.", limit=longest)
        known = self._kept.get(text)
        if known is not None:
            self._kept.move_to_end(text)
            return known
        refused = self._refused.find(text)
        if refused is not None:
            raise refused[0].with_traceback(None)
        if admit is not None:
            admit(len(text))
        try:
            checked = self._parse_and_validate(text)
        except (GraphQLError, QueryTooComplex) as refusal:
            if len(text) <= _LONGEST_REFUSED:
                self._refused.keep(text, refusal.with_traceback(None), _REFUSED_SECONDS)
            raise
        self._keep(checked)
        return checked

    def _parse_and_validate(self, text: str) -> CheckedDocument:
        limit = self._settings.maximum_tokens
        try:
            node = parse(text, max_lexical_tokens=limit, max_comments=limit)
        except GraphQLError as error:
            if f"more than {limit}" in error.message:
                raise QueryTooComplex(
                    f"A document has at most {limit} tokens.",
                    limit=limit,
                ) from None
            raise
        check_form(node, self._settings)
        errors = validate(
            self._schema,
            node,
            self._rules,
            max_errors=20,
            hide_suggestions=not self._settings.introspection,
        )
        return CheckedDocument(text, node, tuple(errors))

    def _keep(self, checked: CheckedDocument) -> None:
        size, room = len(checked.text), self._settings.cached_document_characters
        if size > room // _LARGEST_CACHED_SHARE:
            return
        self._kept[checked.text] = checked
        self._characters += size
        while self._characters > room:
            forgotten, _ = self._kept.popitem(last=False)
            self._characters -= len(forgotten)
