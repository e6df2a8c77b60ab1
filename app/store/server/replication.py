"""How far a primary has written its log, and how far a replica has replayed it. Any login role may ask."""

import asyncio
from dataclasses import dataclass
from time import monotonic

import asyncpg

from app.domain.errors import Unavailable
from app.domain.positions import WritePosition
from app.store.database import Session

# A log file's name begins with its timeline.
_WRITTEN = "SELECT pg_walfile_name(at) AS file, at FROM pg_current_wal_insert_lsn() AS at"
# The control file follows the timeline at a restart point only: what is on a new one is not known to be at first.
_REPLAYED = """
SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END AS at,
       greatest((SELECT timeline_id FROM pg_control_checkpoint()),
                (SELECT min_recovery_end_timeline FROM pg_control_recovery())) AS timeline
"""
_TIMELINE_DIGITS = 8
_LOOK_AGAIN_SECONDS = 0.02


class NotReplayed(Unavailable):
    """This server does not hold what the reader has seen."""


@dataclass(frozen=True, slots=True)
class Following:
    """A server that follows a primary has replayed up to here."""

    replayed: WritePosition

    def has(self, position: WritePosition) -> bool:
        """Whether what was written up to the position shows here."""
        same = position.timeline == self.replayed.timeline
        return same and position.at <= self.replayed.at


async def read_written(session: Session) -> WritePosition:
    """Up to where everything that is committed now is written. The server has to be a primary."""
    row = await session.fetchrow(_WRITTEN)
    assert row is not None
    return WritePosition.written(int(row["file"][:_TIMELINE_DIGITS], 16), row["at"])


async def read_replayed(session: Session) -> Following:
    """Up to where a replica shows everything. Raises NotReplayed by a server that follows nobody."""
    row: asyncpg.Record | None = await session.fetchrow(_REPLAYED)
    if row is None or row["at"] is None:
        raise NotReplayed("this server is no replica")
    return Following(WritePosition(row["timeline"], row["at"]))


async def require_replayed(
    session: Session, position: WritePosition, patience_seconds: float
) -> None:
    """To be asked before the snapshot is taken that has to show it. Raises NotReplayed."""
    patient_until = monotonic() + patience_seconds
    while not (await read_replayed(session)).has(position):
        if monotonic() >= patient_until:
            raise NotReplayed("this replica is behind what the reader has seen")
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
