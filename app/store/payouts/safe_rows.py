"""Safe transactions as those read them who move them: locked, under the treasury's lock."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from app.domain.payouts import Death
from app.domain.states import SafeTransactionStatus
from app.store.database import ReadSession, UnitOfWork

_COLUMNS = """
s.id, s.safe_nonce, s.hash, s.status, s.death, s.death_reason, s.holding, s.holds, s.version, s.currency, s.token, s.total
"""
_OPEN = f"""
SELECT {_COLUMNS} FROM safe_transaction s
 WHERE s.program_id = $1 AND s.status NOT IN ('EXECUTED', 'DEAD') ORDER BY s.id FOR UPDATE
"""
_READ_OPEN = f"""
SELECT {_COLUMNS} FROM safe_transaction s
 WHERE s.program_id = $1 AND s.status NOT IN ('EXECUTED', 'DEAD') ORDER BY s.id
"""
_OF_BATCH = f"""
SELECT {_COLUMNS} FROM payout_batch_transaction t
  JOIN safe_transaction s ON s.program_id = t.program_id AND s.id = t.safe_transaction_id
 WHERE t.program_id = $1 AND t.batch_id = $2 ORDER BY t.place
"""
_BY_HASH = f"SELECT {_COLUMNS} FROM safe_transaction s WHERE s.program_id = $1 AND s.hash = ANY($2::bytea[])"


@dataclass(frozen=True, slots=True)
class SafeRow:
    """A Safe transaction's state. holds: how often its money was held; currency: None when it pays nobody."""

    id: UUID
    nonce: int
    hash: bytes
    status: SafeTransactionStatus
    death: Death | None
    death_reason: str | None
    holding: bool
    holds: int
    version: int
    currency: str | None
    token: str
    total: int

    @property
    def open(self) -> bool:
        """Whether it can still execute."""
        return self.status not in {SafeTransactionStatus.EXECUTED, SafeTransactionStatus.DEAD}

    @property
    def waits_for_signatures(self) -> bool:
        return self.status is SafeTransactionStatus.PROPOSED and self.death is None


async def lock_open(unit: UnitOfWork, program_id: int) -> list[SafeRow]:
    """Every open one of the program; the treasury's lock is held."""
    return [_row(row) for row in await unit.connection.fetch(_OPEN, program_id)]


async def read_open(session: ReadSession | UnitOfWork, program_id: int) -> list[SafeRow]:
    """The same without locking them."""
    return [_row(row) for row in await session.connection.fetch(_READ_OPEN, program_id)]


async def of_batch(
    session: ReadSession | UnitOfWork, program_id: int, batch_id: UUID
) -> list[SafeRow]:
    """Those that the batch lists, in its order."""
    return [_row(row) for row in await session.connection.fetch(_OF_BATCH, program_id, batch_id)]


async def by_hash(
    session: ReadSession | UnitOfWork, program_id: int, hashes: Sequence[bytes]
) -> dict[bytes, SafeRow]:
    """Those of these safeTxHashes that we know."""
    rows = await session.connection.fetch(_BY_HASH, program_id, hashes)
    return {row["hash"]: _row(row) for row in rows}


def _row(row: asyncpg.Record) -> SafeRow:
    return SafeRow(
        id=row["id"],
        nonce=row["safe_nonce"],
        hash=row["hash"],
        status=SafeTransactionStatus(row["status"]),
        death=None if row["death"] is None else Death(row["death"]),
        death_reason=row["death_reason"],
        holding=row["holding"],
        holds=row["holds"],
        version=row["version"],
        currency=row["currency"],
        token=row["token"],
        total=row["total"],
    )
