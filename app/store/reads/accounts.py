"""Ledger accounts, and their balances at an instant."""

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
_MATCHES = """
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
_LIST = f"""
SELECT {_COLUMNS} {_MATCHES} AND ($5::bigint IS NULL OR a.id > $5) ORDER BY a.id LIMIT $6
"""
_COUNT = f"SELECT count(*) FROM (SELECT 1 {_MATCHES} LIMIT 10002) c"
# Journals come nearly in the order in which they are effective, and snapshots of accounts are by journal. Between the two
# snapshots around the instant the account's own transfers are read. What is not in order is found by journals alone, from
# the index of effective_at: those after the later snapshot that were effective by then, and those in the earlier one that
# were not yet. An account without snapshots has few transfers; comparisons with its null find nothing at once.
# OFFSET 0: journals first, and only then the transfers of those few. Below, so that each bound is a plain column: under
# row-level security an index is not asked for what coalesce() says.
_OUT_OF_ORDER = """(
  SELECT sum(m.amount) FROM (SELECT j.id FROM journal j WHERE j.program_id = $1 AND {these} OFFSET 0) f
   CROSS JOIN LATERAL (
         SELECT CASE WHEN t.credit_account_id = a.id THEN t.amount::numeric ELSE -t.amount::numeric END AS amount
           FROM transfer t
          WHERE t.program_id = $1 AND t.journal_id = f.id AND (t.credit_account_id = a.id OR t.debit_account_id = a.id)
         OFFSET 0) m)"""
_BETWEEN = """
          WHERE t.program_id = $1 AND t.{side}_account_id = a.id AND t.journal_id > b.after
            AND t.journal_id <= b.through AND j.effective_at {by} q.at"""


def _balances(by: str, later: str) -> str:
    """by: how what counts compares with the instant; later: the opposite."""
    credited, debited = (_BETWEEN.format(side=side, by=by) for side in ("credit", "debit"))
    came_late = _OUT_OF_ORDER.format(these=f"j.effective_at {by} q.at AND j.id > l.journal_id")
    came_early = _OUT_OF_ORDER.format(these=f"j.effective_at {later} q.at AND j.id <= s.journal_id")
    return f"""
SELECT coalesce(s.balance, 0)
       + coalesce((SELECT sum(t.amount) FROM transfer t
                     JOIN journal j ON j.program_id = $1 AND j.id = t.journal_id {credited}), 0)
       - coalesce((SELECT sum(t.amount) FROM transfer t
                     JOIN journal j ON j.program_id = $1 AND j.id = t.journal_id {debited}), 0)
       + coalesce({came_late}, 0) - coalesce({came_early}, 0)
  FROM unnest($2::bigint[], $3::timestamptz[]) WITH ORDINALITY AS q (account_id, at, n)
  JOIN account a ON a.program_id = $1 AND a.id = q.account_id
 CROSS JOIN LATERAL (SELECT coalesce((
       SELECT j.id FROM journal j WHERE j.program_id = $1 AND j.effective_at {by} q.at
        ORDER BY j.effective_at DESC, j.id DESC LIMIT 1), 0) AS journal_id OFFSET 0) newest
  LEFT JOIN LATERAL (
       SELECT x.journal_id, x.credits - x.debits AS balance FROM account_snapshot x
        WHERE x.program_id = $1 AND x.account_id = a.id AND x.journal_id <= newest.journal_id
        ORDER BY x.journal_id DESC LIMIT 1) s ON true
  LEFT JOIN LATERAL (
       SELECT x.journal_id FROM account_snapshot x
        WHERE x.program_id = $1 AND x.account_id = a.id AND x.journal_id > newest.journal_id
        ORDER BY x.journal_id LIMIT 1) l ON true
 CROSS JOIN LATERAL (
       SELECT coalesce(s.journal_id, 0) AS after, coalesce(l.journal_id, 9223372036854775807) AS through OFFSET 0) b
 ORDER BY q.n
"""


_BALANCES_AS_OF, _BALANCES_BEFORE = _balances("<=", ">"), _balances("<", ">=")


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


async def balances_as_of(session: ReadSession, asked: Sequence[tuple[int, datetime]]) -> list[int]:
    """The balance of each (account key, instant) from journals effective up to it, in smallest units."""
    return await _balances_then(session, _BALANCES_AS_OF, asked)


async def balances_before(session: ReadSession, asked: Sequence[tuple[int, datetime]]) -> list[int]:
    """The same from journals effective before it."""
    return await _balances_then(session, _BALANCES_BEFORE, asked)


async def _balances_then(
    session: ReadSession, statement: str, asked: Sequence[tuple[int, datetime]]
) -> list[int]:
    records = await session.connection.fetch(
        statement,
        session.program_id,
        [account for account, _ in asked],
        [at for _, at in asked],
    )
    return [int(record[0]) for record in records]
