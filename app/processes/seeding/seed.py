"""Seeds a database at size: a large program, its small neighbours, and what is derived from their record."""

from collections.abc import Sequence

from app.domain.clock import real_clock
from app.domain.seeding import SeedPlan
from app.processes.follow_events import follow_events
from app.processes.seeding.progress import Progress
from app.processes.seeding.seed_program import Seeder
from app.processes.snapshot_accounts import snapshot_accounts
from app.services import rollups, seals
from app.services.execute import Bells, execute
from app.store.database import Database, UnitOfWork
from app.store.feed import consumers
from app.store.seeding import finish

_HOLDER = "bench:seed"
_STEPS = 3


class RollupsBusy(RuntimeError):
    """A worker is applying rollups to this database: stop it, and seed once more."""


async def seed(
    database: Database,
    second: Database,
    bells: Bells,
    plans: Sequence[SeedPlan],
    progress: Progress,
) -> list[int]:
    """Returns the programs' ids. database, second: the owner's, a single connection each. Raises RollupsBusy."""
    seeder = Seeder(database, second, bells, progress)
    await seeder.prepare()
    await _seal(database, bells)
    seeded = [await seeder.seed(plan) for plan in plans]
    await execute(database, bells, None, finish.watch_chain)
    # Before the rebuild: by what the planner knows of empty tables it would read them whole for each row.
    async with database.pool.acquire() as connection:
        await finish.look(connection)
    await execute(database, bells, None, finish.events_are_told)
    await _seal(database, bells)
    await execute(database, bells, None, _rebuild_rollups, "repeatable_read")
    await execute(database, bells, None, finish.events_are_told)
    progress("rollups, snapshots, statistics", 1, _STEPS)
    await snapshot_accounts(database, bells)
    progress("rollups, snapshots, statistics", 2, _STEPS)
    async with database.pool.acquire() as connection:
        await finish.tidy(connection)
    progress("rollups, snapshots, statistics", 3, _STEPS)
    return seeded


async def _seal(database: Database, bells: Bells) -> None:
    """What the services wrote, which only their events tell of."""
    await follow_events(
        database,
        bells,
        real_clock,
        consumer=seals.CONSUMER,
        holder=_HOLDER,
        apply=seals.seal_events,
    )


async def _rebuild_rollups(unit: UnitOfWork) -> None:
    now = real_clock()
    lease = await consumers.take(unit, rollups.CONSUMER, _HOLDER, now)
    if lease is None:
        raise RollupsBusy("a worker holds the rollups of this database")
    await consumers.release(unit, await rollups.rebuild(unit, lease, now))
