"""Money that left and nothing explains: what those are owed whom it went to, and what of it was paid by that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.payees import Payee
from app.domain.payouts import PayoutPurpose
from app.domain.reversals import EarnedCommission
from app.store.database import ReadSession, UnitOfWork
from app.store.ledger.earned import COLUMNS, earned_commission

_OPEN = """
SELECT count(*) FROM discrepancy WHERE program_id = $1 AND kind = 'UNEXPLAINED_OUTFLOW' AND resolved_at IS NULL
"""
# Stopped, or started again and not yet where it would be.
_UNPOSTED = """
SELECT EXISTS (SELECT FROM consumed_through WHERE program_id = $1 AND (stopped IS NOT NULL OR block_number < unknown_through))
"""
# Whose wallet it is now comes before whose it was: a payout may have gone to one that was changed since.
_PAYEES = """
SELECT purpose, owner_id, public_id FROM (
  SELECT 'COMMISSION' AS purpose, a.id AS owner_id, a.public_id, 0 AS place FROM affiliate a
   WHERE a.program_id = $1 AND a.wallet = ANY($2::text[])
  UNION ALL
  SELECT DISTINCT 'COMMISSION', a.id, a.public_id, 2 FROM affiliate_wallet_change w
    JOIN affiliate a ON a.program_id = w.program_id AND a.id = w.affiliate_id
   WHERE w.program_id = $1 AND w.old_wallet = ANY($2::text[]) AND a.wallet <> ALL($2::text[])
  UNION ALL
  SELECT 'REFUND', u.id, u.public_id, 1 FROM program_user u WHERE u.program_id = $1 AND u.wallet = ANY($2::text[])) p
 ORDER BY place, owner_id
"""
# Of an affiliate with a hundred thousand only the lines that $4 units can reach, for whichever part of them it gets: up to the
# last place where what is due sums to no more than that, and from there on as many as can bear the rest. Whoever moves any
# holds the treasury's lock, as this transaction does. By an array of ids: a join would be planned as if it were about all.
_COMMISSIONS = f"""
WITH line AS MATERIALIZED (
  SELECT id, amount, row_number() OVER due AS n, sum(amount) OVER due AS through,
         sum(greatest(amount, 0)) OVER due AS raised
    FROM commission WHERE program_id = $1 AND affiliate_id = $2 AND currency = $3 AND status IN ('ACCRUED', 'PAYABLE')
  WINDOW due AS (ORDER BY payable_at, id ROWS UNBOUNDED PRECEDING)
), every AS (
  SELECT coalesce(max(n) FILTER (WHERE through BETWEEN 0 AND $4::numeric), 0) AS whole, sum(amount) AS total FROM line
), reached AS MATERIALIZED (
  SELECT e.whole, e.total, coalesce(l.through, 0) AS through, coalesce(l.raised, 0) AS raised
    FROM every e LEFT JOIN line l ON l.n = e.whole
)
SELECT c.settlement_id, {COLUMNS}, (SELECT total FROM reached) AS total
  FROM commission c JOIN affiliate a ON a.program_id = c.program_id AND a.id = c.affiliate_id
 WHERE c.program_id = $1 AND c.id = ANY (ARRAY(
         SELECT l.id FROM line l, reached r
          WHERE r.total > 0 AND (l.n <= r.whole OR l.raised - greatest(l.amount, 0) - r.raised < $4 - r.through)))
 ORDER BY c.id FOR UPDATE OF c
"""
_REFUNDS = """
SELECT id, amount FROM refund WHERE program_id = $1 AND user_id = $2 AND currency = $3 AND status = 'OWED'
 ORDER BY id FOR UPDATE
"""
_IN_BATCH = """
SELECT EXISTS (SELECT FROM commission WHERE program_id = $1 AND currency = $4 AND status = 'PENDING_APPROVAL'
                  AND affiliate_id = ANY($2::bigint[]))
    OR EXISTS (SELECT FROM refund WHERE program_id = $1 AND currency = $4 AND status = 'PENDING_APPROVAL'
                  AND user_id = ANY($3::bigint[]))
"""
# A wallet that got nothing else of the treasury by withdrawals than the platform's fee; or is to get it. A proposal alone is an
# operator's word: nothing is paid by that.
_FEE_OWED = """
SELECT CASE WHEN bool_or(s.status = 'EXECUTED')
            THEN greatest(coalesce((SELECT a.credits - a.debits FROM account a
                                     WHERE a.program_id = $1 AND a.currency = $3 AND a.kind = 'PLATFORM'), 0), 0)
            ELSE 0 END AS units,
       EXISTS (SELECT FROM safe_transaction s
                 JOIN payout p ON p.program_id = s.program_id AND p.safe_transaction_id = s.id
                 JOIN withdrawal w ON w.program_id = p.program_id AND w.id = p.withdrawal_id AND w.platform_fee AND w.currency = $3
                WHERE s.program_id = $1 AND s.status NOT IN ('EXECUTED', 'DEAD')) AS in_batch
  FROM withdrawal w
  JOIN payout p ON p.program_id = w.program_id AND p.withdrawal_id = w.id
  JOIN safe_transaction s ON s.program_id = p.program_id AND s.id = p.safe_transaction_id
 WHERE w.program_id = $1 AND w.destination = ANY($2::text[]) AND s.status <> 'DEAD'
HAVING bool_and(w.platform_fee)
"""
_PAY = "SELECT sge_pay_by_outflow($1, $2, $3, $4, $5, $6, $7, $8, $9)"


@dataclass(frozen=True, slots=True)
class FoundPayee:
    """An affiliate or a user with the recipient's wallet."""

    payee: Payee
    public_id: UUID


@dataclass(frozen=True, slots=True)
class FeeOwed:
    """units: smallest units. in_batch: a Safe transaction that can still execute withdraws some of it."""

    units: int
    in_batch: bool


@dataclass(frozen=True, slots=True)
class UnpaidCommission:
    """ACCRUED or PAYABLE, and locked."""

    settlement_id: UUID
    earned: EarnedCommission


@dataclass(frozen=True, slots=True)
class UnpaidCommissions:
    """by_id: in the order in which they become due. beyond: what the affiliate's others sum to, in smallest units."""

    by_id: dict[UUID, UnpaidCommission]
    beyond: int


@dataclass(frozen=True, slots=True)
class PaidLines:
    """What their transitions say. paid_at: program time; at: real time."""

    discrepancy_id: UUID
    actor: str
    reason: str
    paid_at: datetime
    at: datetime


async def count_unexplained(session: ReadSession | UnitOfWork, program_id: int) -> int:
    """How many outflows of the program wait for a person's explanation."""
    found: int = await session.connection.fetchval(_OPEN, program_id)
    return found


async def is_unposted(session: ReadSession | UnitOfWork, program_id: int) -> bool:
    """Whether the program's posting is stopped, or makes up for having been: what left the treasury may be unknown here."""
    return bool(await session.connection.fetchval(_UNPOSTED, program_id))


async def payees_at(unit: UnitOfWork, wallets: Sequence[str]) -> list[FoundPayee]:
    """Affiliates and users of the unit's program. wallets: ways to write one address."""
    return [
        FoundPayee(Payee(PayoutPurpose(row["purpose"]), row["owner_id"]), row["public_id"])
        for row in await unit.connection.fetch(_PAYEES, unit.program_id, list(wallets))
    ]


async def lock_unpaid(
    unit: UnitOfWork, affiliate_id: int, currency: str, units: int
) -> UnpaidCommissions:
    """Those that no batch lists and an outflow of so many units can pay. The treasury's lock is held."""
    rows = await unit.connection.fetch(_COMMISSIONS, unit.program_id, affiliate_id, currency, units)
    if not rows:
        return UnpaidCommissions({}, 0)
    return UnpaidCommissions(
        {
            row["id"]: UnpaidCommission(
                row["settlement_id"], earned_commission(row, clawed_back=False)
            )
            for row in sorted(rows, key=lambda row: (row["payable_at"], row["id"]))
        },
        rows[0]["total"] - sum(row["amount"] for row in rows),
    )


async def lock_owed(unit: UnitOfWork, user_id: int, currency: str) -> dict[UUID, int]:
    """Refunds that no batch lists, oldest first."""
    rows = await unit.connection.fetch(_REFUNDS, unit.program_id, user_id, currency)
    return {row["id"]: row["amount"] for row in rows}


async def is_in_batch(unit: UnitOfWork, payees: Sequence[Payee], currency: str) -> bool:
    """Whether a Safe transaction that can still execute pays one of them."""
    affiliates, users = (
        [one.owner_id for one in payees if one.purpose is purpose]
        for purpose in (PayoutPurpose.COMMISSION, PayoutPurpose.REFUND)
    )
    return bool(
        await unit.connection.fetchval(_IN_BATCH, unit.program_id, affiliates, users, currency)
    )


async def fee_owed_at(unit: UnitOfWork, wallets: Sequence[str], currency: str) -> FeeOwed | None:
    """What the platform has earned and not got, when the wallet is the one that its fee goes to; None otherwise. Where the
    fee is only to go there, no units.
    """
    row = await unit.connection.fetchrow(_FEE_OWED, unit.program_id, list(wallets), currency)
    return None if row is None else FeeOwed(int(row["units"]), row["in_batch"])


async def pay_outside(
    unit: UnitOfWork,
    purpose: PayoutPurpose,
    lines: Sequence[UUID],
    charges: Sequence[UUID],
    paid: PaidLines,
) -> None:
    """Moves locked lines through all their states to PAID, and notes by what. Before the discrepancy is resolved.

    charges: negative commissions, stored already, for what was paid of others in part.
    """
    await unit.connection.execute(
        _PAY,
        unit.program_id,
        paid.discrepancy_id,
        purpose.value,
        list(lines),
        list(charges),
        paid.paid_at,
        paid.at,
        paid.actor,
        paid.reason,
    )
