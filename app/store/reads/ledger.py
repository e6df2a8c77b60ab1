"""The ledger as it is read: accounts, journals, entries with running balances, trial balance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
class JournalRow:
    program_key: int
    key: int
    id: UUID
    kind: str
    reference: str
    description: str | None
    reverses_key: int | None
    effective_at: datetime
    posted_at: datetime


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


@dataclass(frozen=True, slots=True)
class KindTotalRow:
    kind: str
    accounts: int
    debits: MoneyRow
    credits: MoneyRow


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    currency: str
    as_of: datetime
    total_debits: MoneyRow
    total_credits: MoneyRow
    balanced: bool
    rows: list[KindTotalRow]


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """All conditions hold together. owner_id: public id of an affiliate or user."""

    kind: list[str] | None = None
    currency: str | None = None
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """All conditions hold together; from_at inclusive, to_at exclusive, both on effective_at."""

    kind: list[str] | None = None
    reference: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


_ACCOUNT_COLUMNS = """a.program_id, a.id, a.public_id, a.kind, a.owner_id, a.currency, a.debits, a.credits,
  coalesce((SELECT f.public_id FROM affiliate f WHERE a.kind = 'AFFILIATE' AND f.program_id = a.program_id
               AND f.id = a.owner_id),
           (SELECT u.public_id FROM program_user u WHERE a.kind IN ('USER', 'REFUND') AND u.program_id = a.program_id
               AND u.id = a.owner_id)) AS owner_public_id"""
_ACCOUNTS_BY_KEYS = f"""
SELECT {_ACCOUNT_COLUMNS} FROM account a WHERE a.program_id = $1 AND a.id = ANY($2::bigint[])
"""
_ACCOUNTS_BY_IDS = f"""
SELECT {_ACCOUNT_COLUMNS} FROM account a WHERE a.program_id = $1 AND a.public_id = ANY($2::uuid[])
"""
_ACCOUNT_MATCHES = """
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
_ACCOUNTS = f"""
SELECT {_ACCOUNT_COLUMNS} {_ACCOUNT_MATCHES} AND ($5::bigint IS NULL OR a.id > $5) ORDER BY a.id LIMIT $6
"""
_COUNT_ACCOUNTS = f"SELECT count(*) FROM (SELECT 1 {_ACCOUNT_MATCHES} LIMIT 10002) c"

_JOURNAL_COLUMNS = """j.program_id, j.id, j.public_id, j.kind, j.reference, j.description, j.reverses,
  j.effective_at, j.posted_at"""
_JOURNALS_BY_KEYS = (
    f"SELECT {_JOURNAL_COLUMNS} FROM journal j WHERE j.program_id = $1 AND j.id = ANY($2::bigint[])"
)
_JOURNALS_BY_IDS = f"SELECT {_JOURNAL_COLUMNS} FROM journal j WHERE j.program_id = $1 AND j.public_id = ANY($2::uuid[])"
_REVERSALS = f"""
SELECT {_JOURNAL_COLUMNS} FROM journal j WHERE j.program_id = $1 AND j.reverses = ANY($2::bigint[]) ORDER BY j.id
"""
_JOURNAL_MATCHES = """
  FROM journal j
 WHERE j.program_id = $1
   AND ($2::text[] IS NULL OR j.kind = ANY($2))
   AND ($3::text IS NULL OR j.reference = $3)
   AND ($4::timestamptz IS NULL OR j.effective_at >= $4)
   AND ($5::timestamptz IS NULL OR j.effective_at < $5)
"""
_JOURNALS = f"""
SELECT {_JOURNAL_COLUMNS} {_JOURNAL_MATCHES} AND ($6::bigint IS NULL OR j.id < $6) ORDER BY j.id DESC LIMIT $7
"""
_COUNT_JOURNALS = f"SELECT count(*) FROM (SELECT 1 {_JOURNAL_MATCHES} LIMIT 10002) c"

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
_ENTRY_SIDES_OF_ACCOUNT = """
  FROM (SELECT d.program_id, d.journal_id, d.seq, 'DEBIT' AS direction, d.amount, d.currency, d.purpose
          FROM transfer d WHERE d.program_id = $1 AND d.debit_account_id = $2
        UNION ALL
        SELECT c.program_id, c.journal_id, c.seq, 'CREDIT', c.amount, c.currency, c.purpose
          FROM transfer c WHERE c.program_id = $1 AND c.credit_account_id = $2) t
  JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
 WHERE ($3::text[] IS NULL OR j.kind = ANY($3))
   AND ($4::text IS NULL OR j.reference = $4)
   AND ($5::timestamptz IS NULL OR j.effective_at >= $5)
   AND ($6::timestamptz IS NULL OR j.effective_at < $6)
"""
_ENTRIES_OF_ACCOUNT = f"""
SELECT t.program_id, t.journal_id, j.public_id, t.seq, $2::bigint AS account_id, t.direction, t.amount, t.currency,
       t.purpose, j.effective_at, j.posted_at
{_ENTRY_SIDES_OF_ACCOUNT}
   AND ($7::bigint IS NULL OR (t.journal_id, t.seq) < ($7, $8::integer))
 ORDER BY t.journal_id DESC, t.seq DESC LIMIT $9
"""
_COUNT_ENTRIES_OF_ACCOUNT = (
    f"SELECT count(*) FROM (SELECT 1 {_ENTRY_SIDES_OF_ACCOUNT} LIMIT 10002) c"
)

# A running balance: the newest snapshot below the entry, and the transfers after it, in display order.
_BALANCES_AFTER = """
SELECT q.n,
       coalesce(s.credits - s.debits, 0)
       + coalesce((SELECT sum(t.amount) FROM transfer t
                    WHERE t.program_id = $1 AND t.credit_account_id = q.account_id
                      AND t.journal_id > coalesce(s.journal_id, 0) AND (t.journal_id, t.seq) <= (q.journal_id, q.seq)), 0)
       - coalesce((SELECT sum(t.amount) FROM transfer t
                    WHERE t.program_id = $1 AND t.debit_account_id = q.account_id
                      AND t.journal_id > coalesce(s.journal_id, 0) AND (t.journal_id, t.seq) <= (q.journal_id, q.seq)), 0)
       AS balance
  FROM unnest($2::bigint[], $3::bigint[], $4::integer[]) WITH ORDINALITY AS q (account_id, journal_id, seq, n)
  LEFT JOIN LATERAL (
       SELECT x.journal_id, x.debits, x.credits FROM account_snapshot x
        WHERE x.program_id = $1 AND x.account_id = q.account_id AND x.journal_id < q.journal_id
        ORDER BY x.journal_id DESC LIMIT 1) s ON true
 ORDER BY q.n
"""
_BALANCES_AS_OF = """
SELECT q.account_id,
       coalesce((SELECT sum(t.amount) FROM transfer t JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
                  WHERE t.program_id = $1 AND t.credit_account_id = q.account_id AND j.effective_at <= $3), 0)
       - coalesce((SELECT sum(t.amount) FROM transfer t JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
                    WHERE t.program_id = $1 AND t.debit_account_id = q.account_id AND j.effective_at <= $3), 0) AS balance
  FROM unnest($2::bigint[]) AS q (account_id)
"""
_TRIAL_NOW = """
SELECT a.currency, a.kind, count(*) AS accounts, sum(a.debits) AS debits, sum(a.credits) AS credits
  FROM account a WHERE a.program_id = $1 GROUP BY 1, 2 ORDER BY 1, 2
"""
_TRIAL_AS_OF = """
SELECT a.currency, a.kind, count(DISTINCT a.id) AS accounts,
       coalesce(sum(s.amount) FILTER (WHERE s.direction = 'DEBIT'), 0) AS debits,
       coalesce(sum(s.amount) FILTER (WHERE s.direction = 'CREDIT'), 0) AS credits
  FROM transfer t
  JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id AND j.effective_at <= $2
 CROSS JOIN LATERAL (VALUES ('DEBIT', t.debit_account_id, t.amount), ('CREDIT', t.credit_account_id, t.amount))
       AS s (direction, account_id, amount)
  JOIN account a ON a.program_id = t.program_id AND a.id = s.account_id
 WHERE t.program_id = $1 GROUP BY 1, 2 ORDER BY 1, 2
"""


def _account(record: asyncpg.Record, decimals: Mapping[str, int]) -> AccountRow:
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


async def accounts_by_keys(session: ReadSession, keys: Sequence[int]) -> list[AccountRow | None]:
    """Accounts of this snapshot's program by internal key."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_ACCOUNTS_BY_KEYS, session.program_id, keys)
    found = {record["id"]: _account(record, decimals) for record in records}
    return [found.get(key) for key in keys]


async def accounts_by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[AccountRow | None]:
    """Accounts of this snapshot's program by public id."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_ACCOUNTS_BY_IDS, session.program_id, ids)
    found = {record["public_id"]: _account(record, decimals) for record in records}
    return [found.get(id_) for id_ in ids]


async def accounts(session: ReadSession, given: AccountFilter, part: Slice) -> list[AccountRow]:
    """Oldest first; the sort key is (key)."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _ACCOUNTS,
        session.program_id,
        given.kind,
        given.currency,
        given.owner_id,
        part.key(0),
        part.limit,
    )
    return [_account(record, decimals) for record in records]


async def count_accounts(session: ReadSession, given: AccountFilter) -> int:
    """How many match, counted up to 10 002."""
    found: int = await session.connection.fetchval(
        _COUNT_ACCOUNTS, session.program_id, given.kind, given.currency, given.owner_id
    )
    return found


async def journals_by_keys(session: ReadSession, keys: Sequence[int]) -> list[JournalRow | None]:
    """Journals of this snapshot's program by internal key."""
    records = await session.connection.fetch(_JOURNALS_BY_KEYS, session.program_id, keys)
    found = {row.key: row for row in (JournalRow(*record) for record in records)}
    return [found.get(key) for key in keys]


async def journals_by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[JournalRow | None]:
    """Journals of this snapshot's program by public id."""
    records = await session.connection.fetch(_JOURNALS_BY_IDS, session.program_id, ids)
    found = {row.id: row for row in (JournalRow(*record) for record in records)}
    return [found.get(id_) for id_ in ids]


async def reversals(session: ReadSession, keys: Sequence[int]) -> list[list[JournalRow]]:
    """The journals that reverse each journal, oldest first."""
    found: dict[int, list[JournalRow]] = {key: [] for key in keys}
    for record in await session.connection.fetch(_REVERSALS, session.program_id, keys):
        row = JournalRow(*record)
        assert row.reverses_key is not None
        found[row.reverses_key].append(row)
    return [found[key] for key in keys]


def _conditions(given: JournalFilter) -> tuple[object, ...]:
    return given.kind, given.reference, given.from_at, given.to_at


async def journals(session: ReadSession, given: JournalFilter, part: Slice) -> list[JournalRow]:
    """Newest first; the sort key is (key)."""
    records = await session.connection.fetch(
        _JOURNALS, session.program_id, *_conditions(given), part.key(0), part.limit
    )
    return [JournalRow(*record) for record in records]


async def count_journals(session: ReadSession, given: JournalFilter) -> int:
    """How many match, counted up to 10 002."""
    found: int = await session.connection.fetchval(
        _COUNT_JOURNALS, session.program_id, *_conditions(given)
    )
    return found


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
        *_conditions(given),
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
        _COUNT_ENTRIES_OF_ACCOUNT, session.program_id, account_key, *_conditions(given)
    )
    return found


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


async def balance_as_of(session: ReadSession, account_key: int, at: datetime) -> int:
    """The balance from journals effective up to an instant, in smallest units."""
    record = await session.connection.fetchrow(
        _BALANCES_AS_OF, session.program_id, [account_key], at
    )
    assert record is not None
    return int(record["balance"])


async def trial_balance(
    session: ReadSession, at: datetime | None, now: datetime
) -> list[TrialBalanceRow]:
    """Sums per currency and kind of account: stored ones now, re-added ones for an instant."""
    decimals = await session.decimals()
    if at is None:
        records = await session.connection.fetch(_TRIAL_NOW, session.program_id)
    else:
        records = await session.connection.fetch(_TRIAL_AS_OF, session.program_id, at)
    by_currency: dict[str, list[asyncpg.Record]] = {}
    for record in records:
        by_currency.setdefault(record["currency"], []).append(record)
    return [_trial(code, rows, at or now, decimals) for code, rows in by_currency.items()]


def _trial(
    currency: str, records: Sequence[asyncpg.Record], at: datetime, decimals: Mapping[str, int]
) -> TrialBalanceRow:
    debits = sum(int(record["debits"]) for record in records)
    credits_ = sum(int(record["credits"]) for record in records)
    return TrialBalanceRow(
        currency=currency,
        as_of=at,
        total_debits=money(debits, currency, decimals),
        total_credits=money(credits_, currency, decimals),
        balanced=debits == credits_,
        rows=[
            KindTotalRow(
                kind=record["kind"],
                accounts=record["accounts"],
                debits=money(int(record["debits"]), currency, decimals),
                credits=money(int(record["credits"]), currency, decimals),
            )
            for record in records
        ],
    )
