"""Senders and watcher side by side while the chain forks and loses transactions: in the end all is settled, once."""

import asyncio
import random
from datetime import timedelta

import pytest

from app.processes.settlement.release_stuck import release_stuck
from app.processes.settlement.settle import settle
from app.processes.watching.watch import watch_chain
from tests.contracts.items import USDC, ChainKind
from tests.processes.settling_world import SettledProgram, SettlingWorld
from tests.processes.watching_world import CONFIRMATIONS, WatchingWorld

_LONGEST_SECONDS = 240
_PAYERS, _WAVES, _WAVE_SECONDS = 30, 60, 0.5
# On a busy machine the watcher looks so seldom that it may have seen nothing that was taken back: then there are more.
_MOST_WAVES = 4 * _WAVES
_UNMINED = "SELECT count(*) FROM event_outbox WHERE name = 'intent.unmined'"


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_restless_chain_settles_everything_once(
    held_world: SettlingWorld, seed: int
) -> None:
    world = WatchingWorld(held_world)
    chance = random.Random(seed)
    programs = [await world.program(), await world.program()]
    line = await world.line(programs[0])
    payers = await world.registered(programs[0], line[-1], _PAYERS)
    # Money is given out before the first fork, deep enough to stay.
    world.settling.gateway_chain.fund([one.address for one in payers], _MOST_WAVES * 10 * USDC)
    await world.settling.pay(programs[1], 150, kind=ChainKind.REGISTRATION)
    world.mine(6)
    stop, calm, waves = asyncio.Event(), asyncio.Event(), 0
    work = [
        asyncio.create_task(watch_chain(world.parts("the loop"), stop)),
        asyncio.create_task(_send(world, stop)),
        asyncio.create_task(_make_blocks(world, chance, calm, stop)),
    ]
    # The world's own watcher would hold the lease for longer than this test wants to wait.
    world.settling.clock.ahead += timedelta(seconds=31)
    try:
        while waves < _WAVES or (waves < _MOST_WAVES and not await world.settling.value(_UNMINED)):
            await world.settling.pay(programs[0], payers, funded=False)
            waves += 1
            await asyncio.sleep(_WAVE_SECONDS)
        calm.set()
        async with asyncio.timeout(_LONGEST_SECONDS):
            while not await _all_confirmed(world, programs):  # noqa: ASYNC110 - rows ring no bell
                await asyncio.sleep(0.5)
    finally:
        stop.set()
        await asyncio.gather(*work)
    await world.check()
    balances = await world.balances(programs[0])
    paid = waves * _PAYERS * 10 * USDC
    assert balances[("AFFILIATE", line[-1])] == paid // 10
    assert world.settling.gateway_chain.balance(programs[0].treasury) == paid
    assert world.settling.gateway_chain.balance(programs[1].treasury) == 1500 * USDC
    assert await world.settling.value("SELECT count(*) FROM discrepancy") == 0
    assert await world.settling.value(_UNMINED) > 0, "the chain was not restless enough"


async def _all_confirmed(world: WatchingWorld, programs: list[SettledProgram]) -> bool:
    found = {one[0] for each in programs for one in await world.statuses(each)}
    return found == {"CONFIRMED"}


async def _send(world: WatchingWorld, stop: asyncio.Event) -> None:
    settling = world.settling
    while not stop.is_set():
        await settle(settling.settling(f"sender {random.random()}"))
        await release_stuck(settling.worker, settling.bells, settling.clock)
        await asyncio.sleep(0.2)


async def _make_blocks(
    world: WatchingWorld, chance: random.Random, calm: asyncio.Event, stop: asyncio.Event
) -> None:
    """Blocks, forks that are shorter than finality, and lost transactions; then only blocks.

    One after the other: anvil's own mining and its forks get into each other's way.
    """
    node = world.settling.gateway_chain.node
    await asyncio.to_thread(node.call, "evm_setIntervalMining", 0)
    await asyncio.to_thread(node.call, "evm_setAutomine", False)
    while not stop.is_set():
        await asyncio.sleep(chance.uniform(0.1, 0.6))
        what = chance.random()
        if calm.is_set() or what < 0.6:
            await asyncio.to_thread(node.call, "evm_mine")
        elif what < 0.8:
            depth = chance.randint(1, CONFIRMATIONS)
            await asyncio.to_thread(node.call, "anvil_reorg", depth, [])
        else:
            await asyncio.to_thread(node.call, "anvil_dropAllTransactions")
