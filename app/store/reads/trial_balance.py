"""Sums per currency and kind of account: the trial balance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, money


@dataclass(frozen=True, slots=True)
class KindTotalRow:
    kind: str
    accounts: int
    debits: MoneyRow
    credits: MoneyRow


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    currency: str
    as_of: datetime | None
    total_debits: MoneyRow
    total_credits: MoneyRow
    balanced: bool
    rows: list[KindTotalRow]


_NOW = """
SELECT a.currency, a.kind, count(*) AS accounts, sum(a.debits) AS debits, sum(a.credits) AS credits
  FROM account a WHERE a.program_id = $1 GROUP BY 1, 2 ORDER BY 1, 2
"""
# The stretches up to the one that passes the instant (app/store/ledger/journal_stretches.py), and that one too when most of it
# was effective by then, are added up as they are kept. Exact for any place: journals after it that were effective by then are
# added, those before it that were not yet are taken away, both looked for where they can be. What is in no stretch yet is
# one more, which can have anything.
# An account counts when it had moved by then: the first time after the place; or not at all by then, though before the
# place. LIMIT and OFFSET 0: asked for each account and each journal, by their keys.
_AS_OF = """
WITH stretch AS MATERIALIZED (
  SELECT after, through, earliest, latest FROM journal_stretch WHERE program_id = $1
  UNION ALL
  SELECT coalesce(max(through), 0), 9223372036854775807, '-infinity', 'infinity' FROM journal_stretch WHERE program_id = $1
), next AS MATERIALIZED (
  SELECT k.after, k.through FROM stretch k ORDER BY k.through
  OFFSET (SELECT count(*) FROM stretch k WHERE k.latest <= $2) LIMIT 1
), place AS MATERIALIZED (
  SELECT CASE WHEN n.through < 9223372036854775807 AND (
                SELECT 2 * count(*) FILTER (WHERE j.effective_at <= $2) > count(*) FROM journal j
                 WHERE j.program_id = $1 AND j.id > n.after AND j.id <= n.through)
              THEN n.through ELSE n.after END AS through
    FROM next n
), beside AS MATERIALIZED (
  SELECT k.after, k.through, k.through > b.through AS late FROM stretch k CROSS JOIN place b
   WHERE CASE WHEN k.through > b.through THEN k.earliest <= $2 ELSE k.latest > $2 END
), moved AS MATERIALIZED (
  SELECT s.account_id, bool_or(k.late) AS late, sum(CASE WHEN k.late THEN s.debit ELSE -s.debit END) AS debits,
         sum(CASE WHEN k.late THEN s.credit ELSE -s.credit END) AS credits
    FROM beside k
   CROSS JOIN LATERAL (
         SELECT j.id, j.effective_at FROM journal j
          WHERE j.program_id = $1 AND j.id > k.after AND j.id <= k.through OFFSET 0) j
   CROSS JOIN LATERAL (
         SELECT t.debit_account_id, t.credit_account_id, t.amount FROM transfer t
          WHERE t.program_id = $1 AND t.journal_id = j.id OFFSET 0) t
   CROSS JOIN LATERAL (VALUES (t.debit_account_id, t.amount, 0), (t.credit_account_id, 0, t.amount))
         AS s (account_id, debit, credit)
   WHERE (j.effective_at <= $2) = k.late
   GROUP BY 1
), corrected AS (
  SELECT a.currency, a.kind, m.debits, m.credits,
         CASE WHEN m.late THEN (NOT coalesce((
                SELECT true FROM transfer t WHERE t.program_id = $1 AND t.debit_account_id = m.account_id
                   AND t.journal_id <= b.through LIMIT 1), (
                SELECT true FROM transfer t WHERE t.program_id = $1 AND t.credit_account_id = m.account_id
                   AND t.journal_id <= b.through LIMIT 1), false))::integer
              ELSE (coalesce((
                SELECT true FROM transfer t JOIN journal j ON j.program_id = $1 AND j.id = t.journal_id
                 WHERE t.program_id = $1 AND t.debit_account_id = m.account_id
                   AND t.journal_id <= b.through AND j.effective_at <= $2 LIMIT 1), (
                SELECT true FROM transfer t JOIN journal j ON j.program_id = $1 AND j.id = t.journal_id
                 WHERE t.program_id = $1 AND t.credit_account_id = m.account_id
                   AND t.journal_id <= b.through AND j.effective_at <= $2 LIMIT 1), false))::integer - 1
         END AS accounts
    FROM moved m
   CROSS JOIN place b
    JOIN account a ON a.program_id = $1 AND a.id = m.account_id
)
SELECT s.currency, s.kind, sum(s.accounts)::bigint AS accounts, sum(s.debits) AS debits, sum(s.credits) AS credits
  FROM (SELECT k.currency, k.kind, k.accounts, k.debits, k.credits FROM stretch_sum k
         WHERE k.program_id = $1 AND k.through <= (SELECT through FROM place)
        UNION ALL
        SELECT currency, kind, accounts, debits, credits FROM corrected) s
 GROUP BY 1, 2 HAVING sum(s.accounts) > 0 ORDER BY 1, 2
"""


async def trial_balances(
    session: ReadSession, instants: Sequence[datetime | None]
) -> list[list[TrialBalanceRow]]:
    """The trial balance of each instant that a document asks for; None: now."""
    return [await trial_balance(session, at) for at in instants]


async def trial_balance(session: ReadSession, at: datetime | None) -> list[TrialBalanceRow]:
    """Sums per currency and kind of account: stored ones now, those of stretches of journals for an instant."""
    decimals = await session.decimals()
    if at is None:
        records = await session.connection.fetch(_NOW, session.program_id)
    else:
        records = await session.connection.fetch(_AS_OF, session.program_id, at)
    by_currency: dict[str, list[asyncpg.Record]] = {}
    for record in records:
        by_currency.setdefault(record["currency"], []).append(record)
    return [_trial(code, rows, at, decimals) for code, rows in by_currency.items()]


def _trial(
    currency: str,
    records: Sequence[asyncpg.Record],
    at: datetime | None,
    decimals: Mapping[str, int],
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
