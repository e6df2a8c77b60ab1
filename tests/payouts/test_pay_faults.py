"""Whoever approves, relays or ends payouts may be killed between any two steps: nothing lost, nothing paid twice."""

import asyncio
import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from sge.embedded.project import PROJECT
from tests.contracts.gateway_chain import RELAYER_KEY
from tests.contracts.items import USDC
from tests.fixtures.databases import Database
from tests.payouts.paying import Paying, command_of
from tests.payouts.planted import Planted
from tests.payouts.world import PayoutProgram
from tests.processes.ended import Ended, ending_at
from tests.processes.test_watch_faults import LEASE

pytestmark = pytest.mark.long

APPROVING = ("approve.checked", "approve.storing", "approve.stored")
RELAYING = (
    "relay.judged",
    "relay.noted",
    "relay.signing",  # all is written, nothing committed
    "relay.signed",
    "sent",
    "sends noted",
)
POSTING = ("final.read", "final.posting", "final.posted", "final.consumed", "transactions.finished")
ENDING = ("treasury.refreshed", "dead.proving", "dead.proven", "relay.ending", "relay.ended")


async def everybody_is_paid_once(paying: Paying, program: PayoutProgram, batch: Planted) -> None:
    """Another worker and another watcher go on, after the leases have run out."""
    world = paying.world
    for _ in range(4):
        world.settling.clock.ahead += LEASE
        await paying.relay("survivor")
        await world.watching.settle(holder="survivor")
        world.watching.mine(3)
        watcher = await world.watching.watcher(f"watcher {world.settling.clock.ahead}")
        await watcher.turn()
    assert await paying.states(program) == [("EXECUTED", None, False)] * 2
    assert await paying.status(batch) == "COMPLETED"
    assert world.settling.paid(program) == 36 * USDC
    assert await world.commissions(program) == {"PAID": 4 * USDC}
    assert len(await paying.events("payout.paid")) == 4
    assert not await world.settling.rows("SELECT FROM safe_relay WHERE live")
    statuses = await world.settling.rows("SELECT DISTINCT status FROM chain_transaction")
    assert statuses == [{"status": "CONFIRMED"}]
    await world.check()


@pytest.mark.parametrize("point", RELAYING)
async def test_a_relay_that_ends_in_the_middle_is_taken_over(paying: Paying, point: str) -> None:
    program, batch = await paying.approved(transactions=2)
    with pytest.raises(Ended):
        await paying.relay("dies", at_point=ending_at(point))
    await everybody_is_paid_once(paying, program, batch)


@pytest.mark.parametrize("point", POSTING)
async def test_a_posting_that_ends_in_the_middle_is_taken_over(paying: Paying, point: str) -> None:
    world = paying.world
    program, batch = await paying.approved(transactions=2)
    assert await paying.relay() == 1
    world.watching.mine(3)
    world.settling.clock.ahead += LEASE
    dying = await world.watching.watcher("watcher 2", ending_at(point))
    with pytest.raises(Ended):
        await dying.turn()
    await everybody_is_paid_once(paying, program, batch)


@pytest.mark.parametrize("point", ENDING)
async def test_an_end_that_is_proven_only_half_is_proven_again(paying: Paying, point: str) -> None:
    world = paying.world
    program, batch = await paying.approved(transactions=2)
    assert await paying.relay() == 1
    await paying.safe_call(program, "changeThreshold", 1, nonce=1)
    world.watching.mine(3)
    await world.watching.turn()
    with pytest.raises(Ended):
        await paying.relay("dies", at_point=ending_at(point))
    await paying.finish()
    assert await paying.states(program) == [
        ("EXECUTED", None, False),
        ("DEAD", "STALE_NONCE", False),
    ]
    assert await paying.status(batch) == "PARTIALLY_COMPLETED"
    assert await world.commissions(program) == {"PAID": 2 * USDC, "PAYABLE": 2 * USDC}
    assert not await world.settling.rows("SELECT FROM safe_relay WHERE live")
    await world.check()


@pytest.mark.long
@pytest.mark.parametrize("point", RELAYING)
async def test_a_killed_worker_neither_loses_nor_doubles_a_payout(
    paying: Paying, database: Database, point: str
) -> None:
    program, batch = await paying.approved(transactions=2)
    await _killed(paying, database.dsn("sge_worker"), point, None)
    await everybody_is_paid_once(paying, program, batch)


@pytest.mark.long
@pytest.mark.parametrize("point", APPROVING)
async def test_a_killed_web_process_counts_a_signature_once_or_not_at_all(
    paying: Paying, database: Database, point: str
) -> None:
    program, batch = await paying.batch(transactions=2)
    owner, other, _ = program.owners
    await paying.approve(program, batch, owner)
    command = command_of(batch, other)
    approval = {
        "program": program.id,
        "batch": str(batch.id),
        "owner": other.address,
        "signatures": [one.hex() for one in command.signatures],
        "content_hash": batch.content_hash.hex(),
    }
    await _killed(paying, database.dsn("sge_api"), point, approval)
    stored = point == "approve.stored"
    expected = ("APPROVED", None, True) if stored else ("PROPOSED", None, False)
    assert await paying.states(program) == [expected] * 2
    assert (await paying.approve(program, batch, other)).replayed is stored
    await paying.world.check()
    await everybody_is_paid_once(paying, program, batch)


async def _killed(paying: Paying, dsn: str, point: str, approval: dict[str, Any] | None) -> None:
    chain = paying.world.chain
    told = {
        "point": point,
        "approval": approval,
        "key": RELAYER_KEY,
        "rpc": chain.node.url,
        "dsn": dsn,
        "gateway": chain.deployment.gateway,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.payouts.pay_and_die",
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, errors = await process.communicate(json.dumps(told).encode())
    assert process.returncode == -signal.SIGKILL, errors.decode()[-2000:]
