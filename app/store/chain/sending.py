"""Sending's side of the tables: which stored bytes wait for a node, and what nodes said."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from app.domain.events import EventType, NewEvent
from app.domain.transactions import (
    CopyKind,
    Fees,
    OpenTransaction,
    Purpose,
    Sent,
    SignedCopy,
    SignedTransaction,
)
from app.store.database import ReadSession, UnitOfWork

_OPEN = """
SELECT t.id, t.chain_id, t.nonce, t.purpose, t.to_address, t.data, t.gas_limit, t.last_sent_at, c.created_at AS signed_at,
       c.n, c.kind, c.raw, c.hash, c.max_fee_per_gas, c.max_priority_fee_per_gas, c.head_number,
       EXISTS (SELECT FROM safe_relay r
                 JOIN safe_transaction s ON s.program_id = r.program_id AND s.id = r.safe_transaction_id
                WHERE r.chain_transaction_id = t.id AND s.death IS NOT NULL) AS given_up
  FROM chain_transaction t
  CROSS JOIN LATERAL (SELECT * FROM signed_copy c WHERE c.chain_transaction_id = t.id ORDER BY c.n DESC LIMIT 1) c
 WHERE t.chain_id = $1 AND t.lane_id = $2 AND t.status IN ('PREPARED', 'BROADCAST') AND t.nonce >= $3
 ORDER BY t.nonce
"""
_MISSING_NONCES = """
SELECT n FROM generate_series($2::bigint, $3::bigint - 1) AS n
 WHERE NOT EXISTS (SELECT FROM chain_transaction t WHERE t.lane_id = $1 AND t.nonce = n)
"""
_NOTE_SENDS = """
UPDATE signed_copy c SET sends = c.sends + 1, last_error = g.error
  FROM unnest($1::uuid[], $2::integer[], $3::text[]) AS g (id, n, error)
 WHERE c.chain_transaction_id = g.id AND c.n = g.n
"""
_MARK_SENT = """
WITH locked AS MATERIALIZED (
  SELECT t.id FROM chain_transaction t
   WHERE t.id = ANY($1::uuid[]) AND t.status IN ('PREPARED', 'BROADCAST') ORDER BY t.id FOR UPDATE
)
UPDATE chain_transaction t
   SET status = 'BROADCAST', first_sent_at = coalesce(t.first_sent_at, $2), last_sent_at = $2
  FROM locked l WHERE t.id = l.id
"""
# Who is MINED by now was seen by the watcher first.
_ITEMS_SENT = """
WITH locked AS MATERIALIZED (
  SELECT s.program_id, s.intent_id
    FROM intent_attempt a JOIN intent_state s USING (program_id, intent_id)
   WHERE a.chain_transaction_id = ANY($1::uuid[]) AND a.live AND s.chain_transaction_id = a.chain_transaction_id
     AND s.status = 'PROCESSING' AND s.stage = 'SIGNED'
   ORDER BY s.program_id, s.intent_id FOR UPDATE OF s
), moved AS (
  UPDATE intent_state s SET stage = 'BROADCAST', version = s.version + 1, updated_at = $2
    FROM locked l WHERE s.program_id = l.program_id AND s.intent_id = l.intent_id
  RETURNING s.program_id, s.intent_id, s.version, s.chain_transaction_id
), noted AS (
  INSERT INTO intent_transition (program_id, intent_id, seq, from_status, to_status, stage, at, actor)
  SELECT program_id, intent_id, version, 'PROCESSING', 'PROCESSING', 'BROADCAST', $2, $3 FROM moved
)
SELECT program_id, intent_id, version, chain_transaction_id FROM moved
"""


async def open_transactions(
    session: ReadSession | UnitOfWork, chain_id: int, lane_id: UUID, from_nonce: int
) -> list[OpenTransaction]:
    """In order of nonce, those the watcher has not seen in a block, from the given nonce on."""
    rows = await session.connection.fetch(_OPEN, chain_id, lane_id, from_nonce)
    return [_open(row) for row in rows]


async def missing_nonces(unit: UnitOfWork, lane_id: UUID, first: int, end: int) -> list[int]:
    """Nonces from first up to, not including, end that no transaction of the lane has."""
    return [row["n"] for row in await unit.connection.fetch(_MISSING_NONCES, lane_id, first, end)]


async def note_sends(unit: UnitOfWork, sends: Sequence[Sent], actor: str, at: datetime) -> None:
    """Counts each send; what a node took is BROADCAST, and so are its items."""
    await unit.connection.execute(
        _NOTE_SENDS,
        [one.chain_transaction_id for one in sends],
        [one.copy for one in sends],
        [one.error for one in sends],
    )
    taken = [one.chain_transaction_id for one in sends if one.error is None]
    if not taken:
        return
    await unit.connection.execute(_MARK_SENT, taken, at)
    for program_id, intent_id, version, transaction_id in await unit.connection.fetch(
        _ITEMS_SENT, taken, at, actor
    ):
        data = {
            "v": 1,
            "from": "PROCESSING",
            "status": "PROCESSING",
            "stage": "BROADCAST",
            "transaction": str(transaction_id),
        }
        unit.record(
            NewEvent(EventType.INTENT, "intent.broadcast", str(intent_id), version, at, data),
            program_id,
        )


def _open(row: asyncpg.Record) -> OpenTransaction:
    copy = SignedCopy(
        chain_transaction_id=row["id"],
        n=row["n"],
        kind=CopyKind(row["kind"]),
        signed=SignedTransaction(row["raw"], row["hash"]),
        fees=Fees(row["max_fee_per_gas"], row["max_priority_fee_per_gas"]),
        head=row["head_number"],
    )
    return OpenTransaction(
        id=row["id"],
        chain_id=row["chain_id"],
        nonce=row["nonce"],
        purpose=Purpose(row["purpose"]),
        to=row["to_address"],
        data=row["data"],
        gas_limit=row["gas_limit"],
        sent_at=row["last_sent_at"],
        signed_at=row["signed_at"],
        copy=copy,
        given_up=row["given_up"],
    )
