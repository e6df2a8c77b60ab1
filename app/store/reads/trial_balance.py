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
_AS_OF = """
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


async def trial_balances(
    session: ReadSession, instants: Sequence[datetime | None]
) -> list[list[TrialBalanceRow]]:
    """The trial balance of each instant that a document asks for; None: now."""
    return [await trial_balance(session, at) for at in instants]


async def trial_balance(session: ReadSession, at: datetime | None) -> list[TrialBalanceRow]:
    """Sums per currency and kind of account: stored ones now, re-added ones for an instant."""
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
