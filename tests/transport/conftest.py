"""The tiny schema behind uvicorn on a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.main import create_app, make_server
from schema.transport.settings import TransportSettings
from schema.transport.ws import GraphQLOverWebSocket
from tests.transport.tiny_runtime import TinyRuntime
from tests.transport.tiny_schema import COUNTERS, SCHEMA

SETTINGS = TransportSettings(
    ping_seconds=0.3,
    recheck_credentials_seconds=0.1,
    subscriptions_per_connection=5,
    connections_per_caller=3,
)


@dataclass
class Served:
    """A running API."""

    runtime: TinyRuntime
    port: int
    sockets: GraphQLOverWebSocket

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def until_open(self, operations: int) -> None:
        """Waits until so many operations run on sockets."""
        async with asyncio.timeout(10):
            while sum(self.sockets._admission.operations.values()) != operations:  # noqa: ASYNC110  nobody tells
                await asyncio.sleep(0.01)

    async def until_heard(self, listeners: int) -> None:
        """Waits until so many subscriptions follow the feed."""
        async with asyncio.timeout(10):
            while sum(map(len, self.runtime.hub._readers.values())) != listeners:  # noqa: ASYNC110  nobody tells
                await asyncio.sleep(0.01)

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"


@asynccontextmanager
async def serving(
    settings: TransportSettings, *, frame_ping_seconds: float = 20.0, limiter: Any = None
) -> AsyncIterator[Served]:
    """The API as `sge api` runs it, but for its settings."""
    COUNTERS.executions = COUNTERS.sources = 0
    runtime = TinyRuntime(limiter=limiter)
    app = create_app(runtime, SCHEMA, settings)
    server = make_server(app, "127.0.0.1", 0, settings)
    server.config.ws_ping_interval = server.config.ws_ping_timeout = frame_ping_seconds
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.01)
    (listener,) = server.servers[0].sockets
    yield Served(runtime, listener.getsockname()[1], app.state.leave.__self__)
    server.should_exit = True
    async with asyncio.timeout(15):
        await task


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(SETTINGS) as running:
        yield running


@pytest.fixture
async def client(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=served.url, verify=False) as opened:
        yield opened
