"""Treasuries with Safe transactions that can still execute, and how far each program's logs are posted."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.domain.treasury import SafeReading
from app.store.database import ReadSession, UnitOfWork

_OPEN = """
SELECT t.program_id, p.public_id AS program, t.address, t.owners, t.threshold, t.nonce, t.safe_version, c.block_number, c.block_hash, o.lowest
  FROM treasury t
  JOIN program p ON p.id = t.program_id
  JOIN consumed_through c ON c.program_id = t.program_id AND c.chain_id = t.chain_id
 CROSS JOIN LATERAL (
   SELECT min(s.safe_nonce) AS lowest FROM safe_transaction s
    WHERE s.program_id = t.program_id AND s.status NOT IN ('EXECUTED', 'DEAD')) o
 WHERE t.chain_id = $1 AND o.lowest IS NOT NULL
 ORDER BY t.program_id
"""
# Held to the end of the transaction: the watcher posts nothing of this program meanwhile, and takes nothing back.
_STILL_CONSUMED = """
SELECT p.clock_offset FROM consumed_through c JOIN program p ON p.id = c.program_id
 WHERE c.chain_id = $1 AND c.program_id = $2 AND c.block_number >= $3 AND c.stopped IS NULL FOR UPDATE OF c
"""


@dataclass(frozen=True, slots=True)
class OpenSafe:
    """stored: the last reading of the Safe. lowest: of its open nonces. block: all logs up to it are posted.

    program: its public id.
    """

    program_id: int
    program: UUID
    address: str
    stored: SafeReading
    lowest: int
    block_number: int
    block_hash: bytes


async def open_safes(session: ReadSession, chain_id: int) -> list[OpenSafe]:
    """Of all programs of the chain."""
    return [
        OpenSafe(
            program_id=row["program_id"],
            program=row["program"],
            address=row["address"],
            stored=SafeReading(
                tuple(row["owners"]), row["threshold"], int(row["nonce"]), row["safe_version"]
            ),
            lowest=row["lowest"],
            block_number=row["block_number"],
            block_hash=row["block_hash"],
        )
        for row in await session.connection.fetch(_OPEN, chain_id)
    ]


async def hold_consumed(
    unit: UnitOfWork, chain_id: int, program_id: int, block_number: int
) -> timedelta | None:
    """The program's clock offset, while all its logs up to the block are posted; None: not so, or posting stopped."""
    offset: timedelta | None = await unit.connection.fetchval(
        _STILL_CONSUMED, chain_id, program_id, block_number
    )
    return offset
