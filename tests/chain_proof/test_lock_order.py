"""Who approves holds the program's row and then its treasury and accounts; what pauses the program goes the same way."""

import asyncio

from tests.chain_proof.proving import Proving
from tests.contracts.items import USDC

_HOLD = "SELECT FROM program FOR SHARE"
_WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"
_FREE = "SELECT FROM treasury, account FOR UPDATE NOWAIT"
_OPEN = "SELECT count(*) FROM discrepancy WHERE resolved_at IS NULL"


async def test_what_pauses_a_program_takes_it_before_treasury_and_accounts(
    proving: Proving,
) -> None:
    program = await proving.world.program()
    proving.chain.fund([program.treasury], 5 * USDC)
    await proving.final()
    proving.steal(program, 2 * USDC, nonce=0)
    for step in (proving.watching.turn, proving.final):  # told at the head, and posted
        async with (
            asyncio.timeout(60),
            proving.settling.admin.pool.acquire() as person,
            person.transaction(),
        ):
            await person.execute(_HOLD)
            turn = asyncio.create_task(step())
            while not await person.fetchval(_WAITS):  # noqa: ASYNC110 - as others see it
                await asyncio.sleep(0.02)
            await person.execute(_FREE)
        await turn
    assert (await proving.watching.balances(program))[("SUSPENSE", 0)] == 3 * USDC
    assert await proving.settling.value(_OPEN) == 2
