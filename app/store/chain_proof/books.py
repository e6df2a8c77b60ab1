"""What the books say as a whole: what moved, what is booked, what waits in SUSPENSE."""

from app.domain.chain_proof.movements import Suspended
from app.domain.chain_proof.treasury import HeldAmount
from app.domain.postings import MovementDirection
from app.store.database import ReadSession

_HELD = """
SELECT y.code, coalesce(m.moved, 0) AS moved, coalesce(m.later, 0) AS later, coalesce(a.booked, 0) AS booked,
       coalesce(a.suspense, 0) AS suspense
  FROM program_currency y
  LEFT JOIN (
    SELECT currency, sum(signed) FILTER (WHERE block_number <= $2) AS moved,
           sum(signed) FILTER (WHERE block_number > $2) AS later
      FROM (SELECT currency, block_number,
                   CASE WHEN (direction = 'IN') <> undone THEN amount ELSE -amount END AS signed
              FROM movement WHERE program_id = $1) s GROUP BY 1) m ON m.currency = y.code
  LEFT JOIN (
    SELECT currency, sum(debits - credits) FILTER (WHERE kind IN ('USER', 'DEPOSIT', 'PAID_OUT')) AS booked,
           sum(credits - debits) FILTER (WHERE kind = 'SUSPENSE') AS suspense
      FROM account WHERE program_id = $1 GROUP BY 1) a ON a.currency = y.code
 WHERE y.program_id = $1 ORDER BY y.code
"""
# Explained: its discrepancy was resolved with a posting. Small inflows are one sum for each discrepancy that they share.
_SUSPENDED = """
WITH lines AS (
  SELECT t.journal_id, t.currency, t.amount FROM account a
    JOIN transfer t ON t.program_id = a.program_id AND t.debit_account_id = a.id
   WHERE a.program_id = $1 AND a.kind = 'SUSPENSE'
  UNION ALL
  SELECT t.journal_id, t.currency, t.amount FROM account a
    JOIN transfer t ON t.program_id = a.program_id AND t.credit_account_id = a.id
   WHERE a.program_id = $1 AND a.kind = 'SUSPENSE'
)
SELECT coalesce(d.reference, j.reference) AS reference, j.kind, l.currency, sum(l.amount) AS amount
  FROM lines l JOIN journal j ON j.program_id = $1 AND j.id = l.journal_id AND j.kind IN ('DEPOSIT', 'WITHDRAWAL')
  LEFT JOIN small_inflow s ON s.program_id = j.program_id AND s.journal_id = j.id
  LEFT JOIN discrepancy d ON d.program_id = s.program_id AND d.id = s.discrepancy_id
 WHERE d.posting_journal_id IS NULL AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.program_id = j.program_id AND d.reference = j.reference
                      AND d.kind IN ('UNEXPLAINED_INFLOW', 'UNEXPLAINED_OUTFLOW') AND d.posting_journal_id IS NOT NULL)
 GROUP BY 1, 2, 3 ORDER BY min(j.id)
"""


async def held_amounts(
    session: ReadSession, program_id: int, block_number: int
) -> list[HeldAmount]:
    """Of each currency, as of a block."""
    return [
        HeldAmount(row["code"], row["moved"], row["later"], row["booked"], row["suspense"])
        for row in await session.connection.fetch(_HELD, program_id, block_number)
    ]


async def suspended(session: ReadSession, program_id: int) -> list[Suspended]:
    """Money that waits in SUSPENSE for a person."""
    return [
        Suspended(
            row["reference"],
            MovementDirection.IN if row["kind"] == "DEPOSIT" else MovementDirection.OUT,
            row["currency"],
            row["amount"],
        )
        for row in await session.connection.fetch(_SUSPENDED, program_id)
    ]
