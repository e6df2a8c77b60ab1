"""Events after they were committed: moved once, read by position."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import asyncpg

from app.domain.clock import Clock
from app.domain.errors import Unavailable
from app.domain.events import Event, EventType
from app.store.database import Database, ReadSession, Session

# The lock is a statement of its own, so that the move's snapshot sees what the last mover committed.
_LOCK = "SELECT sge_lock_outbox()"
_MOVE = "SELECT sge_move_outbox($1)"
_NEWEST = "SELECT coalesce((SELECT max(position) FROM event), (SELECT kept_from FROM event_feed))"
_KEPT_FROM = "SELECT kept_from FROM event_feed"
_EPOCH = "SELECT epoch FROM event_feed WHERE sge_is_own_server()"
# `internal` is for rollups and seals; subscribers never see it.
_COLUMNS = "position, program_id, type, name, entity_id, version, at, data - 'internal' AS data"
_READ = f"SELECT {_COLUMNS} FROM event WHERE position > $1 ORDER BY position LIMIT $2"
_REPLAY = f"""
SELECT {_COLUMNS} FROM event
 WHERE program_id = $1 AND position > $2 AND position <= $3 AND ($4::text[] IS NULL OR type = ANY($4))
 ORDER BY position LIMIT $5
"""
# In the snapshot that answers a query: what it shows was caused by events up to here. Later ones may show already.
_CURSOR = """
SELECT f.epoch, greatest(f.kept_from, (SELECT max(e.position) FROM event e WHERE e.program_id = $1)) AS position
  FROM event_feed f
"""
_MOVED_AT_ONCE = 500
_RETRY_SECONDS = 10


class CursorExpired(Exception):
    """Events after this position are no longer kept, or positions were issued again since."""


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """A place in the feed. epoch: raised whenever positions may be issued again."""

    epoch: int
    position: int


def _event(record: asyncpg.Record) -> Event:
    return Event(
        position=record["position"],
        program_id=record["program_id"],
        type=EventType(record["type"]),
        name=record["name"],
        entity_id=record["entity_id"],
        version=record["version"],
        at=record["at"],
        data=record["data"],
    )


class EventFeed:
    """The feed as a process reads it, with the login role of feeds."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def epoch(self) -> int:
        """The epoch that cursors carry now. Raises Unavailable after a restore or a promotion until a recovery has begun and
        raised it: positions are issued again already.
        """
        epoch: int | None = await self._database.ask(lambda found: found.fetchval(_EPOCH))
        if epoch is None:
            raise Unavailable("The database was restored and is about to catch up.", _RETRY_SECONDS)
        return epoch

    async def newest_position(self) -> int:
        """Where a reader without a cursor begins."""
        position: int = await self._database.ask(lambda found: found.fetchval(_NEWEST))
        return position

    async def move_outbox(self) -> int:
        """Moves all that is committed; returns how many events."""
        moved = 0
        while True:
            count = await self._database.ask(self._move)
            moved += count
            if count < _MOVED_AT_ONCE:
                return moved

    async def read_after(self, position: int, limit: int) -> Sequence[Event]:
        """Moves the outbox, then reads events of all programs after a position, in order."""
        await self.move_outbox()
        rows = await self._database.ask(lambda found: found.fetch(_READ, position, limit))
        return [_event(row) for row in rows]

    async def replay(
        self,
        program_id: int,
        after: int,
        up_to: int,
        types: Collection[EventType] | None,
        limit: int,
    ) -> Sequence[Event]:
        """One program's events in (after, up_to], in order; raises CursorExpired when some are no longer kept, Unavailable
        when the database is away.
        """
        names = None if types is None else [kind.value for kind in types]

        async def read(found: Session) -> list[asyncpg.Record]:
            rows: list[asyncpg.Record] = await found.fetch(
                _REPLAY, program_id, after, up_to, names, limit
            )
            # Looked at after the rows: what retention removed meanwhile is noticed too.
            if after < await found.fetchval(_KEPT_FROM):
                raise CursorExpired
            return rows

        return [_event(row) for row in await self._database.ask(read)]

    async def _move(self, found: Session) -> int:
        async with found.transaction():
            await found.execute(_LOCK)
            count: int = await found.fetchval(_MOVE, self._clock())
            return count


async def event_cursor(session: ReadSession) -> FeedPosition:
    """Where the feed of this snapshot's program stands in this snapshot."""
    row = await session.connection.fetchrow(_CURSOR, session.program_id)
    assert row is not None
    return FeedPosition(row["epoch"], row["position"])


async def event_cursors(session: ReadSession, programs: Sequence[int]) -> list[FeedPosition]:
    """The same for each program that is asked for: an earlier place than its own repeats, and loses nothing."""
    return [await event_cursor(session)] * len(programs)
