"""Runs operations of the Strawberry schema on graphql-core, without Strawberry's own runner.

Strawberry executes the first of several operations, even a mutation, when no name is sent, makes
one context for a whole socket, and lets exception texts out (docs/decisions/0031). Types and
resolvers stay Strawberry's; preparing, executing and presenting are here.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, cast

from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution import Executor, create_source_event_stream
from strawberry import Schema
from strawberry.execution import optimized_is_awaitable

from schema.context import OperationContext
from schema.delivery import Delivery, delivery_of
from schema.errors import ApiError, QueryTooComplex, RateLimited
from schema.transport.complexity import check_variables
from schema.transport.documents import CheckedDocument, DocumentCache
from schema.transport.presenting import (
    present_api_error,
    present_failure,
    present_field_errors,
    present_request_error,
)
from schema.transport.priced import Priced, price
from schema.transport.request import GraphQLRequest
from schema.transport.settings import TransportSettings
from schema.transport.trusted_documents import TrustedDocuments

Answer = dict[str, Any]
"""A response map of the GraphQL specification, errors already presented."""


class RequestRefused(Exception):
    """The request never came to execution: no `data`. `answer` is what the client gets."""

    def __init__(self, answer: Answer, cause: ApiError | None = None) -> None:
        super().__init__("request refused")
        self.answer = answer
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Operation:
    """A valid operation with its raw variables."""

    request: GraphQLRequest
    document: CheckedDocument
    node: OperationDefinitionNode
    priced: Priced
    cost: int
    """Fields that its answer could have; see schema/transport/cost.py."""

    @property
    def is_subscription(self) -> bool:
        return self.node.operation is OperationType.SUBSCRIPTION

    @property
    def is_query(self) -> bool:
        return self.node.operation is OperationType.QUERY

    @property
    def root_field(self) -> str:
        """The one root field asked for, else "several": few values, good as a metric's label."""
        selections = self.node.selection_set.selections
        names = {getattr(getattr(s, "name", None), "value", "several") for s in selections}
        return names.pop() if len(names) == 1 else "several"


@dataclass(frozen=True, slots=True)
class Source:
    """An open subscription: the events its resolver yields, and how to execute on each."""

    operation: Operation
    executor: Executor[Any]
    events: AsyncGenerator[Any, None]


class Engine:
    """One schema with its document cache; shared by all transports of a process."""

    def __init__(self, schema: Schema, settings: TransportSettings) -> None:
        self.schema = schema
        self._settings = settings
        self._graphql_schema = schema._schema  # noqa: SLF001  Strawberry has no public name for it
        self._documents = DocumentCache(self._graphql_schema, settings)
        self._trusted = TrustedDocuments(settings.trusted_documents, settings.trusted_only)

    def prepare(
        self,
        request: GraphQLRequest,
        request_id: str,
        *,
        from_browser: bool,
        cost_limit: int | None = None,
        admit_document: Callable[[int], None] | None = None,
    ) -> Operation:
        """Find or admit the document, parse, validate, pick the operation and price it; raises RequestRefused.

        from_browser: as `is_from_browser` says, for deployments that take only registered documents from browsers.
        cost_limit: the caller's; None stands for an API key's. admit_document: may raise RateLimited, see DocumentCache.check.
        """
        try:
            check_variables(request.variables, self._settings)
            request = self._trusted.resolve(request, from_browser=from_browser)
            # Registered ones are few: reading them again and again takes nobody's time.
            admit = None if request.query in self._trusted else admit_document
            document = self._documents.check(request.query, admit)
        except GraphQLError as error:
            raise _refused([present_request_error(error, request_id)]) from None
        except RateLimited:
            raise
        except ApiError as error:
            raise _refused([present_api_error(error, request_id)], error) from None
        if document.errors:
            shown = [present_request_error(e, request_id, document.node) for e in document.errors]
            raise _refused(shown)
        try:
            operation = document.operation(request.operation_name)
            priced = self._price(document, operation, request.operation_name)
            limit = self._settings.limits.key.cost_of_one if cost_limit is None else cost_limit
            cost = priced.cost(request.variables, limit)
            return Operation(request, document, operation, priced, cost)
        except ApiError as error:
            raise _refused([present_api_error(error, request_id)], error) from None

    def _price(
        self, document: CheckedDocument, operation: OperationDefinitionNode, name: str | None
    ) -> Priced:
        known = document.priced.get(name)
        if known is None:
            try:
                known = price(self._graphql_schema, document.node, operation, self._settings)
            except QueryTooComplex as refusal:
                known = refusal
            document.priced[name] = known
        if isinstance(known, QueryTooComplex):
            raise known.with_traceback(None)
        return known

    async def execute(self, operation: Operation, context: OperationContext) -> Answer:
        """Execute a query or a mutation; raises RequestRefused for wrong variables."""
        if operation.is_query:
            context.may_be_answered_by_replica()
        try:
            result = await self._execute(operation, context)
            if result.errors and context.answered_by_replica:
                # It went away, or is behind what decided who asks: errors are the primary's to tell.
                await context.turn_to_primary()
                result = await self._execute(operation, context)
            if not operation.is_query:
                await context.note_write()
            return self._present(result, context, operation)
        finally:
            await context.close()

    async def _execute(self, operation: Operation, context: OperationContext) -> ExecutionResult:
        result = self._build_executor(operation, context).execute_operation()
        if isawaitable(result):
            result = await result
        assert isinstance(result, ExecutionResult)
        return result

    async def open_source(self, operation: Operation, context: OperationContext) -> "Source":
        """Open a subscription's source of events; close the context after the last of them.

        Raises RequestRefused when it cannot be opened.
        """
        executor = self._build_executor(operation, context)
        events = create_source_event_stream(executor)
        if isawaitable(events):
            events = await events
        if isinstance(events, ExecutionResult):
            raise RequestRefused(self._present(events, context, operation))
        return Source(operation, executor, cast("AsyncGenerator[Any, None]", events))

    async def execute_event(self, source: "Source", event: Any) -> Answer:
        """Execute a subscription's selection on one event, in a context of its own."""
        executor = source.executor.build_per_event_executor(event)
        subscription_context: OperationContext = executor.context_value
        context = executor.context_value = subscription_context.for_event()
        try:
            result = executor.execute_operation(serially=False)
            if isawaitable(result):
                result = await result
            assert isinstance(result, ExecutionResult)
            return self._present(result, context, source.operation)
        except Exception as failure:  # noqa: BLE001  a subscriber gets a coded error, never a stack
            return {"data": None, "errors": [present_failure(failure, context.request_id)]}
        finally:
            await context.close()

    def delivery(self, operation: Operation) -> Delivery:
        """How the subscription's field was declared to treat slow readers."""
        subscription_type = self._graphql_schema.subscription_type
        field = subscription_type.fields.get(operation.root_field) if subscription_type else None
        definition = field.extensions.get("strawberry-definition") if field else None
        return delivery_of(getattr(definition, "metadata", None))

    def _present(
        self, result: ExecutionResult, context: OperationContext, operation: Operation
    ) -> Answer:
        answer: Answer = {"data": result.data}
        if result.errors:
            answer["errors"] = present_field_errors(
                result.errors,
                context.request_id,
                operation.document.node,
                self._settings.maximum_errors,
            )
        if context.extensions:
            answer["extensions"] = context.extensions
        return answer

    def _build_executor(self, operation: Operation, context: OperationContext) -> Executor[Any]:
        executor = self.schema.execution_context_class.build(
            self._graphql_schema,
            operation.document.node,
            None,
            context,
            operation.request.variables,
            operation.request.operation_name,
            is_awaitable=cast("Any", optimized_is_awaitable),
            hide_suggestions=not self._settings.introspection,
            operation_extensions=None,
        )
        if isinstance(executor, list):
            document = operation.document.node
            shown = [
                present_request_error(error, context.request_id, document) for error in executor
            ]
            raise _refused(shown)
        return executor


def _refused(errors: list[dict[str, Any]], cause: ApiError | None = None) -> RequestRefused:
    return RequestRefused({"errors": errors}, cause)
