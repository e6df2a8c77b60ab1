"""While the standby is away nothing is signed, sent or proposed that only the primary would know; when it is back, all of it goes on."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.domain.errors import Unconfirmed
from app.processes.payouts.create_batch import CreatePayoutBatch, create_payout_batch
from app.processes.payouts.parts import BatchResult
from tests.contracts.gateway_chain import GatewayChain
from tests.contracts.items import USDC
from tests.jobs.test_worker import beating, until
from tests.jobs.worker_process import running, settings_of
from tests.payouts.paying import Paying
from tests.processes.watching_world import WatchingWorld
from tests.recovery.taken_back import WholeServer
from tests.replica.conftest import Pair
from tests.replica.test_synchronous import PATIENCE_SECONDS, wait_for

_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
_BEAT = "SELECT max(beat_at) FROM worker_heartbeat"
_PROPOSED = "SELECT count(*) FROM safe_transaction"
_LONG_ENOUGH_SECONDS = 1.0


@dataclass(frozen=True)
class Shop:
    """A server whose commits wait for a standby, and what works on it."""

    pair: Pair
    world: WatchingWorld
    paying: Paying

    async def stands(self, task: asyncio.Task[object]) -> None:
        """Waits until somebody waits for the standby, and a while longer."""
        async with asyncio.timeout(10):
            while not await self.waiting():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await asyncio.sleep(_LONG_ENOUGH_SECONDS)
        assert not task.done()

    async def waiting(self) -> int:
        return int(await self.world.settling.value(_WAITING))

    async def sent(self) -> int:
        """Nonces of the relayer that a node has seen."""
        settling = self.world.settling
        return await settling.chain.nonce(next(iter(settling.signers)))


@pytest.fixture
async def shop(own_pair: Pair, chain: GatewayChain) -> AsyncIterator[Shop]:
    async with WholeServer(own_pair.primary).worlds(chain) as (recovering, paying):
        wait_for(own_pair, "ANY 1 (*)")
        yield Shop(own_pair, recovering.watching, paying)
        wait_for(own_pair, "")


@pytest.mark.long
async def test_what_is_signed_is_not_sent_before_the_standby_has_it(shop: Shop) -> None:
    world, settling = shop.world, shop.world.settling
    program = await settling.ready(2)
    before = await shop.sent()

    def lose(point: str) -> None:
        if point == "signing":
            shop.pair.replica.stop()

    signing = asyncio.create_task(world.settle(at_point=lose))
    await shop.stands(signing)
    assert (await settling.copies(), await shop.sent()) == ([], before)

    # Cut off, it is committed here and nowhere else: nobody sends it, also not the next who takes the lane.
    signing.cancel()
    with suppress(asyncio.CancelledError):
        await signing
    again = asyncio.create_task(world.settle(holder="worker 2"))
    await shop.stands(again)
    [copy] = await settling.copies()
    assert (copy["sends"], await shop.sent()) == (0, before)

    await asyncio.to_thread(shop.pair.replica.start)
    await asyncio.wait_for(again, 10)
    assert await shop.sent() == before + 1
    assert settling.paid(program) == 20 * USDC


@pytest.mark.long
async def test_what_a_worker_proposes_waits_for_the_standby(shop: Shop) -> None:
    world = shop.paying.world
    program, _ = await shop.paying.earned()
    parts = replace(world.payouts, database=world.settling.worker)
    shop.pair.replica.stop()
    command = CreatePayoutBatch(currency="USDC", idempotency_key="due")
    proposing = asyncio.create_task(
        create_payout_batch(parts, "job:paymaster", command, program.id)
    )
    await shop.stands(proposing)
    assert await world.settling.value(_PROPOSED) == 0
    await asyncio.to_thread(shop.pair.replica.start)
    made = await asyncio.wait_for(proposing, 10)
    assert not made.replayed
    assert await world.settling.value(_PROPOSED) == 1


@pytest.mark.long
async def test_a_worker_that_waits_for_the_standby_lives_and_ends_when_told(
    shop: Shop, chain: GatewayChain, redis_url: str, tmp_path: Path
) -> None:
    settling, log = shop.world.settling, tmp_path / "log"
    settings = settings_of(WholeServer(shop.pair.primary), redis_url, chain)
    with running(["worker"], settings, log) as worker:
        await until(beating(settling), 30, log)
        shop.pair.replica.stop()

        async def stands() -> bool:
            return bool(await shop.waiting())

        await until(stands, 20, log)
        before = await settling.value(_BEAT)

        async def beats() -> bool:
            return bool(await settling.value(_BEAT) > before)

        await until(beats, 15, log)
        worker.send_signal(signal.SIGTERM)
        told = time.monotonic()
        assert await asyncio.to_thread(worker.wait, 30) == 0
        assert time.monotonic() - told < 22
        assert not await settling.value("SELECT count(*) FROM worker_heartbeat")


@pytest.mark.long
async def test_what_a_person_repeats_is_not_told_before_the_standby_has_it(shop: Shop) -> None:
    """A batch by the same key, and the same owner's approval: they are on the primary, where a promotion loses them."""
    paying, world = shop.paying, shop.paying.world
    program, _ = await paying.earned()
    other, planted = await paying.batch()
    command = CreatePayoutBatch(currency="USDC", idempotency_key="due")

    async def propose() -> BatchResult:
        return await create_payout_batch(world.payouts, "api_key:sge_test", command, program.id)

    async def approve() -> BatchResult:
        return await paying.approve(other, planted, other.owners[0])

    # As in a web process.
    world.settling.api.longest_commit_seconds = float(PATIENCE_SECONDS)
    shop.pair.replica.stop()
    for step in (propose, approve):
        for _ in range(2):  # the second time it is here, and not yet there
            asked = asyncio.create_task(step())
            await shop.stands(asked)
            asked.cancel()
            with suppress(asyncio.CancelledError, Unconfirmed):
                await asked
    await asyncio.to_thread(shop.pair.replica.start)
    for step in (propose, approve):
        async with asyncio.timeout(10):
            await step()
    of_program = f"{_PROPOSED} WHERE program_id = $1"
    assert await world.settling.value(of_program, program.id) == 1
    assert await world.settling.value("SELECT count(*) FROM safe_signature") == 1
