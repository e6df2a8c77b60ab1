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
_EARNINGS = """
SELECT q.n, u.code,
       coalesce(sum(c.amount) FILTER (WHERE c.status = 'ACCRUED'), 0) AS accrued,
       coalesce(sum(c.amount) FILTER (WHERE c.status = 'PAYABLE'), 0) AS payable,
       coalesce(sum(c.amount) FILTER (WHERE c.status = 'PENDING_APPROVAL'), 0) AS pending_approval,
       coalesce(sum(c.amount) FILTER (WHERE c.status = 'PAID'), 0) AS paid,
       coalesce(sum(c.amount) FILTER (WHERE c.status = 'REVERSED' AND c.amount > 0), 0)
         - coalesce(sum(c.amount) FILTER (WHERE c.status <> 'REVERSED' AND c.amount < 0), 0) AS reversed
  FROM unnest($2::bigint[]) WITH ORDINALITY AS q (affiliate_id, n)
 CROSS JOIN program_currency u
  LEFT JOIN commission c ON c.program_id = $1 AND c.affiliate_id = q.affiliate_id AND c.currency = u.code
 WHERE u.program_id = $1
 GROUP BY q.n, u.code, u.position ORDER BY q.n, u.position
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
