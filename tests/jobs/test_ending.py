"""Workers that are told to end: they hand over, others go on at once, and whoever is killed is taken over from."""

import asyncio
import json
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from jobs.ending import Ending
from tests.chain.proxy import proxy_before
from tests.contracts.items import USDC
from tests.fixtures.databases import Database
from tests.fixtures.forked import Forked
from tests.jobs.test_worker import all_sent, until
from tests.jobs.worker_process import running, settings_of
from tests.processes.settling_world import SettlingWorld

_LEASES = """
SELECT 'lane' AS of, leased_by FROM lane WHERE lease_until > now()
UNION ALL SELECT 'watcher', leased_by FROM chain_watch WHERE lease_until > now()
UNION ALL SELECT consumer, leased_by FROM consumer_position WHERE lease_until > now() AND consumer <> 'scheduler'
UNION ALL SELECT 'intent', leased_by FROM intent_state WHERE lease_until > now()
UNION ALL SELECT 'delivery', NULL FROM webhook_delivery WHERE lease_until > now()
"""


async def leases_of(world: SettlingWorld, process: Forked) -> set[str]:
    """What this process holds."""
    rows = await world.rows(_LEASES)
    return {row["of"] for row in rows if f".{process.pid}." in (row["leased_by"] or "")}


def watches(world: SettlingWorld, process: Forked) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return "watcher" in await leases_of(world, process)

    return check


@pytest.mark.long
async def test_another_worker_goes_on_at_once_when_one_is_told_to_end(
    settling_world: SettlingWorld,
    database: Database,
    redis_url: str,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    world, log = settling_world, tmp_path / "log"
    program = await world.program()
    settings = settings_of(database, redis_url, world.gateway_chain)
    with ExitStack() as stack:
        first = stack.enter_context(running(["worker"], settings, log))
        await until(watches(world, first), 30, log)
        second = stack.enter_context(running(["worker"], settings, log))
        await until(second_beats(world), 30, log)
        first.send_signal(signal.SIGTERM)
        # A lease lasts for 30 s.
        took = await until(watches(world, second), 8, log)
        record_property("hand-over of the watcher after SIGTERM, s", took)
        await world.pay(program, 2)
        assert await asyncio.to_thread(first.wait, 20) == 0
        assert await leases_of(world, first) == set()
        [beat] = await world.rows("SELECT name FROM worker_heartbeat")
        assert beat["name"].endswith(f".{second.pid}")
        await until(all_sent(world, program), 15, log)


def second_beats(world: SettlingWorld) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return len(await world.rows("SELECT FROM worker_heartbeat")) == 2

    return check


async def test_told_twice_it_ends_at_once_and_hands_back_what_it_holds(
    settling_world: SettlingWorld, database: Database, redis_url: str, tmp_path: Path
) -> None:
    world, log = settling_world, tmp_path / "log"
    program = await world.program()
    settings = settings_of(database, redis_url, world.gateway_chain)
    async with proxy_before(world.gateway_chain.node.url) as proxy:
        proxy.plan = lambda body: "wait" if b"eth_call" in body else "pass"
        [facts] = json.loads(settings["SGE_CHAINS"])
        told = settings | {"SGE_CHAINS": json.dumps([facts | {"rpc_urls": [proxy.url]}])}
        with running(["worker", "--queue", "settle"], told, log) as process:
            await world.lanes()
            await world.pay(program, 2)
            await asyncio.wait_for(proxy.waiting.wait(), 30)
            assert {"lane", "intent"} <= await leases_of(world, process)
            process.send_signal(signal.SIGTERM)
            await until(says_stopping(world), 10, log)
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            await asyncio.to_thread(process.wait, 12)
        proxy.released.set()
        assert await leases_of(world, process) == set()
        assert {one["status"] for one in await world.states()} == {"PENDING"}
        assert not await world.rows("SELECT FROM worker_heartbeat")


def says_stopping(world: SettlingWorld) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        rows = await world.rows("SELECT state FROM worker_heartbeat")
        return [row["state"] for row in rows] == ["STOPPING"]

    return check


async def test_what_does_not_end_by_itself_is_cut_off_after_the_grace() -> None:
    ending, handed_back = Ending(grace_seconds=0.1), []

    async def job() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            handed_back.append(True)

    running_jobs = {"job": asyncio.create_task(job())}
    await asyncio.sleep(0)
    ending.stopping.set()
    async with asyncio.timeout(2):
        await ending.finish(running_jobs)
    assert handed_back == [True]
    assert running_jobs["job"].cancelled()


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
async def test_nothing_is_lost_or_doubled_by_workers_that_end_under_load(
    settling_world: SettlingWorld,
    database: Database,
    redis_url: str,
    tmp_path: Path,
    *,
    how: signal.Signals,
    record_property: Callable[[str, object], None],
) -> None:
    world, log = settling_world, tmp_path / "log"
    program = await world.program()
    settings = settings_of(database, redis_url, world.gateway_chain)
    paid = 0
    with ExitStack() as stack:
        stays = stack.enter_context(running(["worker"], settings, log))
        for wait in (0.05, 0.4, 1.0) if how is signal.SIGTERM else (0.3,):
            goes = stack.enter_context(running(["worker"], settings, log))
            await until(second_beats(world), 30, log)
            await world.pay(program, 100)
            paid += 100
            await asyncio.sleep(wait)
            goes.send_signal(how)
            began = time.monotonic()
            await asyncio.to_thread(goes.wait, 30)
            if how is signal.SIGTERM:
                assert goes.returncode == 0
                assert await leases_of(world, goes) == set()
            else:
                await world.run("DELETE FROM worker_heartbeat WHERE name LIKE $1", f"%.{goes.pid}")
            # What a killed one held comes back when its lease is over, and a sweep has passed.
            limit = 40 if how is signal.SIGTERM else 150
            await until(all_confirmed(world, paid), limit, log)
            record_property(f"all confirmed after {how.name}, s", time.monotonic() - began)
        assert stays.poll() is None
    assert world.paid(program) == paid * 10 * USDC
    assert await world.value("SELECT count(*) FROM settlement") == paid


def all_confirmed(world: SettlingWorld, count: int) -> Callable[[], Awaitable[bool]]:
    query = "SELECT count(*) FROM intent_state WHERE status = 'CONFIRMED'"

    async def check() -> bool:
        await asyncio.sleep(0.5)
        world.mine()  # nothing is final before the block after the next
        return bool(await world.value(query) == count)

    return check
