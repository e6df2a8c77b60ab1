"""The broadcast on a real Redis: what breaks broadcaster's own backend, and Redis going away."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from broadcaster._base import Subscriber

from app.bus.broadcast import SupervisedBroadcast
from app.bus.channels import RESYNCHRONISE
from app.bus.redis import REDIS_FAILURES
from sge.embedded.redis_server import Redis

CHANNEL = "test:bell"


@pytest.fixture
async def broadcast(redis_url: str) -> AsyncIterator[SupervisedBroadcast]:
    async with SupervisedBroadcast(redis_url) as opened:
        yield opened  # type: ignore[misc]


async def heard(subscriber: Subscriber, seconds: float = 3.0) -> str:
    async with asyncio.timeout(seconds):
        return (await subscriber.get()).message


async def until(subscriber: Subscriber, message: str, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while (await subscriber.get()).message != message:
            pass


async def test_the_first_subscriber_hears(broadcast: SupervisedBroadcast) -> None:
    async with broadcast.subscribe(CHANNEL) as subscriber:
        assert await heard(subscriber) == RESYNCHRONISE
        await broadcast.publish(CHANNEL, "ding")
        assert await heard(subscriber) == "ding"


async def test_another_process_is_heard(broadcast: SupervisedBroadcast, redis_url: str) -> None:
    async with (
        SupervisedBroadcast(redis_url) as other,
        broadcast.subscribe(CHANNEL) as subscriber,
    ):
        await until(subscriber, RESYNCHRONISE)
        await other.publish(CHANNEL, "from afar")
        await until(subscriber, "from afar")


async def test_fifty_first_subscribers_at_once(broadcast: SupervisedBroadcast) -> None:
    ready = asyncio.Barrier(51)

    async def listen() -> None:
        async with broadcast.subscribe(CHANNEL) as subscriber:
            await until(subscriber, RESYNCHRONISE)
            await ready.wait()
            await until(subscriber, "all of you")

    tasks = [asyncio.create_task(listen()) for _ in range(50)]
    async with asyncio.timeout(10):
        await ready.wait()
        await broadcast.publish(CHANNEL, "all of you")
        await asyncio.gather(*tasks)
    assert broadcast._subscribers == {}


async def test_subscribers_come_and_go(broadcast: SupervisedBroadcast) -> None:
    for _ in range(3):
        async with broadcast.subscribe(CHANNEL) as subscriber:
            await until(subscriber, RESYNCHRONISE)
            await broadcast.publish(CHANNEL, "again")
            await until(subscriber, "again")


async def test_a_slow_listener_is_told_and_holds_nobody_up(redis_url: str) -> None:
    async with (
        SupervisedBroadcast(redis_url, queue_size=3) as broadcast,
        broadcast.subscribe(CHANNEL) as slow,
        broadcast.subscribe(CHANNEL) as quick,
    ):
        await until(slow, RESYNCHRONISE)
        for number in range(20):
            await broadcast.publish(CHANNEL, str(number))
            await until(quick, str(number))
        messages = [await heard(slow) for _ in range(slow._queue.qsize())]
        assert len(messages) <= 3
        assert RESYNCHRONISE in messages
        assert messages[-1] in {"19", RESYNCHRONISE}


async def test_waiting_equal_messages_are_one(broadcast: SupervisedBroadcast) -> None:
    backend = broadcast._backend
    backend._keep("a", "x")  # type: ignore[attr-defined]
    backend._keep("a", "x")  # type: ignore[attr-defined]
    backend._keep("b", "x")  # type: ignore[attr-defined]
    assert len(backend._waiting) <= 2  # type: ignore[attr-defined]


async def test_redis_restarts(own_redis: Redis) -> None:
    async with (
        SupervisedBroadcast(own_redis.url) as broadcast,
        broadcast.subscribe(CHANNEL) as subscriber,
    ):
        await until(subscriber, RESYNCHRONISE)
        for _ in range(2):
            await asyncio.to_thread(own_redis.stop)
            with pytest.raises(REDIS_FAILURES):
                await broadcast.publish(CHANNEL, "lost")
            await asyncio.to_thread(own_redis.start)
            await until(subscriber, RESYNCHRONISE)
            await broadcast.publish(CHANNEL, "back")
            await until(subscriber, "back")


async def test_subscribing_while_redis_is_away(own_redis: Redis) -> None:
    await asyncio.to_thread(own_redis.stop)
    async with (
        SupervisedBroadcast(own_redis.url) as broadcast,
        broadcast.subscribe(CHANNEL) as subscriber,
    ):
        with pytest.raises(TimeoutError):
            await heard(subscriber, 0.3)
        await asyncio.to_thread(own_redis.start)
        await until(subscriber, RESYNCHRONISE)
        await broadcast.publish(CHANNEL, "there")
        await until(subscriber, "there")
