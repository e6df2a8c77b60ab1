"""Opens a discrepancy for what stands still, each minute, so that nobody has to look for it. As check 10 does it daily."""

from collections.abc import Callable
from functools import partial

from app.domain.actors import RELEASER
from app.domain.chain_proof.work import stuck_discrepancies
from app.domain.clock import Clock
from app.domain.discrepancies import NewDiscrepancy
from app.services.corrections.open_discrepancy import open_discrepancy
from app.services.execute import Bells, execute
from app.store.database import Database
from app.store.reads import stuck_work


async def flag_stuck(
    database: Database, bells: Bells, clock: Clock, stopping: Callable[[], bool] = lambda: False
) -> int:
    """Returns how many were opened. A paused program explains what waits in it."""
    async with database.read(None) as session:
        programs = await stuck_work.working_programs(session)
    opened = 0
    for program_id in programs:
        if stopping():
            break
        async with database.read(program_id) as session:
            found = stuck_discrepancies(await stuck_work.of_program(session, clock()))
        for one in found:
            opened += await _open(database, bells, clock, program_id, one)
    return opened


async def _open(
    database: Database, bells: Bells, clock: Clock, program_id: int, found: NewDiscrepancy
) -> bool:
    work = partial(open_discrepancy, program_id=program_id, found=found, actor=RELEASER, at=clock())
    return await execute(database, bells, program_id, work) is not None
