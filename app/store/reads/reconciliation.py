"""Runs of the reconciliation, their checks, and the discrepancies that they came upon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import ReadSession
from app.store.reads.discrepancies import COLUMNS, DiscrepancyRow
from app.store.reads.values import Slice, by_parent


@dataclass(frozen=True, slots=True)
class RunRow:
    """started_at: when it was asked for. failure: why it could not be carried out."""

    program_key: int
    id: UUID
    status: str
    started_at: datetime
    finished_at: datetime | None
    block_number: int | None
    block_hash: bytes | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class CheckRow:
    name: str
    passed: bool
    examined: int
    expected: str | None
    actual: str | None


_COLUMNS = "program_id, id, status, asked_at, finished_at, block_number, block_hash, failure"
_LIST = f"""
SELECT {_COLUMNS} FROM reconciliation_run
 WHERE program_id = $1 AND ($2::timestamptz IS NULL OR (asked_at, id) < ($2, $3))
 ORDER BY asked_at DESC, id DESC LIMIT $4
"""
_COUNT = "SELECT count(*) FROM (SELECT FROM reconciliation_run WHERE program_id = $1 LIMIT 10002) c"
_BY_IDS = (
    f"SELECT {_COLUMNS} FROM reconciliation_run WHERE program_id = $1 AND id = ANY($2::uuid[])"
)
_CHECKS = """
SELECT q.n, c.name, c.passed, c.examined, c.expected, c.actual
  FROM unnest($2::uuid[]) WITH ORDINALITY AS q (run_id, n)
  JOIN reconciliation_check c ON c.program_id = $1 AND c.run_id = q.run_id
 ORDER BY q.n, c.position
"""
_RUNS = "unnest($2::uuid[]) WITH ORDINALITY AS q (run_id, n)"
_FOUND = f"""
SELECT q.n, d.* FROM {_RUNS}
 CROSS JOIN LATERAL (
       SELECT f.discrepancy_id FROM reconciliation_finding f
        WHERE f.program_id = $1 AND f.run_id = q.run_id AND ($3::uuid IS NULL OR f.discrepancy_id < $3)
        ORDER BY f.discrepancy_id DESC LIMIT $4) f
  JOIN LATERAL (SELECT {COLUMNS} FROM discrepancy WHERE program_id = $1 AND id = f.discrepancy_id) d ON true
 ORDER BY q.n, d.id DESC
"""
_COUNT_FOUND = f"""
SELECT (SELECT count(*) FROM (SELECT FROM reconciliation_finding f
                               WHERE f.program_id = $1 AND f.run_id = q.run_id LIMIT 10002) c)
  FROM {_RUNS} ORDER BY q.n
"""


async def page(session: ReadSession, _: None, part: Slice) -> list[RunRow]:
    """Newest first; the sort key is (started_at, id)."""
    records = await session.connection.fetch(
        _LIST, session.program_id, part.key(0), part.key(1), part.limit
    )
    return [RunRow(*record) for record in records]


async def count(session: ReadSession, _: None) -> int:
    """How many there are, counted up to 10 002."""
    found: int = await session.connection.fetchval(_COUNT, session.program_id)
    return found


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[RunRow | None]:
    """Runs of this snapshot's program."""
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {row.id: row for row in (RunRow(*record) for record in records)}
    return [found.get(id_) for id_ in ids]


async def checks_of(session: ReadSession, runs: Sequence[UUID]) -> list[list[CheckRow]]:
    """Each run's checks in their order; none while it is under way."""
    records = await session.connection.fetch(_CHECKS, session.program_id, runs)
    return by_parent(records, len(runs), lambda record: CheckRow(*list(record.values())[1:]))


async def found_by(
    session: ReadSession, runs: Sequence[UUID], _: None, part: Slice
) -> list[list[DiscrepancyRow]]:
    """What each run came upon, newest first; the sort key is (id)."""
    records = await session.connection.fetch(
        _FOUND, session.program_id, runs, part.key(0), part.limit
    )
    return by_parent(records, len(runs), lambda record: DiscrepancyRow(*list(record.values())[1:]))


async def count_found(session: ReadSession, runs: Sequence[UUID], _: None) -> list[int]:
    """How many each run came upon, counted up to 10 002."""
    records = await session.connection.fetch(_COUNT_FOUND, session.program_id, runs)
    return [record[0] for record in records]
