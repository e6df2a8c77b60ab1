"""A worker process by itself: woken by nobody, it pays what was approved, one Safe transaction after the other."""

import asyncio
from pathlib import Path

import pytest

from tests.contracts.items import USDC
from tests.fixtures.databases import Database
from tests.jobs.test_worker import until
from tests.jobs.worker_process import running, settings_of
from tests.payouts.paying import Paying


@pytest.mark.long
async def test_a_worker_pays_what_was_approved(
    paying: Paying, database: Database, redis_url: str, tmp_path: Path
) -> None:
    world, log = paying.world, tmp_path / "log"
    program, batch = await paying.batch(transactions=2)
    await paying.approve(program, batch, program.owners[0])
    world.settling.bells.jobs_rung.clear()
    await paying.approve(program, batch, program.owners[1])
    assert "pay" in world.settling.bells.jobs_rung

    async def completed() -> bool:
        world.watching.mine(1)
        await asyncio.sleep(0.2)
        return await paying.status(batch) == "COMPLETED"

    with running(["worker"], settings_of(database, redis_url, world.chain), log):
        await until(completed, 60, log)
    assert world.settling.paid(program) == 36 * USDC
    await world.check()
