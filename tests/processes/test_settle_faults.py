"""A worker that is killed between any two steps, and one that wakes too late: nothing lost, nothing twice."""

import asyncio
import json
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from app.chain.client import Chain
from app.processes.settlement.release_stuck import release_stuck
from app.processes.settlement.settle import settle
from sge.embedded.anvil import CHAIN_ID
from sge.embedded.project import PROJECT
from tests.chain.proxy import proxy_before
from tests.contracts.gateway_chain import RELAYER_KEY
from tests.contracts.items import ChainKind
from tests.fixtures.databases import Database
from tests.processes.settling_world import SettlingWorld
from tests.processes.watching_world import WatchingWorld

POINTS = ("claimed", "simulated", "signing", "signed", "sent", "sends noted")
LATER = timedelta(seconds=61)


async def _kill_at(point: str, world: SettlingWorld, database: Database) -> None:
    told = {
        "point": point,
        "key": RELAYER_KEY,
        "rpc": world.gateway_chain.node.url,
        "dsn": database.dsn("sge_worker"),
        "gateway": world.gateway_chain.deployment.gateway,
        "max_fee_wei": 10**11,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.processes.settle_and_die",
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, errors = await process.communicate(json.dumps(told).encode())
    assert process.returncode == -signal.SIGKILL, errors.decode()[-2000:]


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS)
async def test_the_next_worker_goes_on_from_the_tables(
    watching_world: WatchingWorld, database: Database, point: str
) -> None:
    watching, world = watching_world, watching_world.settling
    program, other = await watching.program(), await world.program()
    await world.lanes()
    await world.pay(program, 3, kind=ChainKind.REGISTRATION)
    await world.pay(other, 210)
    await _kill_at(point, world, database)
    for _ in range(3):
        world.clock.ahead += LATER
        await release_stuck(world.worker, world.bells, world.clock)
        await settle(world.settling(f"survivor {world.clock.ahead}"))
        watching.mine(3)
        await (await watching.watcher(f"watcher {world.clock.ahead}")).turn()
    assert {*await watching.statuses(program), *await watching.statuses(other)} == {
        ("CONFIRMED", "FINAL")
    }
    assert world.gateway_chain.balance(program.treasury) == 30_000_000
    assert world.gateway_chain.balance(other.treasury) == 2_100_000_000
    statuses = await world.rows("SELECT DISTINCT status FROM chain_transaction")
    assert [row["status"] for row in statuses] == ["CONFIRMED"]
    assert not await world.rows("SELECT FROM intent_attempt WHERE live")
    assert not await world.rows("SELECT FROM intent_todo")
    await watching.check()


async def test_a_worker_that_wakes_after_its_lease_changes_nothing(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    program = await world.program()
    await world.lanes()
    await world.pay(program, 3)
    async with (
        proxy_before(world.gateway_chain.node.url) as proxy,
        Chain(CHAIN_ID, [proxy.url], timeout_seconds=60) as slow,
    ):
        proxy.plan = lambda body: "wait" if b'"eth_call"' in body else "pass"
        stale = asyncio.create_task(settle(world.settling("stale", chain=slow)))
        await proxy.waiting.wait()
        assert {one["leased_by"] for one in await world.states()} == {"stale"}
        assert await settle(world.settling("fresh")) == 0  # the lease is alive
        world.clock.ahead += LATER
        await release_stuck(world.worker, world.bells, world.clock)
        assert await settle(world.settling("fresh")) == 1
        before = await world.states()
        proxy.released.set()
        assert await stale == 0
    assert await world.states() == before
    [lane] = await world.rows("SELECT next_nonce, fence, leased_by FROM lane")
    assert lane["fence"] == 2
    assert len(await world.rows("SELECT FROM chain_transaction")) == 1
    assert world.gateway_chain.balance(program.treasury) == 30_000_000


async def test_an_item_that_changed_under_a_worker_is_not_signed(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    program = await world.program()
    await world.lanes()
    first, second = await world.pay(program, 2)
    async with (
        proxy_before(world.gateway_chain.node.url) as proxy,
        Chain(CHAIN_ID, [proxy.url], timeout_seconds=60) as slow,
    ):
        proxy.plan = lambda body: "wait" if b'"eth_call"' in body else "pass"
        working = asyncio.create_task(settle(world.settling(chain=slow)))
        await proxy.waiting.wait()
        await world.run(
            "UPDATE intent_state s SET version = version + 1, leased_by = 'another' FROM intent i"
            " WHERE i.id = s.intent_id AND i.idempotency_key = $1",
            first,
        )
        proxy.released.set()
        assert await working == 1
    states = {one["key"]: one for one in await world.states()}
    assert (states[first]["stage"], states[first]["leased_by"]) == ("QUEUED", "another")
    assert states[second]["stage"] == "BROADCAST"


async def test_a_program_paused_while_its_batch_is_planned_is_not_signed(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    paused, running = await world.program(), await world.program()
    await world.lanes()
    await world.pay(paused, 2)
    await world.pay(running, 2)
    async with (
        proxy_before(world.gateway_chain.node.url) as proxy,
        Chain(CHAIN_ID, [proxy.url], timeout_seconds=60) as slow,
    ):
        proxy.plan = lambda body: "wait" if b'"eth_call"' in body else "pass"
        working = asyncio.create_task(settle(world.settling(chain=slow)))
        await proxy.waiting.wait()
        await world.run(
            "UPDATE program SET status = 'PAUSED', pause_reason = 'a person said so' WHERE id = $1",
            paused.id,
        )
        proxy.released.set()
        assert await working == 1
    assert {(one["status"], one["queued"]) for one in await world.states(paused)} == {
        ("PENDING", True)
    }
    assert {one["stage"] for one in await world.states(running)} == {"BROADCAST"}
    assert world.gateway_chain.balance(paused.treasury) == 0


async def test_two_workers_share_lanes_and_never_an_intent(held_world: SettlingWorld) -> None:
    world = held_world
    world.signers |= world.second_signer()
    program = await world.program()
    await world.lanes()
    # More than one of them claims at once.
    for _ in range(5):
        await world.pay(program, 200)
    await asyncio.gather(settle(world.settling("one")), settle(world.settling("two")))
    assert {one["stage"] for one in await world.states()} == {"BROADCAST"}
    lanes = await world.rows("SELECT DISTINCT lane_id FROM chain_transaction")
    assert len(lanes) == 2
    assert world.gateway_chain.balance(program.treasury) == 10_000_000_000
