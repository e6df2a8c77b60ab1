"""What clients send again while a recovery is open is taken, though the chain has settled it: its log then says so."""

import pytest
from eth_account.signers.local import LocalAccount

from app.domain.errors import Refusal, RefusalCode
from tests.contracts.items import USDC
from tests.processes.conftest import payers, rich
from tests.processes.payers import Payers
from tests.recovery.recovering import OTHER_TIMELINE, RecoveringWorld

__all__ = ["payers", "rich"]

_FORGET = """
DELETE FROM {table} WHERE program_id = $1 AND intent_id = (SELECT id FROM intent WHERE program_id = $1 AND idempotency_key = 'lost')
"""


@pytest.mark.long
async def test_a_lost_payment_that_is_sent_again_in_time_settles_by_its_log(
    payers: Payers, rich: LocalAccount
) -> None:
    world = payers.world
    registering = await payers.signed(rich, "register", "REGISTRATION")
    await payers.register(rich.address, "register", registering)
    await world.settle_and_finish()
    signed = await payers.signed(rich, "lost")
    await payers.pay(rich.address, "lost", signed)
    await world.settle()
    await forget(payers)
    with pytest.raises(Refusal) as refused:
        await payers.pay(rich.address, "lost", signed)
    assert refused.value.code is RefusalCode.AUTHORIZATION_USED
    recovering = RecoveringWorld(world)
    await world.settling.run(OTHER_TIMELINE)
    again = await payers.pay(rich.address, "lost", signed)
    assert not again.replayed
    await recovering.recover()
    states = await world.settling.states(payers.program)
    assert {one["status"] for one in states} == {"CONFIRMED"}
    assert world.settling.paid(payers.program) == 20 * USDC
    await world.check()


async def forget(payers: Payers) -> None:
    """The database loses the payment and what carried it, as an older state would."""
    settling, program = payers.world.settling, payers.program.id
    async with settling.admin.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        for table in ("intent_attempt", "intent_todo", "intent_transition", "intent_state"):
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            await connection.execute(_FORGET.format(table=table), program)
            await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        for table in ("intent_authorization", "intent"):
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await connection.execute(_FORGET.format(table="intent_authorization"), program)
        await connection.execute(
            "DELETE FROM intent WHERE program_id = $1 AND idempotency_key = 'lost'", program
        )
        for table in ("intent_authorization", "intent"):
            await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
