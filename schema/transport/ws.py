"""graphql-transport-ws on /graphql: the sockets of one API process.

Own handler, because Strawberry's makes one context for a whole socket, closes it over a syntax
error in one operation and never looks at a credential again (docs/decisions/0031).
"""

import asyncio
from collections import Counter

import structlog
from starlette.types import Receive, Scope, Send

from app.domain.permissions import Authority
from schema.context import ApiRuntime
from schema.transport.engine import Engine
from schema.transport.settings import TransportSettings
from schema.transport.sharing import SharedStreams
from schema.transport.ws_connection import Connection
from schema.transport.ws_messages import SUBPROTOCOL, CloseCode

_log = structlog.get_logger(__name__)


class GraphQLOverWebSocket:
    """The ASGI endpoint, and what all of its connections share."""

    def __init__(self, engine: Engine, runtime: ApiRuntime, settings: TransportSettings) -> None:
        self.engine = engine
        self.runtime = runtime
        self.settings = settings
        self.streams = SharedStreams(engine)
        self._connections: set[Connection] = set()
        self._by_caller: Counter[Authority | None] = Counter()
        self._recheck: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._recheck = asyncio.create_task(self._recheck_credentials())

    async def stop(self) -> None:
        if self._recheck is not None:
            self._recheck.cancel()
            await asyncio.gather(self._recheck, return_exceptions=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert (await receive())["type"] == "websocket.connect"
        if SUBPROTOCOL not in scope.get("subprotocols", ()):
            await send({"type": "websocket.accept"})
            code = CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE
            reason = "Subprotocol not acceptable"
            await send({"type": "websocket.close", "code": int(code), "reason": reason})
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        connection = Connection(self, scope, receive, send)
        self._connections.add(connection)
        try:
            await connection.run()
        finally:
            self._connections.discard(connection)

    def admit(self, authority: Authority | None) -> bool:
        """Count a connection of this caller; False when it has too many. Balance with `leave`."""
        if self._by_caller[authority] >= self.settings.connections_per_caller:
            return False
        self._by_caller[authority] += 1
        return True

    def leave(self, authority: Authority | None) -> None:
        self._by_caller[authority] -= 1
        if self._by_caller[authority] <= 0:
            del self._by_caller[authority]

    async def _recheck_credentials(self) -> None:
        """Close the sockets of credentials that expired or were revoked, within seconds."""
        while True:
            await asyncio.sleep(self.settings.recheck_credentials_seconds)
            try:
                await self._close_revoked()
            except Exception:  # noqa: BLE001  the store is away: sockets stay, the next look decides
                _log.warning("credential_recheck_failed", exc_info=True)

    async def _close_revoked(self) -> None:
        by_token: dict[str, list[Connection]] = {}
        for connection in self._connections:
            if connection.token is not None:
                by_token.setdefault(connection.token, []).append(connection)
        for token, connections in by_token.items():
            authority = await self.runtime.authenticator.authenticate(token)
            for connection in connections:
                if authority != connection.authority:
                    await connection.close(
                        CloseCode.FORBIDDEN, "This API key has expired or was revoked."
                    )
