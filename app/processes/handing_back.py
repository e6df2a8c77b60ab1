"""What a process holds by leases is handed back, and what it found out is written down, also when the database is away then."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from app.services.execute import Bells, execute
from app.store.database import Database, UnitOfWork
from app.store.database_errors import passes

_AGAIN_SECONDS = 0.5
# As long as the longest lease: then others have what it is about without us.
_LONGEST_SECONDS = 60.0

UseCase = Callable[[UnitOfWork], Awaitable[object]]


async def execute_when_back(
    database: Database, bells: Bells, program_id: int | None, use_case: UseCase
) -> None:
    """Again while the database is away. The use case changes nothing that is another's by now, or was done before."""
    ends = time.monotonic() + _LONGEST_SECONDS
    while True:
        try:
            await execute(database, bells, program_id, use_case)
        except Exception as problem:
            if not passes(problem) or time.monotonic() > ends:
                raise
            await asyncio.sleep(_AGAIN_SECONDS)
        else:
            return


async def hand_back(database: Database, bells: Bells, use_case: UseCase) -> None:
    """See execute_when_back; leases are of all programs."""
    await execute_when_back(database, bells, None, use_case)
