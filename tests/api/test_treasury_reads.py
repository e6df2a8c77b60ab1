"""A program's money side by side: by the chain, by the ledger, owed, free, and what will be due when."""

from datetime import timedelta
from typing import Any

import pytest

from app.chain.deploy import mint_test_usd
from app.processes.read_balances import read_balances
from tests.api.batched import Batches
from tests.api.caller import Stage
from tests.api.filled import PAID, FilledProgram
from tests.api.paying import APPROVE, Paying
from tests.contracts.gateway_chain import DEPLOYER_KEY
from tests.storage.bells import SilentBells

BALANCES = """query ($slug: String!) { program(slug: $slug) { treasury { address } balances {
  currency onChain { minor } ledger { minor } owedToAffiliates { minor } owedRefunds { minor } providerPending { minor }
  suspense { minor } available { minor } readAt } } }"""
COVERAGE = """query ($slug: String!, $days: Int! = 60) { program(slug: $slug) { now coverage(days: $days) {
  currency treasury { minor } due { date becomesPayable { minor } } firstShortfall } } }"""
_LONG_AGO = "UPDATE program_currency SET on_chain_read_at = now() - interval '11 minutes' WHERE program_id = $1"
EARNED = PAID * 17 // 100
"""Ten, five and two per cent."""


async def balances(filled: FilledProgram) -> dict[str, Any]:
    """Smallest units by name."""
    seen = await filled.program.ask(BALANCES, slug=filled.program.slug)
    [one] = seen["program"]["balances"]
    return {name: it["minor"] if isinstance(it, dict) else it for name, it in one.items()}


async def read_all(stage: Stage, filled: FilledProgram) -> None:
    """One run of the job that reads balances."""
    [chain] = stage.process.runtime.chains.values()
    await read_balances(filled.worker, SilentBells(), chain, stage.process.now)


async def test_by_the_chain_and_by_the_ledger(stage: Stage, filled: FilledProgram) -> None:
    await filled.grow(2)
    owed, fee = 2 * EARNED, 2 * PAID // 100
    seen = await balances(filled)
    kept = str(2 * PAID - owed - fee)
    assert seen["ledger"] == str(2 * PAID)
    assert (seen["owedToAffiliates"], seen["owedRefunds"]) == (str(owed), "0")
    assert (seen["suspense"], seen["providerPending"]) == ("0", "0")
    assert seen["onChain"] == "0"  # read when the program was created
    assert seen["available"] == "0"
    treasury = (await filled.program.ask(BALANCES, slug=filled.program.slug))["program"]["treasury"]
    await mint_test_usd(
        stage.rpc, DEPLOYER_KEY, stage.deployment.token, {treasury["address"]: 2 * PAID - 1}
    )
    await read_all(stage, filled)
    after = await balances(filled)
    assert after["onChain"] == str(2 * PAID - 1)
    assert after["available"] == str(int(kept) - 1)
    assert after["readAt"] != seen["readAt"]
    # Nothing was posted since: nobody asks the chain again before long.
    await read_all(stage, filled)
    assert (await balances(filled))["readAt"] == after["readAt"]
    await filled.owner.execute(_LONG_AGO, filled.key)
    await read_all(stage, filled)
    assert (await balances(filled))["readAt"] > after["readAt"]


async def test_what_becomes_payable_when(filled: FilledProgram) -> None:
    await filled.grow(1)
    first = filled.now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=30)
    filled.now += timedelta(days=2)
    await filled.grow(2)
    seen = (await filled.program.ask(COVERAGE, slug=filled.program.slug))["program"]
    [one] = seen["coverage"]
    shown = [(due["date"], due["becomesPayable"]["minor"]) for due in one["due"]]
    assert shown == [
        (f"{first:%Y-%m-%dT%H:%M:%SZ}", str(EARNED)),
        (f"{first + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}", str(2 * EARNED)),
    ]
    assert one["firstShortfall"] == shown[0][0]  # the Safe is empty
    short = (await filled.program.ask(COVERAGE, slug=filled.program.slug, days=32))["program"]
    assert len(short["coverage"][0]["due"]) == 1


async def test_what_is_owed_already_counts_as_today_and_what_was_paid_does_not(
    stage: Stage, filled: FilledProgram
) -> None:
    await filled.grow(2)
    batches = Batches(filled)
    paid = await batches.propose(filled.payments[:1])
    await batches.execute(paid)
    open_batch = await batches.propose(filled.payments[1:])
    [part] = batches.parts[open_batch]
    seen = (await filled.program.ask(COVERAGE, slug=filled.program.slug))["program"]
    [due] = seen["coverage"][0]["due"]
    # It may have been midnight meanwhile.
    assert due["date"] in {f"{at:%Y-%m-%dT00:00:00Z}" for at in (filled.now, stage.process.now())}
    assert due["becomesPayable"]["minor"] == str(part.total)


async def test_what_is_held_is_neither_due_nor_free(stage: Stage, paying: Paying) -> None:
    filled = paying.filled
    await read_all(stage, filled)
    batch = await paying.create()
    await paying.call(APPROVE, **paying.signed(batch, 0))
    asked = {"slug": paying.program.slug, "days": 1}
    [before] = (await paying.program.ask(COVERAGE, **asked))["program"]["coverage"]
    assert [one["becomesPayable"]["minor"] for one in before["due"]] == [str(EARNED)]
    assert (before["treasury"]["minor"], before["firstShortfall"]) == (str(PAID), None)
    await paying.call(APPROVE, **paying.signed(batch, 1))
    [after] = (await paying.program.ask(COVERAGE, **asked))["program"]["coverage"]
    assert (after["due"], after["treasury"]["minor"]) == ([], str(PAID - EARNED))
    seen = await balances(filled)
    assert (seen["ledger"], seen["onChain"], seen["owedToAffiliates"]) == (
        str(PAID),
        str(PAID),
        "0",
    )
    assert seen["available"] == str(PAID - EARNED - PAID // 100)


@pytest.mark.parametrize("days", [0, -1, 3661])
async def test_days_out_of_range(stage: Stage, days: int) -> None:
    program = await stage.program()
    answer = await program.answer(COVERAGE, slug=program.slug, days=days)
    assert answer["errors"][0]["extensions"]["argument"] == ["days"]
