"""While a program's money is not posted, nobody knows who was paid: nobody is paid, and it is not resumed."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest

from app.domain.errors import RefusalCode
from app.services.execute import execute
from app.services.settlement.resume_posting import resume_posting
from app.store.database import UnitOfWork
from tests.contracts.items import USDC
from tests.fixtures.databases import Database as OwnDatabase
from tests.payouts.outside import Outside
from tests.payouts.paying import Paying
from tests.payouts.test_paid_outside import refused

_STOP = "UPDATE consumed_through SET stopped = 'refused'"
_PAUSE = "UPDATE program SET status = 'PAUSED', pause_reason = 'a test'"
_RESUME = "UPDATE program SET status = 'ACTIVE', pause_reason = NULL"
_WAITING = "SELECT waiting FROM safe_transaction"


async def post_again(paying: Paying, program_id: int) -> None:
    settling = paying.world.settling
    now = settling.clock()

    async def resume(unit: UnitOfWork) -> str | None:
        return await resume_posting(unit, program_id, "operator:cli", "looked at", now)

    assert await execute(settling.worker, settling.bells, program_id, resume) is not None


async def test_nobody_is_paid_before_what_left_is_posted(paying: Paying) -> None:
    outside, world = Outside(paying), paying.world
    program = await world.program()
    affiliate = await world.affiliate(program)
    await world.payable(program, {affiliate: 3 * USDC})
    wallet = await outside.wallet(program, affiliate)
    await world.settling.run(_PAUSE)
    await world.settling.run(_STOP)
    await outside.send(program, wallet, 3 * USDC)
    assert await outside.open(program) == []

    async def nothing_goes_on() -> None:
        assert await refused(outside.resume(program)) is RefusalCode.INVALID_STATE
        assert await refused(world.create(program)) is RefusalCode.INVALID_STATE
        with pytest.raises(asyncpg.PostgresError, match="not all posted"):
            await world.settling.run(_RESUME)

    await nothing_goes_on()
    # Started again, and not yet where it would be: what it would say of the money is not read yet.
    await post_again(paying, program.id)
    await nothing_goes_on()

    await world.watching.turn()
    await outside.explain(program)
    await outside.resume(program)
    assert await refused(world.create(program)) is RefusalCode.NOTHING_PAYABLE
    assert outside.balance(wallet) == 3 * USDC
    await world.check()


async def test_what_owners_have_signed_waits(paying: Paying) -> None:
    world = paying.world
    program, _ = await paying.approved()
    await world.settling.run(_STOP)
    assert await paying.relay() == 0
    assert "not all posted" in await world.settling.value(_WAITING)
    await post_again(paying, program.id)
    await world.watching.turn()
    assert await paying.relay() == 1


async def test_what_stops_while_a_relay_is_judged_is_not_signed(
    paying: Paying, database: OwnDatabase
) -> None:
    await paying.approved()

    def stop(point: str) -> None:
        if point == "relay.judged":
            with ThreadPoolExecutor() as elsewhere:
                elsewhere.submit(asyncio.run, _stop(database.superuser_dsn)).result()

    assert await paying.relay(at_point=stop) == 0
    assert not await paying.world.settling.rows("SELECT FROM safe_relay")


async def _stop(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(_STOP)
    await connection.close()
