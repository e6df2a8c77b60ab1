"""What the rollups of a program have not applied yet, in the same snapshot as the rollups."""

from app.domain.events import Event, EventType
from app.domain.pending_rollups import Heads
from app.store.database import ReadSession, UnitOfWork

# Moved ones have positions; the others will get theirs in the order of their ids.
_PENDING = """
SELECT e.position, e.program_id, e.type, e.name, e.entity_id, e.version, e.at, e.data FROM (
  SELECT 0 AS feed, position, program_id, type, name, entity_id, version, at, data FROM event
   WHERE program_id = $1 AND position > coalesce((SELECT position FROM consumer_position WHERE consumer = 'rollups'), 0)
  UNION ALL
  SELECT 1, id, program_id, type, name, entity_id, version, at, data FROM event_outbox WHERE program_id = $1) e
 WHERE e.type IN ('SETTLEMENT', 'AFFILIATE') OR (e.type = 'INTENT' AND e.data ->> 'from' IS DISTINCT FROM e.data ->> 'status')
 ORDER BY e.feed, e.position
"""
_HEADS = """
SELECT month, level, members, users FROM affiliate_rollup
 WHERE program_id = $1 AND affiliate_id = $2 AND currency = '' AND month <> ''
"""


async def pending_events(session: ReadSession | UnitOfWork, program_id: int) -> list[Event]:
    """In the order in which they will be applied."""
    rows = await session.connection.fetch(_PENDING, program_id)
    return [Event(**{**row, "type": EventType(row["type"])}) for row in rows]


async def heads_of(session: ReadSession, program_id: int, affiliate_id: int) -> list[Heads]:
    """What the rollups say of one affiliate's branch, by month."""
    rows = await session.connection.fetch(_HEADS, program_id, affiliate_id)
    return [Heads(*row) for row in rows]
