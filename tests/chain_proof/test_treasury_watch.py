"""Treasuries at the head: what was not proposed pauses the program at once, and what changed holds its payouts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.chain.node_errors import ChainError
from app.chain.safe_configuration import read_configurations
from app.domain.errors import Refusal
from app.domain.explanations import Explanation
from app.processes.watching.watch import open_watcher
from app.services.discrepancies.resolve_discrepancy import ResolveDiscrepancy, resolve_discrepancy
from app.store.treasury.configurations import is_held
from tests.chain_proof.proving import Proving
from tests.contracts.items import USDC
from tests.payouts.planted import plant
from tests.payouts.world import PayoutProgram

_OPEN = "SELECT id, kind, severity, message FROM discrepancy WHERE resolved_at IS NULL ORDER BY id"


async def opened(proving: Proving) -> list[dict[str, Any]]:
    return await proving.settling.rows(_OPEN)


async def resolve(
    proving: Proving, program: PayoutProgram, id_: UUID, explanation: Explanation
) -> None:
    command = ResolveDiscrepancy(id_, explanation, None, "looked at")
    await proving.world.run(program, resolve_discrepancy, command)


async def status(proving: Proving) -> str:
    told: str = await proving.settling.value("SELECT status FROM program")
    return told


async def funded(proving: Proving) -> PayoutProgram:
    """A program with 10 USDC that a user paid."""
    program = await proving.world.program()
    [payer] = await proving.watching.registered(program, None)
    await proving.settling.pay(program, [payer])
    await proving.watching.settle_and_finish()
    return program


async def test_money_that_nobody_proposed_pauses_the_program_in_the_next_look(
    proving: Proving,
) -> None:
    program = await funded(proving)
    proving.steal(program, 2 * USDC, nonce=0)
    await proving.watching.turn()
    [found] = await opened(proving)
    assert (found["kind"], found["severity"]) == ("UNEXPLAINED_OUTFLOW", "CRITICAL")
    assert proving.chain.stranger.address.lower() in found["message"]
    assert await status(proving) == "PAUSED"
    # The books wait for finality, and so does a person's word.
    assert ("SUSPENSE", 0) not in await proving.watching.balances(program)
    with pytest.raises(Refusal, match="not final yet"):
        await resolve(proving, program, found["id"], Explanation.NO_POSTING)
    await proving.final()
    assert (await proving.watching.balances(program))[("SUSPENSE", 0)] == -2 * USDC
    assert [one["id"] for one in await opened(proving)] == [found["id"]]
    assert await proving.found(program) == ["UNEXPLAINED_OUTFLOW"]
    await resolve(proving, program, found["id"], Explanation.FROM_PROGRAM)
    assert await proving.found(program) == []
    await proving.world.check()


async def test_what_is_final_and_not_posted_yet_is_not_explained_away(proving: Proving) -> None:
    """Its alarm has ended; what the money has paid is only known once it is posted."""
    program = await funded(proving)
    proving.steal(program, 2 * USDC, nonce=0)
    await proving.watching.turn()
    [found] = await opened(proving)
    await proving.settling.run("UPDATE consumed_through SET stopped = 'refused'")
    await proving.final()
    assert await proving.settling.value("SELECT ended FROM treasury_alarm") == "FINAL"
    with pytest.raises(Refusal, match="not posted yet"):
        await resolve(proving, program, found["id"], Explanation.NO_POSTING)
    with pytest.raises(asyncpg.PostgresError, match="is not what is posted"):
        await proving.settling.run("UPDATE discrepancy SET resolved_at = now()")
    await proving.settling.run("UPDATE consumed_through SET stopped = NULL")
    await proving.watching.turn()
    with pytest.raises(Refusal, match="FROM_PROGRAM"):
        await resolve(proving, program, found["id"], Explanation.NO_POSTING)
    await resolve(proving, program, found["id"], Explanation.FROM_PROGRAM)
    await proving.world.check()


async def test_a_block_that_vanishes_takes_nothing_back(proving: Proving) -> None:
    program = await funded(proving)
    before = await proving.settling.chain.block_number()
    proving.steal(program, 2 * USDC, nonce=0)
    await proving.watching.turn()
    [found] = await opened(proving)
    depth = await proving.settling.chain.block_number() - before
    proving.chain.node.call("anvil_reorg", depth, [])
    await proving.watching.turn()
    [still] = await opened(proving)
    assert still["id"] == found["id"]
    assert still["message"].startswith(found["message"])
    assert "back: so far this did not happen" in still["message"]
    assert await status(proving) == "PAUSED"
    await proving.final()
    assert ("SUSPENSE", 0) not in await proving.watching.balances(program)
    await resolve(proving, program, found["id"], Explanation.NO_POSTING)
    assert await proving.found(program) == []


@pytest.mark.long
async def test_what_was_proposed_alarms_nobody_whoever_sends_it(proving: Proving) -> None:
    program, batch = await proving.paying.approved()
    assert await proving.world.safes.execute(batch.transactions[0], program.owners[1:])
    await proving.watching.turn()
    assert await opened(proving) == []
    await proving.final()
    assert await opened(proving) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("function", "arguments", "told"),
    [
        ("addOwnerWithThreshold", ["NEW", 2], "owner 0x"),
        ("changeThreshold", [3], "3 signatures suffice instead of 2"),
        ("enableModule", ["NEW"], "module 0x"),
        ("setFallbackHandler", ["NEW"], "fallback handler 0x"),
    ],
)
async def test_a_changed_safe_holds_payouts_until_a_person_has_seen_it(
    proving: Proving, function: str, arguments: list[Any], told: str
) -> None:
    program, groups = await proving.paying.earned(transactions=2)
    await proving.watching.turn()
    new = proving.watching.new_wallet().address
    given = [new if one == "NEW" else one for one in arguments]
    await proving.paying.safe_call(program, function, *given, nonce=0)
    await proving.watching.turn()
    [found] = await opened(proving)
    assert (found["kind"], found["severity"]) == ("TREASURY_CONFIGURATION", "WARNING")
    assert told in found["message"]
    assert await status(proving) == "ACTIVE"
    batch = await plant(proving.world, program, groups[:1], first_nonce=1)
    signers = 3 if function == "changeThreshold" else 2
    for owner in program.owners[:signers]:
        await proving.paying.approve(program, batch, owner)
    assert await proving.paying.relay() == 0
    waiting = await proving.settling.value("SELECT waiting FROM safe_transaction")
    assert waiting == "The treasury's Safe was changed: this waits until a person resolves that."
    await proving.watching.turn()
    assert len(await opened(proving)) == 1
    await resolve(proving, program, found["id"], Explanation.NO_POSTING)
    assert await proving.paying.relay() == 1


async def test_a_safe_with_a_module_is_told_of_at_the_first_look(proving: Proving) -> None:
    program = await proving.world.program()
    module = proving.watching.new_wallet().address
    await proving.paying.safe_call(program, "enableModule", module, nonce=0)
    await proving.watching.turn()
    [found] = await opened(proving)
    assert found["kind"] == "TREASURY_CONFIGURATION"
    assert "modules that can move its money" in found["message"]
    assert module in found["message"]


async def test_a_treasury_that_is_no_safe_any_more_is_told_of_at_the_second_look(
    proving: Proving,
) -> None:
    """At the first it may be the node that answers nothing."""
    program = await proving.world.program()
    await proving.watching.turn()
    await proving.paying.safe_call(program, "changeThreshold", 1, nonce=0)
    proving.chain.node.call("anvil_setCode", program.treasury, "0x")
    await proving.watching.turn()
    assert await opened(proving) == []
    proving.watching.mine(1)
    await proving.watching.turn()
    [found] = await opened(proving)
    assert "does not answer as a Safe any more" in found["message"]
    proving.watching.mine(1)
    await proving.watching.turn()
    assert len(await opened(proving)) == 1


@pytest.mark.long
async def test_a_module_that_acts_is_told_of(proving: Proving) -> None:
    program = await proving.world.program()
    module = proving.watching.new_wallet()
    await proving.watching.turn()
    await proving.paying.safe_call(program, "enableModule", module.address, nonce=0)
    await proving.watching.turn()
    chain = proving.chain
    chain.node.call("anvil_setBalance", module.address, hex(10**18))
    safe = chain.contract("Safe", program.treasury)
    chain.fund([program.treasury], 5 * USDC)
    data = chain.token.encode_abi("transfer", args=[chain.stranger.address, USDC])
    chain.send(
        safe.functions.execTransactionFromModule(
            chain.deployment.token, 0, bytes.fromhex(data[2:]), 0
        ),
        module,
        gas=200_000,
    )
    await proving.watching.turn()
    kinds = [one["kind"] for one in await opened(proving)]
    assert sorted(kinds) == [
        "TREASURY_CONFIGURATION",
        "TREASURY_CONFIGURATION",
        "UNEXPLAINED_OUTFLOW",
    ]
    async with proving.settling.worker.read(program.id) as session:
        assert await is_held(session, program.id)


# Every call is answered by 5000 logs that a module acted; then it ends without an answer.
_NOISE = (
    "0x611388"  # how often
    "5b"
    "7f6895c13664aa4f67288b25d7a21d7aaa34916e355fb9b6fae0a139a9085becb8"
    "60006000a1"
    "60019003806003570000"
)
_STRANGE_THRESHOLD = "0x" + "80" + "00" * 31


async def test_a_treasury_with_a_strange_threshold_holds_up_nobody(proving: Proving) -> None:
    program = await proving.world.program()
    await proving.watching.turn()
    node = proving.chain.node
    # Where a Safe keeps it: its owners can write there by code of their own.
    node.call("anvil_setStorageAt", program.treasury, hex(4), _STRANGE_THRESHOLD)
    proving.watching.mine(1)
    # Each is looked at again after ten minutes; the lease was another's to take meanwhile.
    proving.watching.watchers.clear()
    proving.settling.clock.ahead += timedelta(minutes=11)
    for _ in range(2):
        await proving.watching.turn()
        proving.watching.mine(1)
    [found] = await opened(proving)
    assert "does not answer as a Safe any more" in found["message"]


async def test_a_node_that_lacks_the_block_accuses_no_treasury(proving: Proving) -> None:
    program = await proving.world.program()
    with pytest.raises(ChainError):
        await read_configurations(proving.settling.chain, [program.treasury], bytes([7] * 32))


async def test_code_that_logs_without_end_opens_one_discrepancy(proving: Proving) -> None:
    program = await proving.world.program()
    await proving.watching.turn()
    chain = proving.chain
    code = chain.node.call("eth_getCode", program.treasury, "latest")
    chain.node.call("anvil_setCode", program.treasury, _NOISE)
    receipt = chain.send_bytes(program.treasury, "0x", 12_000_000)
    assert len(receipt["logs"]) == 5_000
    chain.node.call("anvil_setCode", program.treasury, code)
    await proving.watching.turn()
    [found] = await opened(proving)
    assert "A module of the treasury's Safe acted" in found["message"]


async def test_safes_are_looked_at_again_where_blocks_are_final_at_once(proving: Proving) -> None:
    program = await proving.world.program()
    watcher = await open_watcher(replace(proving.watching.parts("at once"), confirmations=0))
    assert watcher is not None
    await watcher.turn()
    await proving.paying.safe_call(program, "changeThreshold", 3, nonce=0)
    proving.settling.clock.ahead += timedelta(minutes=11)
    await watcher.turn()
    [found] = await opened(proving)
    assert "3 signatures suffice instead of 2" in found["message"]
