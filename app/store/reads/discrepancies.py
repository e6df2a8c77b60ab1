"""Discrepancies of a program, newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import ReadSession
from app.store.reads.values import Slice


@dataclass(frozen=True, slots=True)
class DiscrepancyRow:
    program_key: int
    id: UUID
    kind: str
    severity: str
    entity_id: str | None
    expected: str | None
    actual: str | None
    message: str
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    note: str | None
    journal_key: int | None
    run_id: UUID | None


@dataclass(frozen=True, slots=True)
class DiscrepancyFilter:
    """Both conditions hold together."""

    open: bool | None = None
    severity: tuple[str, ...] | None = None


COLUMNS = """program_id, id, kind, severity, entity_id, expected, actual, message, opened_at, resolved_at, resolved_by,
  note, posting_journal_id, run_id"""
"""What a DiscrepancyRow is made of, in order."""
MATCHES = """
  FROM discrepancy WHERE program_id = $1 AND ($2::boolean IS NULL OR (resolved_at IS NULL) = $2)
   AND ($3::text[] IS NULL OR severity = ANY($3))
"""
"""Takes whether open and severities after the program, each null for any."""
_LIST = f"SELECT {COLUMNS} {MATCHES} AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5"
_COUNT = f"SELECT count(*) FROM (SELECT 1 {MATCHES} LIMIT 10002) c"
_BY_IDS = f"SELECT {COLUMNS} FROM discrepancy WHERE program_id = $1 AND id = ANY($2::uuid[])"


async def page(session: ReadSession, given: DiscrepancyFilter, part: Slice) -> list[DiscrepancyRow]:
    """Newest first; the sort key is (id)."""
    records = await session.connection.fetch(
        _LIST, session.program_id, given.open, given.severity, part.key(0), part.limit
    )
    return [DiscrepancyRow(*record) for record in records]


async def count(session: ReadSession, given: DiscrepancyFilter) -> int:
    """How many match, counted up to 10 002."""
    found: int = await session.connection.fetchval(
        _COUNT, session.program_id, given.open, given.severity
    )
    return found


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[DiscrepancyRow | None]:
    """Discrepancies of this snapshot's program."""
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {row.id: row for row in (DiscrepancyRow(*record) for record in records)}
    return [found.get(id_) for id_ in ids]
