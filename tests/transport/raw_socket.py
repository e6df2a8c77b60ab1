"""A WebSocket client that does what no library would: frames of any kind, and reading only when told."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

TEXT, BINARY, CONTINUATION, CLOSE, PING = 1, 2, 0, 8, 9
_HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nhost: api\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
    "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n"
    "sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)
INIT = b'{"type":"connection_init","payload":{"authorization":"Bearer sge_one"}}'


def frame(
    opcode: int, payload: bytes = b"", *, last: bool = True, length: int | None = None
) -> bytes:
    """One masked frame (the mask is zero); `length` announces another length than it has."""
    size = len(payload) if length is None else length
    if size < 126:
        head = struct.pack("!BB", opcode | last << 7, 128 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", opcode | last << 7, 128 | 126, size)
    else:
        head = struct.pack("!BBQ", opcode | last << 7, 128 | 127, size)
    return head + bytes(4) + payload


class RawSocket:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def receive(self) -> tuple[int, bytes]:
        """(opcode, payload) of the next frame; raises IncompleteReadError at the end."""
        opcode, size = await self.reader.readexactly(2)
        if size == 126:
            (size,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", await self.reader.readexactly(8))
        return opcode & 15, await self.reader.readexactly(size)

    async def closed(self, seconds: float = 10.0) -> int:
        """The code of the close frame, whatever came before it."""
        async with asyncio.timeout(seconds):
            while True:
                opcode, payload = await self.receive()
                if opcode == CLOSE:
                    # RFC 6455, section 7.1.5: a close frame without a code answers one without.
                    return int.from_bytes(payload[:2]) if payload else 1005


@asynccontextmanager
async def raw_socket(port: int, *, buffer: int = 2**16) -> AsyncIterator[RawSocket]:
    """Connected and, unless something else is read first, ready for frames."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=buffer)
    writer.write(_HANDSHAKE.encode())
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    try:
        yield RawSocket(reader, writer)
    finally:
        writer.transport.abort()
