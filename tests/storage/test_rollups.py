"""Rollups: applied once whatever happens, equal to a rebuild, and read by level, month and bucket."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from random import Random

import asyncpg
import pytest

from app.domain.ids import new_id
from app.processes.follow_events import follow_events
from app.services import rollups
from app.store.database import Database as Pool
from app.store.database import UnitOfWork
from app.store.feed import consumers
from app.store.feed.consumers import Lease, LeaseLost
from app.store.feed.events import EventFeed
from app.store.ledger.posting import post
from app.store.reads.dashboard import dashboard
from app.store.reads.downline_sums import downline_summaries
from app.store.reads.rollups import bucket_starts, series, statistics
from tests.fixtures.databases import Database
from tests.storage.bells import SettableClock, SilentBells
from tests.storage.following import roll_up
from tests.storage.history import History, dump_rollups
from tests.storage.seeds import AT, SeededProgram, add_program, deposit


@pytest.fixture
async def program(owner: asyncpg.Connection) -> SeededProgram:
    """A program whose forest is empty: all of it comes with events."""
    return await add_program(owner, f"lives-{new_id().hex}", affiliates=0, users=0)


@pytest.fixture
async def owner_pool(database: Database) -> AsyncIterator[Pool]:
    """The owner, who may write everything."""
    pool = await Pool.connect(database.dsn(), maximum=4)
    yield pool
    await pool.close()


async def begin(worker: Pool, program: SeededProgram, seed: int) -> History:
    async with worker.write(program.id) as unit:
        (journal,) = await post(unit, program.id, [deposit(program, "any", 100, 0)], AT)
    return History(program, Random(seed), journal)


async def live(pool: Pool, history: History, steps: int) -> None:
    for _ in range(steps):
        async with pool.write(history.program.id) as unit:
            await history.step(unit)


async def rebuild(worker: Pool, clock: SettableClock) -> None:
    async with worker.write(None) as unit:
        lease = await consumers.take(unit, rollups.CONSUMER, "test", clock())
    assert lease is not None
    async with worker.write(None, "repeatable_read") as unit:
        await rollups.rebuild(unit, lease, clock())
        await consumers.release(unit, lease)


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_was_applied_equals_a_rebuild(
    seed: int, worker: Pool, owner_pool: Pool, owner: asyncpg.Connection, program: SeededProgram
) -> None:
    history, clock = await begin(worker, program, seed), SettableClock()
    for _ in range(4):
        await live(owner_pool, history, 30)
        await roll_up(worker, clock)
    applied = await dump_rollups(owner, program.id)
    assert len(applied["affiliates"]) > 50
    await rebuild(worker, clock)
    assert await dump_rollups(owner, program.id) == applied
    await live(owner_pool, history, 5)  # still in the outbox when the rebuild begins
    await rebuild(worker, clock)
    rebuilt = await dump_rollups(owner, program.id)
    await rebuild(worker, clock)
    assert await dump_rollups(owner, program.id) == rebuilt
    await live(owner_pool, history, 20)
    await roll_up(worker, clock)
    continued = await dump_rollups(owner, program.id)
    await rebuild(worker, clock)
    assert await dump_rollups(owner, program.id) == continued


async def test_a_branch_by_level_and_month(
    worker: Pool, owner_pool: Pool, program: SeededProgram
) -> None:
    history, clock = await begin(worker, program, 7), SettableClock()
    await live(owner_pool, history, 80)
    await roll_up(worker, clock)
    async with worker.read(program.id) as session:
        for affiliate in history.affiliates:
            [whole] = await downline_summaries(session, [(affiliate, "USD", None)])
            assert whole is not None
            below = await session.connection.fetch(
                """SELECT d.depth - a.depth AS level, count(*) AS members FROM affiliate a JOIN affiliate d
                   ON d.program_id = a.program_id AND d.path > a.path
                      AND d.path < a.path || '\\xffffffffffffffff'::bytea
                   WHERE a.program_id = $1 AND a.id = $2 GROUP BY 1 ORDER BY 1""",
                program.id,
                affiliate,
            )
            members = {row.level: row.members for row in whole.levels if row.members}
            assert members == {row["level"]: row["members"] for row in below}
            earned = await session.connection.fetchval(
                "SELECT coalesce(sum(amount), 0) FROM commission WHERE program_id = $1 AND affiliate_id = $2"
                " AND currency = 'USD'",
                program.id,
                affiliate,
            )
            assert whole.earned.minor == earned
            months = await downline_summaries(
                session, [(affiliate, "USD", f"2026-{month:02}") for month in range(1, 13)]
            )
            assert sum(one.volume.minor for one in months if one) == whole.volume.minor
            assert sum(one.members for one in months if one) == whole.members


async def test_numbers_over_time(worker: Pool, owner_pool: Pool, program: SeededProgram) -> None:
    history, clock = await begin(worker, program, 9), SettableClock()
    await live(owner_pool, history, 80)
    await roll_up(worker, clock)
    async with worker.read(program.id) as session:
        days = await series(session, AT - timedelta(days=1), history.now, "DAY")
        total = await statistics(session, None, history.now)
        since = await statistics(session, AT, history.now)
        settled = await session.connection.fetchval(
            "SELECT count(*) FROM settlement WHERE program_id = $1", program.id
        )
        board = await dashboard(session, history.now)
    assert sum(day.settled for day in days) == settled
    assert [day.at for day in days] == bucket_starts(AT - timedelta(days=1), history.now, "DAY")
    confirmed = sum(
        row.count for day in days for row in day.intents_by_status if row.status == "CONFIRMED"
    )
    assert confirmed == settled
    assert {row.status: row.count for row in total.intents_by_status}["CONFIRMED"] == settled
    assert total.users == len(history.users)
    assert total.affiliates == len(history.affiliates)
    assert total.volume == since.volume
    assert sum(money.minor for day in days for money in day.volume) == sum(
        money.minor for money in total.volume
    )
    assert total.p95_settlement_seconds is not None
    assert board.ledger_balanced
    assert board.intents_by_status == total.intents_by_status


async def test_only_one_applies_at_a_time_and_nothing_counts_twice(
    worker: Pool, owner_pool: Pool, owner: asyncpg.Connection, program: SeededProgram
) -> None:
    history, clock = await begin(worker, program, 3), SettableClock()
    await live(owner_pool, history, 40)
    results = await asyncio.gather(*(roll_up(worker, clock) for _ in range(4)))
    assert max(results) > 0
    once = await dump_rollups(owner, program.id)
    await roll_up(worker, clock)
    assert await dump_rollups(owner, program.id) == once
    await rebuild(worker, clock)
    assert await dump_rollups(owner, program.id) == once


async def test_who_is_to_stop_gives_its_lease_back(
    worker: Pool, owner_pool: Pool, program: SeededProgram
) -> None:
    history, clock, stopping = await begin(worker, program, 6), SettableClock(), asyncio.Event()
    await live(owner_pool, history, 10)
    stopping.set()
    stopped_at = await follow_events(
        worker,
        SilentBells(),
        clock,
        consumer=rollups.CONSUMER,
        holder="stops",
        apply=rollups.apply_events,
        stopping=stopping,
    )
    assert 0 <= stopped_at < await roll_up(worker, clock)


async def test_who_lost_the_lease_changes_nothing(
    worker: Pool, owner_pool: Pool, owner: asyncpg.Connection, program: SeededProgram
) -> None:
    history, clock = await begin(worker, program, 4), SettableClock()
    await live(owner_pool, history, 10)
    await EventFeed(worker, clock).move_outbox()
    async with worker.write(None) as unit:
        stale = await consumers.take(unit, rollups.CONSUMER, "slow", clock())
    assert stale is not None
    clock.now += consumers.LEASE + timedelta(seconds=1)
    await roll_up(worker, clock)
    before = await dump_rollups(owner, program.id)
    with pytest.raises(LeaseLost):
        async with worker.write(None) as unit:
            await rollups.apply_events(unit, stale, clock())
    assert await dump_rollups(owner, program.id) == before


async def test_dying_between_applying_and_committing_counts_nothing(
    worker: Pool, owner_pool: Pool, owner: asyncpg.Connection, program: SeededProgram
) -> None:
    history, clock = await begin(worker, program, 5), SettableClock()
    await live(owner_pool, history, 30)

    async def apply_and_die(unit: UnitOfWork, lease: Lease, now: datetime) -> Lease:
        await rollups.apply_events(unit, lease, now)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await follow_events(
            worker,
            SilentBells(),
            clock,
            consumer=rollups.CONSUMER,
            holder="dies",
            apply=apply_and_die,
        )
    assert not (await dump_rollups(owner, program.id))["affiliates"]
    assert await roll_up(worker, clock) > 0
    applied = await dump_rollups(owner, program.id)
    await rebuild(worker, clock)
    assert await dump_rollups(owner, program.id) == applied
