"""A server that stops sends everybody away with a code that brings them back, and cuts nobody's answer off."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest
from websockets import InvalidStatus

from schema.transport.settings import TransportSettings
from tests.transport.conftest import Served, serving
from tests.transport.ws_client import initialised, opened

RESTARTS = (1012, "The server restarts: connect again and resume from your last cursor")
LIVE = "subscription { liveEvents(after: 0) { position } }"


async def test_everybody_is_sent_away(served: Served) -> None:
    async with initialised(served.ws) as one, opened(served.ws) as two:
        await one.subscribe("e", LIVE)
        leaving = asyncio.create_task(served.sockets.leave())
        assert await one.closed() == RESTARTS
        assert await two.closed() == RESTARTS
        await leaving


async def test_nobody_comes_in_while_it_leaves(served: Served) -> None:
    await served.sockets.leave()
    with pytest.raises(InvalidStatus) as refused:
        async with opened(served.ws):
            pass
    assert refused.value.response.status_code == 503
    assert refused.value.response.headers["retry-after"] == "5"


async def test_what_is_being_answered_is_answered(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("e", LIVE)
        await socket.subscribe("q", "{ slow(seconds: 0.5) }")
        await served.until_open(2)
        leaving = asyncio.create_task(served.sockets.leave())
        assert (await socket.receive())["payload"]["data"] == {"slow": "done"}
        assert (await socket.receive())["type"] == "complete"
        assert await socket.closed() == RESTARTS
        await leaving


async def test_an_answer_that_takes_too_long_is_not_waited_for() -> None:
    settings = TransportSettings(finish_seconds=0.2)
    async with serving(settings) as served, initialised(served.ws) as socket:
        await socket.subscribe("q", "{ slow(seconds: 30) }")
        await served.until_open(1)
        started = time.monotonic()
        await served.sockets.leave()
        assert await socket.closed() == RESTARTS
        assert time.monotonic() - started < 5.0


async def test_they_do_not_all_go_at_once() -> None:
    async with serving(TransportSettings(leave_seconds=1.0)) as served, AsyncExitStack() as sockets:
        everybody = [await sockets.enter_async_context(initialised(served.ws)) for _ in range(60)]
        started = time.monotonic()
        leaving = asyncio.create_task(served.sockets.leave())
        gone: list[float] = []

        async def note(number: int) -> None:
            assert await everybody[number].closed() == RESTARTS
            gone.append(time.monotonic() - started)

        await asyncio.gather(*(note(number) for number in range(60)))
        await leaving
        assert 0.3 < max(gone) - min(gone) < 8.0
