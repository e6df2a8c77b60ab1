"""Entries: each transfer seen from its two sides, of one journal or of one account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.store.database import ReadSession
from app.store.reads.ledger.journal_list import JournalFilter
from app.store.reads.values import MoneyRow, Slice, money


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
_ENTRY_COLUMNS = """t.program_id, t.journal_id, j.public_id, t.seq, s.account_id, s.direction, t.amount, t.currency,
  t.purpose, j.effective_at, j.posted_at"""
_ENTRIES_OF_JOURNAL = f"""
SELECT {_ENTRY_COLUMNS}
  FROM transfer t
  JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
 CROSS JOIN LATERAL (VALUES (0, 'DEBIT', t.debit_account_id), (1, 'CREDIT', t.credit_account_id))
       AS s (side, direction, account_id)
 WHERE t.program_id = $1 AND t.journal_id = $2
   AND ($3::integer IS NULL OR (t.seq, s.side) > ($3, $4::integer))
 ORDER BY t.seq, s.side LIMIT $5
"""
_COUNT_ENTRIES_OF_JOURNAL = """
SELECT 2 * count(*) FROM (SELECT 1 FROM transfer t WHERE t.program_id = $1 AND t.journal_id = $2 LIMIT 5001) c
"""
_MATCHES = """
   AND ($3::text[] IS NULL OR j.kind = ANY($3))
   AND ($4::text IS NULL OR j.reference = $4)
   AND ($5::timestamptz IS NULL OR j.effective_at >= $5)
   AND ($6::timestamptz IS NULL OR j.effective_at < $6)
"""


def _side(direction: str) -> str:
    return f"""
SELECT t.program_id, t.journal_id, j.public_id, t.seq, $2::bigint AS account_id, '{direction}' AS direction, t.amount,
       t.currency, t.purpose, j.effective_at, j.posted_at
  FROM transfer t JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
 WHERE t.program_id = $1 AND t.{direction.lower()}_account_id = $2 {_MATCHES}"""


# Each side stops at the page's length by its own index, before the two are merged. From the end when nothing is given.
# The bound on journals says nothing new; it spares a merge join the journals above the page.
_NEWEST = """
   AND j.id <= coalesce($7::bigint, 9223372036854775807)
   AND (t.journal_id, t.seq) < (coalesce($7::bigint, 9223372036854775807), coalesce($8::integer, 2147483647))
 ORDER BY t.journal_id DESC, t.seq DESC LIMIT $9
"""
_ENTRIES_OF_ACCOUNT = f"""
SELECT * FROM (({_side("DEBIT")} {_NEWEST}) UNION ALL ({_side("CREDIT")} {_NEWEST})) t
 ORDER BY t.journal_id DESC, t.seq DESC LIMIT $9
"""
_COUNT_ENTRIES_OF_ACCOUNT = f"""
SELECT count(*) FROM (({_side("DEBIT")} LIMIT 10002) UNION ALL ({_side("CREDIT")} LIMIT 10002) LIMIT 10002) c
"""


def _entry(record: asyncpg.Record, decimals: Mapping[str, int]) -> EntryRow:
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


async def entries_of_journal(session: ReadSession, journal_key: int, part: Slice) -> list[EntryRow]:
    """In order of posting, debit before credit; the sort key is (seq, 0 for debit or 1 for credit)."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _ENTRIES_OF_JOURNAL, session.program_id, journal_key, part.key(0), part.key(1), part.limit
    )
    return [_entry(record, decimals) for record in records]


async def count_entries_of_journal(session: ReadSession, journal_key: int) -> int:
    """How many, counted up to 10 002."""
    found: int = await session.connection.fetchval(
        _COUNT_ENTRIES_OF_JOURNAL, session.program_id, journal_key
    )
    return found


async def entries_of_account(
    session: ReadSession, account_key: int, given: JournalFilter, part: Slice
) -> list[EntryRow]:
    """Newest first; the sort key is (journal key, seq)."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _ENTRIES_OF_ACCOUNT,
        session.program_id,
        account_key,
        *given.conditions,
        part.key(0),
        part.key(1),
        part.limit,
    )
    return [_entry(record, decimals) for record in records]


async def count_entries_of_account(
    session: ReadSession, account_key: int, given: JournalFilter
) -> int:
    """How many match, counted up to 10 002."""
    found: int = await session.connection.fetchval(
        _COUNT_ENTRIES_OF_ACCOUNT, session.program_id, account_key, *given.conditions
    )
    return found
