"""Discrepancies about work that stood still and has moved on: workers close them, with no posting."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.store.database import UnitOfWork

# Whoever resolves one at this moment is let through.
_STUCK = """
SELECT id FROM discrepancy
 WHERE program_id = $1 AND kind = 'STUCK_WORK' AND resolved_at IS NULL AND reference = ANY ($2) AND opened_at < $3
   FOR UPDATE SKIP LOCKED
"""
# Workers close what needs no explanation, and may name no posting.
_CLOSE = """
UPDATE discrepancy SET resolved_at = $3, resolved_by = $4, note = $5 WHERE program_id = $1 AND id = $2
"""


async def close(unit: UnitOfWork, discrepancy_id: UUID, by: str, note: str, at: datetime) -> None:
    """One that means no posting, by a worker."""
    await unit.connection.execute(_CLOSE, unit.program_id, discrepancy_id, at, by, note)


async def lock_stuck(unit: UnitOfWork, references: Sequence[str], before: datetime) -> list[UUID]:
    """Open STUCK_WORK of the unit's program about these stages that were opened before an instant, kept for the rest of the
    transaction.
    """
    rows = await unit.connection.fetch(_STUCK, unit.program_id, references, before)
    return [row["id"] for row in rows]
