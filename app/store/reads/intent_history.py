"""What happened to intents: their timelines and their tries at the chain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import ReadSession
from app.store.reads.intents import FailureRow, failure_of


@dataclass(frozen=True, slots=True)
class IntentTransitionRow:
    from_: str | None
    to: str
    stage: str
    at: datetime
    actor: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class IntentAttemptRow:
    program_key: int
    number: int
    started_at: datetime
    finished_at: datetime | None
    chain_transaction_id: UUID | None
    failure: FailureRow | None


_TRANSITIONS = """
SELECT intent_id, from_status, to_status, stage, at, actor, reason
  FROM intent_transition WHERE program_id = $1 AND intent_id = ANY($2::uuid[]) ORDER BY intent_id, seq
"""
_ATTEMPTS = """
SELECT intent_id, number, started_at, finished_at, chain_transaction_id, failure_code, failure_message,
       failure_retryable
  FROM intent_attempt WHERE program_id = $1 AND intent_id = ANY($2::uuid[]) ORDER BY intent_id, number
"""


async def transitions(session: ReadSession, ids: Sequence[UUID]) -> list[list[IntentTransitionRow]]:
    """The timeline of each intent, oldest first."""
    found: dict[UUID, list[IntentTransitionRow]] = {id_: [] for id_ in ids}
    for record in await session.connection.fetch(_TRANSITIONS, session.program_id, ids):
        intent_id, *values = record
        found[intent_id].append(IntentTransitionRow(*values))
    return [found[id_] for id_ in ids]


async def attempts(session: ReadSession, ids: Sequence[UUID]) -> list[list[IntentAttemptRow]]:
    """Every try of each intent at the chain, oldest first."""
    assert session.program_id is not None
    found: dict[UUID, list[IntentAttemptRow]] = {id_: [] for id_ in ids}
    for record in await session.connection.fetch(_ATTEMPTS, session.program_id, ids):
        found[record["intent_id"]].append(
            IntentAttemptRow(
                program_key=session.program_id,
                number=record["number"],
                started_at=record["started_at"],
                finished_at=record["finished_at"],
                chain_transaction_id=record["chain_transaction_id"],
                failure=failure_of(record),
            )
        )
    return [found[id_] for id_ in ids]
