"""What PostgreSQL says of itself: its clock, and whether its disk takes what is written."""

from datetime import datetime

from app.store.database import ReadSession

_CLOCK = "SELECT clock_timestamp()"

# Rows of a function that do not fit into memory go to a temporary file beside the data: no right to write is needed for
# it, a replica can do it, and nothing stays.
_LITTLE_MEMORY = "SET LOCAL work_mem = '64kB'"
_SPILL = "SELECT count(*) FROM generate_series(1, 20000)"


async def read_clock(session: ReadSession) -> datetime:
    """The server's clock, now."""
    at: datetime = await session.connection.fetchval(_CLOCK)
    return at


async def write_scratch(session: ReadSession) -> None:
    """Writes some hundred kilobytes that are gone with the statement; fails as any write does where the disk is full."""
    await session.connection.execute(_LITTLE_MEMORY)
    await session.connection.fetchval(_SPILL)
