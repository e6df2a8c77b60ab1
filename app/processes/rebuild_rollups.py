"""Makes one program's rollups anew, as often as it takes to come in between two turns of the consumer."""

import asyncio

from app.domain.clock import Clock
from app.services.execute import Bells, execute
from app.services.rebuild_rollups import rebuild_rollups
from app.store.database import Database, UnitOfWork
from app.store.database_errors import DatabaseError, passes
from app.store.rollup_rebuild import Progress

_WAIT_SECONDS = 0.2
_PATIENCE_SECONDS = 120.0


class RollupsBusy(Exception):
    """Workers applied events all the time: there are more than they can keep up with."""


async def rebuild_between(
    database: Database,
    bells: Bells,
    clock: Clock,
    program_id: int,
    actor: str,
    *,
    progress: Progress = lambda _: None,
) -> None:
    """Raises RollupsBusy after two minutes."""

    async def use_case(unit: UnitOfWork) -> bool:
        return await rebuild_rollups(unit, program_id, actor, clock(), progress)

    deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        try:
            if await execute(database, bells, program_id, use_case, "repeatable_read"):
                return
        except DatabaseError as problem:
            if not passes(problem):
                raise
        await asyncio.sleep(_WAIT_SECONDS)
    raise RollupsBusy
