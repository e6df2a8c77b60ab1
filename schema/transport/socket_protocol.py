"""uvicorn's WebSocket protocol, without what lets one client hold up or fill a server.

uvicorn 0.54 parses all that it has read in one go (256 KiB of protocol pings stop the loop for a
second), collects empty fragments without end, resets a connection that it fails while the client
still sends (the close code is lost: 1006), and waits for ever for a client that never reads
(docs/decisions/0135).
"""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from schema.transport.ws_pace import Pace

_SLICE_BYTES = 4096
_FRAMES_PER_SECOND = 500.0
_FRAMES_AT_ONCE = 1_000
_MOST_FRAGMENTS = 1_024
_CLOSE_SECONDS = 5.0
_QUIET_SECONDS = 0.25


class SocketProtocol(WebSocketsSansIOProtocol):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.close_timeout = _CLOSE_SECONDS
        self._unparsed = bytearray()
        self._frames_parsed = 0
        self._failed = False
        self._pace = Pace(_FRAMES_PER_SECOND, _FRAMES_AT_ONCE)
        self._resting: asyncio.TimerHandle | None = None
        self._abortion: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        self._unparsed += data
        if self._resting is not None:
            self.transport.pause_reading()
        self._parse()

    def _parse(self) -> None:
        """Parse in slices, until the application has a message to take or frames come too fast."""
        while self._unparsed and self._resting is None and not self.read_paused:
            piece = bytes(self._unparsed[:_SLICE_BYTES])
            del self._unparsed[:_SLICE_BYTES]
            super().data_received(piece)
            too_fast_by = self._pace.spend(self._frames_parsed)
            self._frames_parsed = 0
            if too_fast_by and not self.transport.is_closing():
                self.transport.pause_reading()
                self._resting = self.loop.call_later(too_fast_by, self._go_on)

    def _go_on(self) -> None:
        self._resting = None
        if not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()
        self._parse()

    def handle_events(self) -> None:
        self._frames_parsed += len(self.conn.events)
        super().handle_events()

    def handle_cont(self, event: Frame) -> None:
        if len(self.frames) < _MOST_FRAGMENTS:
            super().handle_cont(event)
        else:
            self._fail(CloseCode.MESSAGE_TOO_BIG, f"more than {_MOST_FRAGMENTS} fragments")

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_utf8(self.frames):
            self._fail(CloseCode.INVALID_DATA, "text is not UTF-8")
        else:
            super().send_receive_event_to_app()

    def _fail(self, code: CloseCode, reason: str) -> None:
        self.frames = []
        self.conn.fail(code, reason)
        self.handle_parser_exception()

    def handle_parser_exception(self) -> None:
        """Say why, and read on until the client is quiet: it would be reset before it reads that."""
        if not self.close_sent and self.conn.close_sent is not None:
            closing = self.conn.close_sent
            self.queue.put_nowait(
                {"type": "websocket.disconnect", "code": closing.code, "reason": closing.reason}
            )
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
            self._failed = True
            self._abort_later()
        if self._failed:
            if self.close_timer is not None:
                self.close_timer.cancel()
            self.close_timer = self.loop.call_later(_QUIET_SECONDS, self.transport.close)
        if self.read_paused and not self.transport.is_closing():
            self.read_paused = False
            self.transport.resume_reading()

    async def receive(self) -> Any:
        message = await super().receive()
        self._parse()
        return message

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            self.writable.set()  # the close frame goes past what the client does not read
            self._abort_later()
        await super().send(message)
        if self.close_sent:
            self._parse()

    def keepalive_timeout(self) -> None:
        """A machine that slept reads this when it wakes; uvicorn's 1011 would end graphql-ws for good."""
        if not self.close_sent and not self.transport.is_closing():
            self._fail(CloseCode.TRY_AGAIN_LATER, "no answer to a ping")

    async def run_asgi(self) -> None:
        await super().run_asgi()
        self._abort_later()

    def connection_lost(self, exc: Exception | None) -> None:
        for timer in (self._resting, self._abortion):
            if timer is not None:
                timer.cancel()
        self._unparsed.clear()
        super().connection_lost(exc)

    def _abort_later(self) -> None:
        """A closed transport waits until everything is written, for ever if nobody reads it."""
        if self._abortion is None and self in self.connections:
            self._abortion = self.loop.call_later(self.close_timeout + 1, self.transport.abort)


def _is_utf8(parts: list[bytes]) -> bool:
    try:
        b"".join(parts).decode()
    except UnicodeDecodeError:
        return False
    return True
