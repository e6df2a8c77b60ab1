"""What the rollups say of branches: members, users, volume and earnings by level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, money


@dataclass(frozen=True, slots=True)
class DownlineLevelRow:
    """earned: None where it is not for the caller."""

    level: int
    members: int
    referred_users: int
    volume: MoneyRow
    earned: MoneyRow | None


@dataclass(frozen=True, slots=True)
class DownlineSummaryRow:
    members: int
    direct_members: int
    referred_users: int
    volume: MoneyRow
    earned: MoneyRow | None
    levels: list[DownlineLevelRow]


_DOWNLINES = """
SELECT q.n, r.level, sum(r.members)::bigint AS members, sum(r.users)::bigint AS users, sum(r.volume) AS volume,
       sum(r.earned) AS earned
  FROM unnest($2::bigint[], $3::text[], $4::text[]) WITH ORDINALITY AS q (affiliate_id, currency, month, n)
  JOIN affiliate_rollup r ON r.program_id = $1 AND r.affiliate_id = q.affiliate_id
   AND r.currency IN ('', q.currency) AND r.month = q.month AND r.level > 0
 GROUP BY q.n, r.level
HAVING sum(r.members) <> 0 OR sum(r.users) <> 0 OR sum(r.volume) <> 0 OR sum(r.earned) <> 0
 ORDER BY q.n, r.level
"""


async def downline_summaries(
    session: ReadSession, asked: Sequence[tuple[int, str, str | None]]
) -> list[DownlineSummaryRow | None]:
    """The whole branch by level of each (affiliate key, currency, month as 2026-11 or None for all time).

    None where the program does not use the currency.
    """
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _DOWNLINES,
        session.program_id,
        [affiliate for affiliate, _, _ in asked],
        [currency for _, currency, _ in asked],
        [month or "" for _, _, month in asked],
    )
    levels: list[list[DownlineLevelRow]] = [[] for _ in asked]
    for record in records:
        place = record["n"] - 1
        if asked[place][1] in decimals:
            levels[place].append(_level(record, asked[place][1], decimals))
    return [
        _summary(rows, currency, decimals) if currency in decimals else None
        for rows, (_, currency, _) in zip(levels, asked, strict=True)
    ]


def _level(record: asyncpg.Record, currency: str, decimals: Mapping[str, int]) -> DownlineLevelRow:
    return DownlineLevelRow(
        level=record["level"],
        members=record["members"],
        referred_users=record["users"],
        volume=money(record["volume"], currency, decimals),
        earned=money(record["earned"], currency, decimals),
    )


def _summary(
    levels: list[DownlineLevelRow], currency: str, decimals: Mapping[str, int]
) -> DownlineSummaryRow:
    return DownlineSummaryRow(
        members=sum(row.members for row in levels),
        direct_members=sum(row.members for row in levels if row.level == 1),
        referred_users=sum(row.referred_users for row in levels),
        volume=money(sum(row.volume.minor for row in levels), currency, decimals),
        earned=money(sum(row.earned.minor for row in levels if row.earned), currency, decimals),
        levels=levels,
    )
