"""A thousand graphql-transport-ws subscribers in a process of their own, which cost the server's core little."""

import asyncio
import base64
import json
import os
import time
from multiprocessing.connection import Connection

SUBSCRIPTION = (
    "subscription ($program: ID!) { programEvents(programId: $program)"
    " { cursor type name at entityId data } }"
)


class Reader(asyncio.Protocol):
    """Counts event frames by when they came; parses no more than their borders."""

    def __init__(self, token: str, program: str) -> None:
        self.arrivals: list[float] = []
        self._buffer = bytearray()
        self._upgraded = False
        self._hello = [
            {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}},
            {
                "id": "1",
                "type": "subscribe",
                "payload": {"query": SUBSCRIPTION, "variables": {"program": program}},
            },
        ]
        self.subscribed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            (
                "GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
                f"sec-websocket-key: {key}\r\nsec-websocket-version: 13\r\n"
                "sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
            ).encode()
        )

    def connection_lost(self, _reason: Exception | None) -> None:
        if not self.subscribed.done():
            answer = bytes(self._buffer[:200]).decode(errors="replace")
            self.subscribed.set_exception(
                ConnectionError(f"refused before it was subscribed: {answer}")
            )

    def data_received(self, data: bytes) -> None:
        now = time.time()
        self._buffer += data
        if not self._upgraded:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            del self._buffer[: end + 4]
            self._upgraded = True
            for message in self._hello:
                self._send(json.dumps(message).encode())
        for payload in self._frames():
            if b'"type":"CURSOR"' in payload:
                if not self.subscribed.done():
                    self.subscribed.set_result(None)
            elif b'"type":"next"' in payload:
                self.arrivals.append(now)

    def _send(self, payload: bytes) -> None:
        # A mask of zeros is a mask too.
        size = len(payload)
        head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + size.to_bytes(2)
        self._transport.write(head + bytes(4) + payload)

    def _frames(self) -> list[bytes]:
        found, at, buffer = [], 0, self._buffer
        while len(buffer) - at >= 2:
            size, start = buffer[at + 1], at + 2
            if size == 126:
                size, start = int.from_bytes(buffer[at + 2 : at + 4]), at + 4
            elif size == 127:
                size, start = int.from_bytes(buffer[at + 2 : at + 10]), at + 10
            if len(buffer) < start + size or start > len(buffer):
                break
            found.append(bytes(buffer[start : start + size]))
            at = start + size
        del buffer[:at]
        return found


def subscribe(port: int, token: str, program: str, count: int, link: Connection) -> None:
    """Runs in its own process: says when all are subscribed, then sends the arrivals of so many events as asked."""
    asyncio.run(_subscribe(port, token, program, count, link))


async def _subscribe(port: int, token: str, program: str, count: int, link: Connection) -> None:
    loop = asyncio.get_running_loop()
    readers: list[Reader] = []
    for _ in range(count):
        _, reader = await loop.create_connection(lambda: Reader(token, program), "127.0.0.1", port)
        readers.append(reader)
        await reader.subscribed
    link.send("subscribed")
    while True:
        wanted = await asyncio.to_thread(link.recv)
        if wanted is None:
            return
        async with asyncio.timeout(120):
            while min(len(reader.arrivals) for reader in readers) < wanted:  # noqa: ASYNC110  a thousand futures would cost more
                await asyncio.sleep(0.02)
        link.send([reader.arrivals[:wanted] for reader in readers])
        for reader in readers:
            reader.arrivals.clear()
