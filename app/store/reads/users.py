"""Users: wallets that register with, and pay, one program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import Slice


@dataclass(frozen=True, slots=True)
class UserRow:
    program_key: int
    key: int
    id: UUID
    wallet: str
    referrer_key: int | None
    identity_token_id: int | None
    registered_at: datetime | None
    created_at: datetime


_COLUMNS = """u.program_id, u.id, u.public_id, u.wallet, u.referrer_id, u.identity_token_id, u.registered_at,
  u.created_at"""
_BY_KEYS = (
    f"SELECT {_COLUMNS} FROM program_user u WHERE u.program_id = $1 AND u.id = ANY($2::bigint[])"
)
_BY_IDS = f"SELECT {_COLUMNS} FROM program_user u WHERE u.program_id = $1 AND u.public_id = ANY($2::uuid[])"
_BY_WALLET = f"SELECT {_COLUMNS} FROM program_user u WHERE u.program_id = $1 AND u.wallet = $2"
_MATCHES = """
  FROM program_user u
 WHERE u.program_id = $1 AND ($2::bigint IS NULL OR u.referrer_id = $2)
"""
_LIST = f"SELECT {_COLUMNS} {_MATCHES} AND ($3::bigint IS NULL OR u.id < $3) ORDER BY u.id DESC LIMIT $4"
_COUNT = f"SELECT count(*) FROM (SELECT 1 {_MATCHES} LIMIT 10002) c"


def _row(record: asyncpg.Record) -> UserRow:
    return UserRow(*record)


async def by_keys(session: ReadSession, keys: Sequence[int]) -> list[UserRow | None]:
    """Users of this snapshot's program by internal key."""
    records = await session.connection.fetch(_BY_KEYS, session.program_id, keys)
    found = {row.key: row for row in map(_row, records)}
    return [found.get(key) for key in keys]


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[UserRow | None]:
    """Users of this snapshot's program by public id."""
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {row.id: row for row in map(_row, records)}
    return [found.get(id_) for id_ in ids]


async def by_wallet(session: ReadSession, wallet: str) -> UserRow | None:
    """By checksummed address."""
    record = await session.connection.fetchrow(_BY_WALLET, session.program_id, wallet)
    return None if record is None else _row(record)


async def page(session: ReadSession, referrer_key: int | None, part: Slice) -> list[UserRow]:
    """Newest first, of one referrer or all; the sort key is (key)."""
    records = await session.connection.fetch(
        _LIST, session.program_id, referrer_key, part.key(0), part.limit
    )
    return [_row(record) for record in records]


async def count(session: ReadSession, referrer_key: int | None) -> int:
    """How many, counted up to 10 002."""
    found: int = await session.connection.fetchval(_COUNT, session.program_id, referrer_key)
    return found
