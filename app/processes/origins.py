"""Whose work a piece of work is: lines and spans of a batch name the requests that asked for its intents."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from app.store.database import Database
from app.store.intents.origins import Origin, origins_in_logs, origins_of
from app.tracing import is_tracing, span

# A line is read by people; a batch of hundreds is found by its transaction.
_MOST_NAMED = 50


async def read_origins(database: Database, intents: Sequence[tuple[int, UUID]]) -> list[Origin]:
    """Of these (program, intent)."""
    async with database.read(None) as session:
        return await origins_of(session, intents)


async def read_origins_in_logs(
    database: Database, program_id: int, on_chain_ids: Sequence[bytes]
) -> list[Origin]:
    """Of the program's intents that logs name."""
    if not on_chain_ids:
        return []
    async with database.read(program_id) as session:
        return await origins_in_logs(session, program_id, on_chain_ids)


def named(origins: Sequence[Origin]) -> dict[str, Any]:
    """What a log line says of them: how many intents, and the requests of the first ones."""
    requests = list(dict.fromkeys(one.request_id for one in origins if one.request_id))
    return {"intents": len(origins), "request_ids": requests[:_MOST_NAMED]}


def batch_span(
    name: str, origins: Sequence[Origin], **attributes: int
) -> AbstractContextManager[Any]:
    """A span in the trace of the first intent, linked with those of the others."""
    if not is_tracing():
        return span(name)
    parents = [one.traceparent for one in origins]
    facts = attributes | {"intents": len(origins)}
    return span(name, "CONSUMER", parents=parents, attributes=facts)
