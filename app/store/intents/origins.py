"""Where intents come from: the request that asked for each, and its trace."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession, UnitOfWork

# An intent's audit row of its acceptance has the intent's own id.
_BY_ID = """
SELECT g.id, a.request_id, t.traceparent
  FROM unnest($1::bigint[], $2::uuid[]) WITH ORDINALITY AS g (program_id, id, n)
  LEFT JOIN audit a ON a.program_id = g.program_id AND a.id = g.id
  LEFT JOIN intent_trace t ON t.program_id = g.program_id AND t.intent_id = g.id
 ORDER BY g.n
"""
_BY_LOG = """
SELECT i.id, a.request_id, t.traceparent
  FROM unnest($2::bytea[]) WITH ORDINALITY AS g (on_chain_id, n)
  JOIN intent i ON i.program_id = $1 AND i.on_chain_id = g.on_chain_id
  LEFT JOIN audit a ON a.program_id = i.program_id AND a.id = i.id
  LEFT JOIN intent_trace t ON t.program_id = i.program_id AND t.intent_id = i.id
 ORDER BY g.n
"""
_TRACE = """
INSERT INTO intent_trace (program_id, intent_id, traceparent)
SELECT $1, * FROM unnest($2::uuid[], $3::text[]) ON CONFLICT DO NOTHING
"""

_FORGET = "SELECT sge_forget_traces($1)"


@dataclass(frozen=True, slots=True)
class Origin:
    """request_id: None for an intent of a provider. traceparent: None where no traces are collected."""

    intent_id: UUID
    request_id: str | None
    traceparent: str | None


async def origins_of(
    session: ReadSession | UnitOfWork, intents: Sequence[tuple[int, UUID]]
) -> list[Origin]:
    """Of these (program, intent), in their order."""
    rows = await session.connection.fetch(
        _BY_ID, [program for program, _ in intents], [intent for _, intent in intents]
    )
    return list(map(_origin, rows))


async def origins_in_logs(
    session: ReadSession | UnitOfWork, program_id: int, on_chain_ids: Sequence[bytes]
) -> list[Origin]:
    """Of the program's intents that logs name; unknown ones are left out."""
    rows = await session.connection.fetch(_BY_LOG, program_id, on_chain_ids)
    return list(map(_origin, rows))


async def store_traces(unit: UnitOfWork, traces: Sequence[tuple[UUID, str]]) -> None:
    """(intent, traceparent) of the unit's program, each once."""
    await unit.connection.execute(
        _TRACE, unit.program_id, [intent for intent, _ in traces], [trace for _, trace in traces]
    )


def _origin(row: asyncpg.Record) -> Origin:
    return Origin(row["id"], row["request_id"], row["traceparent"])


async def forget_traces(unit: UnitOfWork, before: datetime) -> int:
    """Removes up to 10 000 traces of intents that ended before an instant; returns how many."""
    gone: int = await unit.connection.fetchval(_FORGET, before)
    return gone
