"""Looks at the platform at instants of the test's own, and tells a receiver."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
from pydantic import SecretStr

from app.domain.clock import real_clock
from app.processes.health.look import Lookout
from app.processes.health.replica import ReplicaProbe
from app.processes.health.tell import Receiver as Target
from app.processes.health.tell import Teller
from app.store.database import Database
from tests.health.receiving import Receiver
from tests.services.world import RecordingBells, World

_LOOK = timedelta(seconds=10)
_ALIVE = """
INSERT INTO worker_heartbeat (name, queues, state, beat_at) VALUES ('one', '{settle,watch,upkeep,webhooks}', 'IDLE', $1)
ON CONFLICT (name) DO UPDATE SET beat_at = $1
"""
_SCHEDULED = """
INSERT INTO consumer_position (consumer, leased_by, lease_until) VALUES ('scheduler', 'one', $1)
ON CONFLICT (consumer) DO UPDATE SET lease_until = $1
"""
QUEUED = """
INSERT INTO intent_todo (program_id, intent_id, chain_id, due_at)
SELECT 1, gen_random_uuid(), 31337, now() - interval '1 hour' FROM generate_series(1, 150)
"""
BEND = "UPDATE account SET debits = debits + 7 WHERE id = (SELECT min(id) FROM account)"
STRAIGHTEN = "UPDATE account SET debits = debits - 7 WHERE id = (SELECT min(id) FROM account)"


async def queue_up(world: World, root: asyncpg.Connection) -> None:
    """A program with 150 intents that have been due for an hour; nobody follows its events."""
    await world.program()
    await root.execute("DELETE FROM event_outbox")
    await root.execute(QUEUED)


@dataclass
class Watch:
    """Looks at instants of the test's own; a worker and a scheduler are alive at each."""

    worker: Database
    channel: Receiver
    now: datetime = field(default_factory=real_clock)
    patience_seconds: float = 0.2

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
            patience_seconds=self.patience_seconds,
        )
        teller = Teller(self.worker, bells, lambda: self.now, target)
        for _ in range(times):
            self.now += _LOOK
            async with self.worker.write(None) as unit:
                await unit.connection.execute(_ALIVE, self.now)
                await unit.connection.execute(_SCHEDULED, self.now + timedelta(seconds=15))
            assert await lookout.look()
            await teller.tell_due()
