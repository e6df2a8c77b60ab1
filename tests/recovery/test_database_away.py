"""A recovery whose database goes away in the middle goes on when it is there again."""

import asyncio

import pytest

from tests.fixtures.databases import Database
from tests.processes.outage import give_back, once, take_away
from tests.recovery.recovering import OTHER_TIMELINE, RecoveringWorld

pytestmark = pytest.mark.long


@pytest.mark.parametrize("point", ["recovery.lanes", "recovery.turn"])
async def test_it_goes_on(recovering: RecoveringWorld, database: Database, point: str) -> None:
    program = await recovering.settling.ready()
    await recovering.settling.run(OTHER_TIMELINE)

    def leave() -> None:
        take_away(database)
        asyncio.get_running_loop().call_later(1.5, give_back, database)

    async with asyncio.timeout(60):
        recovered = await recovering.recover(once(point, leave))
    assert [len(chain.lanes) for chain in recovered.chains] == [1]
    await recovering.resume(program)
    await recovering.settle_until_quiet()
    assert {one["status"] for one in await recovering.settling.states()} == {"CONFIRMED"}
