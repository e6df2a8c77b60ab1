"""Operations on a socket: results, errors that end only their operation, sharing, slow readers."""

import asyncio
from typing import Any

import pytest

from app.bus.event_reader import Reached
from app.bus.hub import EventHub
from app.domain.events import Event
from tests.fixtures.counted import counted
from tests.transport.conftest import Served
from tests.transport.tiny_schema import COUNTERS, SECRET_TEXT
from tests.transport.ws_client import Socket, initialised

COUNTER = 'subscription { counter(id: "a") { value } }'
LIVE = "subscription($after: Int) { liveEvents(after: $after) { name position } }"


async def test_a_query_is_next_and_complete(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("q", "query($n: String!) { hello(name: $n) }", n="x")
        answer = await socket.receive()
        assert (answer["id"], answer["type"]) == ("q", "next")
        assert answer["payload"]["data"] == {"hello": "hello x"}
        assert await socket.receive() == {"id": "q", "type": "complete"}
        await socket.subscribe("q", "{ hello }")
        assert (await socket.receive())["type"] == "next"


async def test_a_subscription_runs_to_its_end(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("t", "subscription { ticks(count: 3) }")
        messages = [await socket.receive() for _ in range(4)]
        assert [m["payload"]["data"]["ticks"] for m in messages[:3]] == [0, 1, 2]
        assert messages[3] == {"id": "t", "type": "complete"}


async def test_open_subscriptions_are_counted(served: Served) -> None:
    before = counted("sge_subscriptions_active")
    async with initialised(served.ws) as socket:
        for name in ("one", "other"):
            await socket.subscribe(name, COUNTER)
            await socket.receive()
        assert counted("sge_subscriptions_active") == before + 2
        await socket.send(id="one", type="complete")
        await _until_open(before + 1)
    await _until_open(before)


async def _until_open(subscriptions: float) -> None:
    async with asyncio.timeout(5):
        while counted("sge_subscriptions_active") != subscriptions:  # noqa: ASYNC110 - as a scrape sees it
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "BAD_USER_INPUT"),
        ("{ nothing }", "BAD_USER_INPUT"),
        ("query($n: Int!) { hello }", "BAD_USER_INPUT"),
        ("query A { hello } mutation B { __typename }", "BAD_USER_INPUT"),
        ("subscription { ticks }", "BAD_USER_INPUT"),
        ("subscription($c: Int!) { ticks(count: $c) }", "BAD_USER_INPUT"),
    ],
)
async def test_an_error_ends_its_operation_only(served: Served, query: str, code: str) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("other", COUNTER)
        assert (await socket.receive())["id"] == "other"
        await socket.subscribe("bad", query)
        error = await socket.receive()
        assert (error["id"], error["type"]) == ("bad", "error")
        assert error["payload"][0]["extensions"]["code"] == code
        served.runtime.store.add(entity_id="a")
        assert (await socket.receive())["payload"]["data"] == {"counter": {"value": 1}}


@pytest.mark.parametrize("source", ["failing", "unreachable"])
async def test_a_source_that_fails_shows_nothing(served: Served, source: str) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("f", f"subscription {{ {source} }}")
        assert (await socket.receive())["payload"]["data"] == {source: 1}
        error = await socket.receive()
        assert error["type"] == "error"
        assert error["payload"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert SECRET_TEXT not in str(error)


async def test_a_source_that_needs_a_credential(served: Served) -> None:
    async with initialised(served.ws, None) as socket:
        await socket.subscribe("c", COUNTER)
        error = await socket.receive()
        assert error["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_complete_from_the_client_stops_the_source(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("c", COUNTER)
        await socket.receive()
        await socket.send(id="c", type="complete")
        await socket.subscribe("c", "{ hello }")
        assert (await socket.receive())["payload"]["data"] == {"hello": "hello you"}
        assert (await socket.receive())["type"] == "complete"
        async with asyncio.timeout(10):
            while served.runtime.hub._watchers._by_topic:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


async def test_operations_run_beside_each_other(served: Served) -> None:
    async with initialised(served.ws) as socket:
        await socket.subscribe("slow", "{ slow(seconds: 0.8) }")
        await socket.subscribe("quick", "{ hello }")
        assert [(await socket.receive())["id"] for _ in range(4)] == [
            *["quick", "quick"],
            *["slow", "slow"],
        ]


async def read_positions(socket: Socket, count: int) -> list[int]:
    answers = [await socket.receive() for _ in range(count)]
    return [answer["payload"]["data"]["liveEvents"]["position"] for answer in answers]


async def test_equal_topics_share_one_source(served: Served) -> None:
    async with initialised(served.ws) as one, initialised(served.ws) as two:
        for socket in (one, two):
            await socket.subscribe("x", COUNTER)
            assert (await socket.receive())["payload"]["data"] == {"counter": {"value": 0}}
        served.runtime.store.add(entity_id="a")
        for socket in (one, two):
            assert (await socket.receive())["payload"]["data"] == {"counter": {"value": 1}}
        assert COUNTERS.sources == 1
        await one.send(id="x", type="complete")
        served.runtime.store.add(entity_id="a")
        assert (await two.receive())["payload"]["data"] == {"counter": {"value": 2}}


async def test_another_authority_shares_nothing(served: Served) -> None:
    async with initialised(served.ws) as one, initialised(served.ws, "sge_two") as two:
        for socket in (one, two):
            await socket.subscribe("x", COUNTER)
            await socket.receive()
        assert COUNTERS.sources == 2


async def test_every_event_reaches_everybody_executed_once(served: Served) -> None:
    store = served.runtime.store
    for _ in range(3):
        store.add()
    async with initialised(served.ws) as one, initialised(served.ws) as two:
        await one.subscribe("e", LIVE, after=0)
        assert await read_positions(one, 3) == [1, 2, 3]
        await two.subscribe("e", LIVE, after=3)
        await served.until_heard(2)
        COUNTERS.executions = 0
        for _ in range(20):
            store.add()
        store.add(program_id=2)
        store.add()
        expected = [*range(4, 24), 25]
        assert await read_positions(one, 21) == expected
        assert await read_positions(two, 21) == expected
        assert COUNTERS.executions == 21


async def test_a_reader_that_is_too_slow_is_closed_and_can_resume(served: Served) -> None:
    runtime = served.runtime
    hub = EventHub(runtime.store, poll_seconds=0.02, queue_size=10)
    await hub.start()
    old, runtime.hub = runtime.hub, hub
    async with initialised(served.ws) as socket:
        await socket.subscribe("e", LIVE)
        await served.until_heard(1)
        for _ in range(50):
            runtime.store.add()
        code, reason = await socket.closed()
        assert code == 1013
        assert "resume from your last cursor" in reason
    async with initialised(served.ws) as socket:
        await socket.subscribe("e", LIVE, after=0)
        assert await read_positions(socket, 50) == list(range(1, 51))
    runtime.hub = old
    await hub.stop()


async def test_a_socket_that_does_not_read_holds_nobody_up(served: Served) -> None:
    store = served.runtime.store
    async with initialised(served.ws) as stuck, initialised(served.ws) as quick:
        await stuck.subscribe("e", LIVE, after=0)
        await quick.subscribe("e", LIVE, after=0)
        stuck.connection.transport.pause_reading()
        for number in range(1, 301):
            store.add()
            served.runtime.hub.ring()
            assert await read_positions(quick, 1) == [number]
        stuck.connection.transport.resume_reading()
        assert await read_positions(stuck, 300) == list(range(1, 301))


async def test_the_database_away_delays_and_loses_nothing(served: Served) -> None:
    store = served.runtime.store
    async with initialised(served.ws) as socket:
        await socket.subscribe("e", LIVE, after=0)
        store.fails = True
        for _ in range(5):
            store.add()
        await asyncio.sleep(0.2)
        store.fails = False
        assert await read_positions(socket, 5) == [1, 2, 3, 4, 5]


async def test_marks_of_what_was_reached(served: Served) -> None:
    hub = EventHub(served.runtime.store, poll_seconds=0.02, heartbeat_seconds=0.1)
    await hub.start()
    seen: list[Any] = []
    stream = hub.subscribe(1)
    async with asyncio.timeout(5):
        async for item in stream:
            seen.append(item)
            if len(seen) == 1:
                served.runtime.store.add(program_id=2)
            if len(seen) == 3:
                served.runtime.store.add(program_id=1)
            if isinstance(item, Event):
                break
    await stream.aclose()
    await hub.stop()
    assert seen[0] == Reached(0)
    assert seen[2] == Reached(1)
    assert seen[-1].position == 2
