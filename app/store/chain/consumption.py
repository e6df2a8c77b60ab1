"""How far each program's logs are posted, and what a posting needs to know of its program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.store.chain.watching import LeaseLost, WatchLease
from app.store.database import ReadSession, UnitOfWork

_PROGRAMS = """
SELECT p.id, p.public_id, t.address, c.block_number, c.stopped,
       array_agg(lower(y.token)) AS tokens, array_agg(y.code) AS codes
  FROM consumed_through c
  JOIN program p ON p.id = c.program_id
  JOIN treasury t ON t.program_id = p.id AND t.chain_id = c.chain_id
  JOIN program_currency y ON y.program_id = p.id AND y.chain_id = c.chain_id
 WHERE c.chain_id = $1
 GROUP BY p.id, p.public_id, t.address, c.block_number, c.stopped
 ORDER BY p.id
"""
# The row is the program's turn: two postings of one program never run at once, and a stale watcher waits for nothing.
_HOLD = """
SELECT c.block_number, c.stopped, p.clock_offset
  FROM chain_watch w
  JOIN consumed_through c ON c.chain_id = w.chain_id AND c.program_id = $3
  JOIN program p ON p.id = c.program_id
 WHERE w.chain_id = $1 AND w.fence = $2
   FOR SHARE OF w FOR UPDATE OF c
"""
_MOVE = """
UPDATE consumed_through SET block_number = $3, block_hash = $4, updated_at = $5
 WHERE chain_id = $1 AND program_id = ANY($2::bigint[]) AND block_number < $3 AND stopped IS NULL
"""
_STOP = """
UPDATE consumed_through SET stopped = $3, updated_at = $4 WHERE chain_id = $1 AND program_id = $2 AND stopped IS NULL
RETURNING true
"""
_START = """
UPDATE consumed_through c
   SET stopped = NULL, updated_at = $2,
       unknown_through = (SELECT w.final_number FROM chain_watch w WHERE w.chain_id = c.chain_id)
  FROM (SELECT chain_id, program_id, stopped FROM consumed_through
         WHERE program_id = $1 AND stopped IS NOT NULL FOR UPDATE) s
 WHERE c.chain_id = s.chain_id AND c.program_id = s.program_id RETURNING s.stopped, s.chain_id
"""
# Of programs that posted nothing from blocks that vanished.
_REWIND = """
UPDATE consumed_through SET block_number = $3, block_hash = $4, updated_at = $5
 WHERE chain_id = $1 AND program_id = ANY($2::bigint[]) AND block_number > $3
"""
# Whose books rest on blocks above this one: what was posted from them, and the opening balances read there (below those
# nothing may be read again, or it would count twice).
_POSTED_ABOVE = """
SELECT DISTINCT program_id FROM (
  SELECT program_id FROM settlement WHERE chain_id = $1 AND block_number > $2 AND undone_at IS NULL
  UNION ALL
  SELECT program_id FROM movement WHERE chain_id = $1 AND block_number > $2 AND NOT undone AND log_index >= 0
  UNION ALL
  SELECT program_id FROM treasury WHERE chain_id = $1 AND watched_from_block > $2) posted
"""
_CONSUMED_ABOVE = """
SELECT program_id FROM consumed_through WHERE chain_id = $1 AND block_number > $2 ORDER BY program_id
"""


@dataclass(frozen=True, slots=True)
class WatchedProgram:
    """A program on a chain. treasury and tokens in lower case; tokens: currency code by address.

    consumed_through: the last block whose logs are all posted.
    """

    id: int
    public_id: UUID
    treasury: str
    tokens: dict[str, str]
    consumed_through: int
    stopped: str | None


@dataclass(frozen=True, slots=True)
class HeldProgram:
    """A program whose turn this transaction holds."""

    consumed_through: int
    stopped: str | None
    clock_offset: timedelta


async def watched_programs(session: ReadSession, chain_id: int) -> list[WatchedProgram]:
    """Every program whose treasury is on the chain, paused ones too."""
    return [
        WatchedProgram(
            id=row["id"],
            public_id=row["public_id"],
            treasury=row["address"].lower(),
            tokens=dict(zip(row["tokens"], row["codes"], strict=True)),
            consumed_through=row["block_number"],
            stopped=row["stopped"],
        )
        for row in await session.connection.fetch(_PROGRAMS, chain_id)
    ]


async def hold_program(unit: UnitOfWork, lease: WatchLease, program_id: int) -> HeldProgram:
    """Takes the program's turn for the rest of this transaction; raises LeaseLost."""
    row = await unit.connection.fetchrow(_HOLD, lease.chain_id, lease.fence, program_id)
    if row is None:
        raise LeaseLost(f"chain {lease.chain_id} has another watcher")
    return HeldProgram(row["block_number"], row["stopped"], row["clock_offset"])


async def consume_through(
    unit: UnitOfWork,
    chain_id: int,
    program_ids: Sequence[int],
    block_number: int,
    block_hash: bytes,
    *,
    at: datetime,
) -> None:
    """These programs have posted everything up to this block; a stopped one stays where it is."""
    await unit.connection.execute(_MOVE, chain_id, program_ids, block_number, block_hash, at)


async def stop_program(
    unit: UnitOfWork, chain_id: int, program_id: int, reason: str, at: datetime
) -> bool:
    """Nothing more is posted for the program until a person starts it again; whether that is new."""
    return bool(await unit.connection.fetchval(_STOP, chain_id, program_id, reason, at))


async def start_program(unit: UnitOfWork, program_id: int, at: datetime) -> tuple[str, int] | None:
    """Lets a stopped program's postings go on; returns why they were stopped and its chain, None when they were not."""
    row = await unit.connection.fetchrow(_START, program_id, at)
    return None if row is None else (row["stopped"], row["chain_id"])


async def rewind(
    unit: UnitOfWork,
    chain_id: int,
    program_ids: Sequence[int],
    block_number: int,
    block_hash: bytes,
    *,
    at: datetime,
) -> None:
    """These programs read on from this block: what they consumed above it is gone and held nothing of theirs."""
    await unit.connection.execute(_REWIND, chain_id, program_ids, block_number, block_hash, at)


async def posted_above(
    unit: ReadSession | UnitOfWork, chain_id: int, block_number: int
) -> set[int]:
    """Programs that have posted something from a higher block, or whose watching began there."""
    rows = await unit.connection.fetch(_POSTED_ABOVE, chain_id, block_number)
    return {row["program_id"] for row in rows}


async def consumed_above(unit: UnitOfWork, chain_id: int, block_number: int) -> list[int]:
    """Programs that have read a higher block."""
    rows = await unit.connection.fetch(_CONSUMED_ABOVE, chain_id, block_number)
    return [row["program_id"] for row in rows]
