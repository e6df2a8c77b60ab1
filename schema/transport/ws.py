"""graphql-transport-ws on /graphql: the sockets of one API process.

Own handler, because Strawberry's makes one context for a whole socket, closes it over a syntax
error in one operation and never looks at a credential again (docs/decisions/0031).
"""

import asyncio

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from schema.context import ApiRuntime
from schema.transport.engine import Engine
from schema.transport.limits.admissions import Admissions
from schema.transport.origins import may_connect
from schema.transport.settings import TransportSettings
from schema.transport.sharing import SharedStreams
from schema.transport.ws_admission import Admission, Full, Seat
from schema.transport.ws_connection import Connection
from schema.transport.ws_handshake import HandshakeRefused, refuse_handshake
from schema.transport.ws_messages import SUBPROTOCOL, CloseCode
from schema.transport.ws_output import Unread
from schema.transport.ws_watch import send_away, watch


class GraphQLOverWebSocket:
    """The ASGI endpoint, and what all of its connections share."""

    def __init__(
        self,
        engine: Engine,
        runtime: ApiRuntime,
        settings: TransportSettings,
        admissions: Admissions,
    ) -> None:
        self.engine = engine
        self.runtime = runtime
        self.settings = settings
        self.admissions = admissions
        self.streams = SharedStreams(engine)
        self.unread = Unread()
        self._admission = Admission(settings)
        self._connections: set[Connection] = set()
        self._leaving = False
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._watching = asyncio.create_task(watch(self._connections, self.runtime, self.settings))

    async def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def leave(self) -> None:
        """Take no more connections, and send the clients of all others to another server."""
        self._leaving = True
        await send_away(self._connections, self.settings.leave_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "websocket.connect"
        try:
            seat = self._admit(scope)
        except HandshakeRefused as refused:
            await refuse_handshake(scope, send, refused)
            return
        try:
            await self._serve(scope, receive, send, seat)
        finally:
            seat.leave()

    def _admit(self, scope: Scope) -> Seat:
        if self._leaving:
            raise HandshakeRefused(503, "This server is stopping: connect again.")
        if not may_connect(Headers(scope=scope), self.settings):
            raise HandshakeRefused(403, "Pages of this Origin may not connect.")
        seat = self._admission.enter(scope["state"]["address"])
        if isinstance(seat, Full):
            raise HandshakeRefused(429 if seat is Full.ADDRESS else 503, f"{seat}.")
        return seat

    async def _serve(self, scope: Scope, receive: Receive, send: Send, seat: Seat) -> None:
        if SUBPROTOCOL not in scope.get("subprotocols", ()):
            await send({"type": "websocket.accept"})
            code = CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE
            reason = "Subprotocol not acceptable"
            await send({"type": "websocket.close", "code": int(code), "reason": reason})
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        connection = Connection(self, scope, receive, send, seat)
        self._connections.add(connection)
        try:
            await connection.run()
        finally:
            self._connections.discard(connection)
