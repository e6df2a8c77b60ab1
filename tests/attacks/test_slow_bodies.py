"""Clients that never finish their request hold nothing for long."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn

from app.main import create_app, server_config
from schema.transport.settings import TransportSettings
from tests.transport.tiny_runtime import TinyRuntime
from tests.transport.tiny_schema import SCHEMA

SETTINGS = TransportSettings(body_seconds=0.3)
HEAD = (
    b"POST /graphql HTTP/1.1\r\nhost: api\r\ncontent-type: application/json\r\n"
    b"content-length: 100\r\n\r\n"
)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    server = uvicorn.Server(
        server_config(create_app(TinyRuntime(), SCHEMA, SETTINGS), "127.0.0.1", 0, SETTINGS)
    )
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.01)
    (listener,) = server.servers[0].sockets
    yield listener.getsockname()[1]
    server.should_exit = True
    async with asyncio.timeout(15):
        await task


async def test_a_body_that_trickles_is_given_up_and_its_connection_closed(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD)

    for _ in range(3):
        writer.write(b" ")
        await asyncio.sleep(0.02)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"BAD_USER_INPUT" in answer
