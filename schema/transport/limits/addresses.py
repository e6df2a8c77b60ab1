"""Whose address a request comes from, for everything behind this."""

from functools import lru_cache

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.client_address import Network, client_address

_MOST_KEPT = 10_000
_LONGEST_KEPT = 200


class AddressMiddleware:
    """Puts the address that limits count for into the request's state."""

    def __init__(self, app: ASGIApp, trusted: tuple[Network, ...]) -> None:
        self._app = app
        self._trusted = trusted
        self._known = lru_cache(_MOST_KEPT)(self._work_out)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            scope.setdefault("state", {})["address"] = self._address(scope)
        await self._app(scope, receive, send)

    def _address(self, scope: Scope) -> str:
        client = scope.get("client")
        peer = client[0] if client else None
        if not self._trusted:
            return self._known(peer, ())
        forwarded = tuple(Headers(scope=scope).getlist("x-forwarded-for"))
        work_out = self._known if sum(map(len, forwarded)) < _LONGEST_KEPT else self._work_out
        return work_out(peer, forwarded)

    def _work_out(self, peer: str | None, forwarded: tuple[str, ...]) -> str:
        return client_address(peer, forwarded, self._trusted)
