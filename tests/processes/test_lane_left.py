"""A lane that is left in the middle: what was about to be signed goes on within seconds, not at the end of its lease."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta

import asyncpg
import pytest

from app.chain.client import Chain
from app.processes.settlement.settle import settle
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import proxy_before
from tests.fixtures.databases import Database
from tests.processes.outage import once
from tests.processes.settling_world import SettlingWorld

# As whoever takes it after its lease ran out does; that one is gone by now.
_TAKE_LANE = "UPDATE lane SET fence = fence + 1, leased_by = NULL, lease_until = NULL"
_HELD = """
SELECT (SELECT count(*) FROM intent_state WHERE leased_by IS NOT NULL AND stage = 'QUEUED')
     + (SELECT count(*) FROM intent_todo WHERE lease_until IS NOT NULL)
"""
_DUE = "SELECT min(due_at) AS first, max(due_at) AS last FROM intent_todo"
_A_FEW_SECONDS = timedelta(seconds=3)


def _lose_lane(database: Database) -> Callable[[], None]:
    async def take() -> None:
        connection = await asyncpg.connect(database.superuser_dsn)
        await connection.execute(_TAKE_LANE)
        await connection.close()

    def lose() -> None:
        thread = threading.Thread(target=asyncio.run, args=(take(),))
        thread.start()
        thread.join()

    return lose


@pytest.mark.parametrize("room", [4, 1])
async def test_batches_of_a_lost_lane_go_on_within_seconds(
    settling_world: SettlingWorld, database: Database, room: int
) -> None:
    """room: the others were taken for signing with the first, or claimed ahead."""
    world = settling_world
    program = await world.ready(210)
    before = world.clock()
    # The first batch is signed, the others are not.
    lost = once("signed", _lose_lane(database))
    assert await settle(world.settling(at_point=lost, lane_limit=room)) == 1
    assert await world.value(_HELD) == 0
    [due] = await world.rows(_DUE)
    # Not in the same breath either: a fault would be met again and again.
    assert before + timedelta(seconds=2) <= due["first"]
    assert due["last"] <= world.clock() + _A_FEW_SECONDS
    world.clock.ahead = _A_FEW_SECONDS
    assert await settle(world.settling("worker 2")) >= 1
    assert {one["stage"] for one in await world.states()} == {"BROADCAST"}
    assert world.paid(program) == 2_100_000_000


@pytest.mark.parametrize("point", ["claimed", "signed"])
async def test_a_node_that_goes_away_in_the_middle_holds_nothing_up(
    settling_world: SettlingWorld, point: str
) -> None:
    world = settling_world
    program = await world.ready(210)
    async with (
        proxy_before(world.gateway_chain.node.url) as proxy,
        Chain(CHAIN_ID, [proxy.url], timeout_seconds=1.0) as chain,
    ):

        def away() -> None:
            proxy.plan = lambda _body: "500"

        await settle(world.settling(chain=chain, at_point=once(point, away)))
    assert await world.value(_HELD) == 0
    world.clock.ahead = timedelta(seconds=11)
    await settle(world.settling("worker 2"))
    assert {one["stage"] for one in await world.states()} == {"BROADCAST"}
    assert world.paid(program) == 2_100_000_000
