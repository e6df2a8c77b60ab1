"""One graphql-transport-ws connection, from its first message to its close code."""

import asyncio
from typing import Any, Protocol

import structlog
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from app.domain.permissions import Authority
from schema.context import ApiRuntime
from schema.errors import RateLimited, Unauthenticated
from schema.transport.credentials import authenticate, bearer_token
from schema.transport.engine import Engine
from schema.transport.presenting import present_api_error
from schema.transport.settings import TransportSettings
from schema.transport.sharing import SharedStreams
from schema.transport.ws_messages import (
    ClientMessage,
    CloseCode,
    Complete,
    ConnectionInit,
    InvalidMessage,
    Ping,
    Pong,
    Subscribe,
    read_message,
    text_of,
)
from schema.transport.ws_operation import run_operation

_log = structlog.get_logger(__name__)
_LONGEST_REASON_BYTES = 123
_NO_INIT = "Unauthorized: send connection_init and wait for connection_ack first"


class SocketServer(Protocol):
    """What a connection needs of the endpoint it belongs to."""

    engine: Engine
    runtime: ApiRuntime
    settings: TransportSettings
    streams: SharedStreams

    def admit(self, authority: Authority | None) -> bool: ...

    def leave(self, authority: Authority | None) -> None: ...


class Connection:
    def __init__(self, server: SocketServer, scope: Scope, receive: Receive, send: Send) -> None:
        self.server = server
        self.authority: Authority | None = None
        self.token: str | None = None
        self.request_id: str = scope["state"]["request_id"]
        self._header = Headers(scope=scope).get("authorization")
        self._receive = receive
        self._send = send
        self._initialised = False
        self._acknowledged = False
        self._closed = False
        self._operations: dict[str, asyncio.Task[None]] = {}
        self._started_operations = 0

    async def run(self) -> None:
        """Serve the connection until either side closes it."""
        timers = [
            asyncio.create_task(self._close_without_init()),
            asyncio.create_task(self._ping()),
        ]
        try:
            while not self._closed:
                message = await self._receive()
                if message["type"] == "websocket.disconnect":
                    break
                await self._take(message.get("text"))
        finally:
            self._closed = True
            if self._acknowledged:
                self.server.leave(self.authority)
            tasks = [*timers, *self._operations.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self, code: CloseCode, reason: str) -> None:
        if self._closed:
            return
        self._closed = True
        for task in self._operations.values():
            if task is not asyncio.current_task():
                task.cancel()
        short = reason.encode()[:_LONGEST_REASON_BYTES].decode(errors="ignore")
        try:
            await self._send({"type": "websocket.close", "code": int(code), "reason": short})
        except (OSError, RuntimeError):
            _log.debug("socket_was_gone", code=int(code))

    async def send_text(self, text: str) -> None:
        """Send one frame, waiting while the socket is full; silently nothing once closed."""
        if not self._closed:
            await self._send({"type": "websocket.send", "text": text})

    def finish(self, identifier: str) -> None:
        """Free an operation's id: the client may use it again from its complete message on."""
        if self._operations.get(identifier) is asyncio.current_task():
            del self._operations[identifier]

    async def _take(self, text: str | None) -> None:
        if text is None:
            await self.close(CloseCode.BAD_REQUEST, "Messages are text frames")
            return
        try:
            await self._handle(read_message(text))
        except InvalidMessage as invalid:
            await self.close(CloseCode.BAD_REQUEST, str(invalid))

    async def _handle(self, message: ClientMessage) -> None:
        match message:
            case ConnectionInit():
                await self._initialise(message)
            case Ping():
                await self.send_text(text_of(_pong(message)))
            case Pong():
                pass
            case Subscribe():
                await self._subscribe(message)
            case Complete():
                task = self._operations.pop(message.id, None)
                if task is not None:
                    task.cancel()

    async def _initialise(self, message: ConnectionInit) -> None:
        if self._initialised:
            await self.close(CloseCode.TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
            return
        self._initialised = True
        try:
            await self._authenticate(message.payload.get("authorization", self._header))
        except Unauthenticated as refused:
            await self.close(CloseCode.FORBIDDEN, refused.message)
            return
        except Exception:  # noqa: BLE001  the store is away, or a defect: the protocol has a code
            _log.warning("socket_authentication_failed", exc_info=True)
            await self.close(CloseCode.INTERNAL_SERVER_ERROR, "Internal server error")
            return
        if not self.server.admit(self.authority):
            await self.close(CloseCode.TRY_AGAIN_LATER, "Too many connections of this credential")
            return
        self._acknowledged = True
        await self.send_text(text_of({"type": "connection_ack"}))

    async def _authenticate(self, header: object) -> None:
        self.authority = await authenticate(self.server.runtime.authenticator, header)
        if self.authority is not None:
            self.token = bearer_token(header)

    async def _subscribe(self, message: Subscribe) -> None:
        if not self._acknowledged:
            await self.close(CloseCode.UNAUTHORIZED, _NO_INIT)
        elif message.id in self._operations:
            reason = f"Subscriber for {message.id} already exists"
            await self.close(CloseCode.SUBSCRIBER_EXISTS, reason)
        elif len(self._operations) >= self.server.settings.subscriptions_per_connection:
            error = RateLimited("This connection has too many open operations.", 1)
            shown = [present_api_error(error, self.request_id)]
            await self.send_text(text_of({"id": message.id, "type": "error", "payload": shown}))
        else:
            self._started_operations += 1
            request_id = f"{self.request_id}.{self._started_operations}"
            operation = run_operation(self, message, request_id)
            self._operations[message.id] = asyncio.create_task(operation)

    async def _close_without_init(self) -> None:
        await asyncio.sleep(self.server.settings.connection_init_seconds)
        if not self._initialised:
            reason = "Connection initialisation timeout"
            await self.close(CloseCode.INITIALISATION_TIMEOUT, reason)

    async def _ping(self) -> None:
        ping = text_of({"type": "ping"})
        while not self._closed:
            await asyncio.sleep(self.server.settings.ping_seconds)
            await self.send_text(ping)


def _pong(ping: Ping) -> dict[str, Any]:
    pong: dict[str, Any] = {"type": "pong"}
    return pong if ping.payload is None else {**pong, "payload": ping.payload}
