"""Changes of intents' states, many at once: the row, its transition, and its place in the queue."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.intent_moves import IntentMove
from app.store.database import UnitOfWork

# A move counts only from the version that its writer saw; the transition is numbered by the version that it made.
_MOVE = """
WITH given AS (
  SELECT * FROM unnest($4::uuid[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
                       $11::text[], $12::boolean[], $13::uuid[], $14::bigint[], $15::boolean[], $16::boolean[])
    AS g (intent_id, version, from_status, to_status, stage, reason, code, message, retryable, transaction_id, block,
          rerouted, completes)
), moved AS (
  UPDATE intent_state s
     SET status = g.to_status, stage = g.stage, version = g.version + 1, lease_until = NULL, leased_by = NULL,
         failure_code = g.code, failure_message = g.message, failure_retryable = g.retryable,
         chain_transaction_id = g.transaction_id, mined_block = g.block, rerouted = s.rerouted OR g.rerouted,
         updated_at = $2, completed_at = CASE WHEN g.completes THEN $2::timestamptz END
    FROM given g
   WHERE s.program_id = $1 AND s.intent_id = g.intent_id AND s.version = g.version AND s.status = g.from_status
  RETURNING s.intent_id
), noted AS (
  INSERT INTO intent_transition (program_id, intent_id, seq, from_status, to_status, stage, at, actor, reason)
  SELECT $1, g.intent_id, g.version + 1, g.from_status, g.to_status, g.stage, $2, $3, g.reason
    FROM given g JOIN moved USING (intent_id)
)
SELECT count(*) FROM moved
"""
_QUEUE = """
INSERT INTO intent_todo (program_id, intent_id, chain_id, rerouted, due_at, expires_at)
SELECT i.program_id, i.id, i.chain_id, s.rerouted, g.due_at, sge_instant(a.valid_before)
  FROM unnest($2::uuid[], $3::timestamptz[]) AS g (intent_id, due_at)
  JOIN intent i ON i.program_id = $1 AND i.id = g.intent_id
  JOIN intent_state s ON s.program_id = $1 AND s.intent_id = g.intent_id
  LEFT JOIN intent_authorization a ON a.program_id = $1 AND a.intent_id = g.intent_id AND a.n = s.authorization_n
ON CONFLICT (program_id, intent_id) DO UPDATE
   SET due_at = excluded.due_at, rerouted = excluded.rerouted, lease_until = NULL
"""
_UNQUEUE = "DELETE FROM intent_todo WHERE program_id = $1 AND intent_id = ANY($2::uuid[])"


async def move(
    unit: UnitOfWork, program_id: int, moves: Sequence[IntentMove], actor: str, at: datetime
) -> int:
    """Makes those moves whose intent still has the version and status they start from; returns how many that were."""
    moved: int = await unit.connection.fetchval(
        _MOVE,
        program_id,
        at,
        actor,
        [one.intent_id for one in moves],
        [one.version for one in moves],
        [one.from_status.value for one in moves],
        [one.to_status.value for one in moves],
        [one.stage.value for one in moves],
        [one.reason for one in moves],
        [one.failure.code.value if one.failure else None for one in moves],
        [one.failure.message if one.failure else None for one in moves],
        [one.failure.retryable if one.failure else None for one in moves],
        [one.chain_transaction_id for one in moves],
        [one.mined_block for one in moves],
        [one.rerouted for one in moves],
        [one.completes for one in moves],
    )
    return moved


async def queue(unit: UnitOfWork, program_id: int, due: Sequence[tuple[UUID, datetime]]) -> None:
    """Puts intents back among what can be claimed, from the given instants on."""
    await unit.connection.execute(
        _QUEUE, program_id, [intent for intent, _ in due], [at for _, at in due]
    )


async def unqueue(unit: UnitOfWork, program_id: int, intent_ids: Sequence[UUID]) -> None:
    """Nothing is left to claim for these."""
    await unit.connection.execute(_UNQUEUE, program_id, intent_ids)
