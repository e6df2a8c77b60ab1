"""Whether a pooler stands between us and PostgreSQL, and whether it keeps the statements that the driver prepares."""

import asyncio

import asyncpg

from app.store.database import Database

FORGETS = (
    asyncpg.exceptions.InvalidSQLStatementNameError,
    asyncpg.exceptions.DuplicatePreparedStatementError,
)
"""What the driver meets behind a pooler that hands transactions to servers which do not know its statements."""
POOL_FAILURES = (
    OSError,
    TimeoutError,
    asyncpg.exceptions.PostgresError,
    asyncpg.exceptions.InterfaceError,
)

_PATIENCE_SECONDS = 3.0
_WHO = "SELECT pg_backend_pid()"


async def is_pooled(database: Database) -> bool:
    """Whether transactions may be another server process' than the connection was told at its beginning. Raises one of
    FORGETS when statements get lost on the way. Needs two connections; raises TimeoutError when it does not get them.
    """
    wait = database.longest_wait_seconds
    async with (
        database.pool.acquire(timeout=wait) as one,
        database.pool.acquire(timeout=wait) as other,
    ):
        told = one.get_server_pid()
        pooled = bool(told != await one.fetchval(_WHO))
        async with other.transaction():
            await other.fetchval(
                _WHO
            )  # has the server process that `one` had, if they are handed around
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    pooled |= bool(told != await one.fetchval(_WHO))
            except TimeoutError:
                return True  # there is a single one, which `other` has
    return pooled
