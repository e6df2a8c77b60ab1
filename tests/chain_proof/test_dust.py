"""Money that anybody can send, in amounts that nobody looks at: exact in the books, and no flood of reports."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.reconciliation import RunStatus
from app.processes.reconciliation import reconcile
from app.processes.watching import post_final
from tests.chain_proof.proving import WITHOUT_SEALS, Proving
from tests.contracts.items import USDC
from tests.payouts.world import PayoutProgram

_OPEN = """
SELECT id, reference, actual FROM discrepancy WHERE kind = 'UNEXPLAINED_INFLOW' AND resolved_at IS NULL ORDER BY opened_at
"""
_SINCE = "SELECT known_only FROM reconciliation_run WHERE id = $1"
LIMIT = 10_000
_FLOOD = 60


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


async def test_what_is_explained_while_a_run_looks_is_not_opened_again(
    proving: Proving, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = await watched(proving)
    send(proving, program, 7)
    await proving.final()
    [small] = await proving.settling.rows(_OPEN)
    look = reconcile._look

    async def slowly(*given: Any) -> Any:
        seen = await look(*given)
        await proving.resolve(program, small["id"], "TO_PROGRAM")
        return seen

    monkeypatch.setattr(reconcile, "_look", slowly)
    proving.checks = WITHOUT_SEALS
    await proving.run(program)
    monkeypatch.undo()
    assert await proving.settling.rows(_OPEN) == []
    send(proving, program, 5)
    await proving.final()
    [again] = await proving.settling.rows(_OPEN)
    assert again["actual"] == "5"


async def test_a_flood_in_one_block_is_one_discrepancy(
    proving: Proving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each its own transaction: what is written of each is its journal and where it belongs. However long that takes, the
    watcher keeps its lease.
    """
    program = await watched(proving)
    chain = proving.chain
    account = chain.stranger
    chain.fund([account.address], _FLOOD)
    chain.node.call("anvil_setBalance", account.address, hex(10**21))
    chain.node.call("evm_setAutomine", False)
    first = chain.web3.eth.get_transaction_count(account.address)
    data = chain.token.encode_abi("transfer", args=[program.treasury, 1])
    for nonce in range(first, first + _FLOOD):
        transaction: Any = {
            "to": chain.deployment.token,
            "data": data,
            "gas": 120_000,
            "nonce": nonce,
            "chainId": chain.web3.eth.chain_id,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 0,
        }
        chain.web3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
    proving.watching.mine(1)
    chain.node.call("evm_setAutomine", True)
    mined = chain.web3.eth.get_block("latest")
    assert len(mined["transactions"]) == _FLOOD
    points: list[str] = []
    watcher = await proving.watching.watcher()
    watcher.watch = replace(watcher.watch, at_point=points.append)
    monkeypatch.setattr(post_final, "_LONGEST_SECONDS", -1.0)
    await proving.final()
    assert points.count("lease.kept") > _FLOOD
    [one] = await proving.settling.rows(_OPEN)
    assert one["actual"] == str(_FLOOD)
    audited = "SELECT count(*) FROM audit WHERE action LIKE 'discrepancy.%'"
    assert await proving.settling.value(audited) == 1
    await proving.resolve(program, one["id"], "TO_PROGRAM")
    assert (await proving.watching.balances(program))[("SUSPENSE", 0)] == 0


async def test_a_program_that_takes_long_goes_on_in_the_next_turn(
    proving: Proving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the others of the chain in this one."""
    program = await watched(proving)
    other = await proving.world.program()
    await proving.final()
    monkeypatch.setattr(post_final, "_LONGEST_SECONDS", -1.0)
    for _ in range(3):
        send(proving, program, USDC)
    send(proving, other, USDC)
    seen = []
    await proving.final()
    for _ in range(3):
        balances = [await proving.watching.balances(one) for one in (program, other)]
        seen.append([-one[("DEPOSIT", 0)] // USDC for one in balances if ("DEPOSIT", 0) in one])
        await proving.watching.turn()
    assert seen == [[1, 1], [2, 1], [3, 1]]


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
