"""After a recovery: only a person resumes, and lanes go on with nonces that nobody has."""

import pytest

from app.processes.recovery.recover import TakenBackAgain, recover
from tests.contracts.items import USDC
from tests.processes.ended import Ended, ending_at
from tests.recovery.recovering import OTHER_TIMELINE, RecoveringWorld


async def test_payments_wait_and_then_go_on_beyond_every_lost_nonce(
    recovering: RecoveringWorld,
) -> None:
    settling = recovering.settling
    program = await settling.ready()
    relayer = next(iter(settling.signers))
    used = await settling.chain.nonce(relayer) + 2
    settling.gateway_chain.node.call("anvil_setNonce", relayer, hex(used))
    await settling.run(OTHER_TIMELINE)
    await recovering.recover()
    assert await recovering.watching.settle() == 0  # paused; its gaps are filled all the same
    recovering.watching.mine()
    await recovering.resume(program)
    await recovering.settle_until_quiet()
    assert {one["status"] for one in await settling.states()} == {"CONFIRMED"}
    copies = await settling.copies()
    assert [one["nonce"] for one in copies if one["purpose"] == "SETTLE"] == [used + 16]
    fills = [one for one in copies if one["purpose"] == "FILL"]
    assert [one["nonce"] for one in fills] == list(range(used, used + 16))
    assert {one["status"] for one in fills} == {"CONFIRMED"}
    assert settling.paid(program) == 20 * USDC
    await recovering.watching.check()


async def test_a_forgotten_copy_at_a_known_nonce_halts_nothing(recovering: RecoveringWorld) -> None:
    """What was signed anew at the same nonce after the backup is ours: its items go on, or settle by their logs."""
    settling = recovering.settling
    program = await settling.ready()
    with pytest.raises(Ended):
        await recovering.watching.settle(at_point=ending_at("signed"))
    relayer = next(iter(settling.signers))
    used = await settling.chain.nonce(relayer) + 1
    settling.gateway_chain.node.call("anvil_setNonce", relayer, hex(used))
    recovering.watching.mine(1)
    await settling.run(OTHER_TIMELINE)
    await recovering.recover()
    [first] = await settling.copies()
    assert (first["nonce"], first["status"]) == (used - 1, "DISPLACED")
    assert await recovering.value("SELECT status FROM lane") == "ACTIVE"
    await recovering.resume(program)
    await recovering.settle_until_quiet()
    assert {one["status"] for one in await settling.states()} == {"CONFIRMED"}
    assert settling.paid(program) == 20 * USDC


async def test_one_that_was_taken_back_meanwhile_is_not_finished_by_what_was_read_before(
    recovering: RecoveringWorld,
) -> None:
    """A recovery outlives the database's absence: what it reads before and after may be two databases."""
    settling = recovering.settling
    await settling.ready()
    await settling.run(OTHER_TIMELINE)
    recovery = await recovering.begin()
    assert recovery is not None
    await settling.run(OTHER_TIMELINE)
    assert await recovering.notice() is not None
    recovering.watching.watchers.clear()
    mine = recovering.watching.mine
    with pytest.raises(TakenBackAgain):
        await recover(recovering.recovering(), recovery, lambda _: mine(1))
    assert not await recovering.value("SELECT sge_is_recovered()")
    await recovering.recover()
    assert await recovering.value("SELECT sge_is_recovered()")
