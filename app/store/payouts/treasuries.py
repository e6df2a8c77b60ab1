"""A program's treasury row: its stored reading of the Safe, and the lock over all that decides about payouts."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.treasury import SafeReading
from app.store.database import ReadSession, UnitOfWork

_LOCK = """
SELECT chain_id, address, owners, threshold, nonce, safe_version, read_at FROM treasury WHERE program_id = $1 FOR UPDATE
"""
_ADDRESS = "SELECT address FROM treasury WHERE program_id = $1"
_NOTE = """
UPDATE treasury SET owners = $2, threshold = $3, nonce = $4, safe_version = $5, read_at = $6 WHERE program_id = $1
"""


@dataclass(frozen=True, slots=True)
class LockedTreasury:
    """As it was last read from the chain."""

    chain_id: int
    address: str
    safe: SafeReading
    read_at: datetime


async def lock_treasury(unit: UnitOfWork, program_id: int) -> LockedTreasury:
    """Until the commit nobody else plans, approves, ends or takes back payouts of the program."""
    row = await unit.connection.fetchrow(_LOCK, program_id)
    assert row is not None
    safe = SafeReading(
        tuple(row["owners"]), row["threshold"], int(row["nonce"]), row["safe_version"]
    )
    return LockedTreasury(row["chain_id"], row["address"], safe, row["read_at"])


async def wait_for_treasury(unit: UnitOfWork, program_id: int) -> None:
    """Waits for whoever has it locked, and locks nothing: for those who lock more before it, which nobody is to wait for
    while a large batch is stored. Before any lock: a rolled back savepoint keeps none.
    """
    await unit.connection.execute("SAVEPOINT treasury")
    await unit.connection.execute(_LOCK, program_id)
    await unit.connection.execute("ROLLBACK TO SAVEPOINT treasury")


async def treasury_address(session: ReadSession | UnitOfWork, program_id: int) -> str:
    """It never changes."""
    address: str = await session.connection.fetchval(_ADDRESS, program_id)
    return address


async def note_reading(
    unit: UnitOfWork, program_id: int, safe: SafeReading, read_at: datetime
) -> None:
    """Stores a newer reading of the Safe."""
    await unit.connection.execute(
        _NOTE, program_id, list(safe.owners), safe.threshold, safe.nonce, safe.version, read_at
    )
