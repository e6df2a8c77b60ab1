"""Stretches of journals: of each thousand the earliest and latest effective instant, and what each kind of account moved; for
balances and trial balances at an old instant.
"""

from app.store.database import UnitOfWork

# The migration filled them by the same function (05_stretches.sql).
_WRITE = "SELECT sge_write_stretches($1, $2, $3)"


async def write(unit: UnitOfWork, program_id: int, through: int, every: int) -> None:
    """Writes the stretches of so many journals that are whole up to a safe horizon. One caller at a time."""
    await unit.connection.execute(_WRITE, program_id, through, every)
