"""Payouts that a restored database has forgotten: proposed, signed and executed after the backup, and never made twice."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.errors import Refusal, RefusalCode
from app.domain.typed_ids import typed_id
from sge.embedded.postgres import Postgres
from sge.migrations import upgrade
from tests.contracts.gateway_chain import GatewayChain
from tests.contracts.items import USDC
from tests.payouts.outside import Outside
from tests.recovery.taken_back import WholeServer, restore


@pytest.mark.long
async def test_a_forgotten_batch_is_not_paid_again(
    server_folder: Path, chain: GatewayChain
) -> None:
    """Of three affiliates two are paid after the backup, one less than is remembered: what was reversed meanwhile is lost too."""
    with Postgres(server_folder / "first", durable=False) as server:
        await asyncio.to_thread(upgrade, server.dsn())
        whole = WholeServer(server)
        async with whole.worlds(chain) as (recovering, paying):
            world, outside = paying.world, Outside(paying)
            program = await world.program()
            one, more, later = await world.affiliates(program, 3)
            await world.payable(program, {one: 3 * USDC, more: 2 * USDC})
            await world.earn(program, {later: 4 * USDC})
            wallets = [await outside.wallet(program, who) for who in (one, more, later)]
            backup = whole.back_up(server_folder / "backups")

            # The world goes on: all of this is lost.
            reversed_ = await world.settling.value(
                "SELECT id FROM commission WHERE affiliate_id = $1", one
            )
            await world.reverse(program, reversed_, "10")
            await paying.pay(program, (await world.create(program)).batch_id)
            assert [outside.balance(wallet) for wallet in wallets] == [2 * USDC, 2 * USDC, 0]
    restore(backup, server_folder / "second" / "data", server_folder / "private")
    with Postgres(server_folder / "second", durable=False) as server:
        async with WholeServer(server).worlds(chain) as (recovering, paying):
            world, outside = paying.world, Outside(paying)
            world.settling.clock.ahead = timedelta(seconds=1)
            assert await recovering.notice() is not None
            await recovering.recover()
            # The third is the refund of that reversal, which nobody is known to be owed.
            assert len(await outside.open(program)) == 3
            for attempt in (outside.resume(program), world.create(program)):
                with pytest.raises(Refusal) as refusal:
                    await attempt
                assert refusal.value.code is RefusalCode.INVALID_STATE
            # Who says that it was a present takes the risk that the reversal is sent again.
            with pytest.raises(Refusal, match="a reversal was lost"):
                await outside.explain(program)
            users = await world.settling.rows("SELECT public_id FROM program_user")
            await outside.explain(
                program, " ".join(typed_id("usr", row["public_id"]) for row in users)
            )
            await outside.resume(program)
            await world.advance(program, days=62)
            await world.execute(program, (await world.create(program)).batch_id)
            # What was reversed since is paid until somebody reverses it again: that is lost, and not the payout.
            paid = [outside.balance(wallet) for wallet in wallets]
            assert paid == [3 * USDC, 2 * USDC, 4 * USDC]
            await world.check()
