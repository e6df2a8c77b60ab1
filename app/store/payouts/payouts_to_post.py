"""Payouts of Safe transactions as postings and events need them, and the logs that paid them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.payouts import PayoutPurpose
from app.store.database import ReadSession, UnitOfWork

_PAYOUTS = """
SELECT p.id, p.safe_transaction_id, p.purpose, coalesce(p.affiliate_id, p.user_id, 0) AS owner_id,
       coalesce(a.public_id, u.public_id) AS owner_public_id, coalesce(w.platform_fee, false) AS platform_fee,
       p.destination, p.amount
  FROM payout p
  LEFT JOIN affiliate a ON a.program_id = p.program_id AND a.id = p.affiliate_id
  LEFT JOIN program_user u ON u.program_id = p.program_id AND u.id = p.user_id
  LEFT JOIN withdrawal w ON w.program_id = p.program_id AND w.id = p.withdrawal_id
 WHERE p.program_id = $1 AND p.safe_transaction_id = ANY($2::uuid[])
 ORDER BY p.safe_transaction_id, p.place
"""
_NOTE_LOGS = """
UPDATE payout p SET log_index = g.log_index
  FROM unnest($2::uuid[], $3::integer[]) AS g (id, log_index) WHERE p.program_id = $1 AND p.id = g.id
"""


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """One recipient's part. owner_id: the affiliate or user, 0 for a withdrawal; its public id then is None."""

    id: UUID
    safe_transaction_id: UUID
    purpose: PayoutPurpose
    owner_id: int
    owner_public_id: UUID | None
    platform_fee: bool
    destination: str
    amount: int


async def payouts_of(
    session: ReadSession | UnitOfWork, program_id: int, ids: Sequence[UUID]
) -> dict[UUID, list[PayoutRow]]:
    """By Safe transaction, in the order of their Transfers."""
    found: dict[UUID, list[PayoutRow]] = {one: [] for one in ids}
    for row in await session.connection.fetch(_PAYOUTS, program_id, ids):
        facts = dict(row) | {"purpose": PayoutPurpose(row["purpose"])}
        found[row["safe_transaction_id"]].append(PayoutRow(**facts))
    return found


async def note_logs(unit: UnitOfWork, program_id: int, logs: Sequence[tuple[UUID, int]]) -> None:
    """Which Transfer log paid which payout."""
    await unit.connection.execute(
        _NOTE_LOGS, program_id, [one for one, _ in logs], [index for _, index in logs]
    )
