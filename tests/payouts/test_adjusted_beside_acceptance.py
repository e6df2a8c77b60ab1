"""A hundred thousand commissions are reversed in ten seconds: nobody who accepts waits for their end."""

from dataclasses import replace
from uuid import UUID

import pytest

from app.services.corrections.approve_adjustment import approve_adjustment
from app.services.corrections.propose_adjustment import ProposeAdjustment, propose_adjustment
from app.store.database_errors import DatabaseError, is_lock_timeout
from app.store.rules_lock import share_rules
from tests.contracts.items import USDC
from tests.payouts.bulk import many_due
from tests.payouts.world import PayoutProgram, PayoutWorld
from tests.services.world import key_of

_PUBLIC_ID = "SELECT public_id FROM affiliate WHERE id = $1"


@pytest.fixture
async def program(payout_world: PayoutWorld) -> PayoutProgram:
    return await payout_world.program()


@pytest.fixture
async def proposed(payout_world: PayoutWorld, program: PayoutProgram) -> UUID:
    """An adjustment that somebody else is to approve."""
    [affiliate] = await many_due(
        payout_world, program, affiliates=1, each=20, amount=USDC, funded=False
    )
    await payout_world.set_status(program, affiliate, "TERMINATED")
    [row] = await payout_world.settling.rows(_PUBLIC_ID, affiliate)
    command = ProposeAdjustment(row["public_id"], "USDC", "a test", "adjustment 1")
    found: UUID = (await payout_world.run(program, propose_adjustment, command)).adjustment_id
    return found


async def test_intents_are_accepted_until_it_is_stored(
    payout_world: PayoutWorld, program: PayoutProgram, proposed: UUID
) -> None:
    settling = payout_world.settling
    second = replace(key_of(program.id), actor="api_key:sge_second")
    async with settling.api.write(program.id) as approving:
        await approve_adjustment(approving, second, proposed, settling.clock())
        async with settling.worker.write(program.id) as accepting:
            await accepting.wait_at_most(0.5)
            await share_rules(accepting, program.id)
    assert await payout_world.commissions(program) == {"REVERSED": 20 * USDC}


async def test_it_waits_for_what_is_being_posted(
    payout_world: PayoutWorld, program: PayoutProgram, proposed: UUID
) -> None:
    """That may have read the affiliate while it was active."""
    settling = payout_world.settling
    second = replace(key_of(program.id), actor="api_key:sge_second")

    async def approve() -> None:
        async with settling.api.write(program.id) as approving:
            await approving.wait_at_most(0.2)
            await approve_adjustment(approving, second, proposed, settling.clock())

    async with settling.worker.write(program.id) as posting:
        await share_rules(posting, program.id)
        with pytest.raises(DatabaseError) as problem:
            await approve()
        assert is_lock_timeout(problem.value)
    await approve()
    assert await payout_world.commissions(program) == {"REVERSED": 20 * USDC}
