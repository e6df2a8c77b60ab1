"""A test program's clock moves, and what became due on the way becomes payable before anybody looks."""

from datetime import datetime
from functools import partial

from app.domain.clock import Clock
from app.domain.permissions import Authority
from app.processes.payouts.mature import mature_due
from app.services.execute import Bells, execute
from app.services.programs import change_programs as programs
from app.services.programs.create_program import ProgramResult
from app.store.database import Database


async def advance_clock(
    database: Database,
    bells: Bells,
    clock: Clock,
    *,
    authority: Authority,
    program_id: int,
    to: datetime,
) -> ProgramResult:
    """Moves the clock in a transaction of its own, then matures in as many as it takes: a year of commissions may be due.

    Called again for the same instant it finishes what a crash left. Batches are the daily job's, which is woken.
    Refuses NOT_FOUND, NOT_A_TEST_PROGRAM, INVALID_INPUT.
    """
    moved = await execute(
        database,
        bells,
        program_id,
        partial(
            programs.advance_clock, authority=authority, program_id=program_id, to=to, now=clock()
        ),
    )
    await mature_due(database, bells, program_id, authority.actor, clock)
    return moved
