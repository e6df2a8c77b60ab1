"""Whom money went to that nothing explains, as it is stored, and where its log says it."""

from dataclasses import dataclass
from uuid import UUID

from app.store.database import ReadSession, UnitOfWork

_NOTE = """
INSERT INTO unexplained_outflow (program_id, reference, recipient) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_NOTED = "SELECT lower(recipient) FROM unexplained_outflow WHERE program_id = $1 AND reference = $2"
_RECIPIENT = """
SELECT o.recipient FROM discrepancy d JOIN unexplained_outflow o ON o.program_id = d.program_id AND o.reference = d.reference
 WHERE d.program_id = $1 AND d.id = $2
"""
_DISPUTED = """
SELECT EXISTS (SELECT FROM discrepancy d
                 JOIN discrepancy m ON m.program_id = d.program_id AND m.kind = 'TREASURY_MISMATCH' AND m.reference = d.reference
                WHERE d.program_id = $1 AND d.id = $2 AND m.resolved_at IS NULL)
"""
# What put the money into SUSPENSE claims the log.
_LOGGED = """
SELECT m.chain_id, m.block_number, m.block_hash, m.tx_hash, m.log_index, lower(o.recipient) AS recipient
  FROM discrepancy d
  JOIN unexplained_outflow o ON o.program_id = d.program_id AND o.reference = d.reference
  JOIN journal j ON j.program_id = d.program_id AND j.kind = 'WITHDRAWAL' AND j.reference = d.reference
  JOIN movement m ON m.program_id = j.program_id AND m.journal_id = j.id AND m.tx_hash IS NOT NULL
 WHERE d.program_id = $1 AND d.id = $2 AND d.kind = 'UNEXPLAINED_OUTFLOW' AND d.resolved_at IS NULL LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class LoggedOutflow:
    """Money in SUSPENSE that nobody has explained, and the log that it left by. recipient: as stored, in lower case."""

    chain_id: int
    block_number: int
    block_hash: bytes
    tx_hash: bytes
    log_index: int
    recipient: str


async def note_recipient(unit: UnitOfWork, program_id: int, reference: str, recipient: str) -> str:
    """Whom the money went to; returns who is stored, in lower case: whom somebody wrote down before stays."""
    await unit.connection.execute(_NOTE, program_id, reference, recipient)
    noted: str = await unit.connection.fetchval(_NOTED, program_id, reference)
    return noted


async def recipient_of(session: UnitOfWork | ReadSession, discrepancy_id: UUID) -> str | None:
    """None when the discrepancy is not about an outflow whose recipient is known."""
    arguments = session.program_id, discrepancy_id
    found: str | None = await session.connection.fetchval(_RECIPIENT, *arguments)
    return found


async def is_disputed(unit: UnitOfWork, discrepancy_id: UUID) -> bool:
    """Whether chain and books are known to differ about the very transfer that the discrepancy is about."""
    return bool(await unit.connection.fetchval(_DISPUTED, unit.program_id, discrepancy_id))


async def find_logged(session: ReadSession, discrepancy_id: UUID) -> LoggedOutflow | None:
    """Of the session's own program; None for what is no such money, or whose recipient nobody knows."""
    row = await session.connection.fetchrow(_LOGGED, session.program_id, discrepancy_id)
    return None if row is None else LoggedOutflow(*row.values())
