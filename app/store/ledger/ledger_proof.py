"""Adds the whole ledger up again, from its transfers: what a superuser could have bent shows here."""

from dataclasses import dataclass
from typing import Any

from app.store.database import ReadSession

# Per program and currency: every transfer has both sides, so both sums are the sum of amounts.
_TOTALS = """
SELECT p.slug, a.currency, max(c.decimals) AS decimals, sum(a.debits) AS debits, sum(a.credits) AS credits,
       (SELECT coalesce(sum(t.amount), 0) FROM transfer t
        WHERE t.program_id = a.program_id AND t.currency = a.currency) AS moved
FROM account a JOIN program p ON p.id = a.program_id
LEFT JOIN program_currency c ON c.program_id = a.program_id AND c.code = a.currency
GROUP BY p.slug, a.program_id, a.currency
ORDER BY a.program_id, a.currency
"""
# Stored balances beside the sums of the transfers that touch the account.
_DRIFTING = """
WITH side AS (
  SELECT program_id, debit_account_id AS id, amount AS debit, 0::numeric AS credit FROM transfer
  UNION ALL
  SELECT program_id, credit_account_id, 0, amount FROM transfer
), summed AS (
  SELECT program_id, id, sum(debit) AS debits, sum(credit) AS credits FROM side GROUP BY 1, 2
)
SELECT coalesce(a.program_id, s.program_id) AS program_id, coalesce(a.id, s.id) AS account_id,
       a.kind, a.debits, a.credits, coalesce(s.debits, 0) AS summed_debits,
       coalesce(s.credits, 0) AS summed_credits
FROM account a FULL JOIN summed s ON s.program_id = a.program_id AND s.id = a.id
WHERE a.id IS NULL OR a.debits <> coalesce(s.debits, 0) OR a.credits <> coalesce(s.credits, 0)
ORDER BY 1, 2
"""

# Invariant 1, as the posting function has it: what a journal takes in and pays out is what its movements say.
_MOVEMENT_FAULTS = """
WITH said AS (
  SELECT t.program_id, t.journal_id, t.currency,
         coalesce(sum(t.amount) FILTER (WHERE d.kind IN ('USER', 'DEPOSIT')), 0) AS came,
         coalesce(sum(t.amount) FILTER (WHERE c.kind IN ('USER', 'DEPOSIT')), 0) AS went_back,
         coalesce(sum(t.amount) FILTER (WHERE c.kind = 'PAID_OUT'), 0) AS went,
         coalesce(sum(t.amount) FILTER (WHERE d.kind = 'PAID_OUT'), 0) AS came_back
    FROM transfer t
    JOIN account d ON d.program_id = t.program_id AND d.id = t.debit_account_id
    JOIN account c ON c.program_id = t.program_id AND c.id = t.credit_account_id
   GROUP BY 1, 2, 3
), claimed AS (
  SELECT m.program_id, m.journal_id, m.currency,
         coalesce(sum(m.amount) FILTER (WHERE m.direction = 'IN' AND NOT m.undone), 0) AS came,
         coalesce(sum(m.amount) FILTER (WHERE m.direction = 'IN' AND m.undone), 0) AS went_back,
         coalesce(sum(m.amount) FILTER (WHERE m.direction = 'OUT' AND NOT m.undone), 0) AS went,
         coalesce(sum(m.amount) FILTER (WHERE m.direction = 'OUT' AND m.undone), 0) AS came_back
    FROM movement m GROUP BY 1, 2, 3
)
SELECT program_id, journal_id, currency
  FROM said FULL JOIN claimed USING (program_id, journal_id, currency)
 WHERE (coalesce(said.came, 0), coalesce(said.went_back, 0), coalesce(said.went, 0), coalesce(said.came_back, 0))
    <> (coalesce(claimed.came, 0), coalesce(claimed.went_back, 0), coalesce(claimed.went, 0),
        coalesce(claimed.came_back, 0))
 ORDER BY 1, 2, 3 LIMIT 100
"""
# Each account's sums journal by journal, in one pass; a snapshot is always of a journal that touched its account.
_SNAPSHOT_FAULTS = """
WITH side AS (
  SELECT program_id, debit_account_id AS account_id, journal_id, amount::numeric AS debit, 0::numeric AS credit FROM transfer
  UNION ALL
  SELECT program_id, credit_account_id, journal_id, 0, amount FROM transfer
), touched AS (
  SELECT program_id, account_id, journal_id, sum(debit) AS debits, sum(credit) AS credits
    FROM side WHERE (program_id, account_id) IN (SELECT program_id, account_id FROM account_snapshot)
   GROUP BY 1, 2, 3
), summed AS (
  SELECT program_id, account_id, journal_id, sum(debits) OVER w AS debits, sum(credits) OVER w AS credits
    FROM touched WINDOW w AS (PARTITION BY program_id, account_id ORDER BY journal_id)
)
SELECT s.program_id, s.account_id, s.journal_id
  FROM account_snapshot s LEFT JOIN summed x USING (program_id, account_id, journal_id)
 WHERE x.journal_id IS NULL OR (s.debits, s.credits) <> (x.debits, x.credits)
 ORDER BY 1, 2, 3 LIMIT 100
"""
_PROGRAMS = "SELECT id FROM program UNION SELECT 0 ORDER BY 1"


@dataclass(frozen=True, slots=True)
class LedgerTotal:
    """One program (its slug) and currency, in smallest units: stored balances, and what its transfers moved."""

    program: str
    currency: str
    decimals: int
    debits: int
    credits: int
    moved: int

    @property
    def balanced(self) -> bool:
        """Invariant 2: both sides are equal, and equal to what was moved."""
        return self.debits == self.credits == self.moved


@dataclass(frozen=True, slots=True)
class DriftingAccount:
    """An account whose stored balance is not the sum of its transfers; kind None: it is missing."""

    program_id: int
    account_id: int
    kind: str | None
    stored: tuple[int, int] | None
    summed: tuple[int, int]


async def ledger_totals(session: ReadSession) -> list[LedgerTotal]:
    """Every program and currency that the session may see."""
    return [_total(row) for row in await session.connection.fetch(_TOTALS)]


async def drifting_accounts(session: ReadSession) -> list[DriftingAccount]:
    """Accounts of all programs that contradict their transfers; empty in a sound ledger."""
    return [_drifting(row) for row in await session.connection.fetch(_DRIFTING)]


async def movement_faults(session: ReadSession) -> list[tuple[int, int, str]]:
    """Up to 100 (program, journal, currency) whose movements are not what the journal took in and paid out."""
    return [tuple(row) for row in await session.connection.fetch(_MOVEMENT_FAULTS)]


async def snapshot_faults(session: ReadSession) -> list[tuple[int, int, int]]:
    """Up to 100 (program, account, journal) whose snapshot is not the sum of the transfers it covers."""
    return [tuple(row) for row in await session.connection.fetch(_SNAPSHOT_FAULTS)]


async def sealing_programs(session: ReadSession) -> list[int]:
    """Every program, and the platform (0), which has audit rows."""
    return [row["id"] for row in await session.connection.fetch(_PROGRAMS)]


def _total(row: Any) -> LedgerTotal:
    return LedgerTotal(
        row["slug"],
        row["currency"],
        row["decimals"] or 0,
        row["debits"],
        row["credits"],
        row["moved"],
    )


def _drifting(row: Any) -> DriftingAccount:
    stored = None if row["kind"] is None else (row["debits"], row["credits"])
    return DriftingAccount(
        row["program_id"],
        row["account_id"],
        row["kind"],
        stored,
        (row["summed_debits"], row["summed_credits"]),
    )
