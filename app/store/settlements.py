"""What a settlement needs to know and what it leaves behind: settlements, commissions, registrations."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.commissions import AccruedCommission, EarningTerms, SkippedLevel
from app.domain.money import Money
from app.domain.states import AffiliateStatus, IntentStage, IntentStatus
from app.store.database import UnitOfWork

_LOCK = """
SELECT i.id, i.on_chain_id, i.kind, i.wallet, i.user_id, i.amount, i.currency, i.referrer_id, i.upline, i.created_at,
       s.status, s.stage, s.version, s.chain_transaction_id,
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
_CLAIMED = """
SELECT log_index, direction FROM movement
 WHERE chain_id = $1 AND block_hash = $2 AND program_id = $3 AND log_index = ANY($4::integer[]) AND NOT undone
"""
_SETTLE = """
INSERT INTO settlement (program_id, id, intent_id, chain_id, chain_transaction_id, tx_hash, block_number, block_hash,
                        log_index, amount, currency, journal_id, skipped, confirmed_at, gas_share_wei)
SELECT $1, g.id, g.intent_id, $2, $3, $4, $5, $6, g.log_index, g.amount, g.currency, g.journal_id, g.skipped::jsonb, $7,
       g.gas_share
  FROM unnest($8::uuid[], $9::uuid[], $10::integer[], $11::numeric[], $12::text[], $13::bigint[], $14::text[],
              $15::numeric[])
    AS g (id, intent_id, log_index, amount, currency, journal_id, skipped, gas_share)
"""
_ACCRUE = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount,
                        currency, status, accrued_at, payable_at)
SELECT $1, g.*
  FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::integer[], $6::integer[], $7::integer[], $8::numeric[],
              $9::numeric[], $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[]) AS g
"""
# The first proof counts; it takes the wallet's place even from a newer registration, which the chain will refuse.
_REGISTER = """
UPDATE program_user u
   SET registered_at = $2, referrer_id = g.referrer_id, identity_token_id = g.token_id,
       registration_intent_id = g.intent_id
  FROM unnest($3::bigint[], $4::uuid[], $5::bigint[], $6::numeric[]) AS g (user_id, intent_id, referrer_id, token_id)
 WHERE u.program_id = $1 AND u.id = g.user_id AND u.registered_at IS NULL
"""
_FREE_PLACES = """
UPDATE program_user SET registration_intent_id = NULL
 WHERE program_id = $1 AND registration_intent_id = ANY($2::uuid[]) AND registered_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class ProvenIntent:
    """An intent that a log names, its state locked. amount: None for a registration without a fee."""

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

    @property
    def registration(self) -> bool:
        return self.kind == "REGISTRATION"


@dataclass(frozen=True, slots=True)
class AffiliateNow:
    """An affiliate at the moment of settlement."""

    id: int
    public_id: UUID
    status: AffiliateStatus


@dataclass(frozen=True, slots=True)
class SettlementPlace:
    """The transaction that carried settlements. chain_transaction_id: ours; None when somebody else's carried them."""

    chain_id: int
    chain_transaction_id: UUID | None
    tx_hash: bytes
    block_number: int
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class NewSettlement:
    """One row; journal_id is None when no money moved."""

    id: UUID
    intent_id: UUID
    log_index: int
    amount: Money | None
    journal_id: int | None
    skipped: tuple[SkippedLevel, ...]
    gas_share_wei: int | None


@dataclass(frozen=True, slots=True)
class Registered:
    """A user whose registration is proven."""

    user_id: int
    intent_id: UUID
    referrer_id: int | None
    token_id: int


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


async def claimed_movements(
    unit: UnitOfWork, program_id: int, place: SettlementPlace, log_indexes: Sequence[int]
) -> set[tuple[int, str]]:
    """Which of these logs the program's journals have claimed already: log index and direction."""
    rows = await unit.connection.fetch(
        _CLAIMED, place.chain_id, place.block_hash, program_id, log_indexes
    )
    return {(row["log_index"], row["direction"]) for row in rows}


async def insert_settlements(
    unit: UnitOfWork,
    program_id: int,
    place: SettlementPlace,
    settlements: Sequence[NewSettlement],
    confirmed_at: datetime,
) -> None:
    await unit.connection.execute(
        _SETTLE,
        program_id,
        place.chain_id,
        place.chain_transaction_id,
        place.tx_hash,
        place.block_number,
        place.block_hash,
        confirmed_at,
        [one.id for one in settlements],
        [one.intent_id for one in settlements],
        [one.log_index for one in settlements],
        [one.amount.units if one.amount else None for one in settlements],
        [one.amount.currency if one.amount else None for one in settlements],
        [one.journal_id for one in settlements],
        [_skipped_json(one) for one in settlements],
        [one.gas_share_wei for one in settlements],
    )


def _skipped_json(settlement: NewSettlement) -> str:
    # As text: a list of lists would be taken for a two-dimensional array.
    levels = [{"level": skip.level, "reason": skip.reason.value} for skip in settlement.skipped]
    return json.dumps(levels)


async def insert_commissions(
    unit: UnitOfWork, program_id: int, accrued: Sequence[tuple[UUID, AccruedCommission]]
) -> None:
    """Each with the settlement that it is earned from."""
    await unit.connection.execute(
        _ACCRUE,
        program_id,
        [one.id for _, one in accrued],
        [settlement for settlement, _ in accrued],
        [one.affiliate_id for _, one in accrued],
        [one.level for _, one in accrued],
        [one.rate_bps for _, one in accrued],
        [one.terms_version for _, one in accrued],
        [one.base.units for _, one in accrued],
        [one.amount.units for _, one in accrued],
        [one.amount.currency for _, one in accrued],
        [one.status.value for _, one in accrued],
        [one.accrued_at for _, one in accrued],
        [one.payable_at for _, one in accrued],
    )


async def register_users(
    unit: UnitOfWork, program_id: int, users: Sequence[Registered], confirmed_at: datetime
) -> None:
    """Fixes their referrers and identities, once and for ever."""
    await unit.connection.execute(
        _REGISTER,
        program_id,
        confirmed_at,
        [one.user_id for one in users],
        [one.intent_id for one in users],
        [one.referrer_id for one in users],
        [one.token_id for one in users],
    )


async def free_registrations(unit: UnitOfWork, program_id: int, intent_ids: Sequence[UUID]) -> None:
    """These registrations failed: their wallets may ask again."""
    await unit.connection.execute(_FREE_PLACES, program_id, intent_ids)
