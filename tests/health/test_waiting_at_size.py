"""How deep the queue is, is read where it can be deep: a paused program may have any number of intents that wait."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import asyncpg

from app.domain.clock import real_clock
from app.domain.health.groups import FigureGroup
from app.store.database import Database, ReadSession
from app.store.health.figures import READERS
from app.store.reads.lanes import waiting_intents
from tests.services.world import World
from tests.storage.seeds import add_program

_WAITING, _OTHERS = 20_000, 30
_QUEUED = """
INSERT INTO intent_todo (program_id, intent_id, chain_id, due_at)
SELECT $1, gen_random_uuid(), 31337, now() - n * interval '1 second' FROM generate_series(1, $2::integer) n
"""
_LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_QUEUED_LONG_AGO = """
INSERT INTO intent_todo (program_id, intent_id, chain_id, due_at, rerouted)
VALUES ($1, gen_random_uuid(), 31337, '2026-01-01Z', true)
"""
_PAUSE = (
    "UPDATE program SET status = 'PAUSED', pause_reason = 'x', paused_by = 'user:1' WHERE id = $1"
)
_READ = """
SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'intent_todo'
"""


async def test_what_waits_in_a_paused_program_is_not_read(
    world: World, worker: Database, api: Database, root: asyncpg.Connection
) -> None:
    paused = (await world.program()).program_id
    others = [(await add_program(root, f"other-{n}")).id for n in range(_OTHERS)]
    await root.execute(_QUEUED, paused, _WAITING)
    await root.execute(_PAUSE, paused)
    await root.execute("ANALYZE intent_todo")
    assert await _rows(worker, _figures) == await _rows(api, waiting_intents) == 0
    await root.execute(_QUEUED, others[7], 10)
    # Those that are counted, and the oldest.
    assert await _rows(worker, _figures) == await _rows(api, waiting_intents) == 11


async def test_the_oldest_is_of_all_however_deep_one_queue_is(
    world: World, worker: Database, api: Database, root: asyncpg.Connection
) -> None:
    deep = (await world.program()).program_id
    other = (await add_program(root, "an-older-one")).id
    await root.execute(_QUEUED, deep, _WAITING)
    await root.execute(_QUEUED_LONG_AGO, other)
    async with api.read(None) as session:
        depth, oldest = await waiting_intents(session)
    assert (depth, oldest) == (10_001, _LONG_AGO)
    async with worker.read(None) as session:
        figures = await READERS[FigureGroup.QUEUES](session, _LONG_AGO + timedelta(days=900))
    [queue] = [one for one in figures["queues"] if one.name == "settle"]
    assert queue.oldest_seconds == timedelta(days=900).total_seconds()


async def _figures(session: ReadSession) -> object:
    return await READERS[FigureGroup.QUEUES](session, real_clock())


async def _rows(database: Database, ask: Callable[[ReadSession], Awaitable[object]]) -> int:
    """How many of the queue are read for it."""
    async with database.read(None) as session:
        await ask(session)
        found: int = await session.connection.fetchval(_READ)
        return found
