"""Wallets that were granted roles in a program."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import Slice


@dataclass(frozen=True, slots=True)
class MemberRow:
    """granted_by, granted_at: of the oldest role that the wallet has."""

    wallet: str
    roles: list[str]
    granted_by: str
    granted_at: datetime


_MATCHES = """
  FROM program_member m
 WHERE m.program_id = $1
   AND ($2::text IS NULL OR EXISTS (SELECT FROM program_member r
                                     WHERE r.program_id = $1 AND r.wallet = m.wallet AND r.role = $2))
"""
_LIST = f"""
SELECT m.wallet, array_agg(m.role ORDER BY m.role) AS roles,
       (array_agg(m.granted_by ORDER BY m.granted_at, m.role))[1] AS granted_by, min(m.granted_at) AS granted_at
{_MATCHES} AND ($3::text IS NULL OR m.wallet > $3) GROUP BY m.wallet ORDER BY m.wallet LIMIT $4
"""
_COUNT = f"SELECT count(*) FROM (SELECT DISTINCT m.wallet {_MATCHES} LIMIT 10002) c"


def _row(record: asyncpg.Record) -> MemberRow:
    return MemberRow(**record)


async def page(session: ReadSession, role: str | None, part: Slice) -> list[MemberRow]:
    """Those with a role, or all of them, by wallet: that is the sort key too. Roles are all that each one has."""
    records = await session.connection.fetch(
        _LIST, session.program_id, role, part.key(0), part.limit
    )
    return [_row(record) for record in records]


async def count(session: ReadSession, role: str | None) -> int:
    """How many, counted up to 10 002."""
    found: int = await session.connection.fetchval(_COUNT, session.program_id, role)
    return found
