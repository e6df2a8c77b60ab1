"""Final blocks that vanish: what was posted from them is found, undone by its mirror, and the new blocks are posted."""

import pytest

from app.chain.client import Chain
from app.domain.errors import Refusal
from app.domain.reconciliation import RunStatus
from app.processes.watching.watch_head import FinalityInDoubt
from app.services.execute import execute
from app.services.settlement.resume_posting import resume_posting
from app.store.database import UnitOfWork
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import proxy_before
from tests.chain_proof.proving import Proving
from tests.chain_proof.test_unable_nodes import emptied
from tests.contracts.items import USDC
from tests.payouts.world import PayoutProgram
from tests.processes.test_watch_forks import mined_block

pytestmark = pytest.mark.long

_OPEN = "SELECT id, kind, reference FROM discrepancy WHERE resolved_at IS NULL ORDER BY kind"
_RETURNED = "SELECT id, severity, message FROM discrepancy WHERE resolved_at IS NULL"
_SAID = "SELECT actual FROM reconciliation_check WHERE run_id = $1 AND name = 'SETTLEMENTS'"
_TAKEN_BACK = """
INSERT INTO movement (chain_id, block_hash, log_index, direction, undone, program_id, tx_hash, block_number, currency, amount,
                      journal_id)
SELECT m.chain_id, m.block_hash, m.log_index, m.direction, true, m.program_id, m.tx_hash, m.block_number, m.currency, m.amount,
       m.journal_id
  FROM movement m JOIN settlement s ON s.program_id = m.program_id AND s.journal_id = m.journal_id
"""
_READ_AGAIN = """
UPDATE consumed_through c SET block_number = s.block_number - 1 FROM settlement s
 WHERE s.program_id = c.program_id AND s.undone_at IS NOT NULL
"""


async def reorganised(proving: Proving) -> PayoutProgram:
    """A program whose payment of 10 USDC, with a commission of one, was final and is gone."""
    program = await proving.world.program()
    [affiliate] = await proving.world.affiliates(program)
    await proving.world.earn(program, {affiliate: USDC})
    await take_back(proving, program)
    return program


async def take_back(proving: Proving, program: PayoutProgram) -> None:
    """The chain forgets the block of the newest payment."""
    chain, block = proving.chain, await mined_block(proving.watching)
    depth = await proving.settling.chain.block_number() - block + 1
    # The first of the new blocks, below what was posted through, has money of its own.
    data = chain.token.encode_abi("mintMany", args=[[program.treasury], [2 * USDC]])
    call = {"from": chain.deployer.address, "to": chain.deployment.token, "data": data}
    call |= {"gas": hex(200_000), "gasPrice": hex(10**11)}
    chain.node.call("anvil_reorg", depth, [[call, 0]])


async def resume(proving: Proving, program: PayoutProgram) -> None:
    async def resume(unit: UnitOfWork) -> None:
        at = proving.settling.clock()
        assert await resume_posting(unit, program.id, "operator:cli", "looked at", at)

    await execute(proving.settling.worker, proving.settling.bells, program.id, resume)


@pytest.mark.long
async def test_what_went_with_the_blocks_is_found_and_undone(proving: Proving) -> None:
    program = await reorganised(proving)
    assert proving.chain.balance(program.treasury) == 2 * USDC
    status, found = await proving.run(program)
    assert status is RunStatus.DISCREPANCIES
    assert [kind for kind, _ in found] == ["DEEP_REORGANISATION", "SETTLEMENT_NOT_ON_CHAIN"]
    assert await proving.settling.value("SELECT status FROM program") == "PAUSED"
    # The watcher reports the same, once.
    with pytest.raises(FinalityInDoubt):
        await proving.watching.turn()
    await proving.watching.turn()
    assert (await proving.run(program))[1] == found
    deep, gone = await proving.settling.rows(_OPEN)
    await proving.resolve(program, gone["id"], "UNDO_SETTLEMENT")
    assert await proving.watching.balances(program) == {
        ("AFFILIATE", 1): 0,
        ("PROGRAM", 0): 0,
        ("USER", 1): 0,
    }
    assert await proving.world.commissions(program) == {"REVERSED": USDC}
    [row] = await proving.settling.rows(
        "SELECT s.undone_at IS NOT NULL AS undone, t.status, j.kind, j.reference = d.id::text AS mine"
        "  FROM settlement s JOIN intent_state t ON t.intent_id = s.intent_id"
        "  JOIN journal j ON j.reverses = s.journal_id JOIN discrepancy d ON d.posting_journal_id = j.id"
    )
    assert row == {"undone": True, "status": "CONFIRMED", "kind": "REVERSAL", "mine": True}
    assert (await proving.run(program))[1] == [(deep["kind"], deep["reference"])]
    await proving.resolve(program, deep["id"], "NO_POSTING")
    await resume(proving, program)
    # Whatever the new blocks hold is posted from where the chain went elsewhere.
    proving.chain.fund([program.treasury], 3 * USDC)
    await proving.final()
    assert (await proving.watching.balances(program))[("SUSPENSE", 0)] == 5 * USDC
    assert await proving.found(program) == ["UNEXPLAINED_INFLOW"] * 2
    await proving.world.check()


async def test_blocks_that_a_node_has_emptied_do_not_hide_it(proving: Proving) -> None:
    """Which older payments stand it cannot tell; that the books rest on a block that is gone, it can."""
    program = await proving.world.program()
    [affiliate] = await proving.world.affiliates(program)
    await proving.world.earn(program, {affiliate: USDC})
    older = await mined_block(proving.watching)
    await proving.world.earn(program, {affiliate: USDC})
    assert await mined_block(proving.watching) > older
    await take_back(proving, program)
    async with proxy_before(proving.chain.node.url) as proxy:
        proxy.answer = emptied(through=older)
        async with Chain(CHAIN_ID, [proxy.url]) as chain:
            status, found = await proving.run(program, chains={CHAIN_ID: chain})
    assert (status, [kind for kind, _ in found]) == (
        RunStatus.DISCREPANCIES,
        ["DEEP_REORGANISATION"],
    )
    said = await proving.settling.value(_SAID, proving.run_id)
    assert "and not its transactions, so nobody knows what is gone" in said
    assert await proving.settling.value("SELECT status FROM program") == "PAUSED"
    # A node that keeps them tells the rest.
    assert [kind for kind, _ in (await proving.run(program))[1]] == [
        "DEEP_REORGANISATION",
        "SETTLEMENT_NOT_ON_CHAIN",
    ]


@pytest.mark.long
async def test_a_payment_that_is_mined_again_is_settled_again_once(proving: Proving) -> None:
    program = await reorganised(proving)
    raw = await proving.settling.value(
        "SELECT raw FROM signed_copy c JOIN chain_transaction t ON t.id = c.chain_transaction_id"
        " ORDER BY t.nonce DESC LIMIT 1"
    )
    await proving.run(program)
    deep, gone = await proving.settling.rows(_OPEN)
    await proving.resolve(program, gone["id"], "UNDO_SETTLEMENT")
    await proving.resolve(program, deep["id"], "NO_POSTING")
    proving.chain.node.call("eth_sendRawTransaction", "0x" + raw.hex())
    with pytest.raises(FinalityInDoubt):
        await proving.watching.turn()
    await proving.watching.turn()
    await resume(proving, program)
    await proving.final()
    for _ in range(2):
        balances = await proving.watching.balances(program)
        assert balances[("USER", 1)] == -10 * USDC
        assert balances[("SUSPENSE", 0)] == 2 * USDC
        assert await proving.world.commissions(program) == {"REVERSED": USDC, "ACCRUED": USDC}
        # Read again from the start of the fork, nothing happens twice.
        await proving.settling.run("UPDATE consumed_through SET block_number = block_number - 3")
        await proving.final()
    [*_, last] = await proving.settling.rows(
        "SELECT j.reference = s.intent_id || ':2' AS second, s.undone_at IS NULL AS live FROM settlement s"
        "  JOIN journal j ON j.id = s.journal_id WHERE s.amount IS NOT NULL ORDER BY j.id"
    )
    assert last == {"second": True, "live": True}
    kinds = set(await proving.found(program))
    assert kinds <= {"DEEP_REORGANISATION", "UNEXPLAINED_INFLOW"}
    await proving.world.check()


async def test_what_comes_back_in_the_very_block_after_it_was_undone_stops_the_books(
    proving: Proving,
) -> None:
    """The ledger takes a log once, and once its mirror: a person has to know that the payment is not booked."""
    program = await proving.world.program()
    [affiliate] = await proving.world.affiliates(program)
    await proving.world.earn(program, {affiliate: USDC})
    # As if the block had been away meanwhile.
    async with proving.unguarded() as connection:
        await connection.execute("UPDATE settlement SET undone_at = now() WHERE amount IS NOT NULL")
        await connection.execute(_TAKEN_BACK)
    await proving.settling.run(_READ_AGAIN)
    await proving.final()
    stopped = await proving.settling.value("SELECT stopped FROM consumed_through")
    assert "was undone here and is in the chain again, in the same block" in stopped
    [told] = await proving.settling.rows(_RETURNED)
    assert told["severity"] == "CRITICAL"
    assert "was undone here and is in the chain again" in told["message"]
    # Once somebody has seen that, the rest goes on.
    await proving.resolve(program, told["id"], "NO_POSTING")
    await resume(proving, program)
    proving.chain.fund([program.treasury], 3 * USDC)
    await proving.final()
    assert await proving.settling.value("SELECT stopped FROM consumed_through") is None
    assert (await proving.watching.balances(program))[("SUSPENSE", 0)] == 3 * USDC


@pytest.mark.long
async def test_a_paid_commission_of_what_is_undone_is_owed_back(proving: Proving) -> None:
    program = await proving.lived()
    row = await proving.settling.rows(
        "SELECT s.id, s.intent_id FROM settlement s JOIN commission c ON c.settlement_id = s.id LIMIT 1"
    )
    async with proving.unguarded() as connection:
        await connection.execute(
            "UPDATE settlement SET log_index = 999 WHERE id = $1", row[0]["id"]
        )
    assert len(await proving.found(program)) == 2
    query = "SELECT id, kind FROM discrepancy WHERE reference = $1"
    [gone] = await proving.settling.rows(query, str(row[0]["id"]))
    # The row is wrong, and the payment is in the chain.
    with pytest.raises(Refusal, match="A node still has it"):
        await proving.resolve(program, gone["id"], "UNDO_SETTLEMENT")
    async with proving.unguarded() as connection:
        await connection.execute(
            "UPDATE settlement SET tx_hash = sha256(tx_hash) WHERE id = $1", row[0]["id"]
        )
    with pytest.raises(Refusal, match="UNDO_SETTLEMENT or NO_POSTING"):
        await proving.resolve(program, gone["id"], "TO_PROGRAM")
    await proving.resolve(program, gone["id"], "UNDO_SETTLEMENT")
    assert await proving.world.commissions(program) == {"PAID": 2 * USDC, "PAYABLE": -USDC}
    owed = "SELECT sum(credits - debits) FROM account WHERE kind = 'AFFILIATE'"
    assert await proving.settling.value(owed) == -USDC
    assert await proving.settling.value("SELECT count(*) FROM refund") == 0


async def test_nothing_else_is_undone(proving: Proving) -> None:
    program = await proving.world.program()
    [payer] = await proving.watching.registered(program, None)
    await proving.settling.pay(program, [payer])
    await proving.watching.settle_and_finish()
    async with proving.settling.api.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('sge.program_id', $1, true)", str(program.id))
        with pytest.raises(Exception, match="only a settlement whose log is gone"):
            await connection.execute("UPDATE settlement SET undone_at = now()")
