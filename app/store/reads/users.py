"""Users: wallets that register with, and pay, one program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import Slice, by_parent


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
_LIST = f"""
SELECT {_COLUMNS} FROM program_user u
 WHERE u.program_id = $1 AND ($2::bigint IS NULL OR u.id < $2) ORDER BY u.id DESC LIMIT $3
"""
_COUNT = "SELECT count(*) FROM (SELECT FROM program_user u WHERE u.program_id = $1 LIMIT 10002) c"
_REFERRED = f"""
SELECT q.n, u.*
  FROM unnest($2::bigint[]) WITH ORDINALITY AS q (referrer_id, n)
 CROSS JOIN LATERAL (
       SELECT {_COLUMNS} FROM program_user u
        WHERE u.program_id = $1 AND u.referrer_id = q.referrer_id AND ($3::bigint IS NULL OR u.id < $3)
        ORDER BY u.id DESC LIMIT $4) u
 ORDER BY q.n, u.id DESC
"""
_COUNT_REFERRED = """
SELECT (SELECT count(*) FROM (SELECT FROM program_user u
                               WHERE u.program_id = $1 AND u.referrer_id = q.referrer_id LIMIT 10002) c)
  FROM unnest($2::bigint[]) WITH ORDINALITY AS q (referrer_id, n) ORDER BY q.n
"""


def _row(record: asyncpg.Record) -> UserRow:
    return UserRow(
        program_key=record["program_id"],
        key=record["id"],
        id=record["public_id"],
        wallet=record["wallet"],
        referrer_key=record["referrer_id"],
        identity_token_id=record["identity_token_id"],
        registered_at=record["registered_at"],
        created_at=record["created_at"],
    )


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


async def page(session: ReadSession, _: None, part: Slice) -> list[UserRow]:
    """Newest first; the sort key is (key)."""
    records = await session.connection.fetch(_LIST, session.program_id, part.key(0), part.limit)
    return [_row(record) for record in records]


async def count(session: ReadSession, _: None) -> int:
    """How many, counted up to 10 002."""
    found: int = await session.connection.fetchval(_COUNT, session.program_id)
    return found


async def referred(
    session: ReadSession, referrers: Sequence[int], _: None, part: Slice
) -> list[list[UserRow]]:
    """The users of each referrer, newest first; the sort key is (key)."""
    records = await session.connection.fetch(
        _REFERRED, session.program_id, referrers, part.key(0), part.limit
    )
    return by_parent(records, len(referrers), _row)


async def count_referred(session: ReadSession, referrers: Sequence[int], _: None) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(_COUNT_REFERRED, session.program_id, referrers)
    return [record[0] for record in records]
