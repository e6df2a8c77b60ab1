"""Check 10: what stands still and missing nonces, told once a stage and a lane."""

from datetime import timedelta

from app.domain.chain_proof.work import gaps
from tests.chain_proof.proving import Proving
from tests.contracts.items import USDC


def test_gaps_are_nonces_without_a_transaction_below_one_that_waits() -> None:
    assert gaps(5, 8, {3, 4, 5, 6, 7, 8}) == []
    assert gaps(5, 8, {3, 4, 5, 7, 8}) == [6]
    assert gaps(5, 8, {3, 6, 8}) == [5, 7]
    assert gaps(9, 8, {3, 8}) == []
    assert gaps(0, 3, {2, 3}) == []
    assert gaps(0, 3, ()) == []


async def test_intents_that_stand_still_are_one_discrepancy(proving: Proving) -> None:
    program = await proving.world.program()
    payers = await proving.watching.registered(program, None, 3)
    await proving.settling.pay(program, payers, amount=USDC)
    assert await proving.found(program) == []
    proving.settling.clock.ahead += timedelta(hours=1)
    status, found = await proving.run(program)
    assert found == [("STUCK_WORK", "INTENT_QUEUED")], status
    [row] = await proving.settling.rows("SELECT severity, actual, entity_id FROM discrepancy")
    assert row["severity"] == "WARNING"
    assert row["actual"].startswith("3 since ")
    assert row["entity_id"].startswith("INTENT:")
    assert await proving.settling.value("SELECT status FROM program") == "ACTIVE"


async def test_a_nonce_that_no_transaction_has(proving: Proving) -> None:
    program = await proving.world.program()
    payers = await proving.watching.registered(program, None)
    await proving.settling.pay(program, payers, amount=USDC)
    await proving.watching.settle()
    assert await proving.found(program) == []
    async with proving.unguarded() as connection:
        await connection.execute(
            "UPDATE chain_transaction SET nonce = nonce + 3 WHERE nonce = (SELECT max(nonce) FROM chain_transaction)"
        )
    assert await proving.found(program) == ["NONCE_GAP"]
    reference = await proving.settling.value("SELECT reference FROM discrepancy")
    assert reference.startswith("31337:0x")
