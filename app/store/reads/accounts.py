"""Ledger accounts with their stored sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, Slice, money


@dataclass(frozen=True, slots=True)
class AccountRow:
    program_key: int
    key: int
    id: UUID
    kind: str
    owner_key: int
    owner_public_id: UUID | None
    currency: str
    debits: MoneyRow
    credits: MoneyRow


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """All conditions hold together. owner_id: public id of an affiliate or user."""

    kind: tuple[str, ...] | None = None
    currency: str | None = None
    owner_id: UUID | None = None


_COLUMNS = """a.program_id, a.id, a.public_id, a.kind, a.owner_id, a.currency, a.debits, a.credits,
  coalesce((SELECT f.public_id FROM affiliate f WHERE a.kind = 'AFFILIATE' AND f.program_id = a.program_id
               AND f.id = a.owner_id),
           (SELECT u.public_id FROM program_user u WHERE a.kind IN ('USER', 'REFUND') AND u.program_id = a.program_id
               AND u.id = a.owner_id)) AS owner_public_id"""
_BY_KEYS = f"""
SELECT {_COLUMNS} FROM account a WHERE a.program_id = $1 AND a.id = ANY($2::bigint[])
"""
_BY_IDS = f"""
SELECT {_COLUMNS} FROM account a WHERE a.program_id = $1 AND a.public_id = ANY($2::uuid[])
"""
MATCHES = """
  FROM account a
 WHERE a.program_id = $1
   AND ($2::text[] IS NULL OR a.kind = ANY($2))
   AND ($3::text IS NULL OR a.currency = $3)
   AND ($4::uuid IS NULL
        OR a.kind = 'AFFILIATE' AND a.owner_id =
           (SELECT f.id FROM affiliate f WHERE f.program_id = $1 AND f.public_id = $4)
        OR a.kind IN ('USER', 'REFUND') AND a.owner_id =
           (SELECT u.id FROM program_user u WHERE u.program_id = $1 AND u.public_id = $4))
"""
"""Takes kinds, a currency and an owner's public id after the program, each null for any."""
_LIST = f"""
SELECT {_COLUMNS} {MATCHES} AND ($5::bigint IS NULL OR a.id > $5) ORDER BY a.id LIMIT $6
"""
_COUNT = f"SELECT count(*) FROM (SELECT 1 {MATCHES} LIMIT 10002) c"


def _row(record: asyncpg.Record, decimals: Mapping[str, int]) -> AccountRow:
    return AccountRow(
        program_key=record["program_id"],
        key=record["id"],
        id=record["public_id"],
        kind=record["kind"],
        owner_key=record["owner_id"],
        owner_public_id=record["owner_public_id"],
        currency=record["currency"],
        debits=money(record["debits"], record["currency"], decimals),
        credits=money(record["credits"], record["currency"], decimals),
    )


async def by_keys(session: ReadSession, keys: Sequence[int]) -> list[AccountRow | None]:
    """Accounts of this snapshot's program by internal key."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_BY_KEYS, session.program_id, keys)
    found = {record["id"]: _row(record, decimals) for record in records}
    return [found.get(key) for key in keys]


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[AccountRow | None]:
    """Accounts of this snapshot's program by public id."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {record["public_id"]: _row(record, decimals) for record in records}
    return [found.get(id_) for id_ in ids]


async def page(session: ReadSession, given: AccountFilter, part: Slice) -> list[AccountRow]:
    """Oldest first; the sort key is (key)."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _LIST,
        session.program_id,
        given.kind,
        given.currency,
        given.owner_id,
        part.key(0),
        part.limit,
    )
    return [_row(record, decimals) for record in records]


async def count(session: ReadSession, given: AccountFilter) -> int:
    """How many match, counted up to 10 002."""
    found: int = await session.connection.fetchval(
        _COUNT, session.program_id, given.kind, given.currency, given.owner_id
    )
    return found
