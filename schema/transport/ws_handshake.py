"""Refusing a socket before it is one: an HTTP answer, which holds nothing open."""

from http import HTTPStatus

import orjson
from starlette.types import Scope, Send

_RETRY_SECONDS = b"5"


class HandshakeRefused(Exception):
    """The client gets this status, and a sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


async def refuse_handshake(scope: Scope, send: Send, refused: HandshakeRefused) -> None:
    """Answer instead of upgrading; with a plain 403 where the server knows no other."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    if refused.status != HTTPStatus.FORBIDDEN:
        headers.append((b"retry-after", _RETRY_SECONDS))
    start = {"type": "websocket.http.response.start", "status": refused.status, "headers": headers}
    await send(start)
    body = orjson.dumps({"errors": [{"message": refused.message}]})
    await send({"type": "websocket.http.response.body", "body": body})
