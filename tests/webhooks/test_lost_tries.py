"""Tries whose process died, or whose answer could not be written down at once."""

import asyncio

import asyncpg

from app.services.webhooks.give_up_lost import give_up_lost
from app.store.webhooks import claims
from tests.fixtures.databases import Database
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import receiving

END_THE_WAITING = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND usename = 'sge_worker' AND wait_event_type = 'Lock'
"""


async def test_a_message_that_ends_every_process_that_sends_it_is_given_up(hooks: Hooks) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        await hooks.happen()
        await hooks.queue()
        for lost in range(claims.MOST_LOST):
            assert await hooks.statuses() == ["PENDING"], lost
            hooks.later(minutes=30)
            async with hooks.worker.write(None) as unit:
                assert len(await claims.claim_due(unit, 1, hooks.world.now)) == 1
            hooks.later(seconds=61)
            async with hooks.worker.write(None) as unit:
                assert await give_up_lost(unit, hooks.world.now) == (lost + 1 == claims.MOST_LOST)
        assert await hooks.statuses() == ["FAILED"]
        hooks.later(days=2)
        assert await hooks.deliver() == 0
        await hooks.move()
        assert "webhook_endpoint.delivery_failed" in await hooks.told()
        [delivery] = await hooks.rows("SELECT id FROM webhook_delivery")
        await hooks.send_again(delivery["id"])
        assert await hooks.deliver() == 1
        assert await hooks.statuses() == ["DELIVERED"]
        [row] = await hooks.rows("SELECT lost FROM webhook_delivery")
        assert row["lost"] == 0


async def test_an_answer_is_written_down_when_the_database_is_back(
    hooks: Hooks, database: Database
) -> None:
    admin = await asyncpg.connect(database.superuser_dsn)
    async with receiving(status=500) as receiver:
        await hooks.listen(receiver.url)
        await hooks.happen()
        await hooks.queue()
        async with admin.transaction(), asyncio.timeout(30):
            await admin.execute("SELECT FROM webhook_endpoint FOR UPDATE")
            delivering = asyncio.create_task(hooks.deliver())
            while not await admin.fetchval(END_THE_WAITING):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert await delivering == 1
        [row] = await hooks.rows("SELECT tries, failures, lost, lease_until FROM webhook_delivery")
        assert dict(row) == {"tries": 1, "failures": 1, "lost": 0, "lease_until": None}
        assert len(receiver.got) == 1
    await admin.close()


async def test_what_arrives_waits_for_nobody_at_its_endpoint(
    hooks: Hooks, database: Database
) -> None:
    admin = await asyncpg.connect(database.superuser_dsn)
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        await hooks.happen(3)
        await hooks.queue()
        async with admin.transaction(), asyncio.timeout(30):
            await admin.execute("SELECT FROM webhook_endpoint FOR NO KEY UPDATE")
            assert await hooks.deliver() == 3
    assert await hooks.statuses() == ["DELIVERED"] * 3
    await admin.close()
