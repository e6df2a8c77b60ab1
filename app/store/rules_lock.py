"""The lock over what acceptance stands on: a program's terms, its forest of affiliates, and its idempotency keys.

Who accepts or joins shares it; who changes terms or forest, or uses a key for something else than an intent, holds it
alone, and takes it before any row that acceptance or posting touches.
"""

from app.store.database import UnitOfWork

_SHARE = "SELECT sge_share_rules($1)"
_LOCK = "SELECT sge_lock_rules($1)"


async def share_rules(unit: UnitOfWork, program_id: int) -> None:
    """Keeps terms and branches as they are until the transaction ends."""
    await unit.connection.execute(_SHARE, program_id)


async def lock_rules(unit: UnitOfWork, program_id: int) -> None:
    """Waits until nobody accepts or joins, and lets nobody do so until the transaction ends."""
    await unit.connection.execute(_LOCK, program_id)


async def wait_for_rules(unit: UnitOfWork, program_id: int) -> None:
    """Waits until whatever accepts, joins or posts now has ended, and locks nothing: for those who then take long. Before any
    lock: a rolled back savepoint keeps none.
    """
    await unit.connection.execute("SAVEPOINT rules")
    await unit.connection.execute(_LOCK, program_id)
    await unit.connection.execute("ROLLBACK TO SAVEPOINT rules")
