"""One graphql-transport-ws connection, from its first message to its close code."""

import asyncio
from typing import Any, Protocol

import structlog
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from app.domain.permissions import Caller
from app.domain.positions import WritePosition
from schema.context import ApiRuntime
from schema.errors import BadUserInput, RateLimited, Unauthenticated
from schema.transport.credentials import authenticate, bearer_token, credential_of
from schema.transport.engine import Engine
from schema.transport.limits.admissions import Admissions
from schema.transport.limits.request import RequestLimits
from schema.transport.settings import TransportSettings
from schema.transport.sharing import SharedStreams
from schema.transport.write_positions import position_of_init
from schema.transport.ws_admission import Seat
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
from schema.transport.ws_operations import OpenOperations
from schema.transport.ws_output import TOO_SLOW, SocketGone, SocketOutput, Unread, UnreadOutput
from schema.transport.ws_pace import Pace

_log = structlog.get_logger(__name__)
_NO_INIT = "Unauthorized: send connection_init and wait for connection_ack first"


class SocketServer(Protocol):
    """What a connection needs of the endpoint it belongs to."""

    engine: Engine
    runtime: ApiRuntime
    settings: TransportSettings
    streams: SharedStreams
    admissions: Admissions
    unread: Unread


class Connection:
    def __init__(
        self, server: SocketServer, scope: Scope, receive: Receive, send: Send, seat: Seat
    ) -> None:
        self.server = server
        self.caller: Caller | None = None
        self.token: str | None = None
        self.position: WritePosition | None = None
        self.request_id: str = scope["state"]["request_id"]
        self.address: str = scope["state"]["address"]
        self.output = SocketOutput(send, server.unread, server.settings)
        self.seat = seat
        self.operations = OpenOperations(self)
        self.headers = Headers(scope=scope)
        self._receive = receive
        self._initialised = False
        self._acknowledged = False

    async def run(self) -> None:
        """Serve the connection until either side closes it."""
        timers = [
            asyncio.create_task(self._close_without_init()),
            asyncio.create_task(self._ping()),
        ]
        try:
            await self._take_messages()
        except SocketGone:
            _log.debug("socket_gone")
        except UnreadOutput:
            await self.close(CloseCode.TRY_AGAIN_LATER, TOO_SLOW)
        finally:
            self.output.closed = True
            for timer in timers:
                timer.cancel()
            await asyncio.gather(*timers, return_exceptions=True)
            await self.operations.stop()

    async def close(self, code: CloseCode, reason: str) -> None:
        """Close the socket, and end its operations; once."""
        if not self.output.closed:
            self.operations.cancel()
            await self.output.close(code, reason)

    async def send_away(self) -> None:
        """Let queries and mutations answer, then make the client connect again, to another server."""
        await self.operations.let_finish(self.server.settings.finish_seconds)
        reason = "The server restarts: connect again and resume from your last cursor"
        await self.close(CloseCode.SERVICE_RESTART, reason)

    async def send_text(self, text: str) -> None:
        await self.output.send_text(text)

    async def _take_messages(self) -> None:
        settings = self.server.settings
        pace = Pace(settings.messages_per_second, settings.messages_at_once)
        while not self.output.closed:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                break
            await self._take(message.get("text"))
            too_fast_by = pace.spend()
            if too_fast_by:
                await asyncio.sleep(too_fast_by)

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
            case Subscribe() if not self._acknowledged:
                await self.close(CloseCode.UNAUTHORIZED, _NO_INIT)
            case Subscribe():
                await self.operations.begin(message)
            case Complete():
                self.operations.end(message.id)

    async def _initialise(self, message: ConnectionInit) -> None:
        if self._initialised:
            await self.close(CloseCode.TOO_MANY_INITIALISATIONS, "Too many initialisation requests")
            return
        self._initialised = True
        try:
            self.position = position_of_init(message.payload)
            await self._authenticate(message.payload.get("authorization"))
        except Unauthenticated as refused:
            await self.close(CloseCode.FORBIDDEN, refused.message)
            return
        except BadUserInput as refused:
            await self.close(CloseCode.BAD_REQUEST, refused.message)
            return
        except RateLimited as refused:
            await self.close(CloseCode.TRY_AGAIN_LATER, refused.message)
            return
        except Exception:  # noqa: BLE001  the store is away, or a defect: the protocol has a code
            _log.warning("socket_authentication_failed", exc_info=True)
            await self.close(CloseCode.INTERNAL_SERVER_ERROR, "Internal server error")
            return
        if self.caller is not None and not self.seat.take(self.caller.actor):
            await self.close(CloseCode.TRY_AGAIN_LATER, "Too many connections of this credential")
            return
        self._acknowledged = True
        await self.send_text(text_of({"type": "connection_ack"}))

    async def _authenticate(self, offered: object) -> None:
        header = credential_of(self.headers) if offered is None else offered
        limits = RequestLimits(self.server.admissions, self.address)
        authenticator = self.server.runtime.authenticator
        self.caller = await limits.look_up(header, lambda: authenticate(authenticator, header))
        if self.caller is not None:
            self.token = bearer_token(header)

    async def _close_without_init(self) -> None:
        await asyncio.sleep(self.server.settings.connection_init_seconds)
        if not self._initialised:
            reason = "Connection initialisation timeout"
            await self.close(CloseCode.INITIALISATION_TIMEOUT, reason)

    async def _ping(self) -> None:
        ping = text_of({"type": "ping"})
        while not self.output.closed:
            await asyncio.sleep(self.server.settings.ping_seconds)
            await self.send_text(ping)


def _pong(ping: Ping) -> dict[str, Any]:
    pong: dict[str, Any] = {"type": "pong"}
    return pong if ping.payload is None else {**pong, "payload": ping.payload}
