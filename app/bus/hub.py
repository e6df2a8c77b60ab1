"""One feed of events for a whole API process.

Woken by the bell and once a second whatever Redis does, it reads new events once, in order of
position, and hands each to every local subscriber. Losing Redis delays, never loses.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Collection, Hashable, Sequence
from typing import Protocol

import structlog

from app.bus.event_reader import EventReader, FeedRestarted, Reached
from app.bus.watch import Watchers
from app.domain.events import Event, EventType
from app.observability import EVENTS_LAG_SECONDS

_log = structlog.get_logger(__name__)

_POLL_SECONDS = 1.0
_BATCH = 500
_QUEUE = 1_000
_HEARTBEAT_SECONDS = 30.0


class EventStore(Protocol):
    """Where events are kept, in order of position; given by app.store."""

    async def newest_position(self) -> int: ...

    async def epoch(self) -> int:
        """Raised whenever positions may be issued again; raises while that is not known."""

    async def read_after(self, position: int, limit: int) -> Sequence[Event]:
        """Move the outbox, then give up to `limit` events of all programs after `position`."""

    async def replay(
        self,
        program_id: int,
        after: int,
        up_to: int,
        types: Collection[EventType] | None,
        limit: int,
    ) -> Sequence[Event]:
        """Give one program's events in (after, up_to]; raises when `after` is beyond retention."""


class EventHub:
    """Start it with the process; subscribe and watch through it."""

    def __init__(
        self,
        store: EventStore,
        *,
        poll_seconds: float = _POLL_SECONDS,
        queue_size: int = _QUEUE,
        heartbeat_seconds: float = _HEARTBEAT_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.position = 0
        """Every event up to here was handed over."""
        self.epoch = 0
        """Of the positions; 0 while it is not known."""
        self._store = store
        self._poll_seconds = poll_seconds
        self._queue_size = queue_size
        self._heartbeat_seconds = heartbeat_seconds
        self._clock = clock
        self._bell = asyncio.Event()
        self._turn = asyncio.Lock()
        self._readers: dict[int, set[EventReader]] = {}
        self._watchers = Watchers()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin at the newest event; raises what the store raises when it cannot be read."""
        self.position = await self._store.newest_position()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def ring(self) -> None:
        """Say that there may be new events; as often as one likes."""
        self._bell.set()

    async def follow_epoch(self) -> int:
        """The epoch as of now. When it was raised, the database was taken back to an older state: every reader ends, and
        events are handed over from the newest on.
        """
        async with self._turn:
            epoch = await self._store.epoch()
            known, self.epoch = self.epoch, epoch
            if known not in {0, epoch}:
                self.position = await self._store.newest_position()
                for readers in self._readers.values():
                    for reader in readers:
                        reader.restart()
                self._watchers.wake_all()
            return self.epoch

    async def subscribe(
        self,
        program_id: int,
        types: Collection[EventType] | None = None,
        after: int | None = None,
    ) -> AsyncGenerator[Event | Reached, None]:
        """Give every event of a program after a position (None: from now on), none twice.

        Between events come `Reached` marks, the first at once and then one every 30 s: nothing of
        this subscription is left at or before their position. Raises SlowConsumer in a
        reader whose queue ran over, FeedRestarted when positions are issued again, and what `replay`
        raises for a cursor it does not keep.
        """
        epoch = self.epoch
        position = self.position if after is None else after
        yield Reached(position)
        async for event in self._replay(program_id, types, position):
            position = event.position
            yield event
        # From here to the registration nothing is awaited: no event can slip between.
        if epoch not in {0, self.epoch}:
            raise FeedRestarted
        reader = EventReader(max(position, self.position), types, self._queue_size)
        self._readers.setdefault(program_id, set()).add(reader)
        try:
            async for item in self._live(reader, position):
                yield item
        finally:
            self._forget(program_id, reader)

    async def _live(
        self, reader: EventReader, position: int
    ) -> AsyncGenerator[Event | Reached, None]:
        now = asyncio.get_running_loop().time
        heartbeat_at = now() + self._heartbeat_seconds
        while True:
            event = await reader.next(heartbeat_at - now())
            if event is not None:
                position = event.position
                yield event
            if now() >= heartbeat_at:
                heartbeat_at = now() + self._heartbeat_seconds
                yield Reached(position if reader.has_more else max(position, self.position))

    async def _replay(
        self,
        program_id: int,
        types: Collection[EventType] | None,
        position: int,
    ) -> AsyncGenerator[Event, None]:
        """Read from the store until nothing is left up to where the hub is."""
        while position < (up_to := self.position):
            events = await self._store.replay(program_id, position, up_to, types, _BATCH)
            for event in events:
                yield event
            position = events[-1].position if len(events) == _BATCH else up_to

    def watch(
        self,
        program_id: int,
        entity_id: str | None = None,
        *,
        types: Collection[EventType] = (),
        minimum_interval_seconds: float = 0.0,
        refresh_seconds: float | None = None,
    ) -> AsyncGenerator[None, None]:
        """Wake now and then after changes of one entity (None: anything in the program), or of one of some types.

        What says "affiliate" in its data is a change of that affiliate too. Changes while the reader is busy are one wake-up: it is to read the newest state. With
        `refresh_seconds` it also wakes when nothing changed for that long.
        """
        one: Hashable = program_id if entity_id is None else (program_id, entity_id)
        topics = {one, *((program_id, kind) for kind in types)}
        return self._watchers.watch(topics, minimum_interval_seconds, refresh_seconds)

    def _forget(self, program_id: int, reader: EventReader) -> None:
        readers = self._readers.get(program_id, set())
        readers.discard(reader)
        if not readers:
            self._readers.pop(program_id, None)

    async def _run(self) -> None:
        while True:
            try:
                await self.follow_epoch()
                await self._hand_over_new_events()
            except Exception:  # noqa: BLE001  the database is away: the next second tries again
                _log.warning("event_feed_failed", exc_info=True)
                await asyncio.sleep(self._poll_seconds)
            await self._wait_for_bell()

    async def _wait_for_bell(self) -> None:
        try:
            async with asyncio.timeout(self._poll_seconds):
                await self._bell.wait()
        except TimeoutError:
            return
        self._bell.clear()

    async def _hand_over_new_events(self) -> None:
        while True:
            async with self._turn:
                events = await self._store.read_after(self.position, _BATCH)
                for event in events:
                    self._hand_over(event)
            if events:
                lag = self._clock() - events[-1].at.timestamp()
                EVENTS_LAG_SECONDS.set(max(0.0, lag))
            else:
                EVENTS_LAG_SECONDS.set(0.0)
            if len(events) < _BATCH:
                return
            await asyncio.sleep(0)

    def _hand_over(self, event: Event) -> None:
        self.position = event.position
        for reader in self._readers.get(event.program_id, ()):
            reader.offer(event)
        self._watchers.wake(event.program_id)
        for topic in {event.type, event.entity_id, event.data.get("affiliate")}:
            self._watchers.wake((event.program_id, topic))
