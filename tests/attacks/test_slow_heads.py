"""Connections that never say what they want, on a real socket."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace

import pytest
import uvicorn
from uvicorn.server import ServerState

from app.main import create_app, server_config
from schema.transport.settings import TransportSettings
from tests.transport.tiny_runtime import TinyRuntime
from tests.transport.tiny_schema import SCHEMA

SETTINGS = TransportSettings(head_seconds=0.4, connections_per_peer=3, maximum_headers=20)
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nhost: api\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
    b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n"
    b"sec-websocket-protocol: graphql-transport-ws\r\n\r\n"
)
BODY = b'{"query":"{hello}"}'
HEAD = b"POST /graphql HTTP/1.1\r\nhost: api\r\ncontent-type: application/json\r\n"
REQUEST = HEAD + b"content-length: %d\r\n\r\n" % len(BODY) + BODY


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with served(SETTINGS) as listening:
        yield listening


@pytest.fixture
async def patient() -> AsyncIterator[int]:
    """Each head of the test below has half a second to spare, and all of them together take longer than one may."""
    async with served(replace(SETTINGS, head_seconds=1.1)) as listening:
        yield listening


@asynccontextmanager
async def served(settings: TransportSettings) -> AsyncIterator[int]:
    app = create_app(TinyRuntime(), SCHEMA, settings)
    server = uvicorn.Server(server_config(app, "127.0.0.1", 0, settings))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.01)
    (listener,) = server.servers[0].sockets
    yield listener.getsockname()[1]
    server.should_exit = True
    async with asyncio.timeout(15):
        await task


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


class FromPeer(asyncio.Transport):
    """An open connection from an address that this machine cannot connect from."""

    def __init__(self, peer: str) -> None:
        super().__init__({"peername": (peer, 1234), "sockname": ("::1", 80)})
        self.written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def close(self) -> None:
        """Nothing holds it."""

    def abort(self) -> None:
        """Nothing holds it."""


async def trickle(writer: asyncio.StreamWriter, piece: bytes) -> None:
    while not writer.transport.is_closing():
        writer.write(piece)
        await asyncio.sleep(0.05)


async def end_of(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except OSError:  # it was still sending
        return b" 431 reset"


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"", b""),
        (b"", b"\r\n"),
        (b"GET /gra", b"a"),
        (HEAD, b"x"),
        (HEAD, b"x: y\r\n"),
        (REQUEST, b"\r\n"),
        (REQUEST + HEAD, b"x: y\r\n"),
        # Answered without reading the body, which then never ends.
        (HEAD + b"authorization: nonsense\r\ncontent-length: 100000\r\n\r\n", b"x"),
        (HEAD + b"authorization: nonsense\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
async def test_a_head_that_never_ends_is_cut_off(port: int, start: bytes, piece: bytes) -> None:
    started = time.monotonic()
    async with connected(port) as (reader, writer):
        writer.write(start)
        trickling = asyncio.create_task(trickle(writer, piece))
        async with asyncio.timeout(10):
            await end_of(reader)
        assert time.monotonic() - started > 0.3
        trickling.cancel()


async def test_a_long_head_and_many_headers_are_refused(port: int) -> None:
    for head in (b"x: " + b"y" * 40_000, b"x: y\r\n" * 21, b"x: y\r\n" * 20_000):
        async with connected(port) as (reader, writer):
            writer.write(HEAD + head + b"\r\n\r\n")
            async with asyncio.timeout(10):
                assert b" 431 " in await end_of(reader)
    async with connected(port) as (reader, writer):
        writer.write(b"GET /?")
        for _ in range(12):
            writer.write(b"y" * 4_000)
            await asyncio.sleep(0.01)
        async with asyncio.timeout(10):
            assert b" 431 " in await end_of(reader)


async def test_requests_in_time_are_answered_on_one_connection(patient: int) -> None:
    async with connected(patient) as (reader, writer):
        for pause in (0.0, 0.4, 0.4, 0.0):
            await asyncio.sleep(pause)
            for piece in (REQUEST[:30], REQUEST[30:90], REQUEST[90:]):
                writer.write(piece)
                await asyncio.sleep(0.05)
            async with asyncio.timeout(10):
                assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
                await reader.readuntil(b"}}}")
        writer.write(REQUEST * 5)
        async with asyncio.timeout(10):
            for _ in range(5):
                assert b"200 OK" in await reader.readuntil(b"\r\n\r\n")
                await reader.readuntil(b"}}}")


async def test_one_address_has_so_many_connections(port: int) -> None:
    async with (
        connected(port),
        connected(port),
        connected(port),
        connected(port) as (reader, _),
        asyncio.timeout(10),
    ):
        assert b" 429 " in await end_of(reader)
    async with asyncio.timeout(10):
        while not await is_answered(port):  # noqa: ASYNC110  the server sees them leave a moment later
            await asyncio.sleep(0.01)


async def test_what_became_a_socket_is_none_of_them_any_more(port: int) -> None:
    """They have limits of their own (ws_admission); the end of one is not told to HTTP's protocol."""
    async with AsyncExitStack() as open_ones:
        for _ in range(2 * SETTINGS.connections_per_peer):
            reader, writer = await open_ones.enter_async_context(connected(port))
            writer.write(UPGRADE)
            async with asyncio.timeout(10):
                assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        assert await is_answered(port)
    assert await is_answered(port)


async def is_answered(port: int) -> bool:
    async with connected(port) as (reader, writer):
        writer.write(REQUEST)
        with suppress(OSError, asyncio.IncompleteReadError):  # refused while it still sends
            return b"200 OK" in await reader.readuntil(b"\r\n\r\n")
    return False


async def test_a_whole_ipv6_network_is_one_address() -> None:
    app = create_app(TinyRuntime(), SCHEMA, SETTINGS)
    config = server_config(app, "::1", 0, SETTINGS)
    config.load()
    state = ServerState()

    def answer_to(peer: str) -> bytes:
        transport = FromPeer(peer)
        assert isinstance(config.http_protocol_class, type)
        config.http_protocol_class(config, state, {}).connection_made(transport)
        return transport.written

    assert [answer_to(f"2001:db8::{n}")[9:12] for n in range(1, 5)] == [b"", b"", b"", b"429"]
    assert answer_to("2001:db8:0:1::1") == b""
