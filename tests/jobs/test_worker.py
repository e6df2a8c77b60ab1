"""Workers as processes: woken by Redis, sweeping without it, ending when told."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import redis

from app.bus.channels import dotted_name
from app.bus.queue import rq_queue, wake_now
from app.domain.queues import SETTLE_QUEUE
from jobs.schedule import JOBS
from sge.embedded.redis_server import Redis
from tests.fixtures.databases import Database
from tests.jobs.worker_process import running, settings_of, tail
from tests.processes.settling_world import SettledProgram, SettlingWorld

Check = Callable[[], Awaitable[bool]]


async def until(check: Check, seconds: float, log: Path) -> float:
    started = time.monotonic()
    while not await check():
        assert time.monotonic() - started < seconds, tail(log)
        await asyncio.sleep(0.05)
    return time.monotonic() - started


def all_sent(world: SettlingWorld, program: SettledProgram) -> Check:
    async def check() -> bool:
        return {one["stage"] for one in await world.states(program)} <= {
            "BROADCAST",
            "MINED",
            "FINAL",
        }

    return check


def beating(world: SettlingWorld) -> Check:
    async def check() -> bool:
        return bool(await world.rows("SELECT FROM worker_heartbeat"))

    return check


async def test_a_worker_settles_on_a_wake_up_and_ends_when_told(
    settling_world: SettlingWorld, database: Database, redis_url: str, tmp_path: Path
) -> None:
    world, log = settling_world, tmp_path / "log"
    program = await world.program()
    settings = settings_of(database, redis_url, world.gateway_chain)
    with running(["worker"], settings, log) as process:
        await until(beating(world), 30, log)
        took = []
        with redis.Redis.from_url(redis_url) as client:
            for _ in range(3):
                await world.pay(program, 2)
                wake_now("settle_intents", client)
                took.append(await until(all_sent(world, program), 30, log))
            # Nobody but a sweep would take them without the wake-up, 5 s after the one that took those before.
            assert min(took[1:]) < 4
            assert not client.zcard("rq:failed:settle")
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 10) == 0
    assert not await world.rows("SELECT FROM worker_heartbeat")
    lanes = await world.rows("SELECT lease_until FROM lane")
    assert [lane["lease_until"] for lane in lanes] == [None]


@pytest.mark.long
async def test_losing_redis_only_delays(
    settling_world: SettlingWorld, database: Database, own_redis: Redis, tmp_path: Path
) -> None:
    world, log = settling_world, tmp_path / "log"
    program = await world.program()
    settings = settings_of(database, own_redis.url, world.gateway_chain)
    with (
        running(["worker"], settings, log) as process,
        running(["scheduler"], settings, tmp_path / "scheduler"),
    ):
        await until(beating(world), 30, log)
        own_redis.stop()
        await world.pay(program, 2)
        await until(all_sent(world, program), 12, log)
        await asyncio.sleep(3)
        own_redis.start()
        await asyncio.sleep(3)
        await world.pay(program, 2)
        with redis.Redis.from_url(own_redis.url) as client:
            wake_now("settle_intents", client)
        await until(all_sent(world, program), 6, log)
        assert process.poll() is None


async def test_a_worker_starts_without_redis(
    settling_world: SettlingWorld, database: Database, own_redis: Redis, tmp_path: Path
) -> None:
    world, log = settling_world, tmp_path / "log"
    own_redis.stop()
    program = await world.program()
    await world.pay(program, 2)
    settings = settings_of(database, own_redis.url, world.gateway_chain)
    with running(["worker", "--queue", "settle", "--queue", "upkeep"], settings, log) as process:
        await until(all_sent(world, program), 30, log)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 10) == 0


_ONLY_FOR_THE_CHAIN = {"SGE_CHAINS", "SGE_RELAYER_KEYS"}


@pytest.mark.long
async def test_who_only_sends_webhooks_holds_no_relayers_key(
    settling_world: SettlingWorld, database: Database, redis_url: str, tmp_path: Path
) -> None:
    world, log = settling_world, tmp_path / "log"
    told = settings_of(database, redis_url, world.gateway_chain)
    fewer = {name: value for name, value in told.items() if name not in _ONLY_FOR_THE_CHAIN}
    assert len(fewer) == len(told) - len(_ONLY_FOR_THE_CHAIN)
    with running(["worker", "--queue", "webhooks"], fewer, log) as process:
        await until(beating(world), 30, log)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 10) == 0
    with running(["worker", "--queue", "upkeep"], fewer, log) as process:
        assert await asyncio.to_thread(process.wait, 30) == 2


@pytest.mark.long
async def test_one_scheduler_of_two_wakes(
    settling_world: SettlingWorld, database: Database, redis_url: str, tmp_path: Path
) -> None:
    world = settling_world
    settings = settings_of(database, redis_url, world.gateway_chain)
    with (
        running(["scheduler"], settings, tmp_path / "one"),
        running(["scheduler"], settings, tmp_path / "two"),
        redis.Redis.from_url(redis_url) as client,
    ):
        due = sorted(dotted_name(name) for name, job in JOBS.items() if job.queue == SETTLE_QUEUE)

        def waiting() -> list[str]:
            return sorted(job.func_name for job in rq_queue(SETTLE_QUEUE, client).jobs)

        async def woken() -> bool:
            return set(waiting()) == set(due)

        await until(woken, 30, tmp_path / "one")
        [lease] = await world.rows("SELECT * FROM consumer_position WHERE consumer = 'scheduler'")
        assert lease["leased_by"] is not None
        assert waiting() == due
