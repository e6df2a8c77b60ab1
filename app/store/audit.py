"""Audit rows: only ever added."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.store.database import UnitOfWork

_INSERT = """
INSERT INTO audit (program_id, id, at, actor, action, target_id, before, after, reason, request_id)
SELECT $1, * FROM unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::jsonb[],
                         $9::text[], $10::text[])
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


async def insert_audit(
    unit: UnitOfWork, rows: Sequence[AuditRow], program_id: int | None = None
) -> None:
    """Adds rows to the given program, else to the unit's own."""
    program = unit.program_id if program_id is None else program_id
    columns = zip(*(astuple(row) for row in rows), strict=True)
    await unit.connection.execute(_INSERT, program, *map(list, columns))
