"""What somebody who is refused is told, and whether it changed anything."""

from typing import Any

import asyncpg

from app.domain.operations import OPERATIONS
from app.domain.permissions import ApiScope
from tests.api.caller import Caller

NAMES_NOTHING = {"Query.viewer", "Query.programs", "Query.systemStatus", "Mutation.createProgram"}
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
# Events move to another table by themselves, and uses of keys and sessions are noted by themselves.
_MOVING = {"event", "event_outbox", "event_feed", "api_key", "wallet_session"}
_EVENTS = "SELECT (SELECT count(*) FROM event) + (SELECT count(*) FROM event_outbox)"
_CREDENTIALS = """
SELECT array_agg((id, expires_at, revoked_at)::text ORDER BY id)
  FROM (SELECT id, expires_at, revoked_at FROM api_key UNION ALL SELECT id, expires_at, revoked_at FROM wallet_session) c
"""


async def contents(owner: asyncpg.Connection) -> dict[str, Any]:
    """A checksum of every table, or what of it does not move by itself."""
    tables = [row[0] for row in await owner.fetch(_TABLES) if row[0] not in _MOVING]
    query = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t"
    sums = {name: await owner.fetchval(query.format(name)) for name in tables}
    credentials = await owner.fetchval(_CREDENTIALS)
    return sums | {"events": await owner.fetchval(_EVENTS), "credentials": credentials}


def strangers_code(operation: str) -> str:
    """What another program's key with all scopes is told: nobody learns what exists elsewhere."""
    if OPERATIONS[operation].scopes == {ApiScope.PLATFORM}:
        return "FORBIDDEN"
    return "NULL" if operation.startswith("Query.") else "NOT_FOUND"


async def code_of(caller: Caller, document: str) -> str | None:
    """The code of the top-level error, of the user error, NULL for a null field, None for an answer."""
    answer = await caller.answer(document)
    if answer.get("errors"):
        code: str = answer["errors"][0]["extensions"]["code"]
        return code
    [value] = answer["data"].values()
    if value is None or value == [None]:
        return "NULL"
    errors = value.get("userErrors") if isinstance(value, dict) else None
    return errors[0]["code"] if errors else None
