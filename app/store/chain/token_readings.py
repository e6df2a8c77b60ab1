"""What treasuries hold on their chain, as it was last read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.store.database import ReadSession, UnitOfWork

# Something was posted since, or it was read long ago. A journal is posted after its block: reading then shows it.
_DUE = """
SELECT u.program_id, u.code, u.token, t.address
  FROM program_currency u
  JOIN treasury t ON t.program_id = u.program_id
  JOIN program p ON p.id = u.program_id
 WHERE u.chain_id = $1 AND p.status <> 'ARCHIVED'
   AND (u.on_chain_read_at IS NULL OR u.on_chain_read_at < $2
        OR (SELECT j.posted_at FROM journal j WHERE j.program_id = u.program_id ORDER BY j.id DESC LIMIT 1)
           >= u.on_chain_read_at)
 ORDER BY u.program_id, u.position
"""
# Readings overtake each other; the newest stays.
_NOTE = """
UPDATE program_currency u SET on_chain_balance = r.balance, on_chain_read_at = $4
  FROM unnest($1::bigint[], $2::text[], $3::numeric[]) AS r (program_id, code, balance)
 WHERE u.program_id = r.program_id AND u.code = r.code
   AND (u.on_chain_read_at IS NULL OR u.on_chain_read_at <= $4)
"""


@dataclass(frozen=True, slots=True)
class Holding:
    """One token of one treasury."""

    program_id: int
    currency: str
    token: str
    treasury: str


async def due_readings(session: ReadSession, chain_id: int, read_before: datetime) -> list[Holding]:
    """On a chain, of programs that still run: where something was posted since the last reading, or where that was
    before an instant.
    """
    records = await session.connection.fetch(_DUE, chain_id, read_before)
    return [Holding(*record) for record in records]


async def note_balances(
    unit: UnitOfWork, read: Sequence[tuple[Holding, int]], read_at: datetime
) -> None:
    """Stores balances in smallest units; what was read later than read_at stays."""
    await unit.connection.execute(
        _NOTE,
        [holding.program_id for holding, _ in read],
        [holding.currency for holding, _ in read],
        [balance for _, balance in read],
        read_at,
    )
