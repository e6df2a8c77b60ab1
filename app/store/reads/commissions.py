"""Commissions, and the stored inputs that explain them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, Slice, by_parent, money


@dataclass(frozen=True, slots=True)
class CommissionRow:
    program_key: int
    id: UUID
    settlement_id: UUID
    affiliate_key: int
    level: int
    rate_bps: int
    terms_version: int
    base: MoneyRow
    amount: MoneyRow
    status: str
    claws_back: UUID | None
    accrued_at: datetime
    payable_at: datetime
    paid_at: datetime | None


@dataclass(frozen=True, slots=True)
class CommissionFilter:
    """All conditions hold together."""

    status: tuple[str, ...] | None = None
    affiliate_id: UUID | None = None
    level: int | None = None
    accrued_after: datetime | None = None
    accrued_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class ExplanationInputs:
    """What was stored when the commission came about: gross amount, terms, upline with referral codes.

    taken_before: of a clawback, how much of the payment earlier reversals had taken back. charged: it stands for what money
    that left by itself has paid of the commission.
    """

    payment: MoneyRow
    taken_before: int
    charged: bool
    terms_version: int
    levels_bps: list[int]
    upline: list[tuple[int, str]]
    skipped: list[dict[str, Any]]


COLUMNS = """c.program_id, c.id, c.settlement_id, c.affiliate_id, c.level, c.rate_bps, c.terms_version, c.base,
  c.amount, c.currency, c.status, c.claws_back, c.accrued_at, c.payable_at, c.paid_at"""
_BY_IDS = f"SELECT {COLUMNS} FROM commission c WHERE c.program_id = $1 AND c.id = ANY($2::uuid[])"
# What was earned and what was clawed back have an index each.
_OF_SETTLEMENTS = f"""
SELECT c.* FROM (
  SELECT {COLUMNS} FROM commission c WHERE c.program_id = $1 AND c.settlement_id = ANY($2::uuid[]) AND c.amount > 0
  UNION ALL
  SELECT {COLUMNS} FROM commission c WHERE c.program_id = $1 AND c.settlement_id = ANY($2::uuid[]) AND c.amount < 0) c
 ORDER BY c.settlement_id, c.level, c.id
"""
_MATCHES = """c.program_id = $1
   AND ($2::text[] IS NULL OR c.status = ANY($2))
   AND ($3::uuid IS NULL OR c.affiliate_id =
        (SELECT a.id FROM affiliate a WHERE a.program_id = $1 AND a.public_id = $3))
   AND ($4::integer IS NULL OR (c.level = $4 AND $4 <=
        (SELECT max(cardinality(t.commission_levels_bps)) FROM terms t WHERE t.program_id = $1)))
   AND ($5::timestamptz IS NULL OR c.accrued_at > $5)
   AND ($6::timestamptz IS NULL OR c.accrued_at < $6)"""
_LIST = f"""
SELECT {COLUMNS} FROM commission c
 WHERE {_MATCHES} AND ($7::uuid IS NULL OR c.id < $7) ORDER BY c.id DESC LIMIT $8
"""
# The newest of each status, merged: without a status they are in the order of the primary key.
_LIST_OF_STATUSES = f"""
SELECT c.*
  FROM (SELECT DISTINCT unnest($2::text[])) AS q (status)
 CROSS JOIN LATERAL (
       SELECT {COLUMNS} FROM commission c
        WHERE {_MATCHES} AND c.status = q.status AND ($7::uuid IS NULL OR c.id < $7) ORDER BY c.id DESC LIMIT $8) c
 ORDER BY c.id DESC LIMIT $8
"""
_COUNT = f"SELECT count(*) FROM (SELECT FROM commission c WHERE {_MATCHES} LIMIT 10002) c"
_OF_AFFILIATES = f"""
SELECT q.n, c.*
  FROM unnest($7::bigint[]) WITH ORDINALITY AS q (affiliate_id, n)
 CROSS JOIN LATERAL (
       SELECT {COLUMNS} FROM commission c
        WHERE {_MATCHES} AND c.affiliate_id = q.affiliate_id AND ($8::uuid IS NULL OR c.id < $8)
        ORDER BY c.id DESC LIMIT $9) c
 ORDER BY q.n, c.id DESC
"""
_COUNT_OF_AFFILIATES = f"""
SELECT (SELECT count(*) FROM (SELECT FROM commission c
                               WHERE {_MATCHES} AND c.affiliate_id = q.affiliate_id LIMIT 10002) c)
  FROM unnest($7::bigint[]) WITH ORDINALITY AS q (affiliate_id, n) ORDER BY q.n
"""
_EXPLAIN = """
SELECT c.id, s.amount, s.currency, s.skipped,
       coalesce(r.taken_before, 0) AS taken_before,
       EXISTS (SELECT FROM outflow_line o WHERE o.program_id = c.program_id AND o.line_id = c.id AND o.charged) AS charged,
       c.terms_version, t.commission_levels_bps, i.upline,
       (SELECT array_agg(a.referral_code ORDER BY u.n)
          FROM unnest(i.upline) WITH ORDINALITY AS u (affiliate_id, n)
          JOIN affiliate a ON a.program_id = c.program_id AND a.id = u.affiliate_id) AS codes
  FROM commission c
  JOIN settlement s ON s.program_id = c.program_id AND s.id = c.settlement_id
  JOIN intent i ON i.program_id = c.program_id AND i.id = s.intent_id
  JOIN terms t ON t.program_id = c.program_id AND t.version = i.terms_version
  LEFT JOIN reversal r ON r.program_id = c.program_id AND r.id = c.reversal_id
 WHERE c.program_id = $1 AND c.id = ANY($2::uuid[])
"""


def commission_row(record: asyncpg.Record, decimals: Mapping[str, int]) -> CommissionRow:
    """A row of the table commission, as the API shows it."""
    return CommissionRow(
        program_key=record["program_id"],
        id=record["id"],
        settlement_id=record["settlement_id"],
        affiliate_key=record["affiliate_id"],
        level=record["level"],
        rate_bps=record["rate_bps"],
        terms_version=record["terms_version"],
        base=money(record["base"], record["currency"], decimals),
        amount=money(record["amount"], record["currency"], decimals),
        status=record["status"],
        claws_back=record["claws_back"],
        accrued_at=record["accrued_at"],
        payable_at=record["payable_at"],
        paid_at=record["paid_at"],
    )


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[CommissionRow | None]:
    """Commissions of this snapshot's program."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {record["id"]: commission_row(record, decimals) for record in records}
    return [found.get(id_) for id_ in ids]


async def of_settlements(session: ReadSession, ids: Sequence[UUID]) -> list[list[CommissionRow]]:
    """The commissions of each settlement, lowest level first."""
    decimals = await session.decimals()
    found: dict[UUID, list[CommissionRow]] = {id_: [] for id_ in ids}
    for record in await session.connection.fetch(_OF_SETTLEMENTS, session.program_id, ids):
        found[record["settlement_id"]].append(commission_row(record, decimals))
    return [found[id_] for id_ in ids]


def _conditions(given: CommissionFilter) -> tuple[object, ...]:
    return given.status, given.affiliate_id, given.level, given.accrued_after, given.accrued_before


async def page(session: ReadSession, given: CommissionFilter, part: Slice) -> list[CommissionRow]:
    """Newest first; the sort key is (id)."""
    decimals = await session.decimals()
    query = _LIST if given.status is None else _LIST_OF_STATUSES
    records = await session.connection.fetch(
        query, session.program_id, *_conditions(given), part.key(0), part.limit
    )
    return [commission_row(record, decimals) for record in records]


async def count(session: ReadSession, given: CommissionFilter) -> int:
    """How many match, counted up to 10 002."""
    found: int = await session.connection.fetchval(_COUNT, session.program_id, *_conditions(given))
    return found


async def of_affiliates(
    session: ReadSession, earners: Sequence[int], given: CommissionFilter, part: Slice
) -> list[list[CommissionRow]]:
    """The commissions of each affiliate, newest first; the sort key is (id)."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _OF_AFFILIATES,
        session.program_id,
        *_conditions(given),
        earners,
        part.key(0),
        part.limit,
    )
    return by_parent(records, len(earners), lambda record: commission_row(record, decimals))


async def count_of_affiliates(
    session: ReadSession, earners: Sequence[int], given: CommissionFilter
) -> list[int]:
    """How many of each match, counted up to 10 002."""
    records = await session.connection.fetch(
        _COUNT_OF_AFFILIATES, session.program_id, *_conditions(given), earners
    )
    return [record[0] for record in records]


async def explanation_inputs(
    session: ReadSession, ids: Sequence[UUID]
) -> list[ExplanationInputs | None]:
    """The stored inputs of each commission, to recompute it from."""
    decimals = await session.decimals()
    found = {
        record["id"]: ExplanationInputs(
            payment=money(record["amount"], record["currency"], decimals),
            taken_before=record["taken_before"],
            charged=record["charged"],
            terms_version=record["terms_version"],
            levels_bps=record["commission_levels_bps"],
            upline=list(zip(record["upline"], record["codes"] or [], strict=True)),
            skipped=record["skipped"],
        )
        for record in await session.connection.fetch(_EXPLAIN, session.program_id, ids)
    }
    return [found.get(id_) for id_ in ids]
