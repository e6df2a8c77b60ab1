"""Reconciliation against the chain: a healthy program is clean, and each kind of damage is found exactly."""

import pytest

from app.domain.reconciliation import RunStatus
from tests.chain_proof.proving import Proving
from tests.contracts.items import USDC

_SETTLEMENT = "SELECT id, block_hash, log_index FROM settlement WHERE amount IS NOT NULL LIMIT 1"


async def test_a_program_that_lived_is_clean_also_from_where_it_was_clean(proving: Proving) -> None:
    program = await proving.lived()
    assert await proving.run(program) == (RunStatus.CLEAN, [])
    checks = await proving.settling.rows(
        "SELECT name, passed, examined FROM reconciliation_check WHERE run_id = $1 AND position BETWEEN 4 AND 7"
        " ORDER BY position",
        proving.run_id,
    )
    assert checks == [
        {"name": "SETTLEMENTS", "passed": True, "examined": 4},
        {"name": "MOVEMENTS", "passed": True, "examined": 5},
        {"name": "TREASURY", "passed": True, "examined": 1},
        {"name": "PAYOUTS", "passed": True, "examined": 6},
    ]
    await proving.final()
    assert await proving.run(program, whole=False) == (RunStatus.CLEAN, [])
    examined = await proving.settling.value(
        "SELECT sum(examined) FROM reconciliation_check WHERE run_id = $1 AND position BETWEEN 4 AND 7",
        proving.run_id,
    )
    assert examined == 1
    await proving.world.check()


async def test_a_settlement_row_that_was_deleted(proving: Proving) -> None:
    program = await proving.lived()
    async with proving.unguarded() as connection:
        row = await connection.fetchrow(_SETTLEMENT)
        await connection.execute("DELETE FROM settlement WHERE id = $1", row["id"])
    status, found = await proving.run(program)
    place = f"31337:0x{row['block_hash'].hex()}:{row['log_index']}"
    # What was paid is in sums and has no settlement.
    drifting = ("affiliate_rollup", "program_series.latency", "program_series_amount")
    gone = [
        *(("ROLLUP_DRIFT", one) for one in drifting),
        ("SETTLEMENT_NOT_ON_CHAIN", place),
    ]
    assert (status, found) == (RunStatus.DISCREPANCIES, gone)
    assert await proving.settling.value("SELECT status FROM program") == "PAUSED"
    # Opened once, and found again by every run.
    assert (await proving.run(program))[1] == found
    assert await proving.settling.value("SELECT count(*) FROM discrepancy") == len(found)


@pytest.mark.long
async def test_a_settled_log_without_a_settlement(proving: Proving) -> None:
    """The watcher was made to skip it."""
    program = await proving.lived()
    payer = proving.watching.new_wallet()
    await proving.watching.register(program, payer)
    await proving.watching.settle()
    proving.watching.mine(3)
    head = await proving.settling.chain.head_block()
    await proving.settling.run(
        "UPDATE consumed_through SET block_number = $1, block_hash = $2", head.number, head.hash
    )
    assert await proving.found(program) == ["SETTLEMENT_NOT_ON_CHAIN"]


async def test_money_that_owners_sent_away_is_found_once(proving: Proving) -> None:
    program = await proving.lived()
    proving.steal(program, 2 * USDC, nonce=2)
    await proving.final()
    assert await proving.found(program) == ["UNEXPLAINED_OUTFLOW"]
    assert await proving.found(program, whole=False) == ["UNEXPLAINED_OUTFLOW"]
    assert await proving.settling.value("SELECT count(*) FROM discrepancy") == 1
    assert await proving.settling.value("SELECT status FROM program") == "PAUSED"
