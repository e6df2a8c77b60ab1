"""Affiliates, one by one and as a list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import Slice


@dataclass(frozen=True, slots=True)
class AffiliateRow:
    program_key: int
    key: int
    id: UUID
    parent_key: int | None
    depth: int
    path: bytes
    wallet: str
    referral_code: str
    display_name: str | None
    status: str
    version: int
    created_at: datetime

    @property
    def upline_keys(self) -> list[int]:
        """From the parent up to the root."""
        ids = [int.from_bytes(self.path[n : n + 8]) for n in range(0, len(self.path) - 8, 8)]
        return ids[::-1]


@dataclass(frozen=True, slots=True)
class AffiliateFilter:
    """All conditions hold together. search: start of a referral code or name, or a whole wallet."""

    status: tuple[str, ...] | None = None
    parent_id: UUID | None = None
    roots_only: bool = False
    search: str | None = None


COLUMNS = """a.program_id, a.id, a.public_id, a.parent_id, a.depth, a.path, a.wallet, a.referral_code,
  a.display_name, a.status, a.version, a.created_at"""
_BY_KEYS = f"SELECT {COLUMNS} FROM affiliate a WHERE a.program_id = $1 AND a.id = ANY($2::bigint[])"
_BY_IDS = (
    f"SELECT {COLUMNS} FROM affiliate a WHERE a.program_id = $1 AND a.public_id = ANY($2::uuid[])"
)
_BY_CODE = f"SELECT {COLUMNS} FROM affiliate a WHERE a.program_id = $1 AND a.referral_code = $2"
_BY_WALLET = f"SELECT {COLUMNS} FROM affiliate a WHERE a.program_id = $1 AND a.wallet = $2"
MATCHES = """
  FROM affiliate a
 WHERE a.program_id = $1
   AND ($2::text[] IS NULL OR a.status = ANY($2))
   AND ($3::uuid IS NULL OR a.parent_id =
        (SELECT p.id FROM affiliate p WHERE p.program_id = $1 AND p.public_id = $3))
   AND ($4::boolean IS NOT TRUE OR a.parent_id IS NULL)
   AND ($5::text IS NULL OR starts_with(a.referral_code, upper($5)) OR a.wallet = $5
        OR starts_with(lower(a.display_name), lower($5)))
"""
"""Takes statuses, a parent's public id, whether roots only, and a search after the program, each null for any."""
_LIST = f"SELECT {COLUMNS} {MATCHES} AND ($6::bigint IS NULL OR a.id > $6) ORDER BY a.id LIMIT $7"
# Few are not ACTIVE: the oldest of each such status, merged.
_LIST_INACTIVE = f"""
SELECT a.*
  FROM (SELECT DISTINCT unnest($2::text[])) AS q (status)
 CROSS JOIN LATERAL (
       SELECT {COLUMNS} {MATCHES} AND a.status = q.status AND a.status <> 'ACTIVE' AND ($6::bigint IS NULL OR a.id > $6)
        ORDER BY a.id LIMIT $7) a
 ORDER BY a.id LIMIT $7
"""
_COUNT = f"SELECT count(*) FROM (SELECT 1 {MATCHES} LIMIT 10002) c"
_COUNT_INACTIVE = (
    f"SELECT count(*) FROM (SELECT 1 {MATCHES} AND a.status <> 'ACTIVE' LIMIT 10002) c"
)


def affiliate_row(record: asyncpg.Record) -> AffiliateRow:
    """A row of the table affiliate, as the API shows it."""
    return AffiliateRow(
        program_key=record["program_id"],
        key=record["id"],
        id=record["public_id"],
        parent_key=record["parent_id"],
        depth=record["depth"],
        path=record["path"],
        wallet=record["wallet"],
        referral_code=record["referral_code"],
        display_name=record["display_name"],
        status=record["status"],
        version=record["version"],
        created_at=record["created_at"],
    )


async def _one(session: ReadSession, query: str, *values: object) -> AffiliateRow | None:
    record = await session.connection.fetchrow(query, session.program_id, *values)
    return None if record is None else affiliate_row(record)


async def _many(session: ReadSession, query: str, *values: object) -> list[AffiliateRow]:
    records = await session.connection.fetch(query, session.program_id, *values)
    return [affiliate_row(record) for record in records]


async def by_keys(session: ReadSession, keys: Sequence[int]) -> list[AffiliateRow | None]:
    """Affiliates of this snapshot's program by internal key."""
    found = {row.key: row for row in await _many(session, _BY_KEYS, keys)}
    return [found.get(key) for key in keys]


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[AffiliateRow | None]:
    """Affiliates of this snapshot's program by public id."""
    found = {row.id: row for row in await _many(session, _BY_IDS, ids)}
    return [found.get(id_) for id_ in ids]


async def by_code(session: ReadSession, referral_code: str) -> AffiliateRow | None:
    """Codes are kept in upper case and found in any."""
    return await _one(session, _BY_CODE, referral_code.upper())


async def by_wallet(session: ReadSession, wallet: str) -> AffiliateRow | None:
    """By checksummed address."""
    return await _one(session, _BY_WALLET, wallet)


def _conditions(given: AffiliateFilter) -> tuple[object, ...]:
    return given.status, given.parent_id, given.roots_only, given.search


async def page(session: ReadSession, given: AffiliateFilter, part: Slice) -> list[AffiliateRow]:
    """Oldest first; the sort key is (key)."""
    query = _LIST_INACTIVE if _asks_for_inactive(given) else _LIST
    return await _many(session, query, *_conditions(given), part.key(0), part.limit)


async def count(session: ReadSession, given: AffiliateFilter) -> int:
    """How many match, counted up to 10 002."""
    query = _COUNT_INACTIVE if _asks_for_inactive(given) else _COUNT
    found: int = await session.connection.fetchval(query, session.program_id, *_conditions(given))
    return found


def _asks_for_inactive(given: AffiliateFilter) -> bool:
    return given.status is not None and "ACTIVE" not in given.status
