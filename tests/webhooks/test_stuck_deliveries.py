"""Deliveries that stand still: what is told of them, and the one thing to do, which is then done."""

from datetime import timedelta

from app.domain.stuck import Diagnosis, WorkKind, WorkStage
from app.processes.settlement.flag_stuck import flag_stuck
from app.services.webhooks.give_up_lost import give_up_lost
from app.store.reads import stuck_work
from app.store.webhooks import claims
from tests.webhooks.hooks import Hooks
from tests.webhooks.receiver import receiving


async def stuck(hooks: Hooks) -> list[tuple[WorkStage, Diagnosis]]:
    """Those of the program that stand still now, flagged as the job does: one discrepancy for each stage."""
    async with hooks.worker.read(hooks.program_id) as session:
        found = await stuck_work.of_program(session, hooks.world.now)
    assert {one.kind for one in found} <= {WorkKind.WEBHOOK_DELIVERY}
    await flag_stuck(hooks.worker, hooks.world.bells, lambda: hooks.world.now)
    told = await hooks.rows("SELECT reference FROM discrepancy WHERE kind = 'STUCK_WORK'")
    assert {one.stage.value for one in found} <= {row["reference"] for row in told}
    return [(one.stage, one.diagnosis) for one in found]


async def test_what_nobody_sends_is_told_and_a_worker_sends_it(hooks: Hooks) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        await hooks.happen(2)
        await hooks.queue()
        hooks.later(minutes=4)
        assert await stuck(hooks) == []
        hooks.later(minutes=2)
        [(stage, words), _] = await stuck(hooks)
        assert stage is WorkStage.DELIVERY_WAITING
        assert words.waiting_for.startswith(f"affiliate.registered is due for {receiver.url} and")
        assert "nobody sends it: the workers of the queue `webhooks`" in words.waiting_for
        assert "`sge worker --queue webhooks`" in words.next_step
        assert await hooks.deliver() == 2
        assert await stuck(hooks) == []


async def test_what_a_worker_began_is_told_and_made_again(hooks: Hooks) -> None:
    async with receiving() as receiver:
        await hooks.listen(receiver.url)
        await hooks.happen()
        await hooks.queue()
        began = hooks.world.now
        async with hooks.worker.write(None) as unit:
            assert len(await claims.claim_due(unit, 1, hooks.world.now)) == 1
        hooks.later(seconds=60 + 3 * 60 + 1)
        [(stage, words)] = await stuck(hooks)
        assert stage is WorkStage.DELIVERY_LEASED
        assert words.since == began
        assert f"affiliate.registered to {receiver.url} (try 1)" in words.waiting_for
        assert "makes another by itself" in words.next_step
        assert words.next_attempt_at == began + claims.LEASE
        async with hooks.worker.write(None) as unit:
            await give_up_lost(unit, hooks.world.now)
        hooks.later(minutes=30)
        assert await hooks.deliver() == 1
        assert await hooks.statuses() == ["DELIVERED"]
        assert await stuck(hooks) == []


async def test_a_receiver_that_fails_is_what_its_deliveries_wait_for(hooks: Hooks) -> None:
    """Nobody is told that the workers are behind: they try one delivery at a time there."""
    async with receiving(status=500) as receiver:
        await hooks.listen(receiver.url)
        await hooks.tell()
        failing = hooks.world.now
        await hooks.happen(3)
        await hooks.queue()
        hooks.later(minutes=10)
        found = await stuck(hooks)
        assert len(found) == 4
        for stage, words in found:
            assert stage is WorkStage.DELIVERY_WAITING
            assert f"taken nothing since {failing:%Y-%m-%d %H:%M UTC}" in words.waiting_for
            assert "updateWebhookEndpoint" in words.next_step
        receiver.status = 200
        for _ in range(4):
            await hooks.deliver()
        assert await stuck(hooks) == []
        assert await hooks.statuses() == ["DELIVERED"] * 4


async def test_what_is_to_be_tried_later_stands_not_still(hooks: Hooks) -> None:
    async with receiving(status=429, headers={"retry-after": "7200"}) as receiver:
        await hooks.listen(receiver.url)
        await hooks.tell()
        hooks.world.now += timedelta(hours=1)
        assert await stuck(hooks) == []
