"""A program's money: what the treasury holds by the chain and by the ledger, and what of it is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from app.domain.available import OwnMoney, available
from app.store.database import ReadSession


@dataclass(frozen=True, slots=True)
class BalanceSums:
    """Balances (credits - debits) by kind of account, in smallest units; on_chain: the stored reading.

    owed_to_affiliates: balances above zero only, since one affiliate's debt pays nobody else.
    """

    currency: str
    on_chain: int | None
    read_at: datetime | None
    owed_to_affiliates: int
    by_kind: dict[str, int]

    def of(self, kind: str) -> int:
        """The balance of all accounts of a kind."""
        return self.by_kind.get(kind, 0)

    @property
    def ledger(self) -> int:
        """What the treasury holds by the ledger: all that came in, less all that left."""
        return -(self.of("USER") + self.of("DEPOSIT") + self.of("PAID_OUT"))

    @property
    def treasury(self) -> int:
        """What the treasury holds: as it was last read, by the ledger until then."""
        return self.ledger if self.on_chain is None else self.on_chain

    @property
    def available(self) -> int:
        """What the program may take out."""
        return available(
            OwnMoney(
                program=self.of("PROGRAM"),
                affiliates=self.owed_to_affiliates,
                refunds=self.of("REFUND"),
                platform=self.of("PLATFORM"),
                in_flight=self.of("PAYOUT_IN_FLIGHT"),
            ),
            self.on_chain,
        )


@dataclass(frozen=True, slots=True)
class DueRow:
    """day: its start, in program time; amount: what becomes payable on it, clawbacks counted."""

    currency: str
    day: datetime
    amount: int


_BALANCES = """
SELECT u.code, u.on_chain_balance, u.on_chain_read_at, k.kind, k.balance, k.above_zero
  FROM program_currency u
  LEFT JOIN account_sum k ON k.program_id = u.program_id AND k.currency = u.code
 WHERE u.program_id = $1 ORDER BY u.position
"""
# What is held has left the accounts that it is owed from, and what the program takes itself was never owed. A line may be
# in several Safe transactions of one nonce, of which one holds it at most.
_DUE = """
WITH listed AS (
  SELECT s.currency, l.line_id, max(l.amount) AS amount
    FROM safe_transaction s
    JOIN payout_line l ON l.program_id = s.program_id AND l.safe_transaction_id = s.id
    JOIN payout p ON p.program_id = l.program_id AND p.id = l.payout_id AND p.purpose <> 'WITHDRAWAL'
   WHERE s.program_id = $1 AND s.status NOT IN ('EXECUTED', 'DEAD')
   GROUP BY s.currency, l.line_id HAVING NOT bool_or(s.holding)
)
SELECT d.currency, d.day, sum(d.amount) AS amount
  FROM (SELECT k.currency, k.amount, greatest(k.day, $2) AS day
          FROM payable_sum k WHERE k.program_id = $1 AND k.day < $3 AND k.amount <> 0
         UNION ALL
        SELECT r.currency, r.amount, $2 FROM refund r WHERE r.program_id = $1 AND r.status = 'OWED'
         UNION ALL
        SELECT listed.currency, listed.amount, $2 FROM listed) d
 GROUP BY d.currency, d.day ORDER BY d.currency, d.day
"""


async def balance_sums(session: ReadSession, programs: Sequence[int]) -> list[list[BalanceSums]]:
    """Of this snapshot's program, however often it is asked for: one for each of its currencies."""
    records = await session.connection.fetch(_BALANCES, session.program_id)
    currencies = {record["code"]: record for record in records}
    found = [_sums(records, currency) for currency in currencies.values()]
    return [found] * len(programs)


def _sums(records: Sequence[asyncpg.Record], currency: asyncpg.Record) -> BalanceSums:
    own = {record["kind"]: record for record in records if record["code"] == currency["code"]}
    affiliates = own.get("AFFILIATE")
    return BalanceSums(
        currency=currency["code"],
        on_chain=currency["on_chain_balance"],
        read_at=currency["on_chain_read_at"],
        owed_to_affiliates=0 if affiliates is None else affiliates["above_zero"],
        by_kind={kind: record["balance"] for kind, record in own.items() if kind is not None},
    )


async def due_by_day(
    session: ReadSession, asked: Sequence[tuple[datetime, int]]
) -> list[list[DueRow]]:
    """What becomes payable from the start of a day for so many days, what is payable already on the first."""
    return [await _due(session, today, days) for today, days in asked]


async def _due(session: ReadSession, today: datetime, days: int) -> list[DueRow]:
    records = await session.connection.fetch(
        _DUE, session.program_id, today, today + timedelta(days=days)
    )
    return [DueRow(record["currency"], record["day"], record["amount"]) for record in records]
