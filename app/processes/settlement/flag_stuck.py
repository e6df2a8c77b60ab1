"""Opens a discrepancy for what stands still, each minute, so that nobody has to look for it, and closes it once it moved on."""

from collections.abc import Callable, Collection
from functools import partial

from app.domain.actors import RELEASER
from app.domain.chain_proof.work import moved_on, stuck_discrepancies
from app.domain.clock import Clock
from app.domain.discrepancies import NewDiscrepancy
from app.domain.stuck import WorkStage
from app.services.discrepancies.close_stuck import close_moved_on
from app.services.discrepancies.open_discrepancy import open_discrepancy
from app.services.execute import Bells, execute
from app.store.database import Database
from app.store.reads import stuck_work


async def flag_stuck(
    database: Database, bells: Bells, clock: Clock, stopping: Callable[[], bool] = lambda: False
) -> int:
    """Returns how many were opened; as check 10 does it daily. A paused program explains what waits in it, which opens
    nothing and closes nothing.
    """
    async with database.read(None) as session:
        working = await stuck_work.working_programs(session)
        flagged = await stuck_work.flagged_programs(session)
    opened = 0
    for program_id in sorted({*working, *flagged}):
        if stopping():
            break
        async with database.read(program_id) as session:
            found = await stuck_work.of_program(session, clock())
        if program_id in flagged:
            await _close(database, bells, clock, program_id, moved_on(found, stuck_work.MOST))
        for one in stuck_discrepancies(found) if program_id in working else ():
            opened += await _open(database, bells, clock, program_id, one)
    return opened


async def _open(
    database: Database, bells: Bells, clock: Clock, program_id: int, found: NewDiscrepancy
) -> bool:
    work = partial(open_discrepancy, program_id=program_id, found=found, actor=RELEASER, at=clock())
    return await execute(database, bells, program_id, work) is not None


async def _close(
    database: Database, bells: Bells, clock: Clock, program_id: int, stages: Collection[WorkStage]
) -> None:
    work = partial(close_moved_on, stages=stages, now=clock())
    await execute(database, bells, program_id, work)
