"""What a run looks at, read in the snapshot that it looks at it in."""

from datetime import datetime

from app.domain.reconciliation import CleanRun, Extent, Run, Scope
from app.store.database import ReadSession

# Journal ids appear out of order; up to where account snapshots are written, none is missing any more.
_EXTENT = """
SELECT c.chain_id, c.block_number, c.block_hash,
       (SELECT position FROM consumer_position WHERE consumer = 'account_snapshots') AS journal_id,
       coalesce(j.n, 0) AS journal_seals, j.hash AS journal_head, coalesce(a.n, 0) AS audit_seals, a.hash AS audit_head
  FROM consumed_through c
  LEFT JOIN LATERAL (SELECT n, hash FROM seal WHERE program_id = $1 AND stream = 'JOURNAL' ORDER BY n DESC LIMIT 1) j ON true
  LEFT JOIN LATERAL (SELECT n, hash FROM seal WHERE program_id = $1 AND stream = 'AUDIT' ORDER BY n DESC LIMIT 1) a ON true
 WHERE c.program_id = $1
"""
# For this transaction: its few large sorts and sums are to stay in memory, and compiling them does not pay.
# It may say nothing for as long as a node takes to answer; whether its process lives is seen by the connection, and the run's
# lease says who carries it out.
_ROOM = """
SELECT set_config('work_mem', '128MB', true), set_config('jit', 'off', true),
       set_config('idle_in_transaction_session_timeout', '0', true),
       set_config('tcp_keepalives_idle', '60', true), set_config('tcp_keepalives_interval', '10', true)
"""
# Not one of the future, nor one that says it looked further than there is anything: a clock that was wrong, or a thief.
_CLEAN = """
SELECT asked_at, block_number, block_hash, journal_id, journal_seals, journal_head, audit_seals, audit_head
  FROM reconciliation_run WHERE program_id = $1 AND (status = 'CLEAN' OR known_only)
   AND asked_at <= $2 AND block_number <= $3 AND journal_id <= $4
 ORDER BY asked_at DESC, id DESC LIMIT 1
"""


async def make_room(session: ReadSession) -> None:
    """Memory for what the checks sort and add up, and time for what they wait for, for the rest of this snapshot."""
    await session.connection.execute(_ROOM)


async def read_scope(session: ReadSession, run: Run, now: datetime) -> Scope:
    """Where the program's chain is posted up to, how far its records reach, and what an earlier clean run saw."""
    await make_room(session)
    row = await session.connection.fetchrow(_EXTENT, run.program_id)
    assert row is not None  # written with the program
    chain_id, *extent = row
    reach = Extent(*extent)
    since = None if run.whole else await _newest_clean(session, run.program_id, reach, now)
    return Scope(run.program_id, chain_id, reach, since, now)


async def _newest_clean(
    session: ReadSession, program_id: int, reach: Extent, now: datetime
) -> CleanRun | None:
    values = (program_id, now, reach.block_number, reach.journal_id)
    row = await session.connection.fetchrow(_CLEAN, *values)
    if row is None:
        return None
    asked_at, *extent = row
    return CleanRun(asked_at, Extent(*extent))
