"""Who schedules, one after another."""

from datetime import timedelta
from functools import partial

from app.domain.clock import real_clock
from app.services.execute import execute
from app.store import scheduler_lease
from app.store.database import Database as Pool
from app.store.recovery import recoveries
from tests.fixtures.databases import Database
from tests.storage.bells import SilentBells

_FENCE = "SELECT fence FROM consumer_position WHERE consumer = 'scheduler'"


async def test_somebody_schedules_after_a_recovery(database: Database) -> None:
    """It takes every lease away, and with it the name of who had it."""
    pool = await Pool.connect(database.dsn("sge_worker"), maximum=2)
    now = real_clock()

    async def takes(holder: str) -> bool:
        return await execute(
            pool, SilentBells(), None, partial(scheduler_lease.take, holder=holder, now=now)
        )

    assert await takes("one")
    assert not await takes("two")
    async with pool.write(None) as unit:
        await recoveries.begin(unit, "restored", "test", now)
        fence = await unit.connection.fetchval(_FENCE)
    assert await takes("two")
    assert not await takes("one")
    now += scheduler_lease.LEASE + timedelta(seconds=1)
    assert await takes("one")
    async with pool.read(None) as session:
        assert await session.connection.fetchval(_FENCE) == fence + 2
    await pool.close()
