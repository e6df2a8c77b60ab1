"""What the books say as a whole: what moved, what is booked, what waits in SUSPENSE, which intents contradict themselves."""

from app.domain.chain_proof.movements import Suspended
from app.domain.chain_proof.settlements import BrokenIntent
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
# Explained: its discrepancy was resolved with a posting.
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
SELECT j.reference, j.kind, l.currency, l.amount
  FROM lines l JOIN journal j ON j.program_id = $1 AND j.id = l.journal_id AND j.kind IN ('DEPOSIT', 'WITHDRAWAL')
 WHERE NOT EXISTS (SELECT FROM discrepancy d WHERE d.program_id = j.program_id AND d.reference = j.reference
                      AND d.kind IN ('UNEXPLAINED_INFLOW', 'UNEXPLAINED_OUTFLOW') AND d.posting_journal_id IS NOT NULL)
 ORDER BY j.id
"""
# A settlement that the chain took back leaves its intent CONFIRMED.
_BROKEN = """
SELECT s.intent_id, CASE
         WHEN s.status = 'CONFIRMED' AND coalesce(x.live, 0) = 0 THEN 'The intent is CONFIRMED and has no settlement.'
         WHEN s.status = 'CONFIRMED' THEN 'The intent has more than one settlement.'
         ELSE 'The intent is ' || s.status || ' and has a settlement.' END AS problem
  FROM intent_state s
  LEFT JOIN (SELECT intent_id, count(*) FILTER (WHERE undone_at IS NULL) AS live,
                    count(*) FILTER (WHERE undone_at IS NOT NULL) AS undone
               FROM settlement WHERE program_id = $1 GROUP BY 1) x ON x.intent_id = s.intent_id
 WHERE s.program_id = $1 AND CASE WHEN s.status = 'CONFIRMED'
         THEN coalesce(x.live, 0) <> 1 AND NOT (coalesce(x.live, 0) = 0 AND coalesce(x.undone, 0) > 0)
         ELSE x.live > 0 END
"""
_WRONG_JOURNALS = """
SELECT s.intent_id FROM settlement s
  LEFT JOIN journal j ON j.program_id = s.program_id AND j.id = s.journal_id
 WHERE s.program_id = $1 AND (s.amount IS NOT NULL) IS DISTINCT FROM
       (j.kind = 'SETTLEMENT' AND j.reference = s.intent_id::text) AND (s.amount IS NOT NULL OR j.id IS NOT NULL)
"""
_PROVIDERS = """
SELECT coalesce(x.intent_id, e.intent_id) AS intent_id
  FROM (SELECT intent_id, provider_event_id, amount, currency FROM settlement
         WHERE program_id = $1 AND provider_event_id IS NOT NULL) x
  FULL JOIN (SELECT id, intent_id, amount, currency FROM provider_event
              WHERE program_id = $1 AND outcome = 'SETTLED') e ON e.intent_id = x.intent_id
 WHERE x.provider_event_id IS DISTINCT FROM e.id OR (x.amount, x.currency) IS DISTINCT FROM (e.amount, e.currency)
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


async def broken_intents(session: ReadSession, program_id: int) -> list[BrokenIntent]:
    """Intents whose state, settlements, journal and provider's event do not go together."""
    found = {
        row["intent_id"]: row["problem"]
        for row in await session.connection.fetch(_BROKEN, program_id)
    }
    for row in await session.connection.fetch(_WRONG_JOURNALS, program_id):
        found.setdefault(row["intent_id"], "The settlement's journal is not the intent's.")
    for row in await session.connection.fetch(_PROVIDERS, program_id):
        found.setdefault(
            row["intent_id"], "The settlement is not by exactly one processed event of a provider."
        )
    return [BrokenIntent(intent_id, problem) for intent_id, problem in found.items()]
