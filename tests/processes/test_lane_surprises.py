"""Foreign hands and lost answers: what looks alike at the moment of sending, and is told apart later."""

from datetime import timedelta

import pytest
from eth_account import Account

from app.chain.client import Chain
from app.processes.settlement.check_lanes import check_lanes
from app.processes.settlement.settle import settle
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import proxy_before
from tests.contracts.gateway_chain import RELAYER_KEY
from tests.processes.settling_world import SettlingWorld

pytestmark = pytest.mark.long

GWEI = 10**9
RELAYER = Account.from_key(RELAYER_KEY).address


async def test_a_key_in_foreign_hands_halts_its_lane(held_world: SettlingWorld) -> None:
    world = held_world
    await world.ready()
    gateway = world.gateway_chain
    gateway.web3.eth.send_raw_transaction(_transfer(await world.chain.nonce(RELAYER)))
    assert await settle(world.settling()) == 0
    [lane] = await world.rows("SELECT status, halt_reason, next_nonce FROM lane")
    assert lane["status"] == "HALTED"
    assert lane["next_nonce"] == await world.chain.nonce(RELAYER)
    assert {one["status"] for one in await world.states()} == {"PENDING"}
    await check_lanes(world.worker, world.bells, world.chain, world.clock)
    await world.run("UPDATE lane SET status = 'ACTIVE', halt_reason = NULL, halted_at = NULL")
    assert await settle(world.settling()) == 1


async def test_a_stolen_nonce_leaves_the_rest_to_finality(held_world: SettlingWorld) -> None:
    world = held_world
    await world.ready()
    await settle(world.settling())
    [copy] = await world.copies()
    raw = "0x" + _transfer(copy["nonce"]).hex()
    world.gateway_chain.node.call("anvil_reorg", 1, [[raw, 0]])
    world.clock.ahead = timedelta(seconds=20)
    await settle(world.settling())
    [copy] = await world.copies()
    # Never another copy, never a new nonce for it: the watcher proves at finality whose transaction it was.
    assert (copy["n"], copy["status"]) == (1, "BROADCAST")
    assert {one["stage"] for one in await world.states()} == {"BROADCAST"}


@pytest.mark.parametrize("fault", ["drop", "429", "hang", "forget", "500"])
async def test_an_answer_that_never_comes_leaves_the_same_bytes_to_be_sent_again(
    held_world: SettlingWorld, fault: str
) -> None:
    world = held_world
    program = await world.ready()
    async with (
        proxy_before(world.gateway_chain.node.url) as proxy,
        Chain(CHAIN_ID, [proxy.url], timeout_seconds=2.0) as chain,
    ):
        proxy.plan = lambda body: fault if b"eth_sendRawTransaction" in body else "pass"
        await settle(world.settling(chain=chain))
        [copy] = await world.copies()
        assert copy["status"] == "PREPARED"
        assert copy["sends"] >= 1
        assert copy["last_error"].startswith(("NoAnswer", "RateLimited"))
        assert {one["stage"] for one in await world.states()} == {"SIGNED"}
    await settle(world.settling())
    [copy] = await world.copies()
    assert world.paid(program) == 20_000_000
    assert await world.chain.nonce(RELAYER) == copy["nonce"] + 1


def _transfer(nonce: int) -> bytes:
    """Somebody else uses the relayer's key."""
    transaction = {
        "type": 2,
        "chainId": CHAIN_ID,
        "nonce": nonce,
        "to": "0x" + "11" * 20,
        "value": 1,
        "gas": 21_000,
        "maxFeePerGas": 100 * GWEI,
        "maxPriorityFeePerGas": 2 * GWEI,
    }
    return bytes(Account.sign_transaction(transaction, RELAYER_KEY).raw_transaction)
