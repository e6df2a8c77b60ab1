"""What the chain is to be asked before a person changes an intent."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.states import IntentStatus
from app.store.database import ReadSession

_PLACE = """
SELECT s.status, i.chain_id, i.on_chain_id, i.kind = 'COMMERCE_PAYMENT' AS by_provider,
       coalesce(c.block_number + 1, t.watched_from_block) AS unread_from,
       (SELECT format('nonce %s of lane %s', x.nonce, x.from_address)
          FROM intent_attempt a JOIN chain_transaction x ON x.id = a.chain_transaction_id
         WHERE a.program_id = s.program_id AND a.intent_id = s.intent_id AND a.live) AS carried_by
  FROM intent_state s
  JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
  JOIN treasury t ON t.program_id = s.program_id
  LEFT JOIN consumed_through c ON c.chain_id = i.chain_id AND c.program_id = s.program_id
 WHERE s.program_id = $1 AND s.intent_id = $2
"""


@dataclass(frozen=True, slots=True)
class ChainPlace:
    """on_chain_id: as the gateway logs it. unread_from: the first block whose logs are not posted yet. carried_by: the nonce
    whose copies can still settle it, in words.
    """

    status: IntentStatus
    chain_id: int
    on_chain_id: bytes
    by_provider: bool
    unread_from: int
    carried_by: str | None


async def chain_place(session: ReadSession, intent_id: UUID) -> ChainPlace | None:
    """Of an intent of this snapshot's program."""
    row = await session.connection.fetchrow(_PLACE, session.program_id, intent_id)
    if row is None:
        return None
    return ChainPlace(**{**row, "status": IntentStatus(row["status"])})
