"""Intents that logs name, with what decides who earns from them: terms and upline as stored, affiliates as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.commissions import EarningTerms
from app.domain.intents import kind_of
from app.domain.money import Money
from app.domain.states import AffiliateStatus, IntentStage, IntentStatus
from app.store.database import UnitOfWork

_LOCK = """
SELECT i.id, i.on_chain_id, i.kind, i.wallet, i.user_id, i.amount, i.currency, i.referrer_id, i.upline, i.created_at,
       s.status, s.stage, s.version, s.chain_transaction_id, s.failure_code,
       t.version AS terms_version, t.platform_fee_bps, t.commission_levels_bps, t.registration_earns_commission,
       t.holding_period_days
  FROM intent i
  JOIN intent_state s ON s.program_id = i.program_id AND s.intent_id = i.id
  JOIN terms t ON t.program_id = i.program_id AND t.version = i.terms_version
 WHERE i.program_id = $1 AND i.on_chain_id = ANY($2::bytea[])
 ORDER BY i.id
   FOR UPDATE OF s
"""
_STATUSES = """
SELECT id, public_id, status FROM affiliate WHERE program_id = $1 AND id = ANY($2::bigint[])
"""
_LINES_UP = """
SELECT id, sge_upline(path) AS line FROM affiliate WHERE program_id = $1 AND id = ANY($2::bigint[])
"""


@dataclass(frozen=True, slots=True)
class ProvenIntent:
    """An intent that a log or a provider names, its state locked. amount: None for a registration without a fee."""

    id: UUID
    on_chain_id: bytes
    kind: str
    wallet: str
    user_id: int
    amount: Money | None
    referrer_id: int | None
    upline: tuple[int, ...]
    terms: EarningTerms
    created_at: datetime
    status: IntentStatus
    stage: IntentStage
    version: int
    chain_transaction_id: UUID | None
    failure_code: str | None

    @property
    def registration(self) -> bool:
        return kind_of(self.kind).mints_identity


@dataclass(frozen=True, slots=True)
class AffiliateNow:
    """An affiliate at the moment of settlement."""

    id: int
    public_id: UUID
    status: AffiliateStatus


async def lock_intents(
    unit: UnitOfWork, program_id: int, on_chain_ids: Sequence[bytes]
) -> dict[bytes, ProvenIntent]:
    """The program's intents that logs name, locked in id order."""
    rows = await unit.connection.fetch(_LOCK, program_id, on_chain_ids)
    return {
        row["on_chain_id"]: ProvenIntent(
            id=row["id"],
            on_chain_id=row["on_chain_id"],
            kind=row["kind"],
            wallet=row["wallet"].lower(),
            user_id=row["user_id"],
            amount=None if row["amount"] is None else Money(row["amount"], row["currency"]),
            referrer_id=row["referrer_id"],
            upline=tuple(row["upline"]),
            terms=EarningTerms(
                version=row["terms_version"],
                platform_fee_bps=row["platform_fee_bps"],
                levels_bps=tuple(row["commission_levels_bps"]),
                registration_earns=row["registration_earns_commission"],
                holding_days=row["holding_period_days"],
            ),
            created_at=row["created_at"],
            status=IntentStatus(row["status"]),
            stage=IntentStage(row["stage"]),
            version=row["version"],
            chain_transaction_id=row["chain_transaction_id"],
            failure_code=row["failure_code"],
        )
        for row in rows
    }


async def affiliates_now(
    unit: UnitOfWork, program_id: int, ids: Sequence[int]
) -> dict[int, AffiliateNow]:
    """Affiliates with their statuses as they are now."""
    rows = await unit.connection.fetch(_STATUSES, program_id, ids)
    return {
        row["id"]: AffiliateNow(row["id"], row["public_id"], AffiliateStatus(row["status"]))
        for row in rows
    }


async def lines_up(
    unit: UnitOfWork, program_id: int, ids: Sequence[int]
) -> dict[int | None, Sequence[int]]:
    """Each affiliate with everybody above it, as the forest is now."""
    rows = await unit.connection.fetch(_LINES_UP, program_id, ids)
    return {row["id"]: row["line"] for row in rows}
