"""One execution and one serialised payload for everybody who asked for the same.

Equal document, variables and authority means equal rights and equal results. A NEWEST topic
shares its whole stream; its readers see the latest payload, whatever they missed. A stream of
EVERY event keeps its own source (each reader has its own cursor and its own check of rights), and
shares what costs: executing the selection on an event, and serialising it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing
from typing import Any

import orjson
from graphql import FieldNode, Node, OperationDefinitionNode, VariableNode, Visitor, visit

from schema.context import OperationContext
from schema.delivery import Delivery
from schema.transport.engine import Engine, Operation, Source

_KEPT_EVENTS = 256

Payload = str
"""The JSON text of one answer."""


class SharedStreams:
    """All subscriptions of one API process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._topics: dict[Hashable, _Topic] = {}
        self._memos: dict[Hashable, _EventMemo] = {}

    def open(
        self, operation: Operation, context: OperationContext
    ) -> AsyncGenerator[Payload, None]:
        """Give the payloads of one subscription, sharing what can be shared."""
        if self._engine.delivery(operation) is Delivery.NEWEST:
            return self._newest(operation, context)
        return self._every(operation, context)

    async def _newest(
        self,
        operation: Operation,
        context: OperationContext,
    ) -> AsyncGenerator[Payload, None]:
        key = _share_key(operation, context, operation.request.variables)
        topic = self._topics.get(key)
        if topic is None:
            topic = self._topics[key] = _Topic(self._engine, operation, context)
        try:
            async with aclosing(topic.read()) as payloads:
                async for payload in payloads:
                    yield payload
        finally:
            if not topic.readers:
                if self._topics.get(key) is topic:
                    del self._topics[key]
                await topic.stop()

    async def _every(
        self,
        operation: Operation,
        context: OperationContext,
    ) -> AsyncGenerator[Payload, None]:
        key = _share_key(operation, context, _selection_variables(operation))
        memo = self._memos.setdefault(key, _EventMemo(self._engine))
        memo.readers += 1
        try:
            source = await self._engine.open_source(operation, context)
            async with aclosing(source.events) as events:
                async for event in events:
                    await context.leave_snapshot()
                    yield await memo.payload_of(source, event)
        finally:
            memo.readers -= 1
            if not memo.readers:
                self._memos.pop(key, None)
            await context.close()


class _Topic:
    """One running NEWEST subscription and its readers."""

    def __init__(self, engine: Engine, operation: Operation, context: OperationContext) -> None:
        self.readers: set[asyncio.Event] = set()
        self._engine = engine
        self._operation = operation
        self._latest: Payload | None = None
        self._ended = False
        self._failure: BaseException | None = None
        self._task = asyncio.create_task(self._run(context))

    async def read(self) -> AsyncGenerator[Payload, None]:
        changed = asyncio.Event()
        self.readers.add(changed)
        last_seen: Payload | None = None
        try:
            while True:
                latest = self._latest
                if latest is not None and latest is not last_seen:
                    last_seen = latest
                    yield latest
                    continue
                if self._ended:
                    break
                changed.clear()
                await changed.wait()
            if self._failure is not None:
                raise self._failure
        finally:
            self.readers.discard(changed)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, context: OperationContext) -> None:
        try:
            source = await self._engine.open_source(self._operation, context)
            async with aclosing(source.events) as events:
                async for event in events:
                    await context.leave_snapshot()
                    self._latest = serialise(await self._engine.execute_event(source, event))
                    self._wake_readers()
        except Exception as failure:  # noqa: BLE001  raised again in every reader
            self._failure = failure
        finally:
            self._ended = True
            self._wake_readers()
            await context.close()

    def _wake_readers(self) -> None:
        for changed in self.readers:
            changed.set()


class _Shown:
    """One event's payload, or the wait for it."""

    def __init__(self, event: Any) -> None:
        self.event = event  # kept, so that its identity is not given to another object
        self.payload: Payload = ""
        self.failure: Exception | None = None
        self.ready = asyncio.Event()

    async def make(self, engine: Engine, source: Source) -> None:
        try:
            self.payload = serialise(await engine.execute_event(source, self.event))
        except Exception as failure:  # noqa: BLE001  raised again in every reader
            self.failure = failure
        finally:
            self.ready.set()


class _EventMemo:
    """Payloads of the last events, by event object: the feed hands one object to all readers."""

    def __init__(self, engine: Engine) -> None:
        self.readers = 0
        self._engine = engine
        self._kept: OrderedDict[int, _Shown] = OrderedDict()
        self._running: set[asyncio.Task[None]] = set()

    async def payload_of(self, source: Source, event: Any) -> Payload:
        shown = self._kept.get(id(event))
        if shown is None:
            shown = self._kept[id(event)] = _Shown(event)
            if len(self._kept) > _KEPT_EVENTS:
                self._kept.popitem(last=False)
            # A task of its own: a reader that leaves must not take the others' payload along.
            task = asyncio.create_task(shown.make(self._engine, source))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        if not shown.ready.is_set():
            await shown.ready.wait()
        if shown.failure is not None:
            raise shown.failure
        return shown.payload


def serialise(answer: Any) -> Payload:
    return orjson.dumps(answer).decode()


def _share_key(
    operation: Operation,
    context: OperationContext,
    variables: dict[str, Any],
) -> Hashable:
    return (
        operation.document.text,
        operation.request.operation_name,
        orjson.dumps(variables, option=orjson.OPT_SORT_KEYS),
        context.caller,
    )


def _selection_variables(operation: Operation) -> dict[str, Any]:
    """Give the variables that can change what an event's payload looks like.

    Those that appear only as arguments of the root field (`after`, `types`) choose events and
    have no part in how one is shown.
    """
    search = _VariablesBelowRoot(operation.node)
    visit(operation.document.node, search)
    variables = operation.request.variables
    return {name: value for name, value in variables.items() if name in search.names}


class _VariablesBelowRoot(Visitor):
    def __init__(self, operation: OperationDefinitionNode) -> None:
        super().__init__()
        self.names: set[str] = set()
        self._skipped: set[int] = {id(node) for node in operation.variable_definitions or ()}
        for field in operation.selection_set.selections:
            if isinstance(field, FieldNode):
                self._skipped.update(id(argument) for argument in field.arguments or ())

    def enter(self, node: Node, *_: Any) -> Any:
        if id(node) in self._skipped:
            return self.SKIP
        if isinstance(node, VariableNode):
            self.names.add(node.name.value)
        return None
