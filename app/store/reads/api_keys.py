"""API keys of a program, never their secrets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession


@dataclass(frozen=True, slots=True)
class ApiKeyRow:
    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


_COLUMNS = "id, name, prefix, scopes, created_at, last_used_at, expires_at, revoked_at"
_BY_IDS = f"SELECT {_COLUMNS} FROM api_key WHERE id = ANY($1::uuid[])"
_OF_PROGRAMS = f"""
SELECT program_id, {_COLUMNS} FROM api_key WHERE program_id = ANY($1::bigint[]) ORDER BY id
"""


def _row(record: asyncpg.Record) -> ApiKeyRow:
    return ApiKeyRow(**record)


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[ApiKeyRow | None]:
    """Keys by id; None where there is none in this snapshot's program."""
    found = {row["id"]: _row(row) for row in await session.connection.fetch(_BY_IDS, ids)}
    return [found.get(id_) for id_ in ids]


async def of_programs(session: ReadSession, programs: Sequence[int]) -> list[list[ApiKeyRow]]:
    """All keys of each program, revoked ones too, oldest first."""
    found: dict[int, list[ApiKeyRow]] = {key: [] for key in programs}
    for record in await session.connection.fetch(_OF_PROGRAMS, programs):
        program, *values = record
        found[program].append(ApiKeyRow(*values))
    return [found[key] for key in programs]
