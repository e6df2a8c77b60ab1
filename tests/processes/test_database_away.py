"""What a worker holds when the database goes away under it: handed back when it is there again, not by its leases' ends."""

import asyncio

import pytest

from app.processes.settlement.settle import settle
from tests.fixtures.databases import Database
from tests.processes.outage import give_back, once, take_away
from tests.processes.settling_world import SettlingWorld

_HELD = """
SELECT (SELECT count(*) FROM intent_state WHERE leased_by IS NOT NULL)
     + (SELECT count(*) FROM lane WHERE leased_by IS NOT NULL)
"""


@pytest.mark.parametrize("point", ["claimed", "signing"])
async def test_what_was_claimed_is_handed_back_when_the_database_is_back(
    settling_world: SettlingWorld, database: Database, point: str
) -> None:
    world = settling_world
    await world.ready(3)
    gone = asyncio.Event()

    def leave() -> None:
        take_away(database)
        gone.set()

    settling = world.settling(at_point=once(point, leave), stopping=gone.is_set)
    running = asyncio.create_task(settle(settling))
    await gone.wait()
    await asyncio.sleep(1.0)
    give_back(database)
    async with asyncio.timeout(20):
        assert await running == 0
    assert await world.value(_HELD) == 0
    assert {(one["status"], one["attempts"]) for one in await world.states()} == {("PENDING", 0)}
    assert await settle(world.settling("worker 2")) == 1
