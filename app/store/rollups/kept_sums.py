"""Sums that the database keeps with what they sum: how they differ from it, and what puts them right."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.store import advisory_locks
from app.store.database import Session, UnitOfWork


@dataclass(frozen=True, slots=True)
class KeptSum:
    """key: columns after program_id. sums: columns that add up. source: rows of both, of program $1, read from what the
    table sums.
    """

    table: str
    key: str
    sums: tuple[str, ...]
    source: str

    @property
    def differences(self) -> str:
        """What each row lacks; of rows that are right, nothing. $1: the program."""
        added = ", ".join(f"sum({name}) AS {name}" for name in self.sums)
        taken = ", ".join(f"-{name}" for name in self.sums)
        return f"""
SELECT {self.key}, {added}
  FROM ({self.source} UNION ALL SELECT {self.key}, {taken} FROM {self.table} WHERE program_id = $1) d
 GROUP BY {self.key} HAVING {" OR ".join(f"sum({name}) <> 0" for name in self.sums)}"""

    @property
    def mending(self) -> str:
        """Adds what is missing: what others add meanwhile is added to both."""
        return f"""
INSERT INTO {self.table} AS k (program_id, {self.key}, {", ".join(self.sums)})
SELECT $1, d.* FROM ({self.differences} ORDER BY {self.key}) d
ON CONFLICT (program_id, {self.key}) DO UPDATE
   SET {", ".join(f"{name} = k.{name} + excluded.{name}" for name in self.sums)}"""


_ACCOUNTS = KeptSum(
    "account_sum",
    "currency, kind",
    ("balance", "above_zero"),
    """
SELECT currency, kind, sum(credits - debits) AS balance, sum(greatest(credits - debits, 0)) AS above_zero
  FROM account WHERE program_id = $1 GROUP BY 1, 2""",
)
_PAYABLE = KeptSum(
    "payable_sum",
    "currency, day",
    ("amount",),
    """
SELECT currency, CASE status WHEN 'ACCRUED' THEN date_trunc('day', payable_at, 'UTC') ELSE '-infinity' END AS day,
       sum(amount) AS amount
  FROM commission WHERE program_id = $1 AND status IN ('ACCRUED', 'PAYABLE') GROUP BY 1, 2""",
)
_EARNED = KeptSum(
    "earned_sum",
    "affiliate_id, currency",
    ("payable", "pending_approval", "paid", "reversed"),
    """
SELECT affiliate_id, currency,
       coalesce(sum(amount) FILTER (WHERE status = 'PAYABLE'), 0) AS payable,
       coalesce(sum(amount) FILTER (WHERE status = 'PENDING_APPROVAL'), 0) AS pending_approval,
       coalesce(sum(amount) FILTER (WHERE status = 'PAID'), 0) AS paid,
       coalesce(sum(abs(amount)) FILTER (WHERE (status = 'REVERSED') = (amount > 0)), 0) AS reversed
  FROM commission WHERE program_id = $1 AND (status <> 'ACCRUED' OR amount < 0) GROUP BY 1, 2""",
)
# Of all stretches. Journal by journal, as only transfer_pkey has them: stretch by stretch, never all transfers for each. OFFSET 0:
# accounts are read once, not for each stretch and not for each transfer. Of each account the first stretch in which it moved, by
# one more pass: of a program that statistics do not know yet, a look for its first journal would be planned as one through all
# transfers.
_STRETCHES = KeptSum(
    "stretch_sum",
    "through, currency, kind",
    ("debits", "credits", "accounts"),
    """
SELECT s.through, s.currency, s.kind, sum(s.debits) AS debits, sum(s.credits) AS credits, sum(s.accounts) AS accounts
  FROM (SELECT p.through, p.currency, v.kind, v.debits, v.credits, 0 AS accounts
          FROM (SELECT m.through, m.currency, d.kind AS debited, c.kind AS credited, sum(m.amount) AS amount
                  FROM (SELECT k.through, t.currency, t.debit_account_id, t.credit_account_id, t.amount
                          FROM journal_stretch k
                         CROSS JOIN LATERAL (
                               SELECT t.currency, t.debit_account_id, t.credit_account_id, t.amount FROM transfer t
                                WHERE t.program_id = $1 AND t.journal_id > k.after AND t.journal_id <= k.through
                                ORDER BY t.journal_id) t
                         WHERE k.program_id = $1 OFFSET 0) m
                  JOIN (SELECT id, kind FROM account WHERE program_id = $1 OFFSET 0) d ON d.id = m.debit_account_id
                  JOIN (SELECT id, kind FROM account WHERE program_id = $1 OFFSET 0) c ON c.id = m.credit_account_id
                 GROUP BY 1, 2, 3, 4) p
         CROSS JOIN LATERAL (VALUES (p.debited, p.amount, 0), (p.credited, 0, p.amount)) AS v (kind, debits, credits)
        UNION ALL
        SELECT f.through, a.currency, a.kind, 0, 0, 1
          FROM (SELECT m.account_id, min(k.through) AS through
                  FROM journal_stretch k
                 CROSS JOIN LATERAL (
                       SELECT t.debit_account_id, t.credit_account_id FROM transfer t
                        WHERE t.program_id = $1 AND t.journal_id > k.after AND t.journal_id <= k.through
                        ORDER BY t.journal_id) t
                 CROSS JOIN LATERAL (VALUES (t.debit_account_id), (t.credit_account_id)) AS m (account_id)
                 WHERE k.program_id = $1 GROUP BY 1) f
          JOIN (SELECT id, currency, kind FROM account WHERE program_id = $1 OFFSET 0) a ON a.id = f.account_id) s
 GROUP BY 1, 2, 3""",
)
KEPT_SUMS = (_ACCOUNTS, _PAYABLE, _EARNED, _STRETCHES)


# Who mends beside us, or anybody else who holds the lock: the caller tries again for as long as it cares to.
_LONGEST_WAIT_SECONDS = 3.0
# Two at once would both add what is missing. Until the commit, by a statement of its own: what comes after it reads anew.
_ALONE = f"SELECT pg_advisory_xact_lock({advisory_locks.KEPT_SUMS}, hashint8($1))"
# Of a program that came since statistics were made a plan expects a row or two: it would compare each transfer with each account,
# and for each stretch sort all transfers of the program.
_BY_HASH = "SET LOCAL enable_nestloop = off; SET LOCAL enable_sort = off"
_AS_BEFORE = "SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL enable_sort TO DEFAULT"


async def mend(unit: UnitOfWork, program_id: int, one: KeptSum) -> None:
    """Makes it what it sums, whatever others add meanwhile. unit: read_committed, and of nothing else: what it locks is
    what a posting locks last. Waits for a lock for a few seconds only, whoever holds it.
    """
    await unit.wait_at_most(_LONGEST_WAIT_SECONDS)
    await unit.connection.execute(_ALONE, program_id)
    async with joined_by_hash(unit.connection):
        await unit.connection.execute(one.mending, program_id)


@asynccontextmanager
async def joined_by_hash(connection: Session) -> AsyncIterator[None]:
    """Around what reads `differences`, in a transaction: they take as long as rows take to be read, whatever is planned."""
    await connection.execute(_BY_HASH)
    yield
    await connection.execute(_AS_BEFORE)
