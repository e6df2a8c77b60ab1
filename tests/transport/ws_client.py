"""A plain graphql-transport-ws client: frames in, frames out."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets import ConnectionClosed
from websockets.asyncio.client import ClientConnection, connect

PROTOCOL = "graphql-transport-ws"


class Socket:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def subscribe(self, identifier: str, query: str, **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        await self.send(id=identifier, type="subscribe", payload=payload)

    async def receive(self, seconds: float = 15.0) -> dict[str, Any]:
        """The next message that is no ping; pings are answered."""
        async with asyncio.timeout(seconds):
            while True:
                frame = await self.connection.recv()
                assert isinstance(frame, str), "messages are text frames"
                message: dict[str, Any] = json.loads(frame)
                if message["type"] != "ping":
                    return message
                await self.send(type="pong")

    async def closed(self, seconds: float = 15.0) -> tuple[int, str]:
        """Code and reason with which the server closes."""
        async with asyncio.timeout(seconds):
            with pytest.raises(ConnectionClosed) as closed:
                await self._read_on()
        frame = closed.value.rcvd
        assert frame is not None
        return frame.code, frame.reason

    async def _read_on(self) -> None:
        while True:
            await self.connection.recv()


@asynccontextmanager
async def opened(
    url: str, *, protocol: str | None = PROTOCOL, **rest: Any
) -> AsyncIterator[Socket]:
    subprotocols: Any = [protocol] if protocol else None
    async with connect(url, subprotocols=subprotocols, **rest) as connection:
        yield Socket(connection)


@asynccontextmanager
async def initialised(url: str, token: str | None = "sge_one") -> AsyncIterator[Socket]:
    async with opened(url) as socket:
        payload = {"authorization": f"Bearer {token}"} if token else None
        await socket.send(type="connection_init", payload=payload)
        assert await socket.receive() == {"type": "connection_ack"}
        yield socket
