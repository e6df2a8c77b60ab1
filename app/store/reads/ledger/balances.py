"""Balances after an entry and at an instant, from stored sums, snapshots and as few transfers as that takes."""

from collections.abc import Sequence
from datetime import datetime

from app.store.database import ReadSession

# Entries that share a snapshot share one pass over the transfers after it, in display order.
_AFTER = """
WITH asked AS (
  SELECT q.n, q.account_id, q.journal_id, q.seq, coalesce(s.journal_id, 0) AS covered,
         coalesce(s.credits - s.debits, 0) AS base
    FROM unnest($2::bigint[], $3::bigint[], $4::integer[]) WITH ORDINALITY AS q (account_id, journal_id, seq, n)
    LEFT JOIN LATERAL (
         SELECT x.journal_id, x.debits, x.credits FROM account_snapshot x
          WHERE x.program_id = $1 AND x.account_id = q.account_id AND x.journal_id < q.journal_id
          ORDER BY x.journal_id DESC LIMIT 1) s ON true
), stretch AS (
  SELECT account_id, covered, base, max(journal_id) AS newest FROM asked GROUP BY 1, 2, 3
), running AS (
  SELECT p.account_id, p.covered, t.journal_id, t.seq,
         p.base + sum(t.amount) OVER (PARTITION BY p.account_id, p.covered ORDER BY t.journal_id, t.seq) AS balance
    FROM stretch p
   CROSS JOIN LATERAL (
         SELECT c.journal_id, c.seq, c.amount::numeric AS amount FROM transfer c
          WHERE c.program_id = $1 AND c.credit_account_id = p.account_id
            AND c.journal_id > p.covered AND c.journal_id <= p.newest
         UNION ALL
         SELECT d.journal_id, d.seq, -d.amount::numeric FROM transfer d
          WHERE d.program_id = $1 AND d.debit_account_id = p.account_id
            AND d.journal_id > p.covered AND d.journal_id <= p.newest) t
)
SELECT r.balance FROM asked a JOIN running r USING (account_id, covered, journal_id, seq) ORDER BY a.n
"""
# What is stored, less what became effective later: most instants that are asked for are recent.
_AS_OF = """
SELECT a.credits - a.debits - coalesce((
         SELECT sum(CASE WHEN t.credit_account_id = a.id THEN t.amount ELSE -t.amount END)
           FROM journal j
           JOIN transfer t ON t.program_id = j.program_id AND t.journal_id = j.id
            AND (t.credit_account_id = a.id OR t.debit_account_id = a.id)
          WHERE j.program_id = a.program_id AND j.effective_at > $3), 0)
  FROM account a WHERE a.program_id = $1 AND a.id = $2
"""


async def balances_after(
    session: ReadSession, entries: Sequence[tuple[int, int, int]]
) -> list[int]:
    """The balance of an account after each (account key, journal key, seq), in smallest units."""
    records = await session.connection.fetch(
        _AFTER,
        session.program_id,
        [account for account, _, _ in entries],
        [journal for _, journal, _ in entries],
        [seq for _, _, seq in entries],
    )
    return [int(record["balance"]) for record in records]


async def balance_as_of(session: ReadSession, account_key: int, at: datetime) -> int:
    """The balance from journals effective up to an instant, in smallest units."""
    balance: int = await session.connection.fetchval(_AS_OF, session.program_id, account_key, at)
    return balance
