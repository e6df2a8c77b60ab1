"""Settlements as they can be reversed, and what is written of each reversal. The treasury's lock orders reversals."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.money import Money
from app.domain.reversals import EarnedCommission
from app.store.database import UnitOfWork
from app.store.ledger.earned import COLUMNS, earned_commission

_FIND = """
SELECT s.id, s.amount, s.currency, s.journal_id, s.undone_at, i.user_id, u.public_id AS user_public_id, i.upline,
       t.platform_fee_bps, coalesce(r.units, 0) AS reversed, coalesce(r.times, 0) AS times,
       coalesce(b.units, 0) AS reversed_before
  FROM settlement s
  JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
  JOIN program_user u ON u.program_id = i.program_id AND u.id = i.user_id
  JOIN terms t ON t.program_id = i.program_id AND t.version = i.terms_version
 CROSS JOIN LATERAL (SELECT sum(r.amount) AS units, count(*) AS times FROM reversal r
                      WHERE r.program_id = s.program_id AND r.settlement_id = s.id) r
 CROSS JOIN LATERAL (SELECT sum(r.amount) AS units FROM settlement u
                       JOIN reversal r ON r.program_id = u.program_id AND r.settlement_id = u.id
                      WHERE u.program_id = s.program_id AND u.intent_id = s.intent_id AND u.id <> s.id
                        AND u.undone_at IS NOT NULL) b
 WHERE s.program_id = $1 AND s.id = $2
"""
# Maturity may be moving one of them.
_COMMISSIONS = f"""
SELECT {COLUMNS},
       EXISTS (SELECT FROM commission b WHERE b.program_id = c.program_id AND b.settlement_id = c.settlement_id
                  AND b.claws_back = c.id) AS clawed_back
  FROM commission c JOIN affiliate a ON a.program_id = c.program_id AND a.id = c.affiliate_id
 WHERE c.program_id = $1 AND c.settlement_id = $2 AND c.claws_back IS NULL
 ORDER BY c.id FOR UPDATE OF c
"""
_INSERT = """
INSERT INTO reversal (program_id, id, settlement_id, amount, taken_before, currency, reason, actor, journal_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_OWE = """
WITH owed AS (
  INSERT INTO refund (program_id, id, user_id, amount, currency) VALUES ($1, $2, $3, $4, $5)
)
INSERT INTO refund_transition (program_id, refund_id, seq, to_status, at, actor, reason)
VALUES ($1, $2, 1, 'OWED', $6, $7, $8)
"""


@dataclass(frozen=True, slots=True)
class ReversibleSettlement:
    """amount: None when no money moved. reversed: units taken back by `times` reversals. reversed_before: of the same
    payment, while it had settlements that the chain took back. upline: referrer first.
    """

    id: UUID
    amount: Money | None
    journal_id: int | None
    undone: bool
    user_id: int
    user_public_id: UUID
    upline: tuple[int, ...]
    platform_fee_bps: int
    reversed: int
    times: int
    reversed_before: int


@dataclass(frozen=True, slots=True)
class NewReversal:
    """taken_before: units of the settlement that earlier reversals took. at: program time."""

    id: UUID
    settlement_id: UUID
    amount: Money
    taken_before: int
    reason: str
    actor: str
    journal_id: int
    user_id: int
    at: datetime


async def find_reversible(unit: UnitOfWork, settlement_id: UUID) -> ReversibleSettlement | None:
    """A settlement of the unit's own program, under its treasury's lock."""
    row = await unit.connection.fetchrow(_FIND, unit.program_id, settlement_id)
    if row is None:
        return None
    paid = row["amount"]
    return ReversibleSettlement(
        id=row["id"],
        amount=None if paid is None else Money(paid, row["currency"]),
        journal_id=row["journal_id"],
        undone=row["undone_at"] is not None,
        user_id=row["user_id"],
        user_public_id=row["user_public_id"],
        upline=tuple(row["upline"]),
        platform_fee_bps=row["platform_fee_bps"],
        reversed=row["reversed"],
        times=row["times"],
        reversed_before=row["reversed_before"],
    )


async def lock_commissions(unit: UnitOfWork, settlement_id: UUID) -> list[EarnedCommission]:
    """What the settlement earned its upline, by id; kept from changing."""
    rows = await unit.connection.fetch(_COMMISSIONS, unit.program_id, settlement_id)
    return [earned_commission(row, clawed_back=row["clawed_back"]) for row in rows]


async def insert_reversal(unit: UnitOfWork, new: NewReversal, at: datetime) -> None:
    """The reversal, and the refund that it owes. at: real time. Raises 23505 when another one took the same part (unit's lock missing)."""
    await unit.connection.execute(
        _INSERT,
        unit.program_id,
        new.id,
        new.settlement_id,
        new.amount.units,
        new.taken_before,
        new.amount.currency,
        new.reason,
        new.actor,
        new.journal_id,
        new.at,
    )
    await unit.connection.execute(
        _OWE,
        unit.program_id,
        new.id,
        new.user_id,
        new.amount.units,
        new.amount.currency,
        at,
        new.actor,
        new.reason,
    )
