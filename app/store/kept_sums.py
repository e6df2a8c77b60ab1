"""Sums that the database keeps with what they sum: how they differ from it, and what puts them right."""

from dataclasses import dataclass

from app.store.database import UnitOfWork


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
KEPT_SUMS = (_ACCOUNTS, _PAYABLE, _EARNED)


async def mend(unit: UnitOfWork, program_id: int, one: KeptSum) -> None:
    """Makes it what it sums, whatever others add meanwhile. unit: read_committed, and of nothing else: what it locks is
    what a posting locks last.
    """
    await unit.connection.execute(one.mending, program_id)
