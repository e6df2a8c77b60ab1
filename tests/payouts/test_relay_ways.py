"""What may happen to a relay between its signature and a final block, and who else needs the lane."""

import asyncio
from datetime import timedelta

import pytest
from eth_account import Account

from app.processes.settlement.lane_leases import lease_lane, release_lane
from app.processes.settlement.settle import settle
from tests.contracts.gateway_chain import RELAYER_KEY
from tests.contracts.items import USDC
from tests.payouts.paying import Paying

_RELAYS = "SELECT live, failure FROM safe_relay ORDER BY number"


async def test_a_relay_that_no_node_takes_is_cancelled_and_sent_anew(paying: Paying) -> None:
    world = paying.world
    program, _ = await paying.approved()
    node = world.chain.node

    def shrink_blocks(point: str) -> None:
        if point == "relay.signed":
            node.call("evm_setBlockGasLimit", hex(150_000))
            world.settling.mine()

    try:
        assert await paying.relay(at_point=shrink_blocks) == 1
        await settle(world.settling.settling())
        world.watching.mine(3)
        await world.watching.turn()
        await paying.end()
    finally:
        node.call("evm_setBlockGasLimit", hex(60_000_000))
        world.settling.mine()
    assert await paying.states(program) == [("APPROVED", None, True)]
    assert await world.settling.rows(_RELAYS) == [
        {"live": False, "failure": "the relay was cancelled"}
    ]
    [failed] = await paying.events("payout_batch.relay_failed")
    assert failed["data"]["reason"] == "the relay was cancelled"
    await world.check()
    assert await paying.relay() == 1
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    await world.check()


async def test_a_nonce_that_somebody_else_used_displaces_the_relay(paying: Paying) -> None:
    world = paying.world
    program, batch = await paying.approved()
    relayer = Account.from_key(RELAYER_KEY)
    chain = world.chain

    def steal(point: str) -> None:
        if point == "relay.signed":
            chain.send(chain.token.functions.approve(chain.stranger.address, 1), relayer, 100_000)

    assert await paying.relay(at_point=steal) == 1
    world.watching.mine(3)
    await world.watching.turn()
    await world.watching.turn()
    await paying.end()
    [lane] = await world.settling.rows("SELECT status FROM lane")
    assert lane["status"] == "HALTED"
    assert await paying.states(program) == [("APPROVED", None, True)]
    assert await world.settling.rows(_RELAYS) == [
        {"live": False, "failure": "another transaction used the relayer's nonce"}
    ]
    assert await paying.relay() == 0
    assert await world.safes.execute(batch.transactions[0], program.owners[:2])
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
    await world.check()


async def test_a_dropped_relay_is_sent_again_with_the_lanes_upkeep(paying: Paying) -> None:
    world = paying.world
    program, _ = await paying.approved()
    node = world.chain.node
    node.call("evm_setAutomine", False)
    node.call("evm_setIntervalMining", 0)
    try:
        assert await paying.relay() == 1
        copy = await world.settling.value("SELECT hash FROM signed_copy ORDER BY created_at DESC")
        node.call("anvil_dropTransaction", "0x" + copy.hex())
        world.settling.clock.ahead += timedelta(seconds=16)
        await settle(world.settling.settling())
        world.settling.mine()
        assert world.settling.paid(program) == 18 * USDC
    finally:
        node.call("evm_setIntervalMining", 1)
        node.call("evm_setAutomine", True)
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]


@pytest.mark.long
async def test_no_lane_no_relay(paying: Paying) -> None:
    world = paying.world
    program, _ = await paying.approved()
    held = await lease_lane(world.settling.settling("somebody else"))
    assert held is not None
    assert await paying.relay() == 0
    assert await paying.states(program) == [("APPROVED", None, True)]
    await release_lane(world.settling.settling("somebody else"), held)
    assert await paying.relay() == 1


@pytest.mark.long
async def test_who_settles_gives_way_to_payouts(paying: Paying) -> None:
    world = paying.world
    program, _ = await paying.approved()
    other = await world.settling.program()
    for _ in range(6):
        await world.settling.pay(other, 200)
    steps: list[str] = []
    begun = asyncio.Event()

    def at_point(point: str) -> None:
        steps.append(point)
        begun.set()

    async def relay() -> int:
        await begun.wait()
        return await paying.relay(at_point=steps.append)

    async def keep_settling() -> None:
        while await settle(world.settling.settling("settles", at_point=at_point)):
            pass

    _, relayed = await asyncio.gather(keep_settling(), relay())
    assert relayed == 1
    assert "signed" in steps[steps.index("relay.signed") :], "it waited until all was settled"
    assert world.settling.paid(other) == 12_000 * USDC
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]


async def test_one_programs_trouble_is_not_the_others(paying: Paying) -> None:
    world = paying.world
    broken, _ = await paying.approved()
    program, _ = await paying.approved()
    await world.settling.run(
        f"ALTER TABLE safe_relay ADD CONSTRAINT not_this_one CHECK (program_id <> {int(broken.id)})"
    )
    assert await paying.relay() == 1
    assert await paying.states(broken) == [("APPROVED", None, True)]
    await paying.finish()
    assert await paying.states(program) == [("EXECUTED", None, False)]
