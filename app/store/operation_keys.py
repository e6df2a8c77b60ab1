"""Idempotency keys of everything that is no intent."""

from dataclasses import dataclass
from datetime import datetime

from app.store.database import ReadSession, UnitOfWork

# Waits for another transaction that is using the same key.
_CLAIM = """
INSERT INTO operation_key (program_id, idempotency_key, operation, request_hash, result, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (program_id, idempotency_key) DO NOTHING
RETURNING true
"""
_EARLIER = """
SELECT operation, request_hash, result FROM operation_key WHERE program_id = $1 AND idempotency_key = $2
"""
_INTENT_HAS = "SELECT true FROM intent WHERE program_id = $1 AND idempotency_key = $2"


@dataclass(frozen=True, slots=True)
class EarlierUse:
    """A key's first and only meaning, and what came of it."""

    operation: str
    request_hash: bytes
    result: str


async def claim_key(
    unit: UnitOfWork, key: str, operation: str, request_hash: bytes, *, result: str, at: datetime
) -> EarlierUse | None:
    """Takes the key for this result; the earlier use when somebody has it already."""
    taken = await unit.connection.fetchval(
        _CLAIM, unit.program_id, key, operation, request_hash, result, at
    )
    if taken:
        return None
    # A new statement: it sees what the transaction that was waited for has committed.
    earlier = await earlier_use(unit, key)
    assert earlier is not None
    return earlier


async def earlier_use(session: ReadSession | UnitOfWork, key: str) -> EarlierUse | None:
    """What the program's key was used for, if it was."""
    row = await session.connection.fetchrow(_EARLIER, session.program_id, key)
    return None if row is None else EarlierUse(*row)


async def intent_has_key(unit: UnitOfWork, key: str) -> bool:
    """Whether an intent of the program uses the key: both share one name space."""
    return bool(await unit.connection.fetchval(_INTENT_HAS, unit.program_id, key))
