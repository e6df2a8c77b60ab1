"""What happens to signed bytes on their way: dropped, stuck, underpriced, impossible, unfunded, lost answers, gaps."""

from datetime import timedelta

import pytest
from eth_account import Account

from app.processes.settlement.check_lanes import check_lanes
from app.processes.settlement.settle import settle
from tests.contracts.gateway_chain import RELAYER_KEY
from tests.processes.settling_world import SettlingWorld

GWEI = 10**9
RELAYER = Account.from_key(RELAYER_KEY).address


def _pool(world: SettlingWorld) -> int:
    return int(world.gateway_chain.node.call("txpool_status")["pending"], 16)


async def test_a_dropped_transaction_is_sent_again(held_world: SettlingWorld) -> None:
    world = held_world
    program = await world.ready()
    world.hold_blocks()
    await settle(world.settling())
    [copy] = await world.copies()
    world.gateway_chain.node.call("anvil_dropTransaction", "0x" + copy["hash"].hex())
    await settle(world.settling())
    assert _pool(world) == 0
    world.clock.ahead = timedelta(seconds=16)
    await settle(world.settling())
    assert _pool(world) == 1
    world.mine()
    assert world.paid(program) == 20_000_000
    assert [one["sends"] for one in await world.copies()] == [2]


async def test_a_stuck_transaction_offers_more_until_it_gets_through(
    held_world: SettlingWorld,
) -> None:
    world = held_world
    program = await world.ready()
    world.hold_blocks()
    await settle(world.settling())
    [first] = await world.copies()
    node = world.gateway_chain.node
    node.call("anvil_setNextBlockBaseFeePerGas", hex(first["fee"] + 20 * GWEI))
    world.mine()
    assert world.paid(program) == 0
    await settle(world.settling())
    assert len(await world.copies()) == 1  # not old yet
    world.clock.ahead = timedelta(seconds=46)
    await settle(world.settling())
    first, second = await world.copies()
    assert (second["nonce"], second["n"], second["kind"]) == (first["nonce"], 2, "PAYLOAD")
    assert second["fee"] * 10 >= first["fee"] * 11
    assert second["tip"] * 10 >= first["tip"] * 11
    world.mine()
    assert world.paid(program) == 20_000_000
    assert await world.chain.nonce(RELAYER) == first["nonce"] + 1


async def test_three_blocks_make_a_transaction_old(held_world: SettlingWorld) -> None:
    world = held_world
    await world.ready()
    world.hold_blocks()
    await settle(world.settling())
    [copy] = await world.copies()
    node = world.gateway_chain.node
    node.call("anvil_setNextBlockBaseFeePerGas", hex(copy["fee"] + 20 * GWEI))
    world.mine(2)
    world.clock.ahead = timedelta(seconds=4)
    await settle(world.settling())
    assert len(await world.copies()) == 1
    node.call("anvil_setNextBlockBaseFeePerGas", hex(copy["fee"] + 20 * GWEI))
    world.mine()
    await settle(world.settling())
    assert len(await world.copies()) == 2


async def test_the_cap_on_fees_holds(held_world: SettlingWorld) -> None:
    world = held_world
    await world.ready()
    world.hold_blocks()
    settling = world.settling(max_fee_wei=3 * GWEI)
    await settle(settling)
    world.clock.ahead = timedelta(seconds=46)
    for _ in range(4):
        await settle(settling)
        world.clock.ahead += timedelta(seconds=46)
    assert max(one["fee"] for one in await world.copies()) <= 3 * GWEI


async def test_nothing_is_signed_while_gas_is_dearer_than_the_cap(
    held_world: SettlingWorld,
) -> None:
    world = held_world
    await world.ready()
    world.hold_blocks()
    world.gateway_chain.node.call("anvil_setNextBlockBaseFeePerGas", hex(50 * GWEI))
    world.mine()
    assert await settle(world.settling(max_fee_wei=2 * GWEI)) == 0
    assert not await world.copies()
    assert {one["status"] for one in await world.states()} == {"PENDING"}


async def test_an_offer_below_the_base_fee_is_raised_at_once(held_world: SettlingWorld) -> None:
    world = held_world
    program = await world.ready()
    world.hold_blocks()

    def raise_base_fee(point: str) -> None:
        if point == "signed":
            node = world.gateway_chain.node
            node.call("anvil_setNextBlockBaseFeePerGas", hex(50 * GWEI))
            world.mine()

    await settle(world.settling(at_point=raise_base_fee))
    first, *others = await world.copies()
    assert "Underpriced" in (first["last_error"] or "")
    if not others:
        await settle(world.settling())
    first, second = await world.copies()
    assert second["last_error"] is None
    world.mine()
    assert world.paid(program) == 20_000_000


async def test_what_no_node_takes_is_cancelled(held_world: SettlingWorld) -> None:
    world = held_world
    await world.ready(payments=20)
    world.hold_blocks()
    node = world.gateway_chain.node

    def shrink_blocks(point: str) -> None:
        if point == "signed":
            node.call("evm_setBlockGasLimit", hex(1_000_000))
            world.mine()

    try:
        await settle(world.settling(at_point=shrink_blocks))
        if len(await world.copies()) == 1:
            await settle(world.settling())
        first, second = await world.copies()
        assert "GasTooHigh" in first["last_error"]
        assert (second["kind"], second["nonce"]) == ("CANCEL", first["nonce"])
        world.mine()
        [receipt] = await world.chain.receipts([second["hash"]])
        assert receipt is not None
        assert receipt.succeeded
    finally:
        node.call("evm_setBlockGasLimit", hex(60_000_000))


async def test_a_relayer_without_funds_drains_until_it_is_funded(held_world: SettlingWorld) -> None:
    world = held_world
    program = await world.ready()
    node = world.gateway_chain.node
    node.call("anvil_setBalance", RELAYER, hex(10**12))
    await settle(world.settling())
    [lane] = await world.rows("SELECT status FROM lane")
    assert lane["status"] == "DRAINING"
    await world.pay(program, 1)
    assert await settle(world.settling()) == 0
    await check_lanes(world.worker, world.bells, world.chain, world.clock)
    assert (await world.rows("SELECT status FROM lane"))[0]["status"] == "DRAINING"
    node.call("anvil_setBalance", RELAYER, hex(10**18))
    await check_lanes(world.worker, world.bells, world.chain, world.clock)
    [lane] = await world.rows("SELECT status, balance_wei FROM lane")
    assert (lane["status"], lane["balance_wei"]) == ("ACTIVE", 10**18)
    await settle(world.settling())
    assert world.paid(program) == 30_000_000


async def test_a_lane_below_its_least_balance_takes_no_new_work(held_world: SettlingWorld) -> None:
    world = held_world
    await world.ready()
    world.gateway_chain.node.call("anvil_setBalance", RELAYER, hex(5 * 10**16 - 1))
    await check_lanes(world.worker, world.bells, world.chain, world.clock)
    assert await settle(world.settling()) == 0
    assert {one["status"] for one in await world.states()} == {"PENDING"}


async def test_a_gap_of_nonces_is_filled(held_world: SettlingWorld) -> None:
    world = held_world
    program = await world.ready()
    await world.run("UPDATE lane SET next_nonce = next_nonce + 2")
    await settle(world.settling())
    copies = await world.copies()
    assert [(one["purpose"], one["kind"]) for one in copies] == [
        ("FILL", "CANCEL"),
        ("FILL", "CANCEL"),
        ("SETTLE", "PAYLOAD"),
    ]
    assert world.paid(program) == 20_000_000
    assert await world.chain.nonce(RELAYER) == copies[-1]["nonce"] + 1


@pytest.mark.long
async def test_no_more_than_the_limit_is_in_flight(held_world: SettlingWorld) -> None:
    world = held_world
    program = await world.program()
    await world.lanes()
    for _ in range(5):
        await world.pay(program, 200)
    world.hold_blocks()
    await settle(world.settling(lane_limit=2))
    assert len(await world.copies()) == 2
    assert (
        sorted(one["stage"] for one in await world.states())
        == ["BROADCAST"] * 400 + ["QUEUED"] * 600
    )
    assert {one["status"] for one in await world.states() if one["stage"] == "QUEUED"} == {
        "PENDING"
    }
