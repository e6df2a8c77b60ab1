"""Signing's side of the tables: the last look at what was claimed, and the signed bytes before anybody sends them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.claims import ClaimedIntent
from app.domain.events import EventType, NewEvent
from app.domain.transactions import NewTransaction, SignedCopy
from app.store.database import UnitOfWork
from app.store.server.standby import outlive_the_primary

# Whoever pauses a program updates its row: it waits for this transaction, or this one sees the pause. On a server that was
# promoted or restored a moment ago nobody has paused anything yet.
_LOCK_PROGRAMS = """
SELECT id FROM program WHERE id = ANY($1::bigint[]) AND status = 'ACTIVE' AND sge_is_recovered() ORDER BY id FOR SHARE
"""
# Row by row, in order: a join would be planned by statistics, which of a queue are always old.
_LOCK_CLAIMED = """
SELECT s.program_id, s.intent_id
  FROM (SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::bigint[]) AS g (program_id, intent_id, version)
         ORDER BY program_id, intent_id) g
 CROSS JOIN LATERAL (
   SELECT s.program_id, s.intent_id
     FROM intent_state s
    WHERE s.program_id = g.program_id AND s.intent_id = g.intent_id AND s.version = g.version
      AND s.status = 'PROCESSING' AND s.stage = 'QUEUED' AND s.leased_by = $4 AND s.lease_until > $5
      FOR UPDATE) s
"""
_INSERT_TRANSACTION = """
INSERT INTO chain_transaction (id, lane_id, chain_id, nonce, purpose, from_address, to_address, data, gas_limit,
                               payload_hash, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
_INSERT_COPY = """
INSERT INTO signed_copy (chain_transaction_id, n, kind, raw, hash, max_fee_per_gas, max_priority_fee_per_gas,
                         head_number, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
# From here on the watcher owns these intents: no lease, nothing to claim.
_CARRY = """
WITH given AS (
  SELECT * FROM unnest($1::bigint[], $2::uuid[]) WITH ORDINALITY AS g (program_id, intent_id, place)
), moved AS (
  UPDATE intent_state s
     SET stage = 'SIGNED', version = s.version + 1, attempts = s.attempts + 1, lease_until = NULL, leased_by = NULL,
         chain_transaction_id = $3, updated_at = $4
    FROM given g WHERE s.program_id = g.program_id AND s.intent_id = g.intent_id
  RETURNING s.program_id, s.intent_id, s.version, s.attempts, g.place
), done AS (
  DELETE FROM intent_todo t USING given g WHERE t.program_id = g.program_id AND t.intent_id = g.intent_id
), tried AS (
  INSERT INTO intent_attempt (program_id, intent_id, number, chain_transaction_id, item_index, live, started_at)
  SELECT program_id, intent_id, attempts, $3, place - 1, true, $4 FROM moved
), noted AS (
  INSERT INTO intent_transition (program_id, intent_id, seq, from_status, to_status, stage, at, actor)
  SELECT program_id, intent_id, version, 'PROCESSING', 'PROCESSING', 'SIGNED', $4, $5 FROM moved
)
SELECT program_id, intent_id, version FROM moved
"""


async def active_programs(unit: UnitOfWork, program_ids: Sequence[int]) -> set[int]:
    """Those that are not paused; they stay so until the commit."""
    rows = await unit.connection.fetch(_LOCK_PROGRAMS, sorted(set(program_ids)))
    return {row["id"] for row in rows}


async def still_claimed(
    unit: UnitOfWork, claimed: Sequence[ClaimedIntent], holder: str, now: datetime
) -> set[tuple[int, UUID]]:
    """(program, intent) of those still leased by the holder in the state it saw; locked until the commit."""
    rows = await unit.connection.fetch(
        _LOCK_CLAIMED,
        [one.program_id for one in claimed],
        [one.intent_id for one in claimed],
        [one.version for one in claimed],
        holder,
        now,
    )
    return {(row["program_id"], row["intent_id"]) for row in rows}


async def insert_transaction(unit: UnitOfWork, new: NewTransaction, at: datetime) -> None:
    await unit.connection.execute(
        _INSERT_TRANSACTION,
        new.id,
        new.lane_id,
        new.chain_id,
        new.nonce,
        new.purpose.value,
        new.sender,
        new.to,
        new.data,
        new.gas_limit,
        new.payload_hash,
        at,
    )


async def insert_copy(unit: UnitOfWork, new: SignedCopy, at: datetime) -> None:
    """What is signed can be sent as soon as this is committed, so it is not to be forgotten."""
    await outlive_the_primary(unit)
    await unit.connection.execute(
        _INSERT_COPY,
        new.chain_transaction_id,
        new.n,
        new.kind.value,
        new.signed.raw,
        new.signed.hash,
        new.fees.max_fee,
        new.fees.tip,
        new.head,
        at,
    )


async def carry(
    unit: UnitOfWork,
    chain_transaction_id: UUID,
    items: Sequence[ClaimedIntent],
    actor: str,
    at: datetime,
) -> None:
    """These intents, in this order, are in that transaction: SIGNED, with a live attempt each."""
    rows = await unit.connection.fetch(
        _CARRY,
        [one.program_id for one in items],
        [one.intent_id for one in items],
        chain_transaction_id,
        at,
        actor,
    )
    data = {
        "v": 1,
        "from": "PROCESSING",
        "status": "PROCESSING",
        "stage": "SIGNED",
        "transaction": str(chain_transaction_id),
    }
    for program_id, intent_id, version in rows:
        unit.record(
            NewEvent(EventType.INTENT, "intent.signed", str(intent_id), version, at, data),
            program_id,
        )
