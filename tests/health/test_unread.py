"""A statement that is slow, waits or fails silences no alert but those that it judges, and these stay as they were."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from app.domain.health.groups import FigureGroup
from app.processes.health.read import FiguresReader
from app.store.database import Database
from app.store.health.figures import READERS
from tests.fixtures.databases import Database as OwnDatabase
from tests.health.watching import BEND, QUEUED, Watch
from tests.services.world import World, treasury_reading

_PATIENCE_SECONDS = 0.2
_SLOW = """
CREATE POLICY slow ON program_counter AS RESTRICTIVE FOR SELECT TO PUBLIC USING (pg_sleep(30) IS NOT NULL)
"""
_COUNTED = """
INSERT INTO program_counter (program_id, name, value) SELECT id, 'PENDING', 1 FROM program ON CONFLICT DO NOTHING
"""
_DEAF = """
INSERT INTO worker_heartbeat (name, queues, state, beat_at) VALUES ('deaf', '{settle}', 'IDLE', now() - interval '5 minutes')
"""


@asynccontextmanager
async def _locked(database: OwnDatabase, table: str) -> AsyncIterator[None]:
    """By another session, as somebody's forgotten ALTER TABLE would."""
    other = await asyncpg.connect(database.superuser_dsn)
    try:
        async with other.transaction():
            await other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await other.close()


def _heads(watch: Watch) -> list[str]:
    """What was told, without its figures."""
    return [text.partition(": ")[0] + _about(text) for text in watch.channel.texts]


def _about(text: str) -> str:
    """Which group, of what could not be read."""
    _, found, rest = text.partition("What is known of ")
    return f" {rest.split()[0]}" if found else ""


async def test_a_locked_table_silences_only_what_it_judges(
    watch: Watch, world: World, root: asyncpg.Connection, database: OwnDatabase
) -> None:
    await world.program(treasury_reading(USDC=5_000_000))
    await root.execute("DELETE FROM event_outbox")
    await root.execute("ALTER TABLE account DISABLE TRIGGER USER")
    await root.execute(QUEUED)
    await watch.look(5)
    assert _heads(watch) == ["[WARNING] QueueDeep"]
    async with _locked(database, "provider_event"):
        await root.execute(BEND)
        await root.execute("DELETE FROM intent_todo")
        # It is drained, but nobody can see that: the alert is neither over nor reminded of.
        await watch.look(9)
        assert sorted(_heads(watch)[1:]) == [
            "[CRITICAL] LedgerDrift",
            "[WARNING] FiguresUnread queues",
        ]
    await watch.look(8)
    texts = sorted(watch.channel.texts[3:])
    assert [text.partition(": ")[2].partition(":")[0] for text in texts] == [
        "FiguresUnread",
        "QueueDeep",
    ]
    assert all("resolved" in text for text in texts)


async def test_a_slow_statement_is_told_of_and_ends_in_time(
    watch: Watch, world: World, root: asyncpg.Connection
) -> None:
    await world.program()
    await root.execute("DELETE FROM event_outbox")
    await root.execute(_COUNTED)
    await root.execute(_SLOW)
    await root.execute(QUEUED)
    await watch.look(4)
    assert sorted(_heads(watch)) == ["[WARNING] FiguresUnread intents", "[WARNING] QueueDeep"]
    told = next(text for text in watch.channel.texts if "FiguresUnread" in text)
    assert "took too long" in told
    assert "SELECT" not in told


async def test_workers_that_cannot_be_seen_are_not_lost(
    watch: Watch, root: asyncpg.Connection
) -> None:
    await root.execute("REVOKE SELECT ON worker_heartbeat FROM sge_worker")
    await root.execute("GRANT SELECT (name) ON worker_heartbeat TO sge_worker")  # to beat
    await watch.look(4)
    assert _heads(watch) == ["[WARNING] FiguresUnread workers"]
    shown = await root.fetchval("SELECT components FROM platform_health")
    assert '"workers"' not in shown
    assert '"figures of workers"' in shown


async def test_metrics_keep_what_cannot_be_read(
    worker: Database, watch: Watch, root: asyncpg.Connection, database: OwnDatabase
) -> None:
    await root.execute(_DEAF)
    reader = FiguresReader(worker, keep=True, patience_seconds=_PATIENCE_SECONDS)
    before = await reader.read(watch.now)
    async with _locked(database, "worker_heartbeat"):
        during = await reader.read(watch.now)
    assert [one.name for one in before.workers] == ["deaf"]
    assert during.workers == before.workers
    assert list(during.unread) == [FigureGroup.WORKERS]
    assert (await reader.read(watch.now)).unread == {}


def test_every_group_is_read() -> None:
    assert set(READERS) == set(FigureGroup) - {FigureGroup.ALERTS}
