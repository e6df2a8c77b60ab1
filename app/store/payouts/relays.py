"""Relays: which approved Safe transactions wait for one, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.domain.states import ProgramStatus
from app.store.database import ReadSession, UnitOfWork

# The lowest open nonce of its program, and only while nothing of that Safe is in flight.
_NEXT = """
  FROM safe_transaction s
  JOIN program p ON p.id = s.program_id
  LEFT JOIN program_currency y ON y.program_id = s.program_id AND y.code = s.currency
 WHERE s.chain_id = $1 AND s.status = 'APPROVED' AND s.status NOT IN ('EXECUTED', 'DEAD') AND s.death IS NULL
   AND s.safe_nonce = (SELECT min(o.safe_nonce) FROM safe_transaction o
                        WHERE o.program_id = s.program_id AND o.status NOT IN ('EXECUTED', 'DEAD'))
   AND NOT EXISTS (SELECT FROM safe_relay r WHERE r.program_id = s.program_id AND r.live)
"""
_DUE = f"""
SELECT s.program_id, p.public_id AS program, s.id, s.version, s.safe, s.safe_nonce, s.token, s.currency, y.decimals, s.to_address, s.data,
       s.operation, s.total, s.payout_count, p.status AS program_status,
       (SELECT count(*) FROM safe_relay f JOIN chain_transaction x ON x.id = f.chain_transaction_id
          LEFT JOIN signed_copy k ON k.chain_transaction_id = x.id AND k.n = x.mined_copy
         WHERE f.program_id = s.program_id AND f.failure IS NOT NULL AND f.finished_at > $2
           AND (x.status = 'REVERTED' OR k.kind = 'PAYLOAD')) AS fruitless,
       EXISTS (SELECT FROM discrepancy d WHERE d.program_id = s.program_id AND d.kind = 'TREASURY_CONFIGURATION'
                  AND d.resolved_at IS NULL) AS held,
       EXISTS (SELECT FROM consumed_through u WHERE u.program_id = s.program_id
                  AND (u.stopped IS NOT NULL OR u.block_number < u.unknown_through)) AS unposted
{_NEXT} ORDER BY s.program_id
"""
_IS_DUE = f"SELECT EXISTS (SELECT {_NEXT} AND s.waiting IS NULL AND p.status = 'ACTIVE')"
_IS_LIVE = "SELECT EXISTS (SELECT FROM safe_relay WHERE program_id = $1 AND live)"
_START = """
INSERT INTO safe_relay (program_id, safe_transaction_id, number, chain_transaction_id, live, started_at)
SELECT $1, $2, 1 + count(*), $3, true, $4 FROM safe_relay WHERE program_id = $1 AND safe_transaction_id = $2
"""
# Once its program has read the block that could have its success log.
_ENDED = """
SELECT r.program_id, (SELECT public_id FROM program WHERE id = r.program_id) AS program,
       r.safe_transaction_id, r.chain_transaction_id, t.status AS outcome, c.kind AS copy_kind,
       (SELECT count(*) FROM safe_relay e JOIN chain_transaction x ON x.id = e.chain_transaction_id
          LEFT JOIN signed_copy k ON k.chain_transaction_id = x.id AND k.n = x.mined_copy
         WHERE e.program_id = r.program_id AND e.safe_transaction_id = r.safe_transaction_id
           AND (x.status = 'REVERTED' OR (x.status = 'CONFIRMED' AND k.kind = 'PAYLOAD'))) AS fruitless
  FROM safe_relay r
  JOIN chain_transaction t ON t.id = r.chain_transaction_id
  JOIN chain_watch w ON w.chain_id = t.chain_id
  JOIN consumed_through p ON p.chain_id = t.chain_id AND p.program_id = r.program_id
  LEFT JOIN signed_copy c ON c.chain_transaction_id = t.id AND c.n = t.mined_copy
 WHERE r.live AND t.chain_id = $1 AND t.status IN ('CONFIRMED', 'REVERTED', 'DISPLACED')
   AND p.block_number >= coalesce(t.block_number, w.final_number)
 ORDER BY r.program_id
"""
_END = """
WITH ended AS (
  UPDATE safe_relay SET live = false, finished_at = $3, failure = $4
   WHERE program_id = $1 AND chain_transaction_id = $2 AND live RETURNING program_id, chain_transaction_id
), spent AS (
  INSERT INTO program_gas AS g (program_id, day, spent_wei)
  SELECT e.program_id, ($3::timestamptz AT TIME ZONE 'UTC')::date, t.cost_wei
    FROM ended e JOIN chain_transaction t ON t.id = e.chain_transaction_id WHERE t.cost_wei IS NOT NULL
  ON CONFLICT (program_id, day) DO UPDATE SET spent_wei = g.spent_wei + excluded.spent_wei
)
SELECT EXISTS (SELECT FROM ended)
"""


@dataclass(frozen=True, slots=True)
class DueRelay:
    """An approved Safe transaction that is its Safe's next, as it was read. currency: None when it pays nobody.

    fruitless: how many relays of the program cost gas lately and executed nothing. held: a change of the treasury waits
    for a person. unposted: see is_unposted. program: its public id.
    """

    program_id: int
    program: UUID
    id: UUID
    version: int
    safe: str
    safe_nonce: int
    token: str
    currency: str | None
    decimals: int | None
    to_address: str
    data: bytes
    operation: int
    total: int
    payout_count: int
    program_status: ProgramStatus
    fruitless: int
    held: bool
    unposted: bool


@dataclass(frozen=True, slots=True)
class EndedRelay:
    """A relay that is final. copy_kind: of the copy that was mined; fruitless: how many relays of it were in a block
    so far, and did not execute it if it is still open. program: its public id.
    """

    program_id: int
    program: UUID
    safe_transaction_id: UUID
    chain_transaction_id: UUID
    outcome: str
    copy_kind: str | None
    fruitless: int


async def due_relays(session: ReadSession, chain_id: int, lately: datetime) -> list[DueRelay]:
    """At most one of each program, paused ones too. lately: since when fruitless relays count (real time)."""
    return [_due(row) for row in await session.connection.fetch(_DUE, chain_id, lately)]


async def is_relay_due(session: ReadSession, chain_id: int) -> bool:
    """Whether one is due that nothing is known to be in the way of."""
    return bool(await session.connection.fetchval(_IS_DUE, chain_id))


async def is_relay_live(unit: UnitOfWork, program_id: int) -> bool:
    """Whether one of the program's Safe is in flight."""
    return bool(await unit.connection.fetchval(_IS_LIVE, program_id))


async def start_relay(
    unit: UnitOfWork, program_id: int, safe_transaction_id: UUID, carrier_id: UUID, at: datetime
) -> None:
    """carrier_id: the chain transaction that relays it."""
    await unit.connection.execute(_START, program_id, safe_transaction_id, carrier_id, at)


async def ended_relays(session: ReadSession, chain_id: int) -> list[EndedRelay]:
    """Live ones whose chain transaction is final."""
    return [EndedRelay(**row) for row in await session.connection.fetch(_ENDED, chain_id)]


async def end_relay(unit: UnitOfWork, ended: EndedRelay, failure: str | None, at: datetime) -> bool:
    """Books its gas with the program; False when that was done before."""
    return bool(
        await unit.connection.fetchval(
            _END, ended.program_id, ended.chain_transaction_id, at, failure
        )
    )


def _due(row: asyncpg.Record) -> DueRelay:
    return DueRelay(**(dict(row) | {"program_status": ProgramStatus(row["program_status"])}))
