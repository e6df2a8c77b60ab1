"""Money that anybody can send, in amounts that nobody looks at: exact in the books, and no flood of reports."""

from dataclasses import replace

from app.domain.reconciliation import RunStatus
from tests.chain_proof.proving import Proving
from tests.contracts.items import USDC
from tests.payouts.world import PayoutProgram

_OPEN = """
SELECT id, reference, actual FROM discrepancy WHERE kind = 'UNEXPLAINED_INFLOW' AND resolved_at IS NULL ORDER BY opened_at
"""
_SINCE = "SELECT known_only FROM reconciliation_run WHERE id = $1"
LIMIT = 10_000


def send(proving: Proving, program: PayoutProgram, *amounts: int) -> None:
    """In one transaction."""
    chain = proving.chain
    chain.send(chain.token.functions.mintMany([program.treasury] * len(amounts), list(amounts)))


async def watched(proving: Proving) -> PayoutProgram:
    """A program whose chain calls so little small."""
    program = await proving.world.program()
    watcher = await proving.watching.watcher()
    watcher.watch = replace(watcher.watch, small_inflows={"USDC": LIMIT})
    await proving.final()
    return program


async def test_dust_is_one_discrepancy_a_day_and_every_unit_is_in_suspense(
    proving: Proving,
) -> None:
    program = await watched(proving)
    for amounts in ((1,), (1, 2, 3), (LIMIT,), (LIMIT + 1,), (LIMIT, 1)):
        send(proving, program, *amounts)
        await proving.final()
    small, *larger = await proving.settling.rows(_OPEN)
    assert small["reference"].startswith("small:USDC:20")
    assert small["actual"] == str(7 + LIMIT)
    assert [one["actual"] for one in larger] == [str(LIMIT + 1)] * 2
    assert (await proving.watching.balances(program))[("SUSPENSE", 0)] == 3 * LIMIT + 9
    journals = "SELECT count(*) FROM journal WHERE kind = 'DEPOSIT'"
    assert await proving.settling.value(journals) == 5
    audited = "SELECT count(*) FROM audit WHERE action = 'discrepancy.opened'"
    assert await proving.settling.value(audited) == 3
    assert await proving.found(program) == ["UNEXPLAINED_INFLOW"] * 3
    # What comes after somebody has explained the day's is explained by itself.
    await proving.resolve(program, small["id"], "TO_PROGRAM")
    assert (await proving.watching.balances(program))[("SUSPENSE", 0)] == 2 * LIMIT + 2
    send(proving, program, 5)
    await proving.final()
    [*_, again] = await proving.settling.rows(_OPEN)
    assert (again["reference"], again["actual"]) == (small["reference"], "5")
    for one in await proving.settling.rows(_OPEN):
        await proving.resolve(program, one["id"], "TO_PROGRAM")
    assert (await proving.watching.balances(program))[("SUSPENSE", 0)] == 0
    assert await proving.run(program) == (RunStatus.CLEAN, [])
    await proving.world.check()


async def test_inflows_that_are_known_do_not_make_runs_begin_at_the_beginning(
    proving: Proving,
) -> None:
    program = await watched(proving)
    send(proving, program, 3)
    send(proving, program, USDC)
    await proving.final()
    known = []
    for _ in range(2):
        status, found = await proving.run(program, whole=False)
        assert (status, len(found)) == (RunStatus.DISCREPANCIES, 2)
        known.append(await proving.settling.value(_SINCE, proving.run_id))
    assert known == [True, True]
    examined = """
    SELECT examined FROM reconciliation_check WHERE run_id = $1 AND name = 'MOVEMENTS'
    """
    assert await proving.settling.value(examined, proving.run_id) == 0
    # Anything else spoils it: what is wrong is looked at until it is right.
    async with proving.unguarded() as connection:
        await connection.execute("UPDATE account SET debits = debits + 1 WHERE kind = 'DEPOSIT'")
    status, found = await proving.run(program, whole=False)
    assert await proving.settling.value(_SINCE, proving.run_id) is False
    # What the run itself is the first to tell is new.
    async with proving.unguarded() as connection:
        await connection.execute("UPDATE account SET debits = debits - 1 WHERE kind = 'DEPOSIT'")
        await connection.execute(
            "UPDATE discrepancy SET reference = 'lost' || reference WHERE actual = '1000000'"
        )
    status, found = await proving.run(program, whole=False)
    assert (status, len(found)) == (RunStatus.DISCREPANCIES, 2)
    assert await proving.settling.value(_SINCE, proving.run_id) is False
