"""A backup restored beside a chain that went on: every intent, payout and balance is right, nothing is paid twice."""

import asyncio
import json
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sge.embedded.postgres import Postgres
from sge.embedded.project import PROJECT
from sge.migrations import upgrade
from tests.contracts.gateway_chain import GatewayChain
from tests.contracts.items import USDC, ChainKind
from tests.processes.settling_world import SettledProgram
from tests.processes.watching_world import WatchingWorld
from tests.recovery.recovering import RecoveringWorld
from tests.recovery.taken_back import WholeServer, restore

POINTS = ("recovery.begun", "recovery.lanes", "final.posting", "final.posted")
LEASE = timedelta(seconds=31)
_ROWS = """
SELECT i.idempotency_key AS key, s.status, s.failure_code FROM intent i
  JOIN intent_state s ON s.program_id = i.program_id AND s.intent_id = i.id WHERE i.program_id = $1
"""
_ACCEPT = "SELECT count(*) FROM sge_accept_intents($1, $2, 'test', $3) WHERE created"
_OPEN = "SELECT kind, count(*) AS n FROM discrepancy WHERE program_id = $1 AND resolved_at IS NULL GROUP BY 1"
_USERS = """
INSERT INTO program_user (program_id, public_id, wallet, created_at)
SELECT $1, (row ->> 'user_id')::uuid, row ->> 'wallet', now() FROM unnest($2::jsonb[]) AS u (row) ON CONFLICT DO NOTHING
"""


@pytest.mark.long
async def test_a_backup_beside_a_chain_that_went_on(
    server_folder: Path, chain: GatewayChain
) -> None:
    first = server_folder / "first"
    with Postgres(first, durable=False) as server:
        await asyncio.to_thread(upgrade, server.dsn())
        whole = WholeServer(server)
        async with whole.worlds(chain) as (recovering, paying):
            world, settling = recovering.watching, recovering.settling
            shop = await world.program()
            await world.line(shop)
            program, batch = await paying.approved(transactions=1, recipients=2)
            [early] = await settling.pay(shop)
            await world.settle_and_finish()
            waiting = await settling.pay(shop, 3)
            backup = whole.back_up(server_folder / "backups")

            # The world goes on: all of this is lost.
            await world.settle_and_finish()
            assert await paying.relay() == 1
            await paying.finish()
            assert await paying.status(batch) == "COMPLETED"
            lost = await accepted(world, shop, 4)
            await world.settle_and_finish()
            await paying.world.affiliates(program, 2)
            never_sent = await accepted(world, shop, 2)
            paid_out = chain.balance(program.treasury)
            nonce = await settling.chain.nonce(next(iter(settling.signers)))
    restore(backup, server_folder / "second" / "data", server_folder / "private")
    assert chain.balance(shop.treasury) == 8 * 10 * USDC
    with Postgres(server_folder / "second", durable=False) as server:
        async with WholeServer(server).worlds(chain) as (recovering, paying):
            world, settling = recovering.watching, recovering.settling
            settling.clock.ahead = timedelta(seconds=1)
            assert await statuses(recovering, shop) == {early: "CONFIRMED"} | dict.fromkeys(
                waiting, "PENDING"
            )
            assert await world.settle() == 0
            assert await recovering.notice() is not None
            # Clients send again before the logs are read: the first two settle by them.
            await accept(recovering, shop, lost[:2])
            for point in POINTS:
                await recover_until_killed(recovering, server, point)
            recovered = await recovering.recover()
            [lane] = recovered.chains[0].lanes
            assert lane.after >= nonce
            assert await statuses(recovering, shop) == dict.fromkeys(
                [early, *waiting, *(row["key"] for row in lost[:2])], "CONFIRMED"
            )
            assert await paying.status(batch) == "COMPLETED"
            open_ones = {row["kind"]: row["n"] for row in await settling.rows(_OPEN, shop.id)}
            assert open_ones == {"SETTLEMENT_NOT_ON_CHAIN": 2, "UNEXPLAINED_INFLOW": 2}
            assert await settling.rows(_OPEN, program.id) == []
            await world.check()

            # Afterwards the rest is sent again with the same keys.
            await accept(recovering, shop, [*lost[2:], *never_sent])
            for one in (shop, program):
                await recovering.resume(one)
            await recovering.settle_until_quiet()
            found = await statuses(recovering, shop)
            assert {found[row["key"]] for row in never_sent} == {"CONFIRMED"}
            assert {found[row["key"]] for row in lost[2:]} == {"FAILED"}
            assert chain.balance(shop.treasury) == 10 * 10 * USDC
            assert chain.balance(program.treasury) == paid_out
            copies = await settling.copies()
            assert {one["status"] for one in copies if one["nonce"] >= nonce} == {"CONFIRMED"}
            assert await recovering.value("SELECT status FROM lane") == "ACTIVE"
            await paying.end()
            await world.check()


async def accepted(
    world: WatchingWorld, program: SettledProgram, count: int
) -> list[dict[str, Any]]:
    """New payments, and what their clients would send again."""
    settling = world.settling
    payers = [world.new_wallet() for _ in range(count)]
    settling.gateway_chain.fund([one.address for one in payers], 10 * USDC)
    rows = [
        settling._row(program, payer, place, ChainKind.PAYMENT, amount=10 * USDC)
        for place, payer in enumerate(payers)
    ]
    await accept_rows(settling, program, rows)
    return rows


async def accept(
    recovering: RecoveringWorld, program: SettledProgram, rows: list[dict[str, Any]]
) -> None:
    again = [row | {"n": place} for place, row in enumerate(rows)]
    await accept_rows(recovering.settling, program, again)


async def accept_rows(settling: Any, program: SettledProgram, rows: list[dict[str, Any]]) -> None:
    await settling.run(_USERS, program.id, rows)
    assert await settling.value(_ACCEPT, program.id, rows, settling.clock()) == len(rows)


async def statuses(recovering: RecoveringWorld, program: SettledProgram) -> dict[str, str]:
    rows = await recovering.settling.rows(_ROWS, program.id)
    return {row["key"]: row["status"] for row in rows}


async def recover_until_killed(recovering: RecoveringWorld, server: Postgres, point: str) -> None:
    """Another process recovers and is killed at the point; its lease runs out."""
    settling = recovering.settling
    told = {
        "point": point,
        "rpc": settling.gateway_chain.node.url,
        "dsn": server.dsn("sge_worker"),
        "gateway": settling.gateway_chain.deployment.gateway,
        "ahead_seconds": settling.clock.ahead.total_seconds(),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.recovery.recover_and_die",
        cwd=PROJECT,
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate(json.dumps(told).encode())
    assert process.returncode == -signal.SIGKILL, said.decode()[-2000:]
    settling.clock.ahead += LEASE
