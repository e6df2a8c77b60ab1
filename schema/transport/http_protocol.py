"""uvicorn's HTTP protocol, without what lets one client hold up or fill a server.

uvicorn 0.54 waits for ever for a head that never ends or for the first byte of one, keeps any amount of it, and
forgets its idle timeout as soon as a byte comes, also one of a body that it no longer reads.
"""

import asyncio
from collections import Counter
from ipaddress import ip_address
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from app.domain.client_address import Network, client_address
from schema.transport.settings import TransportSettings

_TOO_LARGE = b"431 Request Header Fields Too Large"
_TOO_MANY = b"429 Too Many Requests"


def http_protocol(settings: TransportSettings) -> type[HttpToolsProtocol]:
    """The protocol of one server."""
    peers: Counter[str] = Counter()
    named = {"transport_settings": settings, "peers": peers}
    return type("HttpProtocol", (_HttpProtocol,), named)


class _HttpProtocol(HttpToolsProtocol):
    """A request has a time for its head, and what is left of it after the answer has as long."""

    transport_settings: TransportSettings
    peers: Counter[str]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_head = self._in_message = self._refused = False
        self._head_bytes = 0
        self._timer: asyncio.TimerHandle | None = None
        self._peer: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        peer = self.client[0] if self.client else None
        if peer is not None and not _is_among(peer, self.transport_settings.trusted_proxies):
            self._peer = client_address(peer, (), ())
            self.peers[self._peer] += 1
            if self.peers[self._peer] > self.transport_settings.connections_per_peer:
                self._refuse(_TOO_MANY)
                return
        self._begin_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_waiting()
        self._leave_peer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        head_came_before = self._head_bytes
        if not self._in_message or self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self.transport.get_protocol() is not self:
            # A socket's now: its end is not told here, and ws_admission counts it.
            self._end_waiting()
            self._leave_peer()
            return
        waits_for_head = self._in_head or not self._in_message
        if waits_for_head and head_came_before > self.transport_settings.maximum_head_bytes:
            self._refuse(_TOO_LARGE)
        elif waits_for_head or self._is_answered():
            self._begin_waiting()

    def on_message_begin(self) -> None:
        self._in_message = self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        self._end_waiting()
        settings = self.transport_settings
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > settings.maximum_head_bytes or len(self.headers) > settings.maximum_headers:
            self._refuse(_TOO_LARGE)
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_message = False
        self._end_waiting()
        if not self._refused:
            super().on_message_complete()

    def _leave_peer(self) -> None:
        if self._peer is None:
            return
        self.peers[self._peer] -= 1
        if self.peers[self._peer] <= 0:
            del self.peers[self._peer]
        self._peer = None

    def _is_answered(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and cycle.response_complete

    def _begin_waiting(self) -> None:
        if self._timer is None and not self._refused:
            self._timer = self.loop.call_later(
                self.transport_settings.head_seconds, self._waited_long_enough
            )

    def _end_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _waited_long_enough(self) -> None:
        self._timer = None
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and not cycle.response_complete:
            self._begin_waiting()  # the next request came early; this one is still being answered
        else:
            self.transport.abort()

    def _refuse(self, status: bytes) -> None:
        self._refused = True
        self._end_waiting()
        self.transport.write(
            b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        self.transport.close()


def _is_among(peer: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in networks)
