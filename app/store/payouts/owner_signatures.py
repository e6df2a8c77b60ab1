"""Owners' signatures of Safe transactions: only added, once for each owner."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import ReadSession, UnitOfWork

_ADD = """
INSERT INTO safe_signature (program_id, safe_transaction_id, owner, signature, contract, given_by, at)
SELECT $1, g.id, $2, g.signature, g.contract, $6, $7
  FROM unnest($3::uuid[], $4::bytea[], $5::boolean[]) AS g (id, signature, contract)
ON CONFLICT DO NOTHING
"""
_OF = """
SELECT safe_transaction_id, owner, signature, contract FROM safe_signature
 WHERE program_id = $1 AND safe_transaction_id = ANY($2::uuid[]) ORDER BY safe_transaction_id, at, owner
"""


@dataclass(frozen=True, slots=True)
class StoredSignature:
    """owner: checksummed. contract: the owner's own code judges it (ERC-1271)."""

    owner: str
    signature: bytes
    contract: bool


async def add_signatures(
    unit: UnitOfWork,
    program_id: int,
    signed: Sequence[tuple[UUID, StoredSignature]],
    given_by: str,
    at: datetime,
) -> None:
    """One owner's, each over its Safe transaction; what that owner gave before stays as it is."""
    if not signed:
        return
    await unit.connection.execute(
        _ADD,
        program_id,
        signed[0][1].owner,
        [one for one, _ in signed],
        [given.signature for _, given in signed],
        [given.contract for _, given in signed],
        given_by,
        at,
    )


async def signatures_of(
    session: ReadSession | UnitOfWork, program_id: int, ids: Sequence[UUID]
) -> dict[UUID, list[StoredSignature]]:
    """By Safe transaction, also those of owners who are none any more."""
    found: dict[UUID, list[StoredSignature]] = {one: [] for one in ids}
    for row in await session.connection.fetch(_OF, program_id, ids):
        found[row["safe_transaction_id"]].append(
            StoredSignature(row["owner"], row["signature"], row["contract"])
        )
    return found
