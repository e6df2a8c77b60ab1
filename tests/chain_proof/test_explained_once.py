"""What a person explains while a run looks is not opened again by what that run saw: nobody can explain it a second time."""

import asyncio
from typing import Any

import asyncpg
import pytest

from app.domain.errors import Refusal
from app.processes.reconciliation import reconcile
from tests.chain_proof.proving import WITHOUT_SEALS, Proving
from tests.chain_proof.test_treasury_watch import funded
from tests.contracts.items import USDC
from tests.fixtures.databases import Database as OwnDatabase
from tests.payouts.outside import Outside
from tests.payouts.world import PayoutProgram

_OPEN = """
SELECT id FROM discrepancy WHERE program_id = $1 AND kind LIKE 'UNEXPLAINED%' AND resolved_at IS NULL
"""
_ADJUSTMENTS = "SELECT count(*) FROM journal WHERE program_id = $1 AND kind = 'ADJUSTMENT'"
_STATUS = "SELECT status FROM program WHERE id = $1"
_HELD = "SELECT FROM discrepancy WHERE program_id = $1 FOR UPDATE"
_WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
_STOP = "UPDATE consumed_through SET stopped = 'refused'"
_IS_FINAL = "UPDATE treasury_alarm SET ended = 'FINAL'"
# As an earlier run did, which a person's explanation overtook.
_OPEN_AGAIN = """
INSERT INTO discrepancy (program_id, id, kind, severity, reference, message, opened_at)
SELECT program_id, gen_random_uuid(), kind, severity, reference, message, opened_at FROM discrepancy
 WHERE posting_journal_id IS NOT NULL
"""
_POST_AGAIN = """
UPDATE discrepancy SET resolved_at = now(), posting_journal_id = (SELECT max(posting_journal_id) FROM discrepancy)
 WHERE resolved_at IS NULL
"""


async def explained_meanwhile(
    proving: Proving, program: PayoutProgram, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    """Between the snapshot of a run and its end a person explains the one that is open, and resumes the program."""
    [first] = await proving.settling.rows(_OPEN, program.id)
    look = reconcile._look

    async def slowly(*given: Any) -> Any:
        seen = await look(*given)
        await proving.resolve(program, first["id"], said)
        if await proving.settling.value(_STATUS, program.id) == "PAUSED":
            await Outside(proving.paying).resume(program)
        return seen

    proving.checks = WITHOUT_SEALS
    monkeypatch.setattr(reconcile, "_look", slowly)
    await proving.run(program)
    monkeypatch.undo()
    assert await proving.settling.rows(_OPEN, program.id) == []
    assert await proving.settling.value(_STATUS, program.id) == "ACTIVE"
    assert await proving.found(program) == []


async def posted_once(proving: Proving, program: PayoutProgram) -> None:
    """Also where it is open again all the same: nothing waits in SUSPENSE for it, and the database has the last word."""
    await proving.settling.run(_OPEN_AGAIN)
    with pytest.raises(asyncpg.UniqueViolationError):
        await proving.settling.run(_POST_AGAIN)
    [again] = await proving.settling.rows(_OPEN, program.id)
    await proving.resolve(program, again["id"], "NO_POSTING")
    assert await proving.settling.value(_ADJUSTMENTS, program.id) == 1
    await proving.world.check()


async def test_an_inflow(proving: Proving, monkeypatch: pytest.MonkeyPatch) -> None:
    program = await proving.world.program()
    await proving.final()
    chain = proving.chain
    chain.send(chain.token.functions.mintMany([program.treasury], [5 * USDC]))
    await proving.final()
    await explained_meanwhile(proving, program, monkeypatch, "TO_PROGRAM")
    await posted_once(proving, program)
    assert (await proving.watching.balances(program))[("SUSPENSE", 0)] == 0


async def test_an_outflow(proving: Proving, monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipient was owed as much again: that stays owed."""
    outside, world = Outside(proving.paying), proving.world
    program = await world.program()
    affiliate = await world.affiliate(program)
    for _ in range(2):
        await world.payable(program, {affiliate: 3 * USDC})
    await outside.send(program, await outside.wallet(program, affiliate), 3 * USDC)
    await explained_meanwhile(proving, program, monkeypatch, "FROM_PROGRAM")
    await posted_once(proving, program)
    assert await world.commissions(program) == {"PAID": 3 * USDC, "PAYABLE": 3 * USDC}


async def test_one_whose_block_becomes_final_meanwhile_waits_for_its_posting(
    proving: Proving, database: OwnDatabase
) -> None:
    """Explained between the two as if nothing had left, its recipient would be paid again."""
    settling = proving.settling
    program = await funded(proving)
    proving.steal(program, 2 * USDC, nonce=0)
    await proving.watching.turn()
    [found] = await settling.rows(_OPEN, program.id)
    await settling.run(_STOP)
    run = await asyncpg.connect(database.superuser_dsn)
    async with run.transaction():
        await run.execute(_HELD, program.id)
        explaining = asyncio.create_task(proving.resolve(program, found["id"], "NO_POSTING"))
        while not explaining.done() and not await settling.value(_WAITING):
            await asyncio.wait([explaining], timeout=0.01)
        await settling.run(_IS_FINAL)
    await run.close()
    with pytest.raises(Refusal, match="not final yet"):
        await explaining
