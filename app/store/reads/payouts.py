"""Payouts: one recipient's part of a Safe transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from app.domain.payouts import Death, payout_status
from app.domain.states import SafeTransactionStatus
from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, Slice, by_parent, money


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """batch_id, safe_transaction_index: of the batch it was asked through, else of the newest one that lists it."""

    program_key: int
    id: UUID
    batch_id: UUID
    safe_transaction_index: int
    purpose: str
    affiliate_key: int | None
    user_key: int | None
    destination: str
    amount: MoneyRow
    index: int
    status: str
    transaction_hash: bytes | None
    log_index: int | None
    failure: str | None


_COLUMNS = """p.program_id, p.id, p.purpose, p.affiliate_id, p.user_id, p.destination, p.amount, p.place, p.log_index,
  s.currency, s.status, s.death, s.death_reason, s.executed_tx_hash"""
_SAFE_TRANSACTION = (
    "JOIN safe_transaction s ON s.program_id = p.program_id AND s.id = p.safe_transaction_id"
)
_NEWEST_BATCH = """CROSS JOIN LATERAL (
       SELECT x.batch_id, x.place AS transaction_place FROM payout_batch_transaction x
          JOIN payout_batch b ON b.program_id = x.program_id AND b.id = x.batch_id
        WHERE x.program_id = p.program_id AND x.safe_transaction_id = p.safe_transaction_id
        ORDER BY b.created_at DESC, b.id DESC LIMIT 1) x"""
_BY_IDS = f"""
SELECT {_COLUMNS}, x.* FROM payout p {_SAFE_TRANSACTION} {_NEWEST_BATCH}
 WHERE p.program_id = $1 AND p.id = ANY($2::uuid[])
"""
_BATCHES = "unnest($2::uuid[]) WITH ORDINALITY AS q (batch_id, n)"
_OF_BATCHES = f"""
SELECT q.n, q.batch_id, p.*
  FROM {_BATCHES}
 CROSS JOIN LATERAL (
       SELECT {_COLUMNS}, x.place AS transaction_place
         FROM payout_batch_transaction x
         JOIN payout p ON p.program_id = x.program_id AND p.safe_transaction_id = x.safe_transaction_id
         {_SAFE_TRANSACTION}
        WHERE x.program_id = $1 AND x.batch_id = q.batch_id
          AND ($3::integer IS NULL OR (x.place, p.place) > ($3, $4::integer))
        ORDER BY x.place, p.place LIMIT $5) p
 ORDER BY q.n, p.transaction_place, p.place
"""
_COUNT_OF_BATCHES = f"""
SELECT (SELECT count(*) FROM (
         SELECT FROM payout_batch_transaction x
           JOIN payout p ON p.program_id = x.program_id AND p.safe_transaction_id = x.safe_transaction_id
          WHERE x.program_id = $1 AND x.batch_id = q.batch_id LIMIT 10002) c)
  FROM {_BATCHES} ORDER BY q.n
"""
_AFFILIATES = "unnest($2::bigint[]) WITH ORDINALITY AS q (affiliate_id, n)"
_OF_AFFILIATES = f"""
SELECT q.n, p.*
  FROM {_AFFILIATES}
 CROSS JOIN LATERAL (
       SELECT {_COLUMNS}, x.* FROM payout p {_SAFE_TRANSACTION} {_NEWEST_BATCH}
        WHERE p.program_id = $1 AND p.affiliate_id = q.affiliate_id AND ($3::uuid IS NULL OR p.id < $3)
        ORDER BY p.id DESC LIMIT $4) p
 ORDER BY q.n, p.id DESC
"""
_COUNT_OF_AFFILIATES = f"""
SELECT (SELECT count(*) FROM (SELECT FROM payout p
                               WHERE p.program_id = $1 AND p.affiliate_id = q.affiliate_id LIMIT 10002) c)
  FROM {_AFFILIATES} ORDER BY q.n
"""
# Of several that list a line the one that paid it, else the newest that still can.
_OF_LINES = f"""
SELECT q.n, p.*
  FROM unnest($2::uuid[]) WITH ORDINALITY AS q (line_id, n)
 CROSS JOIN LATERAL (
       SELECT {_COLUMNS}, x.*
         FROM payout_line l
         JOIN payout p ON p.program_id = l.program_id AND p.id = l.payout_id
         {_SAFE_TRANSACTION} {_NEWEST_BATCH}
        WHERE l.program_id = $1 AND l.line_id = q.line_id AND s.status <> 'DEAD'
        ORDER BY (s.status = 'EXECUTED') DESC, s.death IS NULL DESC, p.id DESC LIMIT 1) p
"""


def _row(record: asyncpg.Record, decimals: Mapping[str, int]) -> PayoutRow:
    death = None if record["death"] is None else Death(record["death"])
    return PayoutRow(
        program_key=record["program_id"],
        id=record["id"],
        batch_id=record["batch_id"],
        safe_transaction_index=record["transaction_place"],
        purpose=record["purpose"],
        affiliate_key=record["affiliate_id"],
        user_key=record["user_id"],
        destination=record["destination"],
        amount=money(record["amount"], record["currency"], decimals),
        index=record["place"],
        status=payout_status(SafeTransactionStatus(record["status"]), death).value,
        transaction_hash=record["executed_tx_hash"],
        log_index=record["log_index"],
        failure=record["death_reason"],
    )


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[PayoutRow | None]:
    """Payouts of this snapshot's program."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {record["id"]: _row(record, decimals) for record in records}
    return [found.get(id_) for id_ in ids]


async def of_batches(
    session: ReadSession, batches: Sequence[UUID], _: None, part: Slice
) -> list[list[PayoutRow]]:
    """The payouts of each batch in order of their Transfers; the sort key is (Safe transaction's index, index)."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _OF_BATCHES, session.program_id, batches, part.key(0), part.key(1), part.limit
    )
    return by_parent(records, len(batches), lambda record: _row(record, decimals))


async def count_of_batches(session: ReadSession, batches: Sequence[UUID], _: None) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(_COUNT_OF_BATCHES, session.program_id, batches)
    return [record[0] for record in records]


async def of_affiliates(
    session: ReadSession, affiliates: Sequence[int], _: None, part: Slice
) -> list[list[PayoutRow]]:
    """The payouts to each affiliate, newest first; the sort key is (id)."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _OF_AFFILIATES, session.program_id, affiliates, part.key(0), part.limit
    )
    return by_parent(records, len(affiliates), lambda record: _row(record, decimals))


async def count_of_affiliates(
    session: ReadSession, affiliates: Sequence[int], _: None
) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(_COUNT_OF_AFFILIATES, session.program_id, affiliates)
    return [record[0] for record in records]


async def of_lines(session: ReadSession, lines: Sequence[UUID]) -> list[PayoutRow | None]:
    """What paid each commission or refund, or is the newest that still can; None while nothing does."""
    decimals = await session.decimals()
    found: list[PayoutRow | None] = [None] * len(lines)
    for record in await session.connection.fetch(_OF_LINES, session.program_id, lines):
        found[record["n"] - 1] = _row(record, decimals)
    return found
