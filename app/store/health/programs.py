"""How each program does, as operators see it."""

from datetime import datetime

from app.domain.health.figures import ProgramFigures
from app.store.database import ReadSession, UnitOfWork

# Runs go by the newest: what is looked at ends with the first that fits. None of the future, by a clock that was wrong or by a
# thief: it would say for ever that all was looked at.
_PROGRAMS = """
SELECT p.slug AS program, p.status, p.pause_reason, p.paused_by,
       (SELECT c.stopped FROM consumed_through c WHERE c.program_id = p.id AND c.stopped IS NOT NULL LIMIT 1) AS stopped,
       extract(epoch FROM $1 - coalesce(ended.finished_at, p.created_at))::float8 AS checked_seconds,
       extract(epoch FROM $1 - clean.finished_at)::float8 AS clean_seconds,
       CASE WHEN newest.status = 'FAILED' THEN newest.failure END AS failed,
       (SELECT count(*) FROM discrepancy d
         WHERE d.program_id = p.id AND d.resolved_at IS NULL AND d.severity = 'CRITICAL')::int AS critical,
       (SELECT count(*) FROM discrepancy d
         WHERE d.program_id = p.id AND d.resolved_at IS NULL AND d.kind = 'STUCK_WORK')::int AS stuck,
       (SELECT count(*) FROM discrepancy d
         WHERE d.program_id = p.id AND d.resolved_at IS NULL AND d.kind = 'TREASURY_CONFIGURATION')::int AS treasury_changes
  FROM program p
  LEFT JOIN LATERAL (SELECT r.status, r.failure FROM reconciliation_run r
                      WHERE r.program_id = p.id AND r.status <> 'RUNNING'
                        AND r.asked_at <= $1 AND r.finished_at <= $1::timestamptz + interval '5 minutes'
                      ORDER BY r.asked_at DESC, r.id DESC LIMIT 1) newest ON true
  LEFT JOIN LATERAL (SELECT r.finished_at FROM reconciliation_run r
                      WHERE r.program_id = p.id AND r.status IN ('CLEAN', 'DISCREPANCIES')
                        AND r.asked_at <= $1 AND r.finished_at <= $1::timestamptz + interval '5 minutes'
                      ORDER BY r.asked_at DESC, r.id DESC LIMIT 1) ended ON true
  LEFT JOIN LATERAL (SELECT r.finished_at FROM reconciliation_run r
                      WHERE r.program_id = p.id AND (r.status = 'CLEAN' OR r.known_only)
                        AND r.asked_at <= $1 AND r.finished_at <= $1::timestamptz + interval '5 minutes'
                      ORDER BY r.asked_at DESC, r.id DESC LIMIT 1) clean ON true
 WHERE p.status <> 'ARCHIVED' ORDER BY p.slug
"""


async def read_programs(session: ReadSession | UnitOfWork, now: datetime) -> list[ProgramFigures]:
    """Every program that is not archived. now: real time."""
    rows = await session.connection.fetch(_PROGRAMS, now)
    return [ProgramFigures(**row) for row in rows]
