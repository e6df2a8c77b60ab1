"""What final logs, and confirmations of payment providers, leave behind: settlements and the commissions earned from them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.commissions import AccruedCommission, SkippedLevel
from app.domain.money import Money
from app.store.database import ReadSession, UnitOfWork

_CLAIMED = """
SELECT log_index, direction, bool_or(undone) AS undone FROM movement
 WHERE chain_id = $1 AND block_hash = $2 AND program_id = $3 AND log_index = ANY($4::integer[]) GROUP BY 1, 2
"""
_SEEN = """
SELECT EXISTS (SELECT FROM discrepancy WHERE program_id = $1 AND kind = 'TREASURY_MISMATCH' AND reference = $2
                  AND resolved_at IS NOT NULL)
"""
# Of payments that have no settlement now, how many the chain took back.
_UNDONE = """
SELECT s.intent_id, count(*) AS n FROM settlement s
 WHERE s.program_id = $1 AND s.intent_id = ANY($2::uuid[]) AND s.undone_at IS NOT NULL
   AND NOT EXISTS (SELECT FROM settlement n WHERE n.program_id = s.program_id AND n.intent_id = s.intent_id
                      AND n.undone_at IS NULL)
 GROUP BY 1
"""
_SETTLE = """
INSERT INTO settlement (program_id, id, intent_id, chain_id, chain_transaction_id, tx_hash, block_number, block_hash,
                        log_index, amount, currency, journal_id, skipped, confirmed_at, gas_share_wei, provider_event_id)
SELECT $1, g.id, g.intent_id, $2, $3, $4, $5, $6, g.log_index, g.amount, g.currency, g.journal_id, g.skipped::jsonb, $7,
       g.gas_share, $16
  FROM unnest($8::uuid[], $9::uuid[], $10::integer[], $11::numeric[], $12::text[], $13::bigint[], $14::text[],
              $15::numeric[])
    AS g (id, intent_id, log_index, amount, currency, journal_id, skipped, gas_share)
"""
_ACCRUE = """
WITH accrued AS (
  INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount,
                          currency, status, accrued_at, payable_at)
  SELECT $1, g.*
    FROM unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::integer[], $8::integer[], $9::integer[], $10::numeric[],
                $11::numeric[], $12::text[], $13::text[], $14::timestamptz[], $15::timestamptz[]) AS g
  RETURNING program_id, id, status
)
INSERT INTO commission_transition (program_id, commission_id, seq, to_status, at, actor)
SELECT program_id, id, 1, status, $2, $3 FROM accrued
"""


@dataclass(frozen=True, slots=True)
class SettlementPlace:
    """The transaction that carried settlements. chain_transaction_id: ours; None when somebody else's carried them."""

    chain_id: int
    chain_transaction_id: UUID | None
    tx_hash: bytes
    block_number: int
    block_hash: bytes


@dataclass(frozen=True, slots=True)
class ProviderProof:
    """The stored event of a payment provider that proves one settlement; no chain transaction does."""

    event_id: UUID
    provider: str


Proof = SettlementPlace | ProviderProof


@dataclass(frozen=True, slots=True)
class NewSettlement:
    """One row; journal_id is None when no money moved, log_index when no log proves it."""

    id: UUID
    intent_id: UUID
    log_index: int | None
    amount: Money | None
    journal_id: int | None
    skipped: tuple[SkippedLevel, ...]
    gas_share_wei: int | None


async def claimed_movements(
    session: ReadSession | UnitOfWork,
    program_id: int,
    place: SettlementPlace,
    log_indexes: Sequence[int],
) -> dict[tuple[int, str], bool]:
    """Which of these logs the program's journals have claimed already, by log index and direction; whether that was undone
    since.
    """
    rows = await session.connection.fetch(
        _CLAIMED, place.chain_id, place.block_hash, program_id, log_indexes
    )
    return {(row["log_index"], row["direction"]): row["undone"] for row in rows}


async def is_seen(unit: UnitOfWork, program_id: int, reference: str) -> bool:
    """Whether a person has resolved what was found about this log: it stays without a posting."""
    return bool(await unit.connection.fetchval(_SEEN, program_id, reference))


async def times_undone(
    unit: UnitOfWork, program_id: int, intent_ids: Sequence[UUID]
) -> dict[UUID, int]:
    """Those of these intents whose every settlement was undone, and how many there were."""
    rows = await unit.connection.fetch(_UNDONE, program_id, intent_ids)
    return {row["intent_id"]: row["n"] for row in rows}


async def insert_settlements(
    unit: UnitOfWork,
    program_id: int,
    proof: Proof,
    settlements: Sequence[NewSettlement],
    confirmed_at: datetime,
) -> None:
    place = None if isinstance(proof, ProviderProof) else proof
    await unit.connection.execute(
        _SETTLE,
        program_id,
        None if place is None else place.chain_id,
        None if place is None else place.chain_transaction_id,
        None if place is None else place.tx_hash,
        None if place is None else place.block_number,
        None if place is None else place.block_hash,
        confirmed_at,
        [one.id for one in settlements],
        [one.intent_id for one in settlements],
        [one.log_index for one in settlements],
        [one.amount.units if one.amount else None for one in settlements],
        [one.amount.currency if one.amount else None for one in settlements],
        [one.journal_id for one in settlements],
        [_skipped_json(one) for one in settlements],
        [one.gas_share_wei for one in settlements],
        proof.event_id if isinstance(proof, ProviderProof) else None,
    )


def _skipped_json(settlement: NewSettlement) -> str:
    # As text: a list of lists would be taken for a two-dimensional array.
    levels = [{"level": skip.level, "reason": skip.reason.value} for skip in settlement.skipped]
    return json.dumps(levels)


async def insert_commissions(
    unit: UnitOfWork,
    program_id: int,
    accrued: Sequence[tuple[UUID, AccruedCommission]],
    actor: str,
    at: datetime,
) -> None:
    """Each with the settlement that it is earned from. at: real time."""
    await unit.connection.execute(
        _ACCRUE,
        program_id,
        at,
        actor,
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
