"""Who keeps a session waiting for a lock."""

from typing import NamedTuple

from app.store.database import ReadSession

_HOLDERS = """
SELECT holder.pid, coalesce(holder.usename, '?') AS role, coalesce(nullif(holder.application_name, ''), '?') AS program,
       (SELECT string_agg(DISTINCT relation::regclass::text, ', ') FROM pg_locks wanted
         WHERE wanted.pid = waiting.pid AND NOT wanted.granted AND wanted.locktype = 'relation') AS relations
  FROM pg_stat_activity waiting
  CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS blocking (pid)
  JOIN pg_stat_activity holder ON holder.pid = blocking.pid
 WHERE waiting.application_name = $1
"""


class LockHolder(NamedTuple):
    """A session that holds what another one waits for. relations: tables waited for; None for a lock of another kind."""

    pid: int
    role: str
    program: str
    relations: str | None


async def read_lock_holders(session: ReadSession, waiting: str) -> list[LockHolder]:
    """Whom the session with this application name waits for; empty when it waits for nobody."""
    rows = await session.connection.fetch(_HOLDERS, waiting)
    return [LockHolder(*row) for row in rows]
