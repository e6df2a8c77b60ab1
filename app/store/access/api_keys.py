"""API keys; their hash is all that is kept of the secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import ReadSession, UnitOfWork

_FIND = """
SELECT asked.hash, k.* FROM unnest($1::bytea[]) AS asked (hash) CROSS JOIN LATERAL sge_authenticate_key(asked.hash) k
"""
_COLUMNS = "id, name, prefix, scopes, created_at, last_used_at, expires_at, revoked_at"
_LOCK = f"SELECT {_COLUMNS} FROM api_key WHERE program_id = $1 AND id = $2 FOR UPDATE"
_SUCCESSOR = "SELECT prefix FROM api_key WHERE program_id = $1 AND replaces = $2 LIMIT 1"
_INSERT = """
INSERT INTO api_key (program_id, id, name, prefix, secret_hash, scopes, created_by, created_at, expires_at,
                     replaces)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_EXPIRE = "UPDATE api_key SET expires_at = $3 WHERE program_id = $1 AND id = $2"
_REVOKE = "UPDATE api_key SET revoked_at = $3 WHERE program_id = $1 AND id = $2"
_NOTE_USE = """
UPDATE api_key SET last_used_at = greatest(last_used_at, $3) WHERE program_id = $1 AND id = $2
"""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What authentication needs to know. program_public_id: None for the platform's keys."""

    program_id: int
    program_public_id: UUID | None
    key_id: UUID
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as its program sees it."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewKeyRow:
    """A key about to be stored in the unit's own program. replaces: the key in whose place it is made."""

    id: UUID
    name: str
    prefix: str
    secret_hash: bytes
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    replaces: UUID | None


async def find_keys(session: ReadSession, hashes: Sequence[bytes]) -> dict[bytes, KnownKey]:
    """Keys of any program, by their hashes; ended ones too."""
    rows = await session.connection.fetch(_FIND, hashes)
    facts = [dict(row) for row in rows]
    return {one.pop("hash"): KnownKey(**one | {"scopes": tuple(one["scopes"])}) for one in facts}


async def lock_key(unit: UnitOfWork, key_id: UUID) -> KeyRow | None:
    """A key of the unit's own program."""
    row = await unit.connection.fetchrow(_LOCK, unit.program_id, key_id)
    return None if row is None else KeyRow(**{**row, "scopes": tuple(row["scopes"])})


async def prefix_of_successor(unit: UnitOfWork, key_id: UUID) -> str | None:
    """Of the key that was made in this one's place, if any."""
    prefix: str | None = await unit.connection.fetchval(_SUCCESSOR, unit.program_id, key_id)
    return prefix


async def insert_key(unit: UnitOfWork, row: NewKeyRow) -> None:
    await unit.connection.execute(
        _INSERT,
        unit.program_id,
        row.id,
        row.name,
        row.prefix,
        row.secret_hash,
        list(row.scopes),
        row.created_by,
        row.created_at,
        row.expires_at,
        row.replaces,
    )


async def expire_key(unit: UnitOfWork, key_id: UUID, at: datetime) -> None:
    await unit.connection.execute(_EXPIRE, unit.program_id, key_id, at)


async def revoke_key(unit: UnitOfWork, key_id: UUID, at: datetime) -> None:
    await unit.connection.execute(_REVOKE, unit.program_id, key_id, at)


async def note_key_use(unit: UnitOfWork, key_id: UUID, at: datetime) -> None:
    await unit.connection.execute(_NOTE_USE, unit.program_id, key_id, at)
