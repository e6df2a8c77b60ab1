"""Discrepancies that were opened before their block was final."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from app.domain.discrepancies import NewDiscrepancy
from app.store.database import ReadSession, UnitOfWork

_RAISE = """
INSERT INTO treasury_alarm (program_id, discrepancy_id, chain_id, block_number, block_hash) VALUES ($1, $2, $3, $4, $5)
"""
_OPEN = """
SELECT program_id, discrepancy_id, block_number, block_hash FROM treasury_alarm
 WHERE chain_id = $1 AND ended IS NULL ORDER BY program_id, discrepancy_id
"""
_END = """
UPDATE treasury_alarm SET ended = $3 WHERE program_id = $1 AND discrepancy_id = $2 AND ended IS NULL RETURNING true
"""
_REVIVE = """
UPDATE treasury_alarm a SET ended = NULL FROM discrepancy d
 WHERE a.program_id = $1 AND a.ended = 'GONE' AND d.program_id = a.program_id AND d.id = a.discrepancy_id
   AND d.kind = $2 AND d.reference = $3 AND d.resolved_at IS NULL
RETURNING a.discrepancy_id, a.block_number, a.block_hash
"""
# What a person has resolved meanwhile stays as it was resolved.
_ADD = """
WITH said AS (
  UPDATE discrepancy SET message = message || ' ' || $3 WHERE program_id = $1 AND id = $2 AND resolved_at IS NULL
  RETURNING program_id, id, message
)
UPDATE treasury_alarm a SET told = a.told + 1 FROM said s WHERE a.program_id = s.program_id AND a.discrepancy_id = s.id
RETURNING s.message, a.told
"""
_TOLD = "SELECT told FROM treasury_alarm WHERE program_id = $1 AND discrepancy_id = $2"
_WAITS = "SELECT EXISTS (SELECT FROM treasury_alarm WHERE program_id = $1 AND discrepancy_id = $2 AND ended IS NULL)"
# The alarm of a block ends before its money is posted.
_WAITS_FOR_POSTING = """
SELECT EXISTS (SELECT FROM treasury_alarm a
                 JOIN discrepancy d ON d.program_id = a.program_id AND d.id = a.discrepancy_id AND d.kind = 'UNEXPLAINED_OUTFLOW'
                 JOIN consumed_through c ON c.program_id = a.program_id AND c.chain_id = a.chain_id
                WHERE a.program_id = $1 AND a.discrepancy_id = $2 AND a.ended = 'FINAL' AND c.block_number < a.block_number)
"""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One whose block is neither final nor gone, as far as is known."""

    program_id: int
    discrepancy_id: UUID
    block_number: int
    block_hash: bytes


async def raise_alarm(unit: UnitOfWork, chain_id: int, alarm: Alarm) -> None:
    await unit.connection.execute(
        _RAISE,
        alarm.program_id,
        alarm.discrepancy_id,
        chain_id,
        alarm.block_number,
        alarm.block_hash,
    )


async def open_alarms(session: ReadSession, chain_id: int) -> list[Alarm]:
    """Of all programs of the chain."""
    return [Alarm(**row) for row in await session.connection.fetch(_OPEN, chain_id)]


async def end_alarm(unit: UnitOfWork, alarm: Alarm, ended: Literal["FINAL", "GONE"]) -> bool:
    """False when it was ended before."""
    return bool(await unit.connection.fetchval(_END, alarm.program_id, alarm.discrepancy_id, ended))


async def revive_alarm(unit: UnitOfWork, found: NewDiscrepancy) -> Alarm | None:
    """One that ended because its block was gone, and that is open: the block is there again. None when there is none."""
    row = await unit.connection.fetchrow(
        _REVIVE, unit.program_id, found.kind.value, found.reference
    )
    return None if row is None or unit.program_id is None else Alarm(unit.program_id, *row)


async def add_to_message(unit: UnitOfWork, alarm: Alarm, words: str) -> tuple[str, int] | None:
    """The discrepancy's new message, and how often something was added by now; None when a person has resolved it."""
    row = await unit.connection.fetchrow(_ADD, alarm.program_id, alarm.discrepancy_id, words)
    return None if row is None else (row["message"], row["told"])


async def times_told(unit: UnitOfWork, discrepancy_id: UUID) -> int:
    """How often something was added to a discrepancy of the unit's program; its opening does not count."""
    return await unit.connection.fetchval(_TOLD, unit.program_id, discrepancy_id) or 0


async def waits_for_block(unit: UnitOfWork, discrepancy_id: UUID) -> bool:
    """Whether a discrepancy of the unit's program is about a block that may still vanish."""
    return bool(await unit.connection.fetchval(_WAITS, unit.program_id, discrepancy_id))


async def waits_for_posting(unit: UnitOfWork, discrepancy_id: UUID) -> bool:
    """Whether it is about money that left in a final block which is not posted: what it has paid is not known yet."""
    found = await unit.connection.fetchval(_WAITS_FOR_POSTING, unit.program_id, discrepancy_id)
    return bool(found)
