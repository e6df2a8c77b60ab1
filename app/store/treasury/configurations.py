"""How each treasury's Safe was configured when the watcher last looked."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from app.domain.treasury import SafeConfiguration
from app.store.database import ReadSession, UnitOfWork

_COLUMNS = "program_id, readable, owners, threshold, modules, guard, fallback_handler, singleton"
_OF_CHAIN = f"""
SELECT {_COLUMNS} FROM treasury_configuration
 WHERE program_id = ANY (SELECT t.program_id FROM treasury t WHERE t.chain_id = $1)
"""
_LOCK = f"SELECT {_COLUMNS} FROM treasury_configuration WHERE program_id = $1 FOR UPDATE"
_NOTE = """
INSERT INTO treasury_configuration (program_id, readable, owners, threshold, modules, guard, fallback_handler, singleton,
                                    block_number, block_hash, read_at)
VALUES ($1, true, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (program_id) DO UPDATE
   SET readable = true, owners = $2, threshold = $3, modules = $4, guard = $5, fallback_handler = $6, singleton = $7,
       block_number = $8, block_hash = $9, read_at = $10
"""
_NOT_READABLE = """
UPDATE treasury_configuration SET readable = false, block_number = $2, block_hash = $3, read_at = $4 WHERE program_id = $1
"""
_HELD = """
SELECT EXISTS (SELECT FROM discrepancy WHERE program_id = $1 AND kind = 'TREASURY_CONFIGURATION' AND resolved_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class StoredConfiguration:
    """readable: false when it did not answer as a Safe at the last look."""

    program_id: int
    readable: bool
    safe: SafeConfiguration

    @property
    def seen(self) -> SafeConfiguration | None:
        """As a reading of the chain is given."""
        return self.safe if self.readable else None


@dataclass(frozen=True, slots=True)
class LookedAt:
    """The block that a reading is of. at: real time."""

    number: int
    hash: bytes
    at: datetime


async def of_chain(session: ReadSession, chain_id: int) -> dict[int, StoredConfiguration]:
    """By program."""
    rows = await session.connection.fetch(_OF_CHAIN, chain_id)
    return {row["program_id"]: _stored(row) for row in rows}


async def lock(unit: UnitOfWork, program_id: int) -> StoredConfiguration | None:
    """None before the first look."""
    row = await unit.connection.fetchrow(_LOCK, program_id)
    return None if row is None else _stored(row)


async def note(
    unit: UnitOfWork, program_id: int, safe: SafeConfiguration | None, block: LookedAt
) -> None:
    """safe: None when it did not answer."""
    if safe is None:
        await unit.connection.execute(_NOT_READABLE, program_id, block.number, block.hash, block.at)
        return
    await unit.connection.execute(
        _NOTE,
        program_id,
        list(safe.owners),
        safe.threshold,
        list(safe.modules),
        safe.guard,
        safe.fallback_handler,
        safe.singleton,
        block.number,
        block.hash,
        block.at,
    )


async def is_held(session: ReadSession | UnitOfWork, program_id: int) -> bool:
    """Whether a change of the treasury waits for a person: nothing is relayed meanwhile."""
    return bool(await session.connection.fetchval(_HELD, program_id))


def _stored(row: asyncpg.Record) -> StoredConfiguration:
    safe = SafeConfiguration(
        owners=tuple(row["owners"]),
        threshold=row["threshold"],
        modules=tuple(row["modules"]),
        guard=row["guard"],
        fallback_handler=row["fallback_handler"],
        singleton=row["singleton"],
    )
    return StoredConfiguration(row["program_id"], row["readable"], safe)
