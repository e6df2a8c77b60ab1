"""Which programs have a day of their own time to do, and what it may pay in."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.domain.states import ProgramStatus
from app.store.database import ReadSession, UnitOfWork

_TO_DO = """
SELECT p.id, p.public_id, p.status, g.day
  FROM program p
 CROSS JOIN LATERAL (SELECT (($1::timestamptz + p.clock_offset) AT TIME ZONE 'UTC')::date AS day) g
  LEFT JOIN payout_day d ON d.program_id = p.id
 WHERE d.done_through IS NULL OR d.done_through < g.day
 ORDER BY p.id
"""
# The currency that had to wait longest goes first: one live batch per Safe, so only one of them gets its batch today.
_OWED = """
SELECT c.code FROM program_currency c
 WHERE c.program_id = $1
   AND (EXISTS (SELECT FROM commission e
                 WHERE e.program_id = $1 AND e.currency = c.code AND e.status = 'PAYABLE')
        OR EXISTS (SELECT FROM refund r WHERE r.program_id = $1 AND r.currency = c.code AND r.status = 'OWED'))
 ORDER BY (SELECT max(b.created_at) FROM payout_batch b
            WHERE b.program_id = $1 AND b.currency = c.code AND b.kind = 'PAYOUTS') NULLS FIRST, c.position
"""
_NOTE = """
INSERT INTO payout_day (program_id, done_through) VALUES ($1, $2)
ON CONFLICT (program_id) DO UPDATE SET done_through = EXCLUDED.done_through
 WHERE payout_day.done_through < EXCLUDED.done_through
"""


@dataclass(frozen=True, slots=True)
class DayToDo:
    """program: its public id. day: today in the program's own time, UTC."""

    program_id: int
    program: UUID
    status: ProgramStatus
    day: date


async def days_to_do(session: ReadSession, now: datetime) -> list[DayToDo]:
    """Programs whose daily run of today is not done. now: real time."""
    rows = await session.connection.fetch(_TO_DO, now)
    return [
        DayToDo(row["id"], row["public_id"], ProgramStatus(row["status"]), row["day"])
        for row in rows
    ]


async def owed_currencies(session: ReadSession, program_id: int) -> list[str]:
    """Codes in which something waits for a batch, in the order in which they get one."""
    return [row["code"] for row in await session.connection.fetch(_OWED, program_id)]


async def note_day(unit: UnitOfWork, done: DayToDo) -> None:
    """It is done; an earlier day than one that is noted changes nothing."""
    await unit.connection.execute(_NOTE, done.program_id, done.day)
