"""A flood of one program does not keep another one waiting."""

import asyncio
from typing import Any

import pytest
from eth_account import Account

from app.chain.authorization import intent_chain_id, key_hash, program_word
from app.chain.gas import MAX_ITEMS
from app.domain.ids import new_id
from app.processes.settlement.settle import settle
from sge.embedded.anvil import CHAIN_ID
from tests.processes.settling_world import SettledProgram, SettlingWorld

WAITING = 100_000
_AT_ONCE = 5_000
# What a lane has claimed ahead: one plan that is being sent and one that is made meanwhile, four transactions each
# (docs/decisions/0292).
_PLANNED = 2 * 4 * MAX_ITEMS
_ACCEPT = "SELECT count(*) FROM sge_accept_intents($1, $2, 'test', $3) WHERE created"
_SIGNED = """
SELECT count(*) FROM intent_attempt a JOIN chain_transaction t ON t.id = a.chain_transaction_id WHERE a.program_id = $1
"""
_NONCE = """
SELECT min(t.nonce) FROM intent_attempt a JOIN chain_transaction t ON t.id = a.chain_transaction_id WHERE a.program_id = $1
"""
_BEFORE = """
SELECT count(*) FROM intent_attempt a JOIN chain_transaction t ON t.id = a.chain_transaction_id
 WHERE a.program_id = $1 AND t.nonce < $2 AND a.started_at > $3
"""


def registration(program: SettledProgram, number: int, place: int) -> dict[str, Any]:
    """Without a fee there is nothing to sign: the gateway mints."""
    key = f"flood {number}"
    on_chain_id = intent_chain_id(program_word(program.public_id), key_hash(key))
    return {
        "n": place,
        "id": str(new_id()),
        "kind": "REGISTRATION",
        "key": key,
        "hash": "00",
        "on_chain_id": on_chain_id.hex(),
        "chain_id": CHAIN_ID,
        "wallet": f"0x{number + 2**100:040x}",
        "user_id": str(new_id()),
        "payload": {},
        "terms_version": 1,
    }


@pytest.mark.long
async def test_a_single_intent_passes_a_hundred_thousand_of_another_program(
    settling_world: SettlingWorld,
) -> None:
    world = settling_world
    flood, single = await world.program(), await world.program()
    await world.lanes()
    for first in range(0, WAITING, _AT_ONCE):
        rows = [registration(flood, first + n, n) for n in range(_AT_ONCE)]
        assert await world.value(_ACCEPT, flood.id, rows, world.clock()) == _AT_ONCE
    ended = asyncio.Event()
    draining = asyncio.create_task(settle(world.settling(stopping=ended.is_set)))
    while not await world.value(_SIGNED, flood.id):
        assert not draining.done()
        await asyncio.sleep(0.02)
    await world.pay(single, [Account.create()])
    # From the answer on: what was claimed while the intent was being stored could not see it.
    accepted_at = world.clock()
    async with asyncio.timeout(60):
        while (nonce := await world.value(_NONCE, single.id)) is None:
            assert not draining.done()
            await asyncio.sleep(0.02)
    ended.set()
    await draining
    passed = await world.value(_BEFORE, flood.id, nonce, accepted_at)
    assert passed <= _PLANNED
    left = await world.value("SELECT count(*) FROM intent_todo WHERE program_id = $1", flood.id)
    assert left > WAITING // 2
