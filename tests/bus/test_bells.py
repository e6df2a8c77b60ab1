"""Bells ring after commits, wait for nobody, and job wake-ups do not pile up."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import redis
from rq import SimpleWorker, get_current_job
from rq.serializers import JSONSerializer

from app.bus.bells import RedisBells
from app.bus.channels import EVENTS_BELL, dotted_name, queue_of, wake_up_flag
from app.bus.queue import begin_wake_up, rq_queue, wake_now
from app.bus.redis import connect_blocking
from app.domain.queues import UPKEEP_QUEUE
from sge.embedded.redis_server import Redis

JOB = "apply_rollups"


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with connect_blocking(redis_url) as opened:
        yield opened


@pytest.fixture
async def bells(redis_url: str) -> AsyncIterator[RedisBells]:
    opened = RedisBells(redis_url)
    await opened.open()
    yield opened
    await opened.close()


async def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  Redis has no event to wait for
            await asyncio.sleep(0.01)


async def test_a_burst_of_rings_is_few_publications(bells: RedisBells, redis_url: str) -> None:
    other = RedisBells(redis_url)
    await other.open()
    async with other.broadcast.subscribe(EVENTS_BELL) as bell:
        await bell.get()
        for _ in range(1_000):
            await bells.events()
        async with asyncio.timeout(10):
            assert (await bell.get()).message == "rung"
        await asyncio.sleep(0.1)
        assert bell._queue.qsize() <= 2
    await other.close()


async def test_ringing_without_redis_neither_fails_nor_waits(own_redis: Redis) -> None:
    bells = RedisBells(own_redis.url)
    await bells.open()
    await asyncio.to_thread(own_redis.stop)
    started = time.monotonic()
    for _ in range(100):
        await bells.events()
        await bells.jobs(frozenset({JOB}))
    assert (
        time.monotonic() - started < 5
    )  # each of 200 that waited for Redis would take a tenth of a second
    await asyncio.to_thread(own_redis.start)
    with connect_blocking(own_redis.url) as client:
        queue = rq_queue(queue_of(JOB), client)
        async with asyncio.timeout(10):
            while not len(queue):  # it is back, but not connected to yet
                await bells.jobs(frozenset({JOB}))
                await asyncio.sleep(0.01)
        assert len(queue) == 1
    await bells.close()


async def test_one_wake_up_waits_however_often_it_is_rung(
    bells: RedisBells, client: redis.Redis
) -> None:
    queue = rq_queue(queue_of(JOB), client)
    for _ in range(200):
        await bells.jobs(frozenset({JOB}))
        await asyncio.sleep(0)
    await eventually(lambda: len(queue) == 1)
    await bells.jobs(frozenset({JOB}))
    await asyncio.sleep(0.1)
    assert len(queue) == 1
    begin_wake_up(JOB, client)
    await bells.jobs(frozenset({JOB}))
    await eventually(lambda: len(queue) == 2)


def test_wake_ups_are_json_with_a_dotted_name_and_retries(client: redis.Redis) -> None:
    assert wake_now(JOB, client) is True
    assert wake_now(JOB, client) is False
    queue = rq_queue(UPKEEP_QUEUE, client)
    (job,) = queue.jobs
    assert job.func_name == dotted_name(JOB) == "jobs.apply_rollups.apply_rollups"
    assert job.retries_left == 3
    assert job.serializer is JSONSerializer


def test_a_worker_runs_what_was_woken(client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.bus.queue.dotted_name", lambda _: "tests.bus.test_bells.sample_job")
    assert wake_now(JOB, client)
    queue = rq_queue(UPKEEP_QUEUE, client)
    worker = SimpleWorker([queue], connection=client, serializer=JSONSerializer)
    assert worker.work(burst=True, logging_level="ERROR")
    assert client.get("test:ran") == b"1"
    assert not client.exists(wake_up_flag(JOB))


def sample_job() -> None:
    """Run by RQ in the test above."""
    job = get_current_job()
    assert job is not None
    begin_wake_up(JOB, job.connection)
    job.connection.incr("test:ran")


def test_losing_the_flag_and_the_queue_costs_nothing_but_time(client: redis.Redis) -> None:
    assert wake_now(JOB, client)
    client.flushall()
    assert wake_now(JOB, client)
    assert len(rq_queue(UPKEEP_QUEUE, client)) == 1
