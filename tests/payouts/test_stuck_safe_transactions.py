"""Safe transactions that stand still: what is told of them, and the one thing to do, which is then done."""

from datetime import timedelta

import pytest

from app.domain.stuck import StuckWork, WorkKind
from app.processes.settlement.flag_stuck import flag_stuck
from app.store.reads import stuck_work
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutProgram

_STUCK = "SELECT reference, message, entity_id FROM discrepancy WHERE kind = 'STUCK_WORK' ORDER BY reference"


async def stuck(paying: Paying, program: PayoutProgram) -> list[StuckWork]:
    """Those of the program's that stand still now."""
    settling = paying.world.settling
    async with settling.worker.read(program.id) as session:
        found = await stuck_work.of_program(session, settling.clock())
    return [one for one in found if one.kind is WorkKind.SAFE_TRANSACTION]


async def flagged(paying: Paying) -> list[str]:
    settling = paying.world.settling
    await flag_stuck(settling.worker, settling.bells, settling.clock)
    return [row["reference"] for row in await settling.rows(_STUCK)]


async def test_what_owners_do_not_sign_is_told_with_who_has_signed(paying: Paying) -> None:
    program, batch = await paying.batch(transactions=2)
    await paying.approve(program, batch, program.owners[0])
    paying.world.settling.clock.ahead += timedelta(days=3) - timedelta(minutes=5)
    assert await stuck(paying, program) == []
    paying.world.settling.clock.ahead += timedelta(minutes=10)
    found = await stuck(paying, program)
    assert [one.entity for one in found] == [str(one) for one in batch.transactions]
    words = found[0].diagnosis
    assert words.waiting_for == (
        "The Safe transaction at nonce 0 waits for signatures: it has 1 of the 2 signatures that it needs."
    )
    assert "approvePayoutBatch" in words.next_step
    assert "rejectPayoutBatch, then closePayoutBatch" in words.next_step
    assert await flagged(paying) == ["SAFE_PROPOSED"]
    [told] = await paying.world.settling.rows(_STUCK)
    assert told["entity_id"] == f"SAFE_TRANSACTION:{batch.transactions[0]}"
    assert told["message"].endswith("1 more wait there.")
    # What is to be done: an owner signs, and nothing waits for a signature any more.
    await paying.approve(program, batch, program.owners[1])
    assert await stuck(paying, program) == []


async def test_what_is_approved_and_not_sent_is_told_with_its_reason(paying: Paying) -> None:
    program, batch = await paying.approved()
    await paying.drain(program, leave=0)
    assert await paying.relay() == 0
    paying.world.settling.clock.ahead += timedelta(minutes=11)
    [found] = await stuck(paying, program)
    reason = await paying.world.settling.value("SELECT waiting FROM safe_transaction")
    assert reason
    assert found.diagnosis.waiting_for == (
        f"The Safe transaction at nonce 0 is approved, and is not sent to the chain: {reason}"
    )
    assert "Owners can execute it themselves" in found.diagnosis.next_step
    assert await flagged(paying) == ["SAFE_APPROVED"]
    # The job tries it again by itself once what it waited for is there.
    paying.world.chain.fund([program.treasury])
    paying.world.settling.clock.ahead += timedelta(hours=1)
    assert await paying.relay() == 1
    assert await stuck(paying, program) == []
    await paying.finish()
    assert await paying.status(batch) == "COMPLETED"


@pytest.mark.long
async def test_a_pause_explains_what_is_approved(paying: Paying) -> None:
    program, _ = await paying.approved()
    await paying.world.settling.run(
        "UPDATE program SET status = 'PAUSED', pause_reason = 'An audit.' WHERE id = $1", program.id
    )
    paying.world.settling.clock.ahead += timedelta(minutes=11)
    [found] = await stuck(paying, program)
    assert found.diagnosis.explained
    assert found.diagnosis.waiting_for.endswith("and the program is paused: An audit.")
    assert "resumeProgram" in found.diagnosis.next_step
    assert await flagged(paying) == []


@pytest.mark.long
async def test_a_relay_that_no_block_takes_is_told_with_lane_and_nonce(paying: Paying) -> None:
    program, batch = await paying.approved()
    node = paying.world.chain.node
    node.call("evm_setAutomine", False)
    try:
        assert await paying.relay() == 1
        paying.world.settling.clock.ahead += timedelta(hours=2)
        [found] = await stuck(paying, program)
        [carrier] = await paying.world.settling.rows(
            "SELECT nonce, from_address FROM chain_transaction ORDER BY created_at DESC LIMIT 1"
        )
        where = f"nonce {carrier['nonce']} of lane {carrier['from_address']} is broadcast"
        assert where in found.diagnosis.waiting_for
        assert "do not propose its payouts again by hand" in found.diagnosis.next_step
        assert await flagged(paying) == ["SAFE_EXECUTING"]
    finally:
        node.call("evm_setAutomine", True)
    node.call("evm_mine")
    await paying.finish()
    assert await paying.status(batch) == "COMPLETED"
    assert await stuck(paying, program) == []
