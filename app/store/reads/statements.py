"""Statements: an affiliate's ledger account over a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.store.database import ReadSession
from app.store.reads.balances_then import balances_before
from app.store.reads.values import MoneyRow, money


@dataclass(frozen=True, slots=True)
class StatementQuestion:
    """from_at inclusive, to_at exclusive, both compared with effective_at."""

    affiliate_key: int
    currency: str
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class StatementRow:
    """opening + accrued - reversed - paid = closing. account_key: None before its first entry."""

    program_key: int
    account_key: int | None
    from_at: datetime
    to_at: datetime
    opening: MoneyRow
    accrued: MoneyRow
    reversed: MoneyRow
    paid: MoneyRow
    closing: MoneyRow


# Besides commissions little comes into an affiliate's account, and all that leaves it is little.
_GIVEN_AND_TAKEN = """
SELECT q.n, a.id AS account_id, coalesce(s.reversed, 0) AS reversed, coalesce(s.paid, 0) AS paid
  FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[])
       WITH ORDINALITY AS q (affiliate_id, currency, from_at, to_at, n)
  LEFT JOIN account a ON a.program_id = $1 AND a.currency = q.currency AND a.kind = 'AFFILIATE'
   AND a.owner_id = q.affiliate_id
  LEFT JOIN LATERAL (
       SELECT sum(m.taken) FILTER (WHERE j.kind IN ('REVERSAL', 'ADJUSTMENT')) AS reversed,
              sum(m.taken) FILTER (WHERE j.kind IN ('PAYOUT_HOLD', 'PAYOUT_RELEASE', 'PAYOUT')) AS paid
         FROM (SELECT t.journal_id, -t.amount::numeric AS taken FROM transfer t
                WHERE t.program_id = $1 AND t.credit_account_id = a.id
                  AND t.purpose NOT IN ('payment', 'registration_fee', 'platform_fee', 'commission')
               UNION ALL
               SELECT t.journal_id, t.amount::numeric FROM transfer t
                WHERE t.program_id = $1 AND t.debit_account_id = a.id) m
         JOIN journal j ON j.program_id = $1 AND j.id = m.journal_id
        WHERE j.effective_at >= q.from_at AND j.effective_at < q.to_at) s ON true
 ORDER BY q.n
"""


async def statements(
    session: ReadSession, asked: Sequence[StatementQuestion]
) -> list[StatementRow | None]:
    """The answer to each question; None where the program does not use the currency.

    What came as commissions is what the balances say beside all else: it alone is a history.
    """
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _GIVEN_AND_TAKEN,
        session.program_id,
        [one.affiliate_key for one in asked],
        [one.currency for one in asked],
        [one.from_at for one in asked],
        [one.to_at for one in asked],
    )
    balances = await _balances(session, asked, [record["account_id"] for record in records])
    found: list[StatementRow | None] = []
    for one, record, (opening, closing) in zip(asked, records, balances, strict=True):
        if one.currency not in decimals:
            found.append(None)
            continue
        gone = record["reversed"] + record["paid"]
        sums = {
            "opening": opening,
            "accrued": closing - opening + gone,
            "reversed": record["reversed"],
            "paid": record["paid"],
            "closing": closing,
        }
        assert session.program_id is not None
        shown = {name: money(units, one.currency, decimals) for name, units in sums.items()}
        found.append(
            StatementRow(session.program_id, record["account_id"], one.from_at, one.to_at, **shown)
        )
    return found


async def _balances(
    session: ReadSession, asked: Sequence[StatementQuestion], accounts: Sequence[int | None]
) -> list[tuple[int, int]]:
    """Before each period, and at its end; zero where there is no account."""
    instants = [
        (account, at)
        for one, account in zip(asked, accounts, strict=True)
        if account is not None
        for at in (one.from_at, one.to_at)
    ]
    told = iter(await balances_before(session, instants) if instants else ())
    return [(0, 0) if account is None else (next(told), next(told)) for account in accounts]
