"""Sockets that send too much, too fast or too oddly, or never read, cost themselves only."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable
from dataclasses import replace

import pytest

from schema.transport.settings import TransportSettings
from tests.transport.conftest import Served, serving
from tests.transport.raw_socket import (
    CONTINUATION,
    INIT,
    PING,
    TEXT,
    RawSocket,
    frame,
    raw_socket,
)
from tests.transport.ws_client import Socket, initialised

SETTINGS = TransportSettings(
    recheck_credentials_seconds=0.1,
    write_seconds=1.0,
    maximum_unread_characters=500_000,
)
QUICK_SECONDS = 0.25


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(SETTINGS) as running:
        yield running


async def slowest_answer(socket: Socket, flood: Awaitable[None]) -> float:
    """Seconds of this process between another client's question and its slowest answer while the flood goes on.

    Server and clients are one process: what the flood costs is its processor time, whatever else the machine does.
    """
    flooding = asyncio.ensure_future(flood)
    slowest = 0.0
    for number in range(40):
        started = time.process_time()
        await socket.subscribe(str(number), "{ hello }")
        assert (await socket.receive())["type"] == "next"
        assert (await socket.receive())["type"] == "complete"
        slowest = max(slowest, time.process_time() - started)
        await asyncio.sleep(0.025)
    flooding.cancel()
    await asyncio.gather(flooding, return_exceptions=True)
    return slowest


async def send_for_ever(socket: RawSocket, data: bytes) -> None:
    while True:
        await socket.send(data)


@pytest.mark.parametrize(
    "flood",
    [
        frame(PING) * 50_000,
        frame(TEXT, b'{"type":"ping"}') * 20_000,
        frame(TEXT, b'{"type":"complete","id":"x"}') * 20_000,
    ],
    ids=["protocol pings", "pings", "completes"],
)
async def test_a_flood_slows_nobody_else(served: Served, flood: bytes) -> None:
    async with initialised(served.ws) as other, raw_socket(served.port) as attacker:
        await attacker.send(frame(TEXT, INIT))
        slowest = await slowest_answer(other, send_for_ever(attacker, flood))
        assert slowest < QUICK_SECONDS


async def test_a_flood_of_operations_slows_nobody_else(served: Served) -> None:
    wrong = json.dumps({"id": "x", "type": "subscribe", "payload": {"query": "{ nothing }"}})
    async with initialised(served.ws) as other, raw_socket(served.port) as attacker:
        await attacker.send(frame(TEXT, INIT))
        flood = frame(TEXT, wrong.encode()) * 5_000
        assert await slowest_answer(other, send_for_ever(attacker, flood)) < QUICK_SECONDS


async def test_a_large_message_is_told_why_even_while_it_is_still_sent(served: Served) -> None:
    async with raw_socket(served.port) as attacker:
        await attacker.send(frame(TEXT, length=100_000_000))
        await attacker.send(bytes(2_000_000))
        await asyncio.sleep(0.1)
        await attacker.send(bytes(2_000_000))
        assert await attacker.closed() == 1009


async def test_fragments_without_end(served: Served) -> None:
    async with raw_socket(served.port) as attacker:
        await attacker.send(frame(TEXT, last=False))
        await attacker.send(frame(CONTINUATION, last=False) * 2_000)
        assert await attacker.closed() == 1009


async def test_a_message_in_fragments_is_one(served: Served) -> None:
    async with raw_socket(served.port) as client:
        await client.send(frame(TEXT, INIT[:10], last=False) + frame(PING, b"p"))
        await client.send(frame(CONTINUATION, INIT[10:]))
        assert (await client.receive())[1] == b"p"
        assert (await client.receive())[1] == b'{"type":"connection_ack"}'


async def fill(served: Served, attacker: RawSocket) -> None:
    """Ask for answers of 60 KB, read none, until one waits in the server."""
    await attacker.send(frame(TEXT, INIT))
    number = 0
    while not served.sockets.unread.characters:
        await ask_for_much(attacker, number)
        await asyncio.sleep(0.02)
        number += 1


async def ask_for_much(attacker: RawSocket, number: int) -> None:
    asking = "query($v: JSON!) { echo(value: $v) }"
    payload = {"query": asking, "variables": {"v": "x" * 60_000}}
    message = {"id": str(number), "type": "subscribe", "payload": payload}
    await attacker.send(frame(TEXT, json.dumps(message).encode()))


async def nobody_is_left(served: Served) -> None:
    async with asyncio.timeout(10):
        while served.sockets._connections:  # noqa: ASYNC110  there is no event for it
            await asyncio.sleep(0.01)
    assert served.sockets.unread.characters == 0
    assert served.sockets._admission.connections == 0


async def test_who_never_reads_is_cut_off(served: Served) -> None:
    async with raw_socket(served.port, buffer=1024) as attacker:
        await fill(served, attacker)
        await nobody_is_left(served)


async def test_who_never_reads_and_asks_on_holds_little(served: Served) -> None:
    async with raw_socket(served.port, buffer=1024) as attacker:
        await fill(served, attacker)
        unread = []
        for number in range(20):
            await ask_for_much(attacker, 1_000 + number)
            await asyncio.sleep(0.01)
            unread.append(served.sockets.unread.characters)
        await nobody_is_left(served)
        assert 400_000 < max(unread) < SETTINGS.maximum_unread_characters + 65_000
        assert await attacker.closed() == 1013


async def test_who_never_reads_keeps_no_revoked_credential_alive(served: Served) -> None:
    async with raw_socket(served.port, buffer=1024) as stuck, initialised(served.ws) as other:
        await fill(served, stuck)
        served.runtime.revoked.add("sge_one")
        assert (await other.closed())[0] == 4403


async def test_who_answers_no_ping_is_let_go_and_may_come_back() -> None:
    async with serving(SETTINGS, frame_ping_seconds=0.1) as served, raw_socket(served.port) as dead:
        await dead.send(frame(TEXT, INIT))
        assert await dead.closed() == 1013
        await nobody_is_left(served)


@pytest.mark.parametrize(
    ("before", "pings", "code"),
    [(frame(TEXT, INIT), 0.1, 1013), (b"", 20.0, 4408)],
    ids=["after init", "before init"],
)
async def test_a_frame_that_trickles_is_given_up(before: bytes, pings: float, code: int) -> None:
    """Whoever is in the middle of a frame can answer no ping, however many bytes it sends."""
    impatient = replace(SETTINGS, connection_init_seconds=0.5)
    async with serving(impatient, frame_ping_seconds=pings) as served:
        async with raw_socket(served.port) as slow:
            await slow.send(before + frame(TEXT, length=60_000))
            trickle = asyncio.ensure_future(trickle_for_ever(slow))
            assert await slow.closed() == code
            trickle.cancel()
            await asyncio.gather(trickle, return_exceptions=True)
        await nobody_is_left(served)


async def trickle_for_ever(socket: RawSocket) -> None:
    while True:
        await socket.send(b" ")
        await asyncio.sleep(0.01)
