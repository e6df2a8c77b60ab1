"""What an owner's approval is held against."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from uuid import UUID

from app.store.access.people import people_behind
from app.store.database import ReadSession, UnitOfWork

_BATCH = """
SELECT b.id, b.content_hash, b.created_by, b.rejected_at IS NOT NULL AS rejected, t.chain_id, t.address AS safe,
       EXISTS (SELECT FROM payout_batch r WHERE r.program_id = b.program_id AND r.replaces = b.id) AS replaced
  FROM payout_batch b JOIN treasury t ON t.program_id = b.program_id
 WHERE b.program_id = $1 AND b.id = $2
"""
_SIGNABLE = """
SELECT id, safe_version, to_address, data, operation, safe_nonce FROM safe_transaction
 WHERE program_id = $1 AND id = ANY($2::uuid[])
"""


@dataclass(frozen=True, slots=True)
class BatchToApprove:
    """safe: the treasury's address. replaced: another batch took over what was not paid.

    made_by: the actor that made it, and who stands behind that.
    """

    id: UUID
    content_hash: bytes
    made_by: AbstractSet[str]
    rejected: bool
    chain_id: int
    safe: str
    replaced: bool


@dataclass(frozen=True, slots=True)
class SignableCall:
    """What a safeTxHash is over, beside the Safe and its chain."""

    id: UUID
    safe_version: str
    to_address: str
    data: bytes
    operation: int
    safe_nonce: int


async def batch_to_approve(
    session: ReadSession | UnitOfWork, program_id: int, batch_id: UUID
) -> BatchToApprove | None:
    """None: this program has no such batch."""
    row = await session.connection.fetchrow(_BATCH, program_id, batch_id)
    if row is None:
        return None
    values = dict(row)
    made_by = await people_behind(session, program_id, values.pop("created_by"))
    return BatchToApprove(**values, made_by=made_by)


async def signable_calls(
    session: ReadSession | UnitOfWork, program_id: int, ids: list[UUID]
) -> dict[UUID, SignableCall]:
    """By Safe transaction."""
    rows = await session.connection.fetch(_SIGNABLE, program_id, ids)
    return {row["id"]: SignableCall(**row) for row in rows}
