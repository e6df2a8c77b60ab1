"""A receiver of webhooks: a real HTTP server that answers as a test says."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

Manner = Literal["answers", "hangs", "trickles", "hangs up"]


@dataclass
class Received:
    """One request as it arrived. at: by the monotonic clock."""

    line: str
    headers: dict[str, str]
    body: bytes
    at: float = 0.0

    @property
    def signed(self) -> dict[str, str]:
        """What verifying libraries look at."""
        return {name: value for name, value in self.headers.items() if name.startswith("webhook-")}


@dataclass
class Receiver:
    """status, headers: of its answers. manner: how it gives them."""

    port: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    manner: Manner = "answers"
    got: list[Received] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?token=a"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.open_now -= 1
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, value in (one.split(": ", 1) for one in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        async with self.arrived:
            self.got.append(Received(line, headers, body, time.monotonic()))
            self.arrived.notify_all()
        if self.manner == "hangs up":
            return
        if self.manner == "hangs":
            await reader.read()  # until the sender has had enough
            return
        answer = f"HTTP/1.1 {self.status} Status\r\n"
        answer += "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        if self.manner == "trickles":
            for letter in answer:
                writer.write(letter.encode())
                await writer.drain()
                await asyncio.sleep(0.2)
        writer.write(f"{answer}content-length: 2\r\n\r\nok".encode())
        await writer.drain()


@asynccontextmanager
async def receiving(
    tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", **facts: object
) -> AsyncIterator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver(**facts)  # type: ignore[arg-type]
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        await receiver.serve(reader, writer)

    server = await asyncio.start_server(serve, host, 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
