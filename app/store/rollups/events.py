"""The events that rollups are made of."""

from collections.abc import Sequence

from app.domain.events import Event, EventType
from app.store.database import UnitOfWork

# Of a settled intent's ten events or so, four say anything to a rollup; the others are not even sent here. The last one
# is, whatever it is: its position is where the stretch ends.
_READ = """
WITH stretch AS MATERIALIZED (
  SELECT position, program_id, type, name, entity_id, version, at, data
    FROM event WHERE position > $1 ORDER BY position LIMIT $2
)
SELECT * FROM stretch
 WHERE type IN ('SETTLEMENT', 'AFFILIATE')
    OR type = 'INTENT' AND data ->> 'from' IS DISTINCT FROM data ->> 'status'
    OR position = (SELECT max(position) FROM stretch)
 ORDER BY position
"""
_KINDS = """
SELECT i.id::text, i.kind FROM unnest($1::bigint[], $2::uuid[]) AS g (program_id, id)
  JOIN intent i ON i.program_id = g.program_id AND i.id = g.id
"""


async def read_events(unit: UnitOfWork, after: int, limit: int) -> list[Event]:
    """What matters of the next `limit` events of all programs, `internal` included; empty when there are none."""
    rows = await unit.connection.fetch(_READ, after, limit)
    return [Event(**{**row, "type": EventType(row["type"])}) for row in rows]


async def kinds_of_intents(unit: UnitOfWork, events: Sequence[Event]) -> dict[str, str]:
    """The kind of each intent that these events of intents are about, by its id."""
    rows = await unit.connection.fetch(
        _KINDS, [one.program_id for one in events], [one.entity_id for one in events]
    )
    return {row["id"]: row["kind"] for row in rows}
