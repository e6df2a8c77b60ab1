"""One block with more logs than a node gives: anybody can make one, and it must stop nobody's books."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from app.chain.client import Chain
from app.chain.endpoint import LARGEST_ANSWER_BYTES
from app.processes.watching.watch import Watcher, open_watcher
from tests.chain.limited import MOST_LOGS, limited, spam
from tests.processes.settling_world import SettledProgram
from tests.processes.test_watch_refused import resume
from tests.processes.watching_world import WatchingWorld

_RECEIPTS = ("eth_getBlockReceipts", "eth_getTransactionReceipt")
_FOUND = "SELECT kind, severity, message FROM discrepancy"
_PAUSED = "SELECT id FROM program WHERE status = 'PAUSED'"
_BEHIND = "UPDATE consumed_through SET block_number = 0 WHERE program_id = $1"
_THROUGH = "SELECT DISTINCT block_number FROM consumed_through"
_STOPPED = "SELECT program_id FROM consumed_through WHERE stopped IS NOT NULL"


async def watcher_over(world: WatchingWorld, chain: Chain) -> Watcher:
    """As soon as the lease of the one before has run out."""
    world.settling.clock.ahead += timedelta(minutes=1)
    watcher = await open_watcher(replace(world.parts("over a provider"), chain=chain))
    assert watcher is not None
    return watcher


async def two_programs(world: WatchingWorld) -> tuple[SettledProgram, SettledProgram, bytes]:
    """Each with a payment that is settled and not posted, and the first one's treasury in more logs
    of one transaction than are given; that transaction's hash."""
    spammed, other = await world.program(), await world.program()
    payers = [*await world.registered(spammed, None), *await world.registered(other, None)]
    await world.settling.pay(spammed, payers[:1])
    await world.settling.pay(other, payers[1:])
    await world.settle()
    full = spam(world.settling.gateway_chain, spammed.treasury, 2 * MOST_LOGS)
    return spammed, other, full


def _spam_is_asked_for(body: bytes, full: bytes) -> bool:
    return b"eth_getBlockReceipts" in body or full.hex().encode() in body


@pytest.mark.parametrize(
    "without", [(), pytest.param(("eth_getBlockReceipts",), marks=pytest.mark.long)]
)
async def test_a_block_full_of_transfers_of_nothing_stops_nobody(
    watching_world: WatchingWorld, without: Collection[str]
) -> None:
    world = watching_world
    await two_programs(world)
    world.mine(3)
    before = await world.settling.value("SELECT count(*) FROM movement")
    async with limited(world.settling.gateway_chain.node.url, without=without) as (chain, _):
        await (await watcher_over(world, chain)).turn()
    assert {(one["status"], one["stage"]) for one in await world.settling.states()} == {
        ("CONFIRMED", "FINAL")
    }
    # The two payments: what moves nothing leaves no row.
    assert await world.settling.value("SELECT count(*) FROM movement") == before + 2
    assert await world.settling.rows(_FOUND) == []
    await world.check()


async def test_a_treasury_that_cannot_be_read_waits_alone(watching_world: WatchingWorld) -> None:
    world = watching_world
    spammed, other, _ = await two_programs(world)
    async with limited(world.settling.gateway_chain.node.url, hides=_RECEIPTS) as (chain, _):
        watcher = await watcher_over(world, chain)
        # At the head it is known, and paused for; at finality it is the same discrepancy.
        await watcher.turn()
        [found] = await world.settling.rows(_FOUND)
        assert (found["kind"], found["severity"]) == ("TREASURY_MISMATCH", "CRITICAL")
        assert "more logs of the treasury than the node gives" in found["message"]
        assert "a node in SGE_CHAINS that gives them" in found["message"]
        assert await world.settling.rows(_PAUSED) == [{"id": spammed.id}]
        assert await world.settling.rows(_STOPPED) == []
        world.mine(3)
        for _ in range(2):
            await watcher.turn()
    assert len(await world.settling.rows(_FOUND)) == 1
    assert (await world.statuses(other))[-1] == ("CONFIRMED", "FINAL")
    assert (await world.statuses(spammed))[-1] == ("PROCESSING", "MINED")
    assert await world.settling.rows(_STOPPED) == [{"program_id": spammed.id}]
    # With a node that gives more, a person lets it go on.
    assert "more logs of the treasury" in (await resume(world, spammed.id) or "")
    await (await watcher_over(world, world.settling.chain)).turn()
    assert (await world.statuses(spammed))[-1] == ("CONFIRMED", "FINAL")
    await world.check()


@pytest.mark.long
async def test_who_asks_for_too_much_says_what_to_set(watching_world: WatchingWorld) -> None:
    """The only node gives neither the logs nor the receipts, all of them being more than is read of one answer."""
    world = watching_world
    spammed, _, full = await two_programs(world)
    world.mine(3)
    async with limited(world.settling.gateway_chain.node.url) as (chain, proxy):
        within = proxy.answer
        proxy.answer = lambda asked, given: (
            bytes(LARGEST_ANSWER_BYTES + 1)
            if _spam_is_asked_for(asked, full)
            else within(asked, given)
        )
        watcher = await watcher_over(world, chain)
        for minutes in (0, 2):
            world.settling.clock.ahead += timedelta(minutes=minutes)
            await watcher.turn()
    assert await world.settling.rows(_STOPPED) == [{"program_id": spammed.id}]
    [found] = await world.settling.rows(_FOUND)
    assert "a node in SGE_CHAINS that gives them" in found["message"]
    assert "32 MiB" not in found["message"]
    assert "answers more than 32 MiB" in (await resume(world, spammed.id) or "")


async def test_what_was_posted_before_need_not_be_read_again(watching_world: WatchingWorld) -> None:
    """The range begins at the program that is furthest behind; who has posted a block does not ask for it."""
    world = watching_world
    spammed, other, _ = await two_programs(world)
    world.mine(3)
    async with limited(world.settling.gateway_chain.node.url) as (chain, _):
        await (await watcher_over(world, chain)).turn()
    await world.settling.run(_BEHIND, other.id)
    world.mine(1)
    async with limited(world.settling.gateway_chain.node.url, hides=_RECEIPTS) as (chain, _):
        watcher = await watcher_over(world, chain)
        await watcher.turn()
        assert await world.settling.rows(_STOPPED) == []
        assert await world.settling.rows(_PAUSED) == []
        assert len(await world.settling.rows(_THROUGH)) == 1
        # A later block of it, beside that one, is another matter.
        spam(world.settling.gateway_chain, spammed.treasury, 2 * MOST_LOGS)
        world.mine(3)
        await world.settling.run(_BEHIND, other.id)
        await watcher.turn()
        assert await world.settling.rows(_STOPPED) == [{"program_id": spammed.id}]
    await world.check()


@pytest.mark.long
async def test_receipts_that_do_not_come_are_waited_for(watching_world: WatchingWorld) -> None:
    world = watching_world
    spammed, other, full = await two_programs(world)
    world.mine(3)
    async with limited(world.settling.gateway_chain.node.url) as (chain, proxy):
        watcher = await watcher_over(world, chain)
        proxy.plan = lambda body: "500" if _spam_is_asked_for(body, full) else "pass"
        await watcher.turn()
        assert (await world.statuses(other))[-1] == ("CONFIRMED", "FINAL")
        assert (await world.statuses(spammed))[-1] == ("PROCESSING", "MINED")
        assert await world.settling.rows(_STOPPED) == []
        proxy.plan = lambda _body: "pass"
        await watcher.turn()
        assert (await world.statuses(spammed))[-1] == ("CONFIRMED", "FINAL")
    assert await world.settling.rows(_FOUND) == []
    await world.check()
