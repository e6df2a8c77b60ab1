"""Audit rows: only ever added."""

from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.store.database import UnitOfWork

_INSERT = """
INSERT INTO audit (program_id, id, at, actor, action, target_id, before, after, reason, request_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One row, in the order of the table's columns after program_id."""

    id: UUID
    at: datetime
    actor: str
    action: str
    target_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None
    request_id: str | None


async def insert_audit(unit: UnitOfWork, row: AuditRow) -> None:
    """Adds a row to the unit's own program."""
    await unit.connection.execute(_INSERT, unit.program_id, *astuple(row))
