"""A watcher that ends between any two steps, and two watchers at once: nothing lost, nothing twice."""

import asyncio
import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import asyncpg
import pytest

from app.processes.watching.watch import open_watcher
from app.store.chain.watching import LeaseLost
from sge.embedded.project import PROJECT
from tests.contracts.items import USDC
from tests.fixtures.databases import Database as OwnDatabase
from tests.processes.ended import Ended, ending_at
from tests.processes.settling_world import SettledProgram
from tests.processes.watching_world import WatchingWorld

pytestmark = pytest.mark.long

POINTS = (
    "lease.kept",
    "head.read",
    "head.stored",
    "transactions.mined",
    "final.read",
    "final.posting",  # all is written, nothing committed
    "final.posted",
    "final.consumed",
    "transactions.finished",
)
LEASE = timedelta(seconds=31)


@pytest.mark.parametrize("point", POINTS)
async def test_the_next_watcher_goes_on_from_the_tables(
    watching_world: WatchingWorld, point: str
) -> None:
    world = watching_world
    programs = await batch_on_its_way(world)
    world.mine()
    dying = await world.watcher("watcher 2", ending_at(point))
    with pytest.raises(Ended):
        await dying.turn()
    assert await open_watcher(world.parts("watcher 3")) is None
    await next_watcher_finishes(world, *programs)


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS)
async def test_a_killed_watchers_work_is_finished_by_the_next(
    watching_world: WatchingWorld, database: OwnDatabase, point: str
) -> None:
    world = watching_world
    programs = await batch_on_its_way(world)
    world.mine()
    deployment = world.settling.gateway_chain.deployment
    told = {
        "point": point,
        "rpc": world.settling.gateway_chain.node.url,
        "dsn": database.dsn("sge_worker"),
        "gateway": deployment.gateway,
        "ahead_seconds": world.settling.clock.ahead.total_seconds(),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.processes.watch_and_die",
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, errors = await process.communicate(json.dumps(told).encode())
    assert process.returncode == -signal.SIGKILL, errors.decode()[-2000:]
    await next_watcher_finishes(world, *programs)


async def batch_on_its_way(world: WatchingWorld) -> tuple[SettledProgram, SettledProgram]:
    """Two programs' payments in blocks that no watcher has seen; the lease is free."""
    program, other = await world.program(), await world.program()
    line = await world.line(program)
    payers = await world.registered(program, line[-1], 2)
    world.settling.clock.ahead += LEASE
    await world.settling.pay(program, payers, amount=100 * USDC)
    await world.settling.pay(other, 2)
    await world.settle()
    return program, other


async def next_watcher_finishes(
    world: WatchingWorld, program: SettledProgram, other: SettledProgram
) -> None:
    """Once the lease has run out, everything is posted, and once."""
    world.settling.clock.ahead += LEASE
    await (await world.watcher("watcher 3")).turn()
    assert {*await world.statuses(program), *await world.statuses(other)} == {
        ("CONFIRMED", "FINAL")
    }
    assert (await world.balances(program))[("PROGRAM", 0)] == 164 * USDC
    assert await world.settling.rows("SELECT DISTINCT status FROM chain_transaction") == [
        {"status": "CONFIRMED"}
    ]
    names = await world.settling.rows(
        "SELECT entity_id FROM event_outbox WHERE name IN ('settlement.confirmed', 'intent.confirmed')"
    )
    assert len(names) == len({row["entity_id"] for row in names}) == 12
    await world.check()


async def test_a_watcher_that_lost_its_lease_changes_nothing(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    [payer] = await world.registered(program, None)
    stale = await world.watcher("watcher 1")
    world.settling.clock.ahead += LEASE
    await world.watcher("watcher 2")
    await world.settling.pay(program, [payer])
    await world.settle()
    world.mine()
    with pytest.raises(LeaseLost):
        await stale.turn()
    assert (await world.statuses(program))[1] == ("PROCESSING", "BROADCAST")
    await (await world.watcher("watcher 2")).turn()
    assert (await world.statuses(program))[1] == ("CONFIRMED", "FINAL")
    await world.check()


@pytest.mark.parametrize("point", ["lease.kept", "head.read", "final.read", "transactions.mined"])
async def test_a_watcher_whose_lease_is_taken_between_two_steps_writes_nothing_more(
    watching_world: WatchingWorld, database: OwnDatabase, point: str
) -> None:
    world = watching_world
    program = await world.program()
    [payer] = await world.registered(program, None)
    await world.settling.pay(program, [payer])
    await world.settle()
    world.mine()
    world.settling.clock.ahead += LEASE

    def take_lease(here: str) -> None:
        if here == point:
            with ThreadPoolExecutor() as elsewhere:
                elsewhere.submit(asyncio.run, _take_lease(database.superuser_dsn)).result()

    sleeper = await world.watcher("watcher 2", take_lease)
    with pytest.raises(LeaseLost):
        await sleeper.turn()
    stage = "MINED" if point in {"final.read", "transactions.mined"} else "BROADCAST"
    assert (await world.statuses(program))[1] == ("PROCESSING", stage)
    await world.check()


async def _take_lease(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE chain_watch SET fence = fence + 1, leased_by = 'another'")
    await connection.close()
