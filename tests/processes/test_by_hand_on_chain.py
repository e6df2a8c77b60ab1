"""People retry, cancel and un-halt only what the chain allows: asked first, each time, on a real chain."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from eth_account import Account

from app.chain.client import Chain
from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.processes.intake.by_hand import IntentsByHand
from app.processes.settlement.check_lanes import check_lanes
from app.processes.settlement.halted_lanes import HaltedLanes
from app.processes.settlement.settle import settle
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.gateway_chain import RELAYER_KEY
from tests.contracts.items import USDC
from tests.processes.settling_world import SettledProgram, SettlingWorld
from tests.processes.test_lane_surprises import _transfer as foreign
from tests.services.refusals import refused
from tests.services.world import key_of

RELAYER = Account.from_key(RELAYER_KEY).address
PLATFORM_KEY = key_of(PLATFORM_PROGRAM_ID)
# As a restored backup has it: what was settled on chain is not known here.
_FORGET = """
UPDATE intent_state SET status = $2, stage = 'QUEUED', version = version + 1, failure_code = $3, failure_message = $3,
       failure_retryable = CASE WHEN $3::text IS NOT NULL THEN true END, chain_transaction_id = NULL,
       completed_at = CASE WHEN $3::text IS NOT NULL THEN now() END
 WHERE program_id = $1
"""
_UNCARRIED = "UPDATE intent_attempt SET live = false WHERE program_id = $1"
_STATE = "SELECT status, version FROM intent_state WHERE program_id = $1"


def by_hand(world: SettlingWorld, chain: Chain | None = None) -> IntentsByHand:
    chains = {CHAIN_ID: chain or world.chain}
    return IntentsByHand(world.api, world.bells, chains, {CHAIN_ID: world._facts()}, world.clock)


def lanes_of(world: SettlingWorld, chain: Chain | None = None) -> HaltedLanes:
    return HaltedLanes(world.api, world.bells, {CHAIN_ID: chain or world.chain}, world.clock)


async def only_intent(world: SettlingWorld, program: SettledProgram) -> UUID:
    found: UUID = await world.value("SELECT id FROM intent WHERE program_id = $1", program.id)
    return found


@asynccontextmanager
async def no_node() -> AsyncIterator[Chain]:
    """A chain whose node is away."""
    async with Chain(CHAIN_ID, ["http://127.0.0.1:9"], timeout_seconds=1.0) as chain:
        yield chain


async def forgotten(world: SettlingWorld, status: str, failure: str | None) -> SettledProgram:
    """A program whose one payment is in a block, which the database does not know."""
    program = await world.ready(1)
    assert await settle(world.settling()) == 1
    await world.run(_UNCARRIED, program.id)
    steps = [("FAILED", "UNKNOWN")] if failure else [("FAILED", "UNKNOWN"), (status, None)]
    for step in steps:
        await world.run(_FORGET, program.id, *step)
    return program


async def test_what_a_block_has_settled_is_not_retried(settling_world: SettlingWorld) -> None:
    world = settling_world
    program = await forgotten(world, "FAILED", "UNKNOWN")
    before = await world.rows(_STATE, program.id)
    with refused("NOT_RETRYABLE", "id", match="settled in block"):
        await by_hand(world).retry(key_of(program.id), await only_intent(world, program), "again")
    assert await world.rows(_STATE, program.id) == before
    assert world.paid(program) == 10 * USDC


@pytest.mark.long
async def test_what_a_block_has_settled_is_not_cancelled(settling_world: SettlingWorld) -> None:
    world = settling_world
    program = await forgotten(world, "PENDING", None)
    before = await world.rows(_STATE, program.id)
    with refused("INVALID_STATE", "id", match="settled in block"):
        await by_hand(world).cancel(key_of(program.id), await only_intent(world, program), "no")
    assert await world.rows(_STATE, program.id) == before


async def test_signed_copies_that_can_be_mined_keep_it_from_being_changed(
    held_world: SettlingWorld,
) -> None:
    world = held_world
    program = await world.ready(1)
    world.hold_blocks()
    assert await settle(world.settling()) == 1
    intent_id, key = await only_intent(world, program), key_of(program.id)
    with refused("INVALID_STATE", "id", match="its payment may be in flight"):
        await by_hand(world).cancel(key, intent_id, "no")
    # A state that no writer makes: whatever brought it about, the copy in the pool decides.
    await world.run(_FORGET, program.id, "FAILED", "UNKNOWN")
    with refused("NOT_RETRYABLE", "id", match=f"nonce 0 of lane {RELAYER}|can still be mined"):
        await by_hand(world).retry(key, intent_id, "again")
    await world.run(_FORGET, program.id, "PENDING", None)
    with refused("INVALID_STATE", "id", match="can still be mined"):
        await by_hand(world).cancel(key, intent_id, "no")
    world.mine()
    assert world.paid(program) == 10 * USDC


async def test_without_a_node_nothing_is_changed(settling_world: SettlingWorld) -> None:
    world = settling_world
    program = await world.ready(1)
    intent_id, key = await only_intent(world, program), key_of(program.id)
    before = await world.rows(_STATE, program.id)
    async with no_node() as away:
        with refused("CHAIN_UNAVAILABLE", "id", match="Nothing was changed"):
            await by_hand(world, away).cancel(key, intent_id, "no")
        assert await world.rows(_STATE, program.id) == before
        await by_hand(world).cancel(key, intent_id, "no")
        await world.run("UPDATE intent_state SET failure_retryable = true")
        before = await world.rows(_STATE, program.id)
        with refused("CHAIN_UNAVAILABLE", "id", match="Nothing was changed"):
            await by_hand(world, away).retry(key, intent_id, "again")
        assert await world.rows(_STATE, program.id) == before
        await world.run(
            "UPDATE lane SET status = 'HALTED', halt_reason = 'a test', halted_at = now()"
        )
        lane = await world.value("SELECT id FROM lane")
        with refused("CHAIN_UNAVAILABLE", "id", match="stays halted"):
            await lanes_of(world, away).unhalt(PLATFORM_KEY, lane, "it is fine")
    assert await world.value("SELECT status FROM lane") == "HALTED"
    await lanes_of(world).unhalt(PLATFORM_KEY, lane, "it is fine")
    assert await world.value("SELECT status FROM lane") == "ACTIVE"


async def test_a_lane_with_foreign_nonces_is_unhalted_only_when_they_are_named(
    held_world: SettlingWorld,
) -> None:
    world = held_world
    program = await world.ready()
    first = await world.chain.nonce(RELAYER)
    for nonce in (first, first + 1):
        world.gateway_chain.web3.eth.send_raw_transaction(foreign(nonce))
    assert await settle(world.settling()) == 0
    lane = await world.value("SELECT id FROM lane WHERE status = 'HALTED'")
    with refused("INVALID_STATE", "reason", match=f"{first} to {first + 1}"):
        await lanes_of(world).unhalt(PLATFORM_KEY, lane, "it is fine")
    with refused("INVALID_STATE", "reason", match=f"not ours: {first + 1}\\."):
        await lanes_of(world).unhalt(PLATFORM_KEY, lane, f"nonce {first} was a top-up")
    with refused("INVALID_STATE", "reason", match=f"{first} to {first + 1}\\. .*begin and end"):
        await lanes_of(world).unhalt(PLATFORM_KEY, lane, "0 to 9999999 were ours")
    assert await world.value("SELECT status FROM lane") == "HALTED"
    stated = f"nonces {first} to {first + 1} emptied the wallet by hand"
    await lanes_of(world).unhalt(PLATFORM_KEY, lane, stated)
    entry = await world.value(
        "SELECT after FROM audit WHERE action = 'lane.unhalted' ORDER BY id DESC LIMIT 1"
    )
    assert f'"foreignNonces": "{first} to {first + 1}"' in str(entry).replace("'", '"')
    await check_lanes(world.worker, world.bells, world.chain, world.clock)
    assert await settle(world.settling()) == 1
    assert world.paid(program) == 20 * USDC
    # What was named once need not be named again; what came since has to be.
    await world.run("UPDATE lane SET status = 'HALTED', halt_reason = 'again', halted_at = now()")
    await lanes_of(world).unhalt(PLATFORM_KEY, lane, "it is fine")
    assert await world.value("SELECT status FROM lane") == "ACTIVE"


@pytest.mark.parametrize(
    ("used", "explained"), [(9_000, True), pytest.param(25_000, False, marks=pytest.mark.long)]
)
async def test_thousands_of_foreign_nonces_are_all_compared(
    held_world: SettlingWorld, used: int, explained: bool
) -> None:
    """All that un-halting explains has been named; more than anybody explains is refused as a whole."""
    world = held_world
    await world.ready()
    first = await world.chain.nonce(RELAYER)
    last = first + used - 1
    world.gateway_chain.node.call("anvil_setNonce", RELAYER, hex(last + 1))
    await world.run("UPDATE lane SET status = 'HALTED', halt_reason = 'a test', halted_at = now()")
    lane, named = await world.value("SELECT id FROM lane"), f"{first} to {last} were a faucet"
    try:
        if explained:
            with refused("INVALID_STATE", "reason", match=f"not ours: {last}\\."):
                await lanes_of(world).unhalt(PLATFORM_KEY, lane, f"{first} to {last - 1}")
            await lanes_of(world).unhalt(PLATFORM_KEY, lane, named)
            assert await world.value("SELECT explained_through FROM lane") == last + 1
        else:
            with refused("INVALID_STATE", "id", match="more than 10000 nonces"):
                await lanes_of(world).unhalt(PLATFORM_KEY, lane, named)
            assert await world.value("SELECT status FROM lane") == "HALTED"
    finally:
        world.gateway_chain.node.call("anvil_setNonce", RELAYER, hex(first))


@pytest.mark.long
async def test_a_nonce_stolen_at_the_head_is_foreign_before_it_is_final(
    held_world: SettlingWorld,
) -> None:
    world = held_world
    await world.ready()
    await settle(world.settling())
    [copy] = await world.copies()
    raw = "0x" + foreign(copy["nonce"]).hex()
    world.gateway_chain.node.call("anvil_reorg", 1, [[raw, 0]])
    await world.run("UPDATE lane SET status = 'HALTED', halt_reason = 'a test', halted_at = now()")
    lane = await world.value("SELECT id FROM lane")
    with refused("INVALID_STATE", "reason", match=f"not ours: {copy['nonce']}\\."):
        await lanes_of(world).unhalt(PLATFORM_KEY, lane, "it is fine")


@pytest.mark.long
async def test_a_node_that_is_behind_unhalts_nothing(settling_world: SettlingWorld) -> None:
    world = settling_world
    await world.ready(1)
    await settle(world.settling())
    await world.run(
        "UPDATE chain_transaction SET status = 'MINED', block_number = 1, block_hash = ''"
    )
    await world.run(
        "UPDATE chain_transaction SET status = 'CONFIRMED', nonce = nonce + 7, finished_at = now()"
    )
    await world.run("UPDATE lane SET status = 'HALTED', halt_reason = 'a test', halted_at = now()")
    lane = await world.value("SELECT id FROM lane")
    with refused("CHAIN_UNAVAILABLE", "id", match="it is behind"):
        await lanes_of(world).unhalt(PLATFORM_KEY, lane, "it is fine")
