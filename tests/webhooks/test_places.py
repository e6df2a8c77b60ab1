"""Whose an endpoint's eight places are: of processes that live, and of nobody else for long."""

import asyncio
from datetime import timedelta

import asyncpg

from app.processes.webhooks.sending import Patience, Sender
from app.store.webhooks import claims
from tests.fixtures.databases import Database
from tests.webhooks.hooks import Hooks, NoNames
from tests.webhooks.receiver import Receiver, receiving


def patient(hooks: Hooks, seconds: float) -> Sender:
    """As a worker's: longer than what the test waits for."""
    patience = Patience(connect=1.0, whole=seconds)
    return Sender(NoNames(), lambda: hooks.world.now, allow_loopback=True, patience=patience)


async def arrived(receiver: Receiver, messages: int) -> None:
    async with receiver.arrived, asyncio.timeout(10):
        await receiver.arrived.wait_for(lambda: len(receiver.got) >= messages)


async def test_places_of_a_killed_worker_are_free_after_seconds(hooks: Hooks) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        await hooks.happen(claims.OF_ENDPOINT + 1)
        await hooks.queue()
        async with hooks.worker.write(None) as unit:
            taken = await claims.claim_due(unit, 256, hooks.world.now)
        assert len(taken) == claims.OF_ENDPOINT
        hooks.later(seconds=19)
        assert await hooks.deliver() == 0
        hooks.later(seconds=2)
        assert await hooks.deliver() == claims.OF_ENDPOINT + 1
        assert await hooks.statuses() == ["DELIVERED"] * (claims.OF_ENDPOINT + 1)
        assert receiver.most_open <= claims.OF_ENDPOINT


async def test_who_lives_keeps_what_a_slow_receiver_still_reads(hooks: Hooks) -> None:
    async with receiving(manner="hangs") as receiver:
        await hooks.listen(receiver.url)
        await hooks.happen()
        await hooks.queue()
        hooks.renew_seconds = 0.05
        sending = asyncio.create_task(hooks.deliver(patient(hooks, 3.0)))
        await arrived(receiver, 1)
        for _ in range(3):
            hooks.later(seconds=15)
            await renewed(hooks)
            assert await hooks.deliver() == 0
        assert await sending == 1
        assert (len(receiver.got), receiver.most_open) == (1, 1)
        [row] = await hooks.rows("SELECT tries, failures, lost FROM webhook_delivery")
        assert tuple(row) == (1, 1, 0)


async def test_who_cannot_renew_hangs_up_before_somebody_else_sends(
    hooks: Hooks, database: Database
) -> None:
    admin = await asyncpg.connect(database.superuser_dsn)
    async with receiving(manner="hangs") as receiver:
        await hooks.listen(receiver.url)
        await hooks.happen()
        await hooks.queue()
        hooks.lease, hooks.renew_seconds = timedelta(seconds=1), 0.1
        sending = asyncio.create_task(hooks.deliver(patient(hooks, 30.0)))
        await arrived(receiver, 1)
        async with admin.transaction(), asyncio.timeout(10):
            await admin.execute("SELECT FROM webhook_delivery FOR UPDATE")
            assert await sending == 1
        receiver.manner = "answers"
        hooks.later(seconds=2)
        assert await hooks.deliver() == 1
        assert await hooks.statuses() == ["DELIVERED"]
        assert (len(receiver.got), receiver.most_open) == (2, 1)
        rows = await hooks.rows("SELECT n, error FROM webhook_attempt ORDER BY n")
        assert [tuple(row) for row in rows] == [(1, claims.LOST), (2, None)]
    await admin.close()


async def renewed(hooks: Hooks) -> None:
    """Until the lease lasts a whole one from now on."""
    async with asyncio.timeout(10):
        while True:
            [row] = await hooks.rows("SELECT lease_until FROM webhook_delivery")
            if row["lease_until"] >= hooks.world.now + claims.LEASE:
                return
            await asyncio.sleep(0.02)
