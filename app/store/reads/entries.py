"""Entries: each transfer seen from its two sides, with running balances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.journal_ranges import journal_ranges
from app.store.reads.journals import JournalFilter
from app.store.reads.values import MoneyRow, Slice, by_parent, money


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One side of one transfer. seq and direction tell the entries of a journal apart."""

    program_key: int
    journal_key: int
    journal_id: UUID
    seq: int
    account_key: int
    direction: str
    amount: MoneyRow
    purpose: str
    effective_at: datetime
    posted_at: datetime


# Each transfer seen from its two sides, debit first.
_SIDES = """(VALUES (0, 'DEBIT', t.debit_account_id), (1, 'CREDIT', t.credit_account_id))
       AS s (side, direction, account_id)"""
_COLUMNS = """t.program_id, t.journal_id, j.public_id, t.seq, s.side, s.account_id, s.direction, t.amount, t.currency,
  t.purpose, j.effective_at, j.posted_at"""
_OF_JOURNALS = f"""
SELECT q.n, e.*
  FROM unnest($2::bigint[]) WITH ORDINALITY AS q (journal_id, n)
 CROSS JOIN LATERAL (
       SELECT {_COLUMNS}
         FROM transfer t
         JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
        CROSS JOIN LATERAL {_SIDES}
        WHERE t.program_id = $1 AND t.journal_id = q.journal_id
          AND ($3::bigint IS NULL OR (t.seq, s.side) > ($3, $4::bigint))
        ORDER BY t.seq, s.side LIMIT $5) e
 ORDER BY q.n, e.seq, e.side
"""
_COUNT_OF_JOURNALS = """
SELECT (SELECT 2 * count(*) FROM (SELECT FROM transfer t
                                   WHERE t.program_id = $1 AND t.journal_id = q.journal_id LIMIT 5001) c)
  FROM unnest($2::bigint[]) WITH ORDINALITY AS q (journal_id, n) ORDER BY q.n
"""
_AT_PLACES = f"""
SELECT {_COLUMNS}
  FROM unnest($2::uuid[], $3::integer[], $4::text[]) AS q (journal, seq, direction)
  JOIN journal j ON j.program_id = $1 AND j.public_id = q.journal
  JOIN transfer t ON t.program_id = $1 AND t.journal_id = j.id AND t.seq = q.seq
 CROSS JOIN LATERAL {_SIDES}
 WHERE s.direction = q.direction
"""
# An account is on one side of a transfer only, so its entries are told apart by journal and place.
_MATCHES = """
   AND ($3::text[] IS NULL OR j.kind = ANY($3))
   AND ($4::text IS NULL OR j.reference = $4)
   AND ($5::timestamptz IS NULL OR j.effective_at >= $5)
   AND ($6::timestamptz IS NULL OR j.effective_at < $6)
"""

_WITHIN = " AND t.journal_id > r.after AND t.journal_id <= r.through"


def _side(direction: str, within: str = "") -> str:
    return f"""
SELECT t.program_id, t.journal_id, j.public_id, t.seq, q.account_id, '{direction}' AS direction, t.amount,
       t.currency, t.purpose, j.effective_at, j.posted_at
  FROM transfer t JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
 WHERE t.program_id = $1 AND t.{direction.lower()}_account_id = q.account_id {_MATCHES}{within}"""


# Each side stops at the page's length by its own index, before the two are merged. From the end when nothing is given.
# The bound on journals says nothing new; it spares a merge join the journals above the page.
_NEWEST = """
   AND j.id <= coalesce($7::bigint, 9223372036854775807)
   AND (t.journal_id, t.seq) < (coalesce($7::bigint, 9223372036854775807), coalesce($8::bigint, 9223372036854775807))
 ORDER BY t.journal_id DESC, t.seq DESC LIMIT $9
"""
_ACCOUNTS = "unnest($2::bigint[]) WITH ORDINALITY AS q (account_id, n)"
_OF_ACCOUNTS = f"""
SELECT q.n, e.*
  FROM {_ACCOUNTS}
 CROSS JOIN LATERAL (
       SELECT * FROM (({_side("DEBIT")} {_NEWEST}) UNION ALL ({_side("CREDIT")} {_NEWEST})) t
        ORDER BY t.journal_id DESC, t.seq DESC LIMIT $9) e
 ORDER BY q.n, e.journal_id DESC, e.seq DESC
"""
# Of a period, range by range of the journals that it can be in: what is newer is not read to come there.
_RANGES = "unnest(${after}::bigint[], ${through}::bigint[]) AS r (after, through)"
_OF_ACCOUNTS_THEN = f"""
SELECT q.n, e.*
  FROM {_ACCOUNTS}
 CROSS JOIN LATERAL (
       SELECT i.* FROM {_RANGES.format(after=10, through=11)}
        CROSS JOIN LATERAL (
              SELECT * FROM (({_side("DEBIT", _WITHIN)} {_NEWEST}) UNION ALL ({_side("CREDIT", _WITHIN)} {_NEWEST})) t
               ORDER BY t.journal_id DESC, t.seq DESC LIMIT $9) i
        ORDER BY i.journal_id DESC, i.seq DESC LIMIT $9) e
 ORDER BY q.n, e.journal_id DESC, e.seq DESC
"""
_COUNT_OF_ACCOUNTS = f"""
SELECT (SELECT count(*) FROM (({_side("DEBIT")} LIMIT 10002) UNION ALL ({_side("CREDIT")} LIMIT 10002) LIMIT 10002) c)
  FROM {_ACCOUNTS} ORDER BY q.n
"""
_COUNT_OF_ACCOUNTS_THEN = f"""
SELECT (SELECT count(*)
          FROM (SELECT FROM {_RANGES.format(after=7, through=8)}
                 CROSS JOIN LATERAL (({_side("DEBIT", _WITHIN)} LIMIT 10002)
                                     UNION ALL ({_side("CREDIT", _WITHIN)} LIMIT 10002)) t LIMIT 10002) c)
  FROM {_ACCOUNTS} ORDER BY q.n
"""
# A running balance: entries that share a snapshot share one pass over the transfers after it, in display order.
_BALANCES_AFTER = """
WITH asked AS (
  SELECT q.n, q.account_id, q.journal_id, q.seq, coalesce(s.journal_id, 0) AS covered,
         coalesce(s.credits - s.debits, 0) AS base
    FROM unnest($2::bigint[], $3::bigint[], $4::integer[]) WITH ORDINALITY AS q (account_id, journal_id, seq, n)
    LEFT JOIN LATERAL (
         SELECT x.journal_id, x.debits, x.credits FROM account_snapshot x
          WHERE x.program_id = $1 AND x.account_id = q.account_id AND x.journal_id < q.journal_id
          ORDER BY x.journal_id DESC LIMIT 1) s ON true
), stretch AS (
  SELECT account_id, covered, base, max(journal_id) AS newest FROM asked GROUP BY 1, 2, 3
), running AS (
  SELECT p.account_id, p.covered, t.journal_id, t.seq,
         p.base + sum(t.amount) OVER (PARTITION BY p.account_id, p.covered ORDER BY t.journal_id, t.seq) AS balance
    FROM stretch p
   CROSS JOIN LATERAL (
         SELECT c.journal_id, c.seq, c.amount::numeric AS amount FROM transfer c
          WHERE c.program_id = $1 AND c.credit_account_id = p.account_id
            AND c.journal_id > p.covered AND c.journal_id <= p.newest
         UNION ALL
         SELECT d.journal_id, d.seq, -d.amount::numeric FROM transfer d
          WHERE d.program_id = $1 AND d.debit_account_id = p.account_id
            AND d.journal_id > p.covered AND d.journal_id <= p.newest) t
)
SELECT r.balance FROM asked a JOIN running r USING (account_id, covered, journal_id, seq) ORDER BY a.n
"""


def _row(record: asyncpg.Record, decimals: Mapping[str, int]) -> EntryRow:
    return EntryRow(
        program_key=record["program_id"],
        journal_key=record["journal_id"],
        journal_id=record["public_id"],
        seq=record["seq"],
        account_key=record["account_id"],
        direction=record["direction"],
        amount=money(record["amount"], record["currency"], decimals),
        purpose=record["purpose"],
        effective_at=record["effective_at"],
        posted_at=record["posted_at"],
    )


async def of_journals(
    session: ReadSession, journals: Sequence[int], _: None, part: Slice
) -> list[list[EntryRow]]:
    """In order of posting, debit before credit; the sort key is (seq, 0 for debit or 1 for credit)."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _OF_JOURNALS, session.program_id, journals, part.key(0), part.key(1), part.limit
    )
    return by_parent(records, len(journals), lambda record: _row(record, decimals))


async def count_of_journals(session: ReadSession, journals: Sequence[int], _: None) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(_COUNT_OF_JOURNALS, session.program_id, journals)
    return [record[0] for record in records]


async def of_accounts(
    session: ReadSession, accounts: Sequence[int], given: JournalFilter, part: Slice
) -> list[list[EntryRow]]:
    """Newest first; the sort key is (journal key, seq)."""
    decimals = await session.decimals()
    asked = (session.program_id, accounts, *given.values(), part.key(0), part.key(1), part.limit)
    if given.has_period:
        ranges = await journal_ranges(session, given.from_at, given.to_at)
        records = await session.connection.fetch(
            _OF_ACCOUNTS_THEN, *asked, ranges.after, ranges.through
        )
    else:
        records = await session.connection.fetch(_OF_ACCOUNTS, *asked)
    return by_parent(records, len(accounts), lambda record: _row(record, decimals))


async def count_of_accounts(
    session: ReadSession, accounts: Sequence[int], given: JournalFilter
) -> list[int]:
    """How many of each match, counted up to 10 002."""
    asked = (session.program_id, accounts, *given.values())
    if given.has_period:
        ranges = await journal_ranges(session, given.from_at, given.to_at)
        records = await session.connection.fetch(
            _COUNT_OF_ACCOUNTS_THEN, *asked, ranges.after, ranges.through
        )
    else:
        records = await session.connection.fetch(_COUNT_OF_ACCOUNTS, *asked)
    return [record[0] for record in records]


async def at_places(
    session: ReadSession, places: Sequence[tuple[UUID, int, str]]
) -> list[EntryRow | None]:
    """Entries by (journal's public id, seq, direction); None where there is none in this snapshot's program."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _AT_PLACES,
        session.program_id,
        [journal for journal, _, _ in places],
        [seq for _, seq, _ in places],
        [direction for _, _, direction in places],
    )
    rows = [_row(record, decimals) for record in records]
    found = {(row.journal_id, row.seq, row.direction): row for row in rows}
    return [found.get(place) for place in places]


async def balances_after(
    session: ReadSession, entries: Sequence[tuple[int, int, int]]
) -> list[int]:
    """The balance of an account after each (account key, journal key, seq), in smallest units."""
    records = await session.connection.fetch(
        _BALANCES_AFTER,
        session.program_id,
        [account for account, _, _ in entries],
        [journal for _, journal, _ in entries],
        [seq for _, _, seq in entries],
    )
    return [int(record["balance"]) for record in records]
