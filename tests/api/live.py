"""The real schema on a real socket, for tests of subscriptions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn

from app.api_runtime import ApiProcess
from app.main import create_app, server_config
from schema.build import build_schema
from schema.transport.settings import TransportSettings
from tests.api.caller import OwnProgram
from tests.transport.ws_client import Socket

SCHEMA = build_schema()
EVENTS = """
subscription ($program: ID!, $after: String, $types: [EventType!]) {
  programEvents(programId: $program, after: $after, types: $types) {
    cursor type name entityId data
  }
}
"""
CURSOR = "query ($slug: String!) { program(slug: $slug) { eventCursor } }"


@asynccontextmanager
async def on_a_socket(process: ApiProcess, *, start: bool = False) -> AsyncIterator[str]:
    """Serve a process that is started already, or start it as a server does; gives the address for sockets."""
    config = server_config(create_app(process, SCHEMA), "127.0.0.1", 0, TransportSettings())
    config.lifespan = "on" if start else "off"
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0.01)
    (listener,) = server.servers[0].sockets
    yield f"ws://127.0.0.1:{listener.getsockname()[1]}/graphql"
    server.should_exit = True
    await task


async def cursor_of(program: OwnProgram) -> str:
    cursor: str = (await program.ask(CURSOR, slug=program.slug))["program"]["eventCursor"]
    return cursor


async def next_event(socket: Socket, seconds: float = 15.0) -> dict[str, Any]:
    """The next event that is no CURSOR."""
    while True:
        message = await socket.receive(seconds)
        assert message["type"] == "next", message
        event: dict[str, Any] = message["payload"]["data"]["programEvents"]
        if event["type"] != "CURSOR":
            return event
