"""A batch that was given up and is open holds up every later payout: it is told of until somebody ends it."""

from dataclasses import replace
from datetime import timedelta

from structlog.testing import capture_logs

from app.domain.health.program_conditions import conditions_of_program
from app.processes.payouts.pay_day import pay_day
from app.processes.settlement.flag_stuck import flag_stuck
from app.store.health.programs import read_programs
from tests.contracts.items import USDC
from tests.payouts.world import PayoutWorld

_OPEN = """
SELECT reference, message FROM discrepancy WHERE kind = 'STUCK_WORK' AND resolved_at IS NULL
"""
_COUNT = "SELECT count(*) FROM payout_batch WHERE program_id = $1"


async def _told(world: PayoutWorld) -> list[str]:
    """A minute's look; the alerts that are to be raised then."""
    settling = world.settling
    await flag_stuck(settling.worker, settling.bells, settling.clock)
    async with settling.worker.read(None) as session:
        programs = await read_programs(session, settling.clock())
    return [one.name.value for program in programs for one in conditions_of_program(program)]


async def test_the_day_makes_no_batch_beside_a_rejected_one_and_somebody_is_told(
    payout_world: PayoutWorld,
) -> None:
    world, settling = payout_world, payout_world.settling
    program = await world.program()
    ann, bob = await world.affiliates(program, 2)
    await world.payable(program, {ann: 3 * USDC})
    rejected = (await world.create(program)).batch_id
    await world.reject(program, rejected)
    await world.payable(program, {bob: 5 * USDC})
    with capture_logs() as lines:
        assert await pay_day(replace(world.payouts, database=settling.worker)) == 1
    said = [(one["event"], one["program"]) for one in lines]
    assert said == [("payouts wait for an earlier batch", str(program.public_id))]
    assert await settling.value(_COUNT, program.id) == 1
    assert await _told(world) == []

    settling.clock.ahead += timedelta(minutes=61)
    assert await _told(world) == ["StuckWork"]
    [found] = await settling.rows(_OPEN)
    assert found["reference"] == "SAFE_GIVEN_UP"
    proposed = await settling.value("SELECT created_at FROM payout_batch WHERE id = $1", rejected)
    assert found["message"].startswith(f"The batch of {proposed:%Y-%m-%d %H:%M} UTC was given up")
    assert "Safe transaction at nonce 0 is open: no other payout is proposed" in found["message"]
    assert "closePayoutBatch, or createPayoutBatch with `replaces`" in found["message"]

    closing = await world.close(program, rejected)
    settling.clock.ahead += timedelta(minutes=61)
    # Owners have days to sign what ends it.
    assert await _told(world) == []
    await world.execute(program, closing.batch_id)
    assert await _told(world) == []
    await world.advance(program, days=1)
    assert await pay_day(replace(world.payouts, database=settling.worker)) == 1
    assert await settling.value(_COUNT, program.id) == 3
    await world.check()
