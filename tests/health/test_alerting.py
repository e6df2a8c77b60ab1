"""From a row that is wrong to the operators' channel, and back."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
import pytest
import structlog
from pydantic import SecretStr

from app.domain.clock import real_clock
from app.processes.health.look import Lookout
from app.processes.health.replica import ReplicaProbe
from app.processes.health.tell import Receiver as Target
from app.processes.health.tell import Teller
from app.store.database import Database
from tests.fixtures.databases import Database as OwnDatabase
from tests.health.receiving import Receiver, receiver
from tests.services.world import RecordingBells, World, treasury_reading

_LOOK = timedelta(seconds=10)
_ALIVE = """
INSERT INTO worker_heartbeat (name, queues, state, beat_at) VALUES ('one', '{settle}', 'IDLE', $1)
ON CONFLICT (name) DO UPDATE SET beat_at = $1
"""
_SCHEDULED = """
INSERT INTO consumer_position (consumer, leased_by, lease_until) VALUES ('scheduler', 'one', $1)
ON CONFLICT (consumer) DO UPDATE SET lease_until = $1
"""
_QUEUED = """
INSERT INTO intent_todo (program_id, intent_id, chain_id, due_at)
SELECT 1, gen_random_uuid(), 31337, now() - interval '1 hour' FROM generate_series(1, 150)
"""
_BEND = "UPDATE account SET debits = debits + 7 WHERE id = (SELECT min(id) FROM account)"
_STRAIGHTEN = "UPDATE account SET debits = debits - 7 WHERE id = (SELECT min(id) FROM account)"


@pytest.fixture
def channel() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


@dataclass
class Watch:
    """Looks at instants of the test's own; a worker and a scheduler are alive at each."""

    worker: Database
    channel: Receiver
    now: datetime = field(default_factory=real_clock)

    async def look(self, times: int = 1) -> None:
        """Once each ten seconds, and tells what is due."""
        target = Target(SecretStr(self.channel.url), "https://wiki.example/runbook")
        bells = RecordingBells()
        lookout = Lookout(
            self.worker,
            bells,
            lambda: self.now,
            ReplicaProbe(self.worker, None),
            telling=True,
        )
        teller = Teller(self.worker, bells, lambda: self.now, target)
        for _ in range(times):
            self.now += _LOOK
            async with self.worker.write(None) as unit:
                await unit.connection.execute(_ALIVE, self.now)
                await unit.connection.execute(_SCHEDULED, self.now + timedelta(seconds=15))
            assert await lookout.look()
            await teller.tell_due()


@pytest.fixture
async def watch(worker: Database, channel: Receiver) -> Watch:
    return Watch(worker, channel)


@pytest.fixture
async def root(database: OwnDatabase) -> asyncpg.Connection:
    connection = await asyncpg.connect(database.superuser_dsn)
    yield connection
    await connection.close()


async def test_a_healthy_platform_says_nothing(
    watch: Watch, world: World, root: asyncpg.Connection
) -> None:
    await world.program()
    await root.execute("DELETE FROM event_outbox")  # nobody follows events here
    await watch.look(5)
    assert watch.channel.bodies == []


async def test_a_deep_queue_is_told_once_and_resolved_once(
    watch: Watch, root: asyncpg.Connection
) -> None:
    await root.execute(_QUEUED)
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


async def test_nothing_is_lost_while_the_receiver_is_down(
    watch: Watch, root: asyncpg.Connection
) -> None:
    watch.channel.status = 503
    await root.execute(_QUEUED)
    await watch.look(5)
    await root.execute("DELETE FROM intent_todo")
    await watch.look(10)
    assert watch.channel.bodies == []
    watch.channel.status = 200
    await watch.look(31)
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
    await root.execute(_BEND)
    await watch.look(7)
    assert [text.partition(":")[0] for text in watch.channel.texts] == ["[CRITICAL] LedgerDrift"]
    assert "is off by 7 of the smallest units of USDC" in watch.channel.texts[0]
    await root.execute(_STRAIGHTEN)
    await watch.look(14)
    assert watch.channel.texts[1].startswith("[CRITICAL] resolved: LedgerDrift")


async def test_a_ledger_that_cannot_be_added_up_silences_nothing(
    watch: Watch, root: asyncpg.Connection
) -> None:
    await root.execute(_QUEUED)
    await root.execute("REVOKE INSERT ON ledger_drift FROM sge_worker")
    await watch.look(5)
    assert [text.partition(":")[0] for text in watch.channel.texts] == ["[WARNING] QueueDeep"]


async def test_two_who_look_at_once_are_one(watch: Watch, worker: Database) -> None:
    await watch.look()
    bells = RecordingBells()
    lookout = Lookout(worker, bells, lambda: watch.now, ReplicaProbe(worker, None), telling=True)
    assert not await lookout.look()


async def test_a_lost_replica_is_told_of(watch: Watch, worker: Database) -> None:
    async def away() -> Database:
        raise ConnectionRefusedError

    assert await ReplicaProbe(worker, away).lag_seconds(watch.now) == float("inf")
    same = ReplicaProbe(worker, lambda: _same(worker))
    assert await same.lag_seconds(watch.now) == 0.0


async def _same(database: Database) -> Database:
    return database


async def test_the_address_of_the_channel_is_in_no_line(
    watch: Watch, root: asyncpg.Connection
) -> None:
    watch.channel.status = 500
    await root.execute(_QUEUED)
    with structlog.testing.capture_logs() as lines:
        await watch.look(5)
    assert any(line["event"] == "alert not posted" for line in lines)
    assert "a-secret-of-the-channel" not in repr(lines)
    errors = await root.fetch("SELECT last_error FROM alert_message")
    assert {row["last_error"] for row in errors} == {"HTTP 500"}
