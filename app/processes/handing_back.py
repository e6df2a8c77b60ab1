"""What a process holds by leases is handed back, also when the database is away just then."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from app.services.execute import Bells, execute
from app.store.database import Database, UnitOfWork
from app.store.database_errors import passes

_AGAIN_SECONDS = 0.5
# As long as the longest lease that is handed back: then others have it without us.
_LONGEST_SECONDS = 60.0


async def hand_back(
    database: Database, bells: Bells, use_case: Callable[[UnitOfWork], Awaitable[object]]
) -> None:
    """Again while the database is away. The use case changes nothing that is another's by now, or was handed back before."""
    ends = time.monotonic() + _LONGEST_SECONDS
    while True:
        try:
            await execute(database, bells, None, use_case)
        except Exception as problem:
            if not passes(problem) or time.monotonic() > ends:
                raise
            await asyncio.sleep(_AGAIN_SECONDS)
        else:
            return
