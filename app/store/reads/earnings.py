"""What affiliates earned, by what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, money


@dataclass(frozen=True, slots=True)
class EarningsRow:
    """lifetime = accrued + payable + pending_approval + paid."""

    currency: str
    accrued: MoneyRow
    payable: MoneyRow
    pending_approval: MoneyRow
    paid: MoneyRow
    reversed: MoneyRow
    lifetime: MoneyRow


_KEPT = ("accrued", "payable", "pending_approval", "paid")
# A clawback counts as reversed and lowers the sum of its own status. Once it is itself REVERSED (the whole balance was
# forfeited or written off) it is back in the commission that it clawed back: reversed + lifetime is all that was earned.
# What is ACCRUED is what the account holds, with what Safe transactions hold of it, beside the kept sums: check COMMISSIONS
# compares the account with each commission.
_EARNINGS = """
SELECT q.n, u.code,
       coalesce(a.credits - a.debits, 0) + h.held - coalesce(k.payable, 0) - coalesce(k.pending_approval, 0) AS accrued,
       coalesce(k.payable, 0) AS payable, coalesce(k.pending_approval, 0) AS pending_approval,
       coalesce(k.paid, 0) AS paid, coalesce(k.reversed, 0) AS reversed
  FROM unnest($2::bigint[]) WITH ORDINALITY AS q (affiliate_id, n)
 CROSS JOIN program_currency u
  LEFT JOIN account a ON a.program_id = $1 AND a.currency = u.code AND a.kind = 'AFFILIATE' AND a.owner_id = q.affiliate_id
  LEFT JOIN earned_sum k ON k.program_id = $1 AND k.affiliate_id = q.affiliate_id AND k.currency = u.code
 CROSS JOIN LATERAL (
       SELECT coalesce(sum(p.amount), 0) AS held
         FROM payout p JOIN safe_transaction s ON s.program_id = $1 AND s.id = p.safe_transaction_id
        WHERE p.program_id = $1 AND p.affiliate_id = q.affiliate_id AND s.holding AND s.currency = u.code) h
 WHERE u.program_id = $1
 ORDER BY q.n, u.position
"""


async def earnings(session: ReadSession, affiliates: Sequence[int]) -> list[list[EarningsRow]]:
    """Sums of each affiliate, one row for each of the program's currencies."""
    decimals = await session.decimals()
    found: list[list[EarningsRow]] = [[] for _ in affiliates]
    for record in await session.connection.fetch(_EARNINGS, session.program_id, affiliates):
        code = record["code"]
        kept = {name: record[name] for name in _KEPT}
        sums = kept | {"reversed": record["reversed"], "lifetime": sum(kept.values())}
        found[record["n"] - 1].append(
            EarningsRow(code, **{name: money(sums[name], code, decimals) for name in sums})
        )
    return found
