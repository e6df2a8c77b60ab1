"""Settlements that the chain took back."""

from datetime import datetime
from uuid import UUID

from app.domain.money import Money
from app.domain.postings import Movement, MovementDirection
from app.store.database import UnitOfWork

_MOVEMENT = """
SELECT chain_id, block_number, block_hash, log_index, direction, currency, amount, tx_hash
  FROM movement WHERE program_id = $1 AND journal_id = $2 AND NOT undone
"""
_MARK = (
    "UPDATE settlement SET undone_at = $3 WHERE program_id = $1 AND id = $2 AND undone_at IS NULL"
)


async def movement_of_journal(unit: UnitOfWork, journal_id: int) -> Movement:
    """What a settlement's journal claims: one log."""
    row = await unit.connection.fetchrow(_MOVEMENT, unit.program_id, journal_id)
    assert row is not None
    return Movement(
        chain_id=row["chain_id"],
        block_number=row["block_number"],
        block_hash=row["block_hash"],
        log_index=row["log_index"],
        direction=MovementDirection(row["direction"]),
        amount=Money(row["amount"], row["currency"]),
        tx_hash=row["tx_hash"],
    )


async def mark_undone(unit: UnitOfWork, settlement_id: UUID, at: datetime) -> None:
    """at: program time. The database refuses what no open discrepancy says is gone."""
    await unit.connection.execute(_MARK, unit.program_id, settlement_id, at)
