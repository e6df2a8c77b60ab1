"""What is left to do when all programs are seeded: what the chain's watcher would know, and tidy tables."""

import asyncpg

from app.store.database import UnitOfWork
from app.store.seeding.program import CHAIN_ID

# As far as the newest block of any program; nothing when the database watches this chain already.
_WATCHED = """
INSERT INTO chain_watch (chain_id, head_number, head_at, final_number, required_confirmations, updated_at)
SELECT $1, max(block_number) + 2, max(updated_at), max(block_number), 2, max(updated_at)
  FROM consumed_through WHERE chain_id = $1
ON CONFLICT (chain_id) DO NOTHING
"""
# Seeded events are sealed, and are no news to anybody. What the services told of payouts waits in the outbox still.
_TOLD = """
UPDATE consumer_position SET position = greatest(position, (SELECT coalesce(max(position), 0) FROM event))
 WHERE consumer IN ('seals', 'webhooks')
"""
_LOOK = "ANALYZE"
_TIDY = "VACUUM (ANALYZE)"


async def watch_chain(unit: UnitOfWork) -> None:
    """Says that the chain was watched up to the last block."""
    await unit.connection.execute(_WATCHED, CHAIN_ID)


async def events_are_told(unit: UnitOfWork) -> None:
    """Sealer and webhooks go on after what was seeded."""
    await unit.connection.execute(_TOLD)


async def look(connection: asyncpg.Connection) -> None:
    """Fresh statistics. Outside any transaction."""
    await connection.execute(_LOOK)


async def tidy(connection: asyncpg.Connection) -> None:
    """Fresh statistics, and the dead rows of moves gone. Outside any transaction."""
    await connection.execute(_TIDY)
