"""The feed of one process: woken by the bell, woken by the clock when Redis is gone, never a hole."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bus.bell import listen_for_hub
from app.bus.bells import RedisBells
from app.bus.event_reader import EventReader, FeedRestarted, Reached, SlowConsumer
from app.bus.hub import EventHub
from app.domain.events import Event, EventType
from sge.embedded.redis_server import Redis
from tests.fixtures.counted import counted
from tests.transport.tiny_runtime import MemoryEvents


@asynccontextmanager
async def feed(url: str, store: MemoryEvents, poll_seconds: float) -> AsyncIterator[EventHub]:
    """An API process's feed, listening to the bells of others."""
    bells = RedisBells(url)
    hub = EventHub(store, poll_seconds=poll_seconds)
    await bells.open()
    await hub.start()
    listening = asyncio.create_task(listen_for_hub(bells.broadcast, hub))
    yield hub
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await hub.stop()
    await bells.close()


async def positions(stream: Any, count: int, seconds: float = 10.0) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(seconds):
        async for item in stream:
            if isinstance(item, Event):
                found.append(item.position)
            if len(found) == count:
                return found
    return found


async def test_the_bell_of_another_process_wakes_the_feed(redis_url: str) -> None:
    store, writer = MemoryEvents(), RedisBells(redis_url)
    await writer.open()
    async with feed(redis_url, store, poll_seconds=60) as hub:
        stream = hub.subscribe(1)
        assert await anext(stream) == Reached(0)
        waiting = asyncio.create_task(positions(stream, 3))
        await asyncio.sleep(0.2)
        for _ in range(3):
            store.add()
            await writer.events()
            await asyncio.sleep(0.01)
        assert await waiting == [1, 2, 3]
        await stream.aclose()
    await writer.close()


async def test_a_while_without_redis_loses_nothing(own_redis: Redis) -> None:
    store, writer = MemoryEvents(), RedisBells(own_redis.url)
    await writer.open()
    async with feed(own_redis.url, store, poll_seconds=0.2) as hub:
        streams = [hub.subscribe(1) for _ in range(5)]
        for stream in streams:
            assert await anext(stream) == Reached(0)
        waiting = [asyncio.create_task(positions(stream, 60)) for stream in streams]
        for number in range(60):
            if number == 20:
                await asyncio.to_thread(own_redis.stop)
            if number == 40:
                await asyncio.to_thread(own_redis.start)
            store.add()
            await writer.events()
            await asyncio.sleep(0.02)
        for task in waiting:
            assert await task == list(range(1, 61))
        for stream in streams:
            await stream.aclose()
    await writer.close()


async def test_after_redis_returns_the_bell_wakes_again(own_redis: Redis) -> None:
    store, writer = MemoryEvents(), RedisBells(own_redis.url)
    await writer.open()
    async with feed(own_redis.url, store, poll_seconds=60) as hub:
        stream = hub.subscribe(1)
        await anext(stream)
        await asyncio.to_thread(own_redis.stop)
        store.add()  # rung into the void: only the word after the reconnection can tell
        await writer.events()
        await asyncio.to_thread(own_redis.start)
        assert await positions(stream, 1) == [1]  # the clock would tell after a minute
        await stream.aclose()
    await writer.close()


async def test_replay_meets_live_without_hole_or_double() -> None:
    store = MemoryEvents()
    for _ in range(1_200):
        store.add()
    hub = EventHub(store, poll_seconds=0.001)
    await hub.start()

    async def write_on() -> None:
        for _ in range(800):
            store.add()
            hub.ring()
            await asyncio.sleep(0)

    writing = asyncio.create_task(write_on())
    streams = [hub.subscribe(1, after=after) for after in (0, 5, 700, 1_199, 1_200)]
    found = await asyncio.gather(
        *(
            positions(stream, 2_000 - after)
            for stream, after in zip(streams, (0, 5, 700, 1_199, 1_200), strict=True)
        )
    )
    await writing
    for stream, after in zip(streams, (0, 5, 700, 1_199, 1_200), strict=True):
        assert found.pop(0) == list(range(after + 1, 2_001))
        await stream.aclose()
    await hub.stop()
    assert hub._readers == {}


async def test_a_cursor_ahead_of_this_process_gets_nothing_twice() -> None:
    store = MemoryEvents()
    hub = EventHub(store, poll_seconds=0.01)
    await hub.start()
    stream = hub.subscribe(1, after=3)
    assert await anext(stream) == Reached(3)
    waiting = asyncio.create_task(positions(stream, 2))
    for _ in range(5):
        store.add()
    assert await waiting == [4, 5]
    await stream.aclose()
    await hub.stop()


async def test_types_and_programs_are_kept_apart() -> None:
    store = MemoryEvents()
    hub = EventHub(store, poll_seconds=0.01)
    await hub.start()
    ours, theirs = hub.subscribe(1, {EventType.INTENT}), hub.subscribe(2, {EventType.LEDGER})
    await anext(ours)
    await anext(theirs)
    waiting = [asyncio.create_task(positions(stream, 1)) for stream in (ours, theirs)]
    await asyncio.sleep(0.05)
    store.add(program_id=2)
    store.add(program_id=1)
    assert await waiting[0] == [2]
    assert not (await asyncio.wait([waiting[1]], timeout=0.2))[0]
    waiting[1].cancel()
    await asyncio.gather(waiting[1], return_exceptions=True)
    await ours.aclose()
    await theirs.aclose()
    await hub.stop()


async def test_how_late_events_are_is_told() -> None:
    store = MemoryEvents()
    # By this process's clock they are handed over 7 s after they were written.
    hub = EventHub(store, poll_seconds=0.3, clock=lambda: store.events[-1].at.timestamp() + 7)
    await hub.start()
    stream = hub.subscribe(1, {EventType.INTENT})
    await anext(stream)
    store.add()
    assert await positions(stream, 1) == [1]
    assert counted("sge_events_lag_seconds") == pytest.approx(7)
    async with asyncio.timeout(10):
        while counted("sge_events_lag_seconds"):  # noqa: ASYNC110 - as a scrape sees it
            await asyncio.sleep(0.05)
    await stream.aclose()
    await hub.stop()


async def test_watching_conflates() -> None:
    store = MemoryEvents()
    hub = EventHub(store, poll_seconds=0.01)
    await hub.start()
    watch = hub.watch(1, "a")
    await anext(watch)
    for _ in range(50):
        store.add(entity_id="a")
    store.add(entity_id="b")
    async with asyncio.timeout(10):
        await anext(watch)
    waiting = asyncio.ensure_future(anext(watch))
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    store.add(entity_id="a")
    async with asyncio.timeout(10):
        await waiting
    await watch.aclose()
    await hub.stop()


async def test_watching_refreshes_when_nothing_happens() -> None:
    hub = EventHub(MemoryEvents(), poll_seconds=0.01)
    watch = hub.watch(1, refresh_seconds=0.05)
    async with asyncio.timeout(10):
        for _ in range(3):
            await anext(watch)
    await watch.aclose()


@settings(max_examples=100, deadline=None)
@given(steps=st.lists(st.integers(0, 6), max_size=30), size=st.integers(1, 5))
def test_a_reader_gets_a_prefix_and_then_the_word(steps: list[int], size: int) -> None:
    """Whatever the pace, what is given out is in order without a hole until SlowConsumer."""
    store, found = MemoryEvents(), list[int]()

    async def run() -> None:
        reader = EventReader(0, None, size)
        for step in steps:
            if step:
                for _ in range(step):
                    reader.offer(store.add())
            elif (event := await reader.next(0)) is not None:
                found.append(event.position)

    try:
        asyncio.run(run())
    except SlowConsumer:
        assert max(steps) > 0
    assert found == list(range(1, len(found) + 1))


async def test_an_older_state_ends_every_reader_and_wakes_every_watcher() -> None:
    """Positions are issued again: whoever read the lost ones must not take the new ones for theirs."""
    store = MemoryEvents()
    for _ in range(3):
        store.add()
    hub = EventHub(store, poll_seconds=0.01)
    await hub.start()
    try:
        assert await hub.follow_epoch() == 1
        reader = hub.subscribe(1)
        assert await anext(reader) == Reached(3)
        watcher = hub.watch(1)
        await anext(watcher)
        woken, ended = asyncio.ensure_future(anext(watcher)), asyncio.ensure_future(anext(reader))
        await asyncio.sleep(0.02)
        del store.events[1:]
        store.number = 2
        async with asyncio.timeout(10):
            await woken
            with pytest.raises(FeedRestarted):
                await ended
        assert (hub.epoch, hub.position) == (2, 1)
        again = hub.subscribe(1)
        assert await anext(again) == Reached(1)
        following = asyncio.ensure_future(anext(again))
        await asyncio.sleep(0.02)
        new = store.add()
        assert await asyncio.wait_for(following, 10) == new
    finally:
        await hub.stop()
