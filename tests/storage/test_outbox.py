"""Events: nothing missed, nothing twice, each entity's in order, whatever commits when and whoever moves."""

import asyncio
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from random import Random

import asyncpg
import pytest

from app.domain.events import EventType, NewEvent
from app.processes.keep_house import keep_house
from app.store.database import Database as Pool
from app.store.database import UnitOfWork
from app.store.feed.events import CursorExpired, EventFeed, FeedPosition, event_cursor
from tests.storage.bells import SettableClock, SilentBells
from tests.storage.seeds import SeededProgram

LATER = timedelta(minutes=2)


@pytest.fixture
async def clock(owner: asyncpg.Connection) -> SettableClock:
    """Later than the tests before it, who share the feed."""
    clock = SettableClock()
    scanned_at = await owner.fetchval("SELECT nullif(scanned_at, '-infinity') FROM event_feed")
    clock.now = max(clock.now, scanned_at or clock.now)
    return clock


def event(clock: SettableClock, entity: str, version: int = 1, **data: object) -> NewEvent:
    return NewEvent(
        EventType.PROGRAM, "program.updated", entity, version, clock(), {"v": 1, **data}
    )


async def write(pool: Pool, program: SeededProgram, *events: NewEvent) -> None:
    async with pool.write(program.id) as unit:
        for one in events:
            unit.record(one)


async def seen(pool: Pool, program: SeededProgram, clock: SettableClock) -> list[tuple[str, int]]:
    """Every event of the program in order of position."""
    reader = EventFeed(pool, clock)
    await reader.move_outbox()
    newest = await reader.newest_position()
    rows = await reader.replay(program.id, 0, newest, None, 100_000)
    assert [row.position for row in rows] == sorted({row.position for row in rows})
    return [(row.entity_id or "", row.version) for row in rows]


async def test_a_strange_row_holds_up_nobodys_events(
    worker: Pool, feed: Pool, program: SeededProgram, clock: SettableClock
) -> None:
    kinds = (EventType.INTENT, EventType.SETTLEMENT)
    strange = [
        NewEvent(kind, "strange.event", "no id", 1, clock(), {"v": 1, "intent": "no id"})
        for kind in kinds
    ]
    await write(worker, program, *strange, event(clock, "after it"))
    assert await seen(feed, program, clock) == [("no id", 1), ("no id", 1), ("after it", 1)]


async def low_water(owner: asyncpg.Connection) -> int:
    mark: int = await owner.fetchval("SELECT low_water FROM event_feed")
    return mark


async def test_who_commits_late_comes_late_and_comes(
    worker: Pool, feed: Pool, program: SeededProgram, clock: SettableClock
) -> None:
    async with worker.write(program.id) as slow:
        slow.record(event(clock, "slow"))
        await slow.flush_events()
        slow.events.clear()
        await write(worker, program, event(clock, "quick"))
        assert await seen(feed, program, clock) == [("quick", 1)]
    assert await seen(feed, program, clock) == [("quick", 1), ("slow", 1)]


async def test_what_rolled_back_never_comes(
    worker: Pool, feed: Pool, program: SeededProgram, clock: SettableClock
) -> None:
    with suppress(ZeroDivisionError):
        async with worker.write(program.id) as unit:
            unit.record(event(clock, "undone"))
            await unit.flush_events()
            unit.events.clear()
            raise ZeroDivisionError
    await write(worker, program, event(clock, "done"))
    assert await seen(feed, program, clock) == [("done", 1)]


async def test_a_transaction_that_runs_for_minutes_holds_the_mark(
    worker: Pool,
    feed: Pool,
    program: SeededProgram,
    clock: SettableClock,
    owner: asyncpg.Connection,
) -> None:
    async with worker.write(program.id) as slow:
        await slow.connection.execute(
            "INSERT INTO operation_key (program_id, idempotency_key, operation, request_hash, result, created_at)"
            " VALUES ($1, 'x', 'x', '', 'x', now())",
            program.id,
        )
        slow.record(event(clock, "slow"))
        await slow.flush_events()
        slow.events.clear()
        taken = await owner.fetchval("SELECT last_value FROM event_outbox_id_seq")
        for number in range(6):
            clock.now += LATER
            await write(worker, program, event(clock, "quick", number))
            await seen(feed, program, clock)
            assert await low_water(owner) <= taken
    # Not a full scan this time: the mark itself must still let it through.
    assert ("slow", 1) in await seen(feed, program, clock)
    # Transactions of other tests, in other databases, hold the mark too.
    async with asyncio.timeout(60):
        while await low_water(owner) <= taken:
            clock.now += LATER
            await write(worker, program, event(clock, "after"))
            await seen(feed, program, clock)
            await asyncio.sleep(0.05)


async def test_a_full_batch_does_not_push_the_mark_over_the_rest(
    worker: Pool, program: SeededProgram, clock: SettableClock, owner: asyncpg.Connection
) -> None:
    await seen(worker, program, clock)
    for _ in range(2):
        clock.now += LATER
        await write(worker, program, event(clock, "before"))
        await seen(worker, program, clock)
    await write(worker, program, *(event(clock, "many", number) for number in range(1200)))
    for _ in range(2):
        clock.now += LATER
        async with worker.write(None) as unit:
            await unit.connection.execute("SELECT sge_lock_outbox()")
            assert await unit.connection.fetchval("SELECT sge_move_outbox($1)", clock()) == 500
    left = await owner.fetchval(
        "SELECT min(id) FROM event_outbox WHERE program_id = $1", program.id
    )
    assert await low_water(owner) <= left
    many = [version for entity, version in await seen(worker, program, clock) if entity == "many"]
    assert many == list(range(1200))


async def test_an_old_snapshot_does_not_stop_the_feed(
    worker: Pool,
    feed: Pool,
    program: SeededProgram,
    clock: SettableClock,
    owner: asyncpg.Connection,
) -> None:
    async with owner.transaction(isolation="repeatable_read"):
        await owner.execute("SELECT 1 FROM event_outbox LIMIT 1")
        for number in range(8):
            clock.now += LATER / 3
            await write(worker, program, event(clock, "one", number))
            assert (await seen(feed, program, clock))[-1] == ("one", number)


async def test_many_writers_and_movers(
    worker: Pool,
    feed: Pool,
    program: SeededProgram,
    clock: SettableClock,
    owner: asyncpg.Connection,
) -> None:
    random = Random(1)
    entities = [f"e{number}" for number in range(5)]
    for name in entities:
        await owner.execute(
            "INSERT INTO program_counter (program_id, name, value) VALUES ($1, $2, 0)",
            program.id,
            name,
        )

    async def change(unit: UnitOfWork, name: str) -> None:
        version = await unit.connection.fetchval(
            "UPDATE program_counter SET value = value + 1 WHERE program_id = $1 AND name = $2 RETURNING value",
            program.id,
            name,
        )
        await asyncio.sleep(random.random() / 500)
        unit.record(event(clock, name, version))

    async def writer() -> None:
        for _ in range(25):
            names = sorted(random.sample(entities, random.randrange(1, 4)))
            async with worker.write(program.id) as unit:
                for name in names:
                    await change(unit, name)

    done = asyncio.Event()

    async def mover() -> None:
        while not done.is_set():
            clock.now += timedelta(seconds=40)
            await EventFeed(feed, clock).move_outbox()
            await asyncio.sleep(0)

    async with AsyncExitStack() as stack:
        movers = [asyncio.create_task(mover()) for _ in range(3)]
        stack.push_async_callback(lambda: asyncio.gather(*movers))
        await asyncio.gather(*(writer() for _ in range(5)))
        done.set()
    events = await seen(feed, program, clock)
    for name in entities:
        written = await owner.fetchval(
            "SELECT value FROM program_counter WHERE program_id = $1 AND name = $2",
            program.id,
            name,
        )
        versions = [version for entity, version in events if entity == name]
        assert versions == list(range(1, written + 1))


async def test_what_is_internal_stays_inside(
    worker: Pool, feed: Pool, program: SeededProgram, clock: SettableClock
) -> None:
    await write(worker, program, event(clock, "one", shown=1, internal={"key": 7}))
    reader = EventFeed(feed, clock)
    fresh = await reader.read_after(await reader.newest_position(), 10)
    assert fresh[-1].data == {"v": 1, "shown": 1}
    (again,) = await reader.replay(program.id, 0, fresh[-1].position, [EventType.PROGRAM], 10)
    assert again == fresh[-1]
    assert await reader.replay(program.id, 0, fresh[-1].position, [EventType.LEDGER], 10) == []


async def test_a_cursor_is_read_with_the_list_it_belongs_to(
    worker: Pool, feed: Pool, api: Pool, program: SeededProgram, clock: SettableClock
) -> None:
    reader = EventFeed(feed, clock)
    await write(worker, program, event(clock, "one"))
    await reader.move_outbox()
    async with api.read(program.id) as session:
        before = await event_cursor(session)
        await write(worker, program, event(clock, "two"))
        await reader.move_outbox()
        assert await event_cursor(session) == before
    newest = await reader.newest_position()
    assert [
        row.entity_id for row in await reader.replay(program.id, before.position, newest, None, 9)
    ] == ["two"]
    assert before == FeedPosition(await reader.epoch(), before.position)


async def test_old_events_go_and_their_cursors_expire(
    worker: Pool,
    feed: Pool,
    program: SeededProgram,
    clock: SettableClock,
    owner: asyncpg.Connection,
) -> None:
    reader = EventFeed(feed, clock)
    await write(worker, program, event(clock, "old"))
    await reader.move_outbox()
    old = await reader.newest_position()
    clock.now += timedelta(days=91)
    await write(worker, program, event(clock, "new"))
    await reader.move_outbox()
    newest = await reader.newest_position()
    await owner.execute(
        "UPDATE consumer_position SET position = $1 WHERE consumer = 'rollups'", newest
    )
    assert await keep_house(worker, SilentBells(), clock) == 0  # not sealed yet
    await owner.execute(
        "UPDATE consumer_position SET position = $1 WHERE consumer = 'seals'", newest
    )
    assert await keep_house(worker, SilentBells(), clock) == 0  # not queued for webhooks yet
    await owner.execute(
        "UPDATE consumer_position SET position = $1 WHERE consumer = 'webhooks'", newest
    )
    assert await keep_house(worker, SilentBells(), clock) > 0
    with pytest.raises(CursorExpired):
        await reader.replay(program.id, old - 1, newest, None, 9)
    (kept,) = await reader.replay(program.id, old, newest, None, 9)
    assert kept.entity_id == "new"
