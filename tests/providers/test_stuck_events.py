"""Providers' events that stand still: what is told of them, and the one thing to do, which is then done."""

from datetime import timedelta

from app.domain.stuck import Diagnosis, StuckWork, WorkKind, WorkStage
from app.processes.settlement.flag_stuck import flag_stuck
from app.store.providers.events import put_off
from app.store.reads import stuck_work
from tests.providers.shop import Shop

_TOLD = "SELECT message FROM discrepancy WHERE program_id = $1 AND kind = 'STUCK_WORK'"


async def stuck(shop: Shop) -> list[Diagnosis]:
    """Flagged as the job does."""
    async with shop.worker.read(shop.id) as session:
        found: list[StuckWork] = await stuck_work.of_program(session, shop.world.now)
    await flag_stuck(shop.worker, shop.world.bells, lambda: shop.world.now)
    assert {one.kind for one in found} <= {WorkKind.PROVIDER_EVENT}
    assert {one.stage for one in found} <= {WorkStage.PROVIDER_EVENT_WAITING}
    return [one.diagnosis for one in found]


async def told(shop: Shop) -> list[str]:
    return [row["message"] for row in await shop.world.fetch(shop.id, _TOLD, shop.id)]


async def test_an_event_that_nobody_processes_is_told_and_a_worker_does_it(shop: Shop) -> None:
    came = shop.world.now
    assert await shop.receive(shop.charge().paid("100").event("confirmed", "evt 1"))
    shop.world.now += timedelta(minutes=9)
    assert await stuck(shop) == []
    shop.world.now += timedelta(minutes=2)
    [words] = await stuck(shop)
    assert words.since == came
    assert "of coinbase-commerce waits to be processed: nobody processes it" in words.waiting_for
    assert "process_provider_events" in words.next_step
    [message] = await told(shop)
    assert message == f"{words.waiting_for} {words.next_step}"
    assert await shop.process() == 1
    assert await stuck(shop) == []


async def test_an_event_that_breaks_off_is_told_with_how_often(shop: Shop) -> None:
    assert await shop.receive(shop.charge().paid("100").event("confirmed", "evt 2"))
    query = "SELECT id FROM provider_event WHERE program_id = $1"
    [event] = await shop.world.fetch(shop.id, query, shop.id)
    for tries in (1, 2):
        async with shop.worker.write(shop.id) as unit:
            await put_off(unit, shop.id, event["id"], shop.world.now)
        shop.world.now += timedelta(minutes=11)
        [words] = await stuck(shop)
        assert f"processing it broke off {'once' if tries == 1 else '2 times'}" in words.waiting_for
        assert words.next_attempt_at is not None
    # One discrepancy of the stage, however long it lasts.
    assert len(await told(shop)) == 1
    shop.world.now += timedelta(hours=1)
    assert await shop.process() == 1
    assert await stuck(shop) == []
