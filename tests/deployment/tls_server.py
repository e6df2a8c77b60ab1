"""TLS in front of a server that has none, as PostgreSQL (after its SSLRequest) and Redis speak it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")  # PostgreSQL, "Message Formats": SSLRequest


@asynccontextmanager
async def tls_in_front(
    port: int, certificate: Path, key: Path, *, asks_first: bool
) -> AsyncIterator[int]:
    """The port on which TLS 1.3 is spoken; what comes goes on to the other port. asks_first: PostgreSQL's way."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if asks_first:
                assert await reader.readexactly(8) == _SSL_REQUEST
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(context)
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(_pass(reader, inner_writer), _pass(inner_reader, writer))
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=None if asks_first else context)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(65536):
        writer.write(chunk)
        await writer.drain()
    writer.close()
