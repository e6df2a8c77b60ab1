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
    port: int,
    pid: int,
    token: str | None,
    body: Callable[[], bytes],
    *,
    clients: int,
    seconds: float,
    refused_with: str | None = None,
) -> Load:
    """Loads one server process; raises AssertionError on an answer with errors, or without this one."""
    waits: list[float] = []
    server = psutil.Process(pid)
    before, started = server.cpu_times(), time.perf_counter()
    ends = started + seconds
    await asyncio.gather(
        *(
            _client(port, token, body, waits=waits, ends=ends, refused_with=refused_with)
            for _ in range(clients)
        )
    )
    took, after = time.perf_counter() - started, server.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    return Load(len(waits), took, waits, cpu)


async def _client(
    port: int,
    token: str | None,
    body: Callable[[], bytes],
    *,
    waits: list[float],
    ends: float,
    refused_with: str | None,
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    credential = f"authorization: Bearer {token}\r\n" if token else ""
    head = (
        "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"{credential}content-length: "
    ).encode()
    while (sent := time.perf_counter()) < ends:
        content = body()
        writer.write(head + str(len(content)).encode() + b"\r\n\r\n" + content)
        answer = await answer_of(reader)
        waits.append(time.perf_counter() - sent)
        if refused_with is not None:
            assert f'"code":"{refused_with}"'.encode() in answer, answer[:500]
            continue
        assert b'"errors":[' not in answer, answer[:500]
        assert b'"userErrors":[{' not in answer, answer[:500]
    writer.close()


async def answer_of(reader: asyncio.StreamReader) -> bytes:
    """The body of one HTTP answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    return await reader.readexactly(int(length))
