"""Tries of intents at the chain: what each transaction carries, and how each try ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.intent_failures import IntentFailure
from app.domain.states import IntentStage, IntentStatus
from app.store.database import ReadSession, UnitOfWork

# What was signed and is still carried by these transactions, ready to be moved.
_CARRIED = """
SELECT a.chain_transaction_id, s.program_id, s.intent_id, s.status, s.stage, s.version, s.mined_block
  FROM intent_attempt a
  JOIN intent_state s ON s.program_id = a.program_id AND s.intent_id = a.intent_id
 WHERE a.chain_transaction_id = ANY($1::uuid[]) AND a.live AND s.status = 'PROCESSING'
   AND s.chain_transaction_id = a.chain_transaction_id
 ORDER BY s.program_id, s.intent_id
   FOR UPDATE OF s
"""
_ON_BOARD = """
SELECT a.chain_transaction_id, a.program_id, a.intent_id, i.on_chain_id
  FROM intent_attempt a
  JOIN intent i ON i.program_id = a.program_id AND i.id = a.intent_id
 WHERE a.chain_transaction_id = ANY($1::uuid[]) AND a.live
"""
# An item's share of the cost is by what its kind weighs in gas; the shares of a transaction sum to its cost.
# MATERIALIZED: each row once, and tries by their keys, also where a plan takes the tables for empty.
_FINISH = """
WITH weighed AS (
  SELECT a.program_id, a.intent_id, a.number, a.item_index, t.cost_wei,
         CASE WHEN i.kind <> 'REGISTRATION' THEN $7::bigint WHEN i.amount IS NULL THEN $8::bigint ELSE $9::bigint END AS weight
    FROM intent_attempt a
    JOIN chain_transaction t ON t.id = a.chain_transaction_id
    JOIN intent i ON i.program_id = a.program_id AND i.id = a.intent_id
   WHERE a.chain_transaction_id = $2
), summed AS MATERIALIZED (
  SELECT *, sum(weight) OVER (ORDER BY item_index) AS upto, sum(weight) OVER () AS whole FROM weighed
), ended AS MATERIALIZED (
  SELECT s.*, g.code, g.message, g.retryable
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::boolean[]) AS g (intent_id, code, message, retryable)
    JOIN summed s ON s.program_id = $1 AND s.intent_id = g.intent_id
), finished AS (
  UPDATE intent_attempt a
     SET live = false, finished_at = $10::timestamptz, failure_code = e.code, failure_message = e.message,
         failure_retryable = e.retryable,
         gas_share_wei = div(e.cost_wei * e.upto, e.whole) - div(e.cost_wei * (e.upto - e.weight), e.whole)
    FROM ended e
   WHERE a.program_id = $1 AND a.intent_id = ANY($3::uuid[]) AND a.intent_id = e.intent_id AND a.number = e.number
     AND a.chain_transaction_id = $2 AND a.live
  RETURNING a.intent_id, a.gas_share_wei, e.code
), spent AS (
  INSERT INTO program_gas AS p (program_id, day, spent_wei, items, rejected)
  SELECT $1, ($10::timestamptz AT TIME ZONE 'UTC')::date, coalesce(sum(gas_share_wei), 0), count(*), count(code)
    FROM finished HAVING count(*) > 0
  ON CONFLICT (program_id, day) DO UPDATE
     SET spent_wei = p.spent_wei + excluded.spent_wei, items = p.items + excluded.items,
         rejected = p.rejected + excluded.rejected
)
SELECT intent_id, gas_share_wei FROM finished
"""
# What a connection plans while the tables are empty, as those of a new database are, it would keep until somebody analyses
# them: it reads all intents and all tries of the program.
_PLAN_ANEW = "SET LOCAL plan_cache_mode = force_custom_plan"
_PLAN_AS_BEFORE = "SET LOCAL plan_cache_mode TO DEFAULT"
# Items whose transaction ended without a word about them, once their program has read the blocks that could have one.
_LEFT_BEHIND = """
SELECT a.program_id, a.chain_transaction_id, a.intent_id, t.status AS outcome, c.kind AS copy_kind
  FROM intent_attempt a
  JOIN chain_transaction t ON t.id = a.chain_transaction_id
  JOIN chain_watch w ON w.chain_id = t.chain_id
  JOIN consumed_through p ON p.chain_id = t.chain_id AND p.program_id = a.program_id
  LEFT JOIN signed_copy c ON c.chain_transaction_id = t.id AND c.n = t.mined_copy
 WHERE a.live AND t.chain_id = $1 AND t.status IN ('CONFIRMED', 'REVERTED', 'DISPLACED')
   AND p.block_number >= coalesce(t.block_number, w.final_number)
 ORDER BY a.program_id, a.chain_transaction_id, a.intent_id
"""


@dataclass(frozen=True, slots=True)
class CarriedIntent:
    """An intent whose state this transaction has locked."""

    chain_transaction_id: UUID
    program_id: int
    intent_id: UUID
    status: IntentStatus
    stage: IntentStage
    version: int
    mined_block: int | None


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """How a try ended; failure: None when it settled, or ended without anybody's fault."""

    intent_id: UUID
    failure: IntentFailure | None = None


@dataclass(frozen=True, slots=True)
class GasWeights:
    """What one item of each kind costs in gas, for sharing a transaction's cost fairly."""

    payment: int
    mint: int
    payment_and_mint: int


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A try whose transaction is final and said nothing of it. copy_kind: of the copy that was mined."""

    program_id: int
    chain_transaction_id: UUID
    intent_id: UUID
    outcome: str
    copy_kind: str | None


async def lock_carried(unit: UnitOfWork, transaction_ids: Sequence[UUID]) -> list[CarriedIntent]:
    """The intents that these transactions still carry, locked, by program and intent."""
    return [
        CarriedIntent(
            row["chain_transaction_id"],
            row["program_id"],
            row["intent_id"],
            IntentStatus(row["status"]),
            IntentStage(row["stage"]),
            row["version"],
            row["mined_block"],
        )
        for row in await unit.connection.fetch(_CARRIED, transaction_ids)
    ]


async def on_board(
    session: ReadSession, transaction_ids: Sequence[UUID]
) -> dict[tuple[UUID, bytes], int]:
    """The program of each live item, by its transaction and the id that the gateway logs."""
    rows = await session.connection.fetch(_ON_BOARD, transaction_ids)
    return {(row["chain_transaction_id"], row["on_chain_id"]): row["program_id"] for row in rows}


async def finish(
    unit: UnitOfWork,
    program_id: int,
    transaction_id: UUID,
    ends: Sequence[AttemptEnd],
    weights: GasWeights,
    *,
    at: datetime,
) -> dict[UUID, int | None]:
    """Ends the live tries among these and books their gas; returns each one's share in wei, None while unknown."""
    await unit.connection.execute(_PLAN_ANEW)
    rows = await unit.connection.fetch(
        _FINISH,
        program_id,
        transaction_id,
        [end.intent_id for end in ends],
        [end.failure.code.value if end.failure else None for end in ends],
        [end.failure.message if end.failure else None for end in ends],
        [end.failure.retryable if end.failure else None for end in ends],
        weights.payment,
        weights.mint,
        weights.payment_and_mint,
        at,
    )
    await unit.connection.execute(_PLAN_AS_BEFORE)
    return {row["intent_id"]: row["gas_share_wei"] for row in rows}


async def left_behind(session: ReadSession, chain_id: int) -> list[LeftBehind]:
    """Items that are free again, by program and transaction."""
    return [
        LeftBehind(
            row["program_id"],
            row["chain_transaction_id"],
            row["intent_id"],
            row["outcome"],
            row["copy_kind"],
        )
        for row in await session.connection.fetch(_LEFT_BEHIND, chain_id)
    ]
