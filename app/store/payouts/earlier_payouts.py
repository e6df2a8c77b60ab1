"""What was paid before, as far as owners compare a new batch with it."""

from collections.abc import Sequence

from app.domain.batch_changes import EarlierPayouts, LastPayout, look_alike_key
from app.domain.payout_planning import PlannedPayout
from app.domain.payouts import PayoutPurpose
from app.store.database import ReadSession

_ANY_PAID = """
SELECT EXISTS (SELECT FROM safe_transaction s WHERE s.program_id = $1 AND s.status = 'EXECUTED' AND s.currency = $2)
"""
_LAST = """
SELECT a.id, p.destination, p.amount
  FROM unnest($3::bigint[]) AS a (id)
 CROSS JOIN LATERAL (
       SELECT p.destination, p.amount FROM payout p
         JOIN safe_transaction s ON s.program_id = p.program_id AND s.id = p.safe_transaction_id
        WHERE p.program_id = $1 AND p.affiliate_id = a.id AND s.status = 'EXECUTED' AND s.currency = $2
        ORDER BY p.id DESC LIMIT 1) p
"""
_WALLET_CHANGED = """
SELECT DISTINCT affiliate_id FROM affiliate_wallet_change WHERE program_id = $1 AND affiliate_id = ANY($2::bigint[])
"""
_ALIKE = """
SELECT DISTINCT w.wallet FROM (
       SELECT wallet FROM affiliate WHERE program_id = $1
       UNION ALL SELECT old_wallet FROM affiliate_wallet_change WHERE program_id = $1) w
 WHERE lower(substr(w.wallet, 3, 4) || right(w.wallet, 4)) = ANY($2::text[])
"""


async def earlier_payouts(
    session: ReadSession, program_id: int, currency: str, payouts: Sequence[PlannedPayout]
) -> EarlierPayouts:
    """All that batch_changes needs to know of the past."""
    connection = session.connection
    affiliates = [
        payout.payee.owner_id
        for payout in payouts
        if payout.payee.purpose is PayoutPurpose.COMMISSION
    ]
    looks = sorted({look_alike_key(payout.destination) for payout in payouts})
    last = await connection.fetch(_LAST, program_id, currency, affiliates)
    changed = await connection.fetch(_WALLET_CHANGED, program_id, affiliates)
    alike = await connection.fetch(_ALIKE, program_id, looks)
    return EarlierPayouts(
        any_paid=await connection.fetchval(_ANY_PAID, program_id, currency),
        last={row["id"]: LastPayout(row["destination"], row["amount"]) for row in last},
        wallet_changed=frozenset(row["affiliate_id"] for row in changed),
        wallets=[row["wallet"] for row in alike],
    )
