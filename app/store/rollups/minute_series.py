"""How far back a program's series has its minutes, and those that are older."""

from datetime import datetime

from app.store.database import ReadSession, UnitOfWork

FROM_THEN_ON = """
coalesce((SELECT kept_from FROM minute_series WHERE program_id = $1), '-infinity')
"""
"""An expression: from when on the minutes of program $1 are what happened; nobody relies on older ones."""
_MOVE = """
INSERT INTO minute_series AS k (program_id, kept_from)
SELECT id, date_trunc('day', $1::timestamptz, 'UTC') FROM program
ON CONFLICT (program_id) DO UPDATE SET kept_from = excluded.kept_from WHERE k.kept_from < excluded.kept_from
"""
_FORGET = """
DELETE FROM {table} s
 USING (SELECT o.program_id, o.at FROM minute_series k
         CROSS JOIN LATERAL (SELECT x.program_id, x.at FROM {table} x
                              WHERE x.program_id = k.program_id AND x.bucket = 'MINUTE' AND x.at < k.kept_from
                              ORDER BY x.at LIMIT $1) o LIMIT $1) g
 WHERE s.program_id = g.program_id AND s.bucket = 'MINUTE' AND s.at = g.at
"""
_TABLES = ("program_series", "program_series_amount")
_AT_ONCE = 10_000
_KEPT_FROM = "SELECT kept_from FROM minute_series WHERE program_id = $1"


async def keep_from(unit: UnitOfWork, at: datetime) -> None:
    """Nobody relies on minutes from before the day of that instant any more, in no program. It never moves back."""
    await unit.connection.execute(_MOVE, at)


async def forget(unit: UnitOfWork) -> int:
    """Removes up to 10 000 minutes of each table that nobody relies on; returns how many rows."""
    gone = 0
    for table in _TABLES:
        answer = await unit.connection.execute(_FORGET.format(table=table), _AT_ONCE)
        gone += int(answer.rpartition(" ")[2])
    return gone


async def kept_from(session: ReadSession) -> datetime | None:
    """The first minute that the session's program has; None while it has all."""
    found: datetime | None = await session.connection.fetchval(_KEPT_FROM, session.program_id)
    return found
