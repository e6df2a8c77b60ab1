"""The watcher as a process runs it: until it is told to stop, whatever the node says meanwhile."""

import asyncio
from dataclasses import replace

from app.chain.client import Chain
from app.processes.watching.watch import open_watcher, watch_chain
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import proxy_before
from tests.processes.settling_world import SettledProgram
from tests.processes.watching_world import WatchingWorld


async def test_it_watches_until_it_is_told_to_stop_and_gives_the_lease_back(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    stop = asyncio.Event()
    running = asyncio.create_task(watch_chain(world.parts("the loop"), stop))
    await world.settling.pay(program, 2)
    await world.settle()
    world.mine()
    await confirmed(world, program)
    assert not await watch_chain(world.parts("another"), stop)
    stop.set()
    assert await running
    [row] = await world.settling.rows("SELECT leased_by, lease_until FROM chain_watch")
    assert row == {"leased_by": None, "lease_until": None}
    assert await open_watcher(world.parts("the next")) is not None
    await world.check()


async def test_a_node_that_is_away_only_delays(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    stop = asyncio.Event()
    async with (
        proxy_before(world.settling.gateway_chain.node.url) as proxy,
        Chain(CHAIN_ID, [proxy.url], timeout_seconds=0.5) as chain,
    ):
        proxy.plan = lambda _body: "429"
        parts = replace(world.parts("the loop"), chain=chain)
        running = asyncio.create_task(watch_chain(parts, stop))
        await world.settling.pay(program, 2)
        await world.settle()
        world.mine()
        await asyncio.sleep(2)
        assert {one[0] for one in await world.statuses(program)} == {"PROCESSING"}
        proxy.plan = lambda _body: "pass"
        await confirmed(world, program)
        stop.set()
        assert await running
    await world.check()


async def test_the_nodes_own_finality_decides_where_no_number_of_blocks_does(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    await world.settling.pay(program, 2)
    await world.settle()
    watcher = await open_watcher(replace(world.parts("by the tag"), confirmations=None))
    assert watcher is not None
    final = await world.settling.chain.get_block("finalized")
    assert final is not None
    await watcher.turn()
    block = await world.settling.value("SELECT block_number FROM chain_transaction")
    if final.number < block:
        assert {one[0] for one in await world.statuses(program)} == {"PROCESSING"}
    world.mine(4)
    await watcher.turn()
    assert {one[0] for one in await world.statuses(program)} == {"CONFIRMED"}
    await world.check()


async def test_a_wallet_that_got_code_is_sent_the_other_way(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    [payer] = await world.registered(program, None)
    await world.settling.pay(program, [payer])
    node = world.settling.gateway_chain.node

    def give_code(point: str) -> None:
        if point == "signed":
            node.call("anvil_setCode", payer.address, "0x00")

    await world.settle(at_point=give_code)
    world.mine()
    await world.turn()
    [state] = (await world.settling.states(program))[1:]
    assert (state["status"], state["rerouted"], state["queued"]) == ("PENDING", True, True)
    node.call("anvil_setCode", payer.address, "0x")
    await world.settle_and_finish()
    assert (await world.statuses(program))[1] == ("CONFIRMED", "FINAL")
    purposes = await world.settling.rows("SELECT purpose FROM chain_transaction ORDER BY nonce")
    assert purposes[-1]["purpose"] == "SETTLE_REROUTED"
    await world.check()


async def confirmed(world: WatchingWorld, program: SettledProgram) -> None:
    """Waits until all intents are."""
    async with asyncio.timeout(60):
        # Rows ring no bell.
        while {one[0] for one in await world.statuses(program)} != {"CONFIRMED"}:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
