"""A batch that is given up after its relay was signed, whose bytes are not sent any more, or when it is all paid."""

from functools import partial

import pytest

from app.processes.settlement.settle import settle
from app.services.execute import execute
from app.services.payouts.reject_batch import RejectPayoutBatch, reject_payout_batch
from tests.contracts.items import USDC
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutWorld
from tests.processes.ended import Ended
from tests.services.refusals import refused
from tests.services.world import key_of


def _end_once_signed(point: str) -> None:
    if point == "relay.signed":
        raise Ended


async def test_its_nonce_is_cancelled(payout_world: PayoutWorld) -> None:
    paying, settling = Paying(payout_world), payout_world.settling
    program, batch = await paying.approved()
    before = settling.paid(program)
    with pytest.raises(Ended):
        await paying.relay(at_point=_end_once_signed)
    assert await paying.states(program) == [("EXECUTING", None, True)]
    reject = partial(
        reject_payout_batch,
        authority=key_of(program.id),
        command=RejectPayoutBatch(batch.id, "look again"),
        now=settling.clock(),
    )
    await execute(settling.api, settling.bells, program.id, reject)

    await settle(settling.settling("another worker"))
    copies = [one for one in await settling.copies() if one["purpose"] == "SAFE_EXECUTION"]
    [signed, cancelled] = copies
    assert (signed["kind"], signed["sends"]) == ("PAYLOAD", 0)
    assert (cancelled["kind"], cancelled["nonce"]) == ("CANCEL", signed["nonce"])

    await paying.finish()
    # It stays open and holds what it holds, since owners can still execute what they signed.
    assert await paying.states(program) == [("APPROVED", "REJECTED", True)]
    assert settling.paid(program) == before
    balances = await payout_world.watching.balances(program)
    assert balances[("PAYOUT_IN_FLIGHT", 0)] == 2 * USDC
    await payout_world.check()


async def test_what_is_all_executed_is_not_rejected(payout_world: PayoutWorld) -> None:
    paying, settling = Paying(payout_world), payout_world.settling
    program, batch = await paying.approved()
    assert await paying.relay() == 1
    await paying.finish()
    rows = "SELECT version, rejected_at, reject_reason FROM payout_batch WHERE id = $1"
    before = await settling.rows(rows, batch.id), await paying.events()
    with refused("INVALID_STATE", "id"):
        await payout_world.reject(program, batch.id)
    assert (await settling.rows(rows, batch.id), await paying.events()) == before
    assert await paying.states(program) == [("EXECUTED", None, False)]
    assert await paying.status(batch) == "COMPLETED"
    await payout_world.check()
