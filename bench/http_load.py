"""Clients that each send the next request when they have the answer to the last, over kept connections."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Load:
    """What came of it. cpu_seconds: of the server process alone."""

    answers: int
    seconds: float
    waits: list[float]
    cpu_seconds: float

    @property
    def per_core(self) -> float:
        """Answers a second if the server had a core to itself."""
        return self.answers / self.cpu_seconds

    def milliseconds(self, part: float) -> float:
        """The wait that this part of the requests did not exceed."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000


async def load(
    port: int, pid: int, token: str, body: Callable[[], bytes], *, clients: int, seconds: float
) -> Load:
    """Loads one server process; raises AssertionError on an answer with errors."""
    waits: list[float] = []
    server = psutil.Process(pid)
    before, started = server.cpu_times(), time.perf_counter()
    ends = started + seconds
    await asyncio.gather(*(_client(port, token, body, waits, ends) for _ in range(clients)))
    took, after = time.perf_counter() - started, server.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    return Load(len(waits), took, waits, cpu)


async def _client(
    port: int, token: str, body: Callable[[], bytes], waits: list[float], ends: float
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n"
        f"authorization: Bearer {token}\r\ncontent-length: "
    ).encode()
    while (sent := time.perf_counter()) < ends:
        content = body()
        writer.write(head + str(len(content)).encode() + b"\r\n\r\n" + content)
        answer = await answer_of(reader)
        waits.append(time.perf_counter() - sent)
        assert b'"errors":[' not in answer, answer[:500]
        assert b'"userErrors":[{' not in answer, answer[:500]
    writer.close()


async def answer_of(reader: asyncio.StreamReader) -> bytes:
    """The body of one HTTP answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    return await reader.readexactly(int(length))
