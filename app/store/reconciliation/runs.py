"""Runs as rows: asked for, taken by lease, ended once."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.discrepancies import NewDiscrepancy
from app.domain.ids import new_id
from app.domain.reconciliation import CheckResult, Extent, Outcome, Run
from app.store.advisory_locks import RUNS
from app.store.database import ReadSession, UnitOfWork

# One is live at a time; who asks meanwhile is given that one.
_ALONE = f"SELECT pg_advisory_xact_lock({RUNS}, hashint8($1))"
_LIVE = "SELECT id FROM reconciliation_run WHERE program_id = $1 AND status = 'RUNNING'"
_INSERT = """
INSERT INTO reconciliation_run (program_id, id, whole, asked_by, asked_at) VALUES ($1, $2, $3, $4, $5)
"""
# A lease that ends long after one that is taken now is nobody's either: of a clock that was wrong, or of a thief, it would keep
# the program from every run.
_TAKE = """
WITH waiting AS (
  SELECT program_id, id FROM reconciliation_run
   WHERE status = 'RUNNING' AND (lease_until IS NULL OR lease_until < $1 OR lease_until > $1::timestamptz + 2 * $3::interval) AND ($4::uuid IS NULL OR id = $4)
   ORDER BY asked_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE reconciliation_run r SET leased_by = $2, lease_until = $1::timestamptz + $3::interval, takes = r.takes + 1
  FROM waiting w WHERE r.program_id = w.program_id AND r.id = w.id
RETURNING r.id, r.program_id, r.whole, r.asked_at, r.takes
"""
_KEEP = """
UPDATE reconciliation_run SET lease_until = $4
 WHERE program_id = $1 AND id = $2 AND leased_by = $3 AND status = 'RUNNING' RETURNING true
"""
_HAND_BACK = """
UPDATE reconciliation_run SET lease_until = NULL, leased_by = NULL, takes = takes - 1
 WHERE program_id = $1 AND id = $2 AND leased_by = $3 AND status = 'RUNNING'
"""
_END = """
UPDATE reconciliation_run
   SET status = $4, finished_at = $5, failure = $6, known_only = $7, block_number = $8, block_hash = $9,
       journal_id = $10, journal_seals = $11, journal_head = $12, audit_seals = $13, audit_head = $14, lease_until = NULL
 WHERE program_id = $1 AND id = $2 AND leased_by = $3 AND status = 'RUNNING' RETURNING true
"""
_CHECKS = """
INSERT INTO reconciliation_check (program_id, run_id, position, name, passed, examined, expected, actual)
SELECT $1, $2, * FROM unnest($3::smallint[], $4::text[], $5::boolean[], $6::bigint[], $7::text[], $8::text[])
"""
_FINDINGS = """
INSERT INTO reconciliation_finding (program_id, run_id, discrepancy_id)
SELECT DISTINCT $1::bigint, $2::uuid, d.id
  FROM unnest($3::text[], $4::text[]) AS g (kind, reference)
  JOIN discrepancy d ON d.program_id = $1 AND d.kind = g.kind AND d.reference = g.reference AND d.resolved_at IS NULL
"""
# A run that was asked for after now was so by a clock that was wrong, or by a thief: it stands for none that comes.
# A program that is younger than that instant has its first daily run the next day.
_DUE = """
SELECT p.id FROM program p
 WHERE p.created_at < $1
   AND NOT EXISTS (SELECT FROM reconciliation_run r WHERE r.program_id = p.id AND r.asked_at BETWEEN $1 AND $3
                      AND (r.status <> 'FAILED' OR r.finished_at > $2))
 ORDER BY p.id
"""
_WHOLE_SINCE = """
SELECT EXISTS (SELECT FROM reconciliation_run
                WHERE program_id = $1 AND whole AND status IN ('CLEAN', 'DISCREPANCIES') AND asked_at > $2
                  AND asked_at <= $3)
"""


async def live_or_next(unit: UnitOfWork, program_id: int) -> tuple[UUID, bool]:
    """The program's live run, or the id that its next one will have, and whether there is one. Nobody else asks until
    the transaction ends.
    """
    await unit.connection.execute(_ALONE, program_id)
    live: UUID | None = await unit.connection.fetchval(_LIVE, program_id)
    return (new_id(), False) if live is None else (live, True)


async def insert(
    unit: UnitOfWork, program_id: int, run_id: UUID, *, whole: bool, by: str, at: datetime
) -> None:
    """Begins a run, after `live_or_next` said that there is none."""
    await unit.connection.execute(_INSERT, program_id, run_id, whole, by, at)


async def take(
    unit: UnitOfWork, taken_by: str, now: datetime, lease: timedelta, run_id: UUID | None
) -> tuple[Run, int] | None:
    """The run that waits longest (or this one) and how often it was taken with this; None when nothing waits."""
    row = await unit.connection.fetchrow(_TAKE, now, taken_by, lease, run_id)
    if row is None:
        return None
    run = Run(row["id"], row["program_id"], row["whole"], row["asked_at"], taken_by)
    return run, row["takes"]


async def keep(unit: UnitOfWork, run: Run, until: datetime) -> bool:
    """Whether it is still this worker's, which it is until then."""
    return bool(await unit.connection.fetchval(_KEEP, run.program_id, run.id, run.taken_by, until))


async def hand_back(unit: UnitOfWork, run: Run) -> None:
    """Somebody else may take it at once, as if this worker never had."""
    await unit.connection.execute(_HAND_BACK, run.program_id, run.id, run.taken_by)


async def end(unit: UnitOfWork, run: Run, outcome: Outcome, at: datetime, *, opened: int) -> bool:
    """Whether it was this worker's to end; it never changes after that. opened: how many discrepancies are new."""
    looked = (None,) * len(fields(Extent)) if outcome.extent is None else astuple(outcome.extent)
    ended = await unit.connection.fetchval(
        _END,
        run.program_id,
        run.id,
        run.taken_by,
        outcome.status.value,
        at,
        outcome.failure,
        outcome.is_known(opened),
        *looked,
    )
    return bool(ended)


async def insert_checks(unit: UnitOfWork, run: Run, results: Sequence[CheckResult]) -> None:
    """What each check saw."""
    await unit.connection.execute(
        _CHECKS,
        run.program_id,
        run.id,
        [result.name.position for result in results],
        [result.name.value for result in results],
        [result.passed for result in results],
        [result.examined for result in results],
        [result.expected for result in results],
        [result.actual for result in results],
    )


async def insert_findings(unit: UnitOfWork, run: Run, found: Sequence[NewDiscrepancy]) -> None:
    """The open discrepancies that this run came upon."""
    await unit.connection.execute(
        _FINDINGS,
        run.program_id,
        run.id,
        [one.kind.value for one in found],
        [one.reference for one in found],
    )


async def due(
    session: ReadSession, since: datetime, failed_before: datetime, now: datetime
) -> list[int]:
    """Programs without a run since then; one that FAILED counts until it ended before `failed_before`."""
    rows = await session.connection.fetch(_DUE, since, failed_before, now)
    return [row["id"] for row in rows]


async def looked_at_everything(
    unit: UnitOfWork, program_id: int, since: datetime, now: datetime
) -> bool:
    """Whether a whole run was carried out that was asked for after that instant."""
    return bool(await unit.connection.fetchval(_WHOLE_SINCE, program_id, since, now))
