"""Statements: an affiliate's ledger account over a period."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.store.database import ReadSession
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


# What is stored, less what became effective from the start of the period on: most periods that are asked for are recent.
_STATEMENTS = """
SELECT q.n, a.id AS account_id, coalesce(a.credits - a.debits - s.later, 0) AS opening,
       coalesce(s.accrued, 0) AS accrued, coalesce(s.reversed, 0) AS reversed, coalesce(s.paid, 0) AS paid
  FROM unnest($2::bigint[], $3::text[], $4::timestamptz[], $5::timestamptz[])
       WITH ORDINALITY AS q (affiliate_id, currency, from_at, to_at, n)
  LEFT JOIN account a ON a.program_id = $1 AND a.currency = q.currency AND a.kind = 'AFFILIATE'
   AND a.owner_id = q.affiliate_id
  LEFT JOIN LATERAL (
       SELECT coalesce(sum(m.change), 0) AS later,
              sum(m.change) FILTER (WHERE m.effective_at < q.to_at AND m.kind = 'SETTLEMENT') AS accrued,
              -sum(m.change) FILTER (WHERE m.effective_at < q.to_at AND m.kind IN ('REVERSAL', 'ADJUSTMENT')) AS reversed,
              -sum(m.change) FILTER (WHERE m.effective_at < q.to_at
                                      AND m.kind IN ('PAYOUT_HOLD', 'PAYOUT_RELEASE', 'PAYOUT')) AS paid
         FROM (SELECT j.kind, j.effective_at, t.amount::numeric AS change
                 FROM transfer t JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
                WHERE t.program_id = $1 AND t.credit_account_id = a.id AND j.effective_at >= q.from_at
               UNION ALL
               SELECT j.kind, j.effective_at, -t.amount::numeric
                 FROM transfer t JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
                WHERE t.program_id = $1 AND t.debit_account_id = a.id AND j.effective_at >= q.from_at) m) s ON true
 ORDER BY q.n
"""


async def statements(
    session: ReadSession, asked: Sequence[StatementQuestion]
) -> list[StatementRow | None]:
    """The answer to each question; None where the program does not use the currency."""
    decimals = await session.decimals()
    records = await session.connection.fetch(
        _STATEMENTS,
        session.program_id,
        [one.affiliate_key for one in asked],
        [one.currency for one in asked],
        [one.from_at for one in asked],
        [one.to_at for one in asked],
    )
    found: list[StatementRow | None] = []
    for one, record in zip(asked, records, strict=True):
        if one.currency not in decimals:
            found.append(None)
            continue
        sums = {name: record[name] for name in ("opening", "accrued", "reversed", "paid")}
        sums["closing"] = sums["opening"] + sums["accrued"] - sums["reversed"] - sums["paid"]
        assert session.program_id is not None
        shown = {name: money(sums[name], one.currency, decimals) for name in sums}
        found.append(
            StatementRow(session.program_id, record["account_id"], one.from_at, one.to_at, **shown)
        )
    return found
