"""Writes the account snapshots that are due, up to where no posting can still appear."""

import asyncio

from app.services.execute import Bells, execute
from app.store.database import Database
from app.store.ledger import snapshots

_TRIES = 50
_PAUSE_SECONDS = 0.1


async def snapshot_accounts(database: Database, bells: Bells, every: int = snapshots.EVERY) -> int:
    """Returns for how many accounts; 0 also when a transaction runs for so long that the next call has to do it."""
    horizon = await execute(database, bells, None, snapshots.mark)
    for _ in range(_TRIES):
        if await execute(database, bells, None, lambda unit: snapshots.is_safe(unit, horizon)):
            return await execute(
                database, bells, None, lambda unit: snapshots.write(unit, horizon, every)
            )
        await asyncio.sleep(_PAUSE_SECONDS)
    return 0
