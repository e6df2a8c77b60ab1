"""From a row that is wrong to the operators' channel, and back."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import asyncpg
import pytest
import structlog

from app.domain.health.figures import Figures
from app.processes.health.look import Lookout
from app.processes.health.read import FiguresReader
from app.processes.health.replica import ReplicaProbe
from app.store.database import Database
from tests.fixtures.cluster import Cluster
from tests.fixtures.databases import Database as OwnDatabase
from tests.fixtures.databases import database_for_a_while
from tests.health.watching import BEND, STRAIGHTEN, Watch, queue_up
from tests.services.world import RecordingBells, World, treasury_reading


async def test_a_healthy_platform_says_nothing(
    watch: Watch, world: World, root: asyncpg.Connection
) -> None:
    await world.program()
    await root.execute("DELETE FROM event_outbox")  # nobody follows events here
    await watch.look(5)
    assert watch.channel.bodies == []


async def test_a_deep_queue_is_told_once_and_resolved_once(
    watch: Watch, world: World, root: asyncpg.Connection
) -> None:
    await queue_up(world, root)
    await watch.look(10)
    [opened] = watch.channel.bodies
    assert opened["text"] == opened["attachments"][0]["fallback"]
    assert opened["text"].startswith("[WARNING] QueueDeep: 150 wait in queue settle, the oldest")
    assert opened["attachments"][0]["title_link"] == "https://wiki.example/runbook/QueueDeep.md"
    await root.execute("DELETE FROM intent_todo")
    await watch.look(10)
    assert watch.channel.texts[1].startswith("[WARNING] resolved: QueueDeep")
    assert len(watch.channel.bodies) == 2
    assert watch.channel.bodies[1]["attachments"][0]["color"] == "good"


async def test_the_queue_of_a_paused_program_waits_on_purpose(
    watch: Watch, world: World, root: asyncpg.Connection
) -> None:
    await queue_up(world, root)
    deep = await root.fetchval("SELECT depth FROM sge_waiting_intents()")
    await root.execute(
        "UPDATE program SET status = 'PAUSED', pause_reason = 'x', paused_by = 'user:1'"
    )
    await watch.look(5)
    assert watch.channel.bodies == []
    assert (deep, await root.fetchval("SELECT depth FROM sge_waiting_intents()")) == (150, 0)


async def test_nothing_is_lost_while_the_receiver_is_down(
    watch: Watch, world: World, root: asyncpg.Connection
) -> None:
    watch.channel.status = 503
    await queue_up(world, root)
    await watch.look(5)
    await root.execute("DELETE FROM intent_todo")
    await watch.look(10)
    assert watch.channel.bodies == []
    watch.channel.status = 200
    watch.now += timedelta(minutes=5)  # the longest pause between two tries
    await watch.look(2)
    assert [text.partition(" Queue")[0] for text in watch.channel.texts] == [
        "[WARNING]",
        "[WARNING] resolved:",
    ]


async def test_a_bent_ledger_is_told_of_at_the_next_check(
    watch: Watch, world: World, root: asyncpg.Connection
) -> None:
    await world.program(treasury_reading(USDC=5_000_000))
    await root.execute("DELETE FROM event_outbox")
    await root.execute("ALTER TABLE account DISABLE TRIGGER USER")
    await watch.look()
    await root.execute(BEND)
    await watch.look(7)
    assert [text.partition(":")[0] for text in watch.channel.texts] == ["[CRITICAL] LedgerDrift"]
    assert "is off by 7 of the smallest units of USDC" in watch.channel.texts[0]
    await root.execute(STRAIGHTEN)
    await watch.look(14)
    assert watch.channel.texts[1].startswith("[CRITICAL] resolved: LedgerDrift")


async def test_a_ledger_that_cannot_be_added_up_silences_nothing(
    watch: Watch, world: World, root: asyncpg.Connection
) -> None:
    await queue_up(world, root)
    await root.execute("REVOKE INSERT ON ledger_drift FROM sge_worker")
    await watch.look(3)
    assert sorted(text.partition(":")[0] for text in watch.channel.texts) == [
        "[CRITICAL] FiguresUnread",
        "[WARNING] QueueDeep",
    ]
    assert any("adding the accounts up failed" in text for text in watch.channel.texts)


async def test_two_who_look_at_once_are_one(watch: Watch, worker: Database) -> None:
    await watch.look()
    bells = RecordingBells()
    lookout = Lookout(worker, bells, lambda: watch.now, ReplicaProbe(worker, None), telling=True)
    assert not await lookout.look()


async def test_nobody_reads_while_another_reads(
    watch: Watch, worker: Database, root: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who died over it is followed by another."""
    read, began, go_on = FiguresReader.read, asyncio.Event(), asyncio.Event()

    async def slowly(reader: FiguresReader, now: datetime) -> Figures:
        began.set()
        await go_on.wait()
        return await read(reader, now)

    monkeypatch.setattr(FiguresReader, "read", slowly)
    first = asyncio.create_task(watch.look())
    await began.wait()
    watch.now += timedelta(seconds=10)
    bells = RecordingBells()
    lookout = Lookout(worker, bells, lambda: watch.now, ReplicaProbe(worker, None), telling=True)
    assert not await asyncio.wait_for(lookout.look(), 10)
    go_on.set()
    await first
    assert await lookout.look()
    watch.now += timedelta(seconds=10)
    for until, looked in (
        ("now() + interval '10 seconds'", False),
        ("now() - interval '1 second'", True),
    ):
        await root.execute(f"UPDATE platform_health SET looking_until = {until}")
        assert await lookout.look() is looked


async def test_no_lease_and_no_look_of_the_future_keeps_others_from_looking(
    watch: Watch, worker: Database, root: asyncpg.Connection
) -> None:
    """A clock that was put back, or a stolen worker that wants nobody told."""
    lookout = Lookout(
        worker, RecordingBells(), lambda: watch.now, ReplicaProbe(worker, None), telling=True
    )
    for forged in (
        "looking_until = 'infinity'",
        "looking_until = now() + interval '1 hour'",
        "looking_until = NULL, read_at = now() + interval '10 years'",
    ):
        await root.execute(f"UPDATE platform_health SET {forged}")
        watch.now += timedelta(seconds=10)
        assert await lookout.look(), forged


async def test_a_lost_replica_is_told_of(watch: Watch, worker: Database) -> None:
    async def away() -> Database:
        raise ConnectionRefusedError

    assert await ReplicaProbe(worker, away).lag_seconds(watch.now) == float("inf")
    same = ReplicaProbe(worker, lambda: _same(worker))
    assert await same.lag_seconds(watch.now) == 0.0


@pytest.fixture
def another(cluster: Cluster) -> Iterator[OwnDatabase]:
    """Besides the test's own."""
    with database_for_a_while(cluster) as fresh:
        yield fresh


async def test_a_replica_that_never_got_a_look_is_lost(
    watch: Watch, worker: Database, another: OwnDatabase
) -> None:
    empty = await Database.connect(another.dsn("sge_worker"))
    probe = ReplicaProbe(worker, lambda: _same(empty))
    assert await probe.lag_seconds(watch.now) == 0.0  # there is none to get
    await watch.look()
    assert await probe.lag_seconds(watch.now) == float("inf")
    await empty.close()


async def _same(database: Database) -> Database:
    return database


async def test_the_address_of_the_channel_is_in_no_line(
    watch: Watch, world: World, root: asyncpg.Connection
) -> None:
    watch.channel.status = 500
    await queue_up(world, root)
    with structlog.testing.capture_logs() as lines:
        await watch.look(5)
    assert any(line["event"] == "alert not posted" for line in lines)
    assert "a-secret-of-the-channel" not in repr(lines)
    errors = await root.fetch("SELECT last_error FROM alert_message")
    assert {row["last_error"] for row in errors} == {"HTTP 500"}
