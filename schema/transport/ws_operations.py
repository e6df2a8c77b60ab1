"""The operations that are open on one connection, by the ids that its client gave them."""

import asyncio
from typing import Any, Protocol

from starlette.datastructures import Headers

from app.domain.permissions import Caller
from app.domain.positions import WritePosition
from schema.errors import RateLimited
from schema.transport.presenting import present_api_error
from schema.transport.ws_admission import Seat
from schema.transport.ws_messages import CloseCode, Subscribe, text_of
from schema.transport.ws_operation import run_operation

_TRY_AGAIN_SECONDS = 1


class OperationsSocket(Protocol):
    """What the operations need of their connection."""

    server: Any
    caller: Caller | None
    position: WritePosition | None
    address: str
    request_id: str
    seat: Seat
    headers: Headers

    async def send_text(self, text: str) -> None: ...

    async def close(self, code: CloseCode, reason: str) -> None: ...


class OpenOperations:
    def __init__(self, socket: OperationsSocket) -> None:
        self._socket = socket
        self._open: dict[str, asyncio.Task[None]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._streams: set[asyncio.Task[None]] = set()
        self._started = 0

    async def begin(self, message: Subscribe) -> None:
        """Start an operation, or refuse it alone; only an id in use closes the socket."""
        socket = self._socket
        if message.id in self._open:
            reason = f"Subscriber for {message.id} already exists"
            await socket.close(CloseCode.SUBSCRIBER_EXISTS, reason)
        elif len(self._open) >= socket.server.settings.subscriptions_per_connection:
            await self._refuse(message.id, "This connection has too many open operations.")
        elif not socket.seat.begin_operation():
            await self._refuse(message.id, "This credential has too many open operations.")
        else:
            self._start(message)

    def end(self, identifier: str) -> None:
        """The client wants no more of it; ids that are not open are none of an error."""
        task = self._open.pop(identifier, None)
        if task is not None:
            task.cancel()

    def finish(self, identifier: str) -> None:
        """Free an operation's id: the client may use it again from its complete message on."""
        if self._open.get(identifier) is asyncio.current_task():
            del self._open[identifier]

    def streams(self) -> None:
        """The running operation is a subscription, which nobody waits for."""
        task = asyncio.current_task()
        if task is not None:
            self._streams.add(task)

    async def let_finish(self, seconds: float) -> None:
        """Wait for those that have an end of their own."""
        answering = self._running - self._streams
        if answering:
            await asyncio.wait(answering, timeout=seconds)

    def cancel(self) -> None:
        """End all but the one that calls."""
        for task in self._running:
            if task is not asyncio.current_task():
                task.cancel()

    async def stop(self) -> None:
        self.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _start(self, message: Subscribe) -> None:
        self._started += 1
        request_id = f"{self._socket.request_id}.{self._started}"
        task = asyncio.create_task(run_operation(self._socket, self, message, request_id))
        self._open[message.id] = task
        self._running.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._streams.discard(task)
        self._socket.seat.end_operation()

    async def _refuse(self, identifier: str, why: str) -> None:
        error = RateLimited(why, _TRY_AGAIN_SECONDS)
        shown = [present_api_error(error, self._socket.request_id)]
        await self._socket.send_text(text_of({"id": identifier, "type": "error", "payload": shown}))
