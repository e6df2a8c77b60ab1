"""The trial balance, now or as of an instant."""

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
    as_of: datetime
    total_debits: MoneyRow
    total_credits: MoneyRow
    balanced: bool
    rows: list[KindTotalRow]


_NOW = """
SELECT a.currency, a.kind, count(*) AS accounts, sum(a.debits) AS debits, sum(a.credits) AS credits
  FROM account a WHERE a.program_id = $1 GROUP BY 1, 2 ORDER BY 1, 2
"""
# What is stored, less what became effective later; an account counts when anything is left of it.
_AS_OF = """
WITH later AS (
  SELECT s.account_id, sum(s.debit) AS debits, sum(s.credit) AS credits
    FROM journal j
    JOIN transfer t ON t.program_id = j.program_id AND t.journal_id = j.id
   CROSS JOIN LATERAL (VALUES (t.debit_account_id, t.amount::numeric, 0::numeric),
                              (t.credit_account_id, 0::numeric, t.amount::numeric)) AS s (account_id, debit, credit)
   WHERE j.program_id = $1 AND j.effective_at > $2
   GROUP BY 1
), earlier AS (
  SELECT a.currency, a.kind, a.debits - coalesce(l.debits, 0) AS debits, a.credits - coalesce(l.credits, 0) AS credits
    FROM account a LEFT JOIN later l ON l.account_id = a.id
   WHERE a.program_id = $1
)
SELECT currency, kind, count(*) AS accounts, sum(debits) AS debits, sum(credits) AS credits
  FROM earlier WHERE debits > 0 OR credits > 0 GROUP BY 1, 2 ORDER BY 1, 2
"""


async def trial_balance(
    session: ReadSession, at: datetime | None, now: datetime
) -> list[TrialBalanceRow]:
    """Sums per currency and kind of account: stored ones now, re-added ones for an instant."""
    decimals = await session.decimals()
    if at is None:
        records = await session.connection.fetch(_NOW, session.program_id)
    else:
        records = await session.connection.fetch(_AS_OF, session.program_id, at)
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
