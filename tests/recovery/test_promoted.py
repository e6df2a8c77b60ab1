"""The primary dies and its replica is promoted: noticed by its timeline, nothing lost that the replica had, the rest found on the
chain.
"""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from sge.embedded.postgres import Postgres
from sge.embedded.standby import Standby
from sge.migrations import upgrade
from tests.contracts.gateway_chain import GatewayChain
from tests.contracts.items import USDC
from tests.recovery.recovering import RememberedPlace
from tests.recovery.taken_back import WholeServer
from tests.recovery.test_taken_back import accept, accepted, statuses

_OPEN = """
SELECT kind, count(*) AS n FROM discrepancy WHERE program_id = $1 AND resolved_at IS NULL GROUP BY 1
"""
_FLUSH = "SET synchronous_commit = local; SELECT pg_logical_emit_message(true, 'flush', '')"
_REASON = "SELECT reason FROM recovery"


def catch_up(primary: Postgres, replica: Standby) -> None:
    """A synchronous commit would have waited for just this; a server that need not last flushes its log a little later."""
    primary.run_sql(_FLUSH)
    written = primary.run_sql("SELECT pg_current_wal_flush_lsn()").strip()
    while replica.run_sql(f"SELECT pg_last_wal_receive_lsn() >= '{written}'").strip() != "t":
        replica.require_alive()


@pytest.mark.long
async def test_the_replica_goes_on_where_the_primary_died(
    server_folder: Path, chain: GatewayChain
) -> None:
    primary = Postgres(server_folder / "primary", durable=False).start()
    replica = Standby(server_folder / "replica", primary, durable=False)
    witness = RememberedPlace()
    try:
        await asyncio.to_thread(upgrade, primary.dsn())
        replica.start()
        async with WholeServer(primary).worlds(chain) as (recovering, paying):
            world, settling = recovering.watching, recovering.settling
            recovering.witness = witness
            shop = await world.program()
            program, batch = await paying.approved(transactions=1, recipients=2)
            [early] = await settling.pay(shop)
            await world.settle_and_finish()
            waiting = await settling.pay(shop, 3)
            await settling.run("SELECT sge_move_outbox(now())")
            assert await recovering.notice() is None
            catch_up(primary, replica)
            replica.stop()

            # The replica is away: what is committed now dies with the primary.
            await world.settle_and_finish()
            assert await paying.relay() == 1
            await paying.finish()
            lost = await accepted(world, shop, 2)
            await world.settle_and_finish()
            paid_out = chain.balance(program.treasury)
            nonce = await settling.chain.nonce(next(iter(settling.signers)))
        os.kill(primary.pid, signal.SIGKILL)
        replica.start()
        replica.promote()
        async with WholeServer(replica).worlds(chain) as (recovering, paying):
            world, settling = recovering.watching, recovering.settling
            recovering.witness = witness
            # All that it had, and not a word more: nothing is signed from it before anybody looks.
            known = {early: "CONFIRMED"} | dict.fromkeys(waiting, "PENDING")
            assert await statuses(recovering, shop) == known
            assert await world.settle() == 0
            assert await paying.relay() == 0
            assert await recovering.notice() is not None
            assert "were on timeline 1 and are on 2" in await recovering.value(_REASON)
            await accept(recovering, shop, lost[:1])
            recovered = await recovering.recover()
            [lane] = recovered.chains[0].lanes
            assert lane.after >= nonce
            found = await statuses(recovering, shop)
            assert found == dict.fromkeys([early, *waiting, lost[0]["key"]], "CONFIRMED")
            assert await paying.status(batch) == "COMPLETED"
            open_ones = {row["kind"]: row["n"] for row in await settling.rows(_OPEN, shop.id)}
            assert open_ones == {"SETTLEMENT_NOT_ON_CHAIN": 1, "UNEXPLAINED_INFLOW": 1}
            await world.check()

            # And it goes on.
            for one in (shop, program):
                await recovering.resume(one)
            [later] = await settling.pay(shop)
            await recovering.settle_until_quiet()
            assert (await statuses(recovering, shop))[later] == "CONFIRMED"
            assert chain.balance(shop.treasury) == 7 * 10 * USDC
            assert chain.balance(program.treasury) == paid_out
            assert await recovering.notice() is None
            await paying.end()
            await world.check()
    finally:
        replica.stop()
        primary.stop()
