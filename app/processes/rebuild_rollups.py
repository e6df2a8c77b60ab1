"""Makes one program's rollups anew, as often as it takes to come in between two turns of the consumer; then mends its kept
sums, beside whoever posts.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from app.domain.clock import Clock
from app.services.execute import Bells, execute
from app.services.rebuild_rollups import rebuild_rollups
from app.store.advisory_locks import KEPT_SUMS
from app.store.database import Database, UnitOfWork
from app.store.database_errors import DatabaseError, is_lock_timeout, passes
from app.store.rollups import kept_sums
from app.store.rollups import rebuild as rollup_rebuild
from app.store.rollups.rebuild import Progress

STEPS = rollup_rebuild.STEPS + 1
_WAIT_SECONDS = 0.2
_PATIENCE_SECONDS = 120.0


_BUSY = "workers applied events without a break: stop those of the queue `upkeep`, and try again"
_HELD = (
    "the totals are made anew, and sums kept with the ledger are not mended: somebody else holds them. Wait for another"
    " `rebuild-rollups` of the program, or end the session (PostgreSQL: a pid of pg_locks, locktype 'advisory', classid"
    f" {KEPT_SUMS}), and try again"
)


class RollupsBusy(Exception):
    """Nothing came in between for as long as it was tried: says who kept it out, and what to do."""


async def rebuild_between(
    database: Database,
    bells: Bells,
    clock: Clock,
    program_id: int,
    actor: str,
    *,
    progress: Progress = lambda _: None,
    patience_seconds: float = _PATIENCE_SECONDS,
) -> None:
    """Raises RollupsBusy when it has to wait for longer."""

    async def rebuild(unit: UnitOfWork) -> bool:
        return await rebuild_rollups(unit, program_id, actor, clock(), progress)

    async def mend(one: kept_sums.KeptSum, unit: UnitOfWork) -> bool:
        await kept_sums.mend(unit, program_id, one)
        return True

    deadline = asyncio.get_running_loop().time() + patience_seconds
    work = partial(execute, database, bells, program_id)
    await _until_done(deadline, partial(work, rebuild, "repeatable_read"))
    progress("sums kept with the ledger")
    for one in kept_sums.KEPT_SUMS:
        # Each by itself: a posting takes them in an order of its own, and writes them all the time.
        await _until_done(deadline, partial(work, partial(mend, one)))


async def _until_done(deadline: float, attempt: Callable[[], Awaitable[bool]]) -> None:
    """At least once."""
    while True:
        reason = _BUSY
        try:
            if await attempt():
                return
        except DatabaseError as problem:
            if not passes(problem):
                raise
            if is_lock_timeout(problem):
                reason = _HELD
        if asyncio.get_running_loop().time() > deadline:
            raise RollupsBusy(reason)
        await asyncio.sleep(_WAIT_SECONDS)
