"""Discrepancies as rows, and the pause that a critical one means."""

from datetime import datetime
from uuid import UUID

from app.domain.discrepancies import NewDiscrepancy
from app.domain.ids import new_id
from app.store.database import UnitOfWork

# While one of this kind about this thing is open, the same finding adds nothing.
_OPEN = """
INSERT INTO discrepancy (program_id, id, kind, severity, entity_id, reference, expected, actual, message, opened_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (program_id, kind, reference) WHERE resolved_at IS NULL DO NOTHING
RETURNING id
"""
_PAUSE = """
UPDATE program SET status = 'PAUSED', pause_reason = $2, paused_by = $3, paused_at = $4, version = version + 1
 WHERE id = $1 AND status = 'ACTIVE'
RETURNING version, public_id
"""


async def open_once(
    unit: UnitOfWork, program_id: int, found: NewDiscrepancy, at: datetime
) -> UUID | None:
    """The new row's id; None when it is open already."""
    opened: UUID | None = await unit.connection.fetchval(
        _OPEN,
        program_id,
        new_id(),
        found.kind.value,
        found.severity.value,
        found.entity_id,
        found.reference,
        found.expected,
        found.actual,
        found.message,
        at,
    )
    return opened


async def pause_program(
    unit: UnitOfWork, program_id: int, reason: str, actor: str, at: datetime
) -> tuple[int, UUID] | None:
    """The program's new version and public id; None when it was not ACTIVE."""
    row = await unit.connection.fetchrow(_PAUSE, program_id, reason, actor, at)
    return None if row is None else (row["version"], row["public_id"])
