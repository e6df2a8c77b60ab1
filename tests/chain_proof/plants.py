"""What all eleven checks say of rows that a superuser bent, each thing by itself: all of it is undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.discrepancies import DiscrepancyKind, Severity
from app.domain.ids import new_id
from app.domain.reconciliation import Run
from app.domain.terms import TermsText
from app.processes.chain_proof.comparing import ChainView
from app.processes.reconciliation.checks import CHECKS
from app.store.database import ReadSession
from app.store.reconciliation.scopes import read_scope
from tests.chain_proof.proving import Proving
from tests.contracts.items import USDC
from tests.payouts.world import PayoutProgram

_UNGUARD = """
DO $$ DECLARE name regclass; BEGIN
  FOR name IN SELECT DISTINCT tgrelid::regclass FROM pg_trigger LOOP
    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER ALL', name);
  END LOOP;
END $$
"""
Found = list[tuple[str, str]]
Plant = tuple[str, Found]
"""What is done to the tables ($1: the program), and what is found then. {n} and {a}: the first
and the last value that the statement returns, others by their column."""


TERMS = TermsText(
    commission_levels_bps=(1000, 500, 200), platform_fee_bps=100, holding_period_days=30
)
# Nothing is paused for these: no money can leave by them.
_WARNINGS = {
    DiscrepancyKind.COMMISSION_MISMATCH,
    DiscrepancyKind.FOREST_BROKEN,
    DiscrepancyKind.ROLLUP_DRIFT,
}
_COMMISSION = "SELECT id FROM commission WHERE base = 1000000 AND level = 1"


async def lived(proving: Proving) -> PayoutProgram:
    """Somebody has paid 10 USDC, and who earned of it was paid out; a user below three affiliates has paid twice, and one of
    these payments is reversed in part; a withdrawal was executed. What was earned is PAYABLE, a refund is OWED.
    """
    world, watching = proving.world, proving.watching
    world.add_currency("EURC")
    program = await world.program(terms=TERMS, currencies=("USDC", "EURC"))
    await proving.settling.lanes()
    [affiliate] = await world.affiliates(program)
    await world.payable(program, {affiliate: USDC})
    paid = await world.create(program)
    await proving.paying.pay(program, paid.batch_id)
    out = await world.withdraw(program, "3", watching.new_wallet().address)
    await proving.paying.pay(program, out.batch_id)
    line = await watching.line(program, 3)
    [payer] = await watching.registered(program, line[-1])
    for units in (1_000_000, 2_000_003):
        await proving.settling.pay(program, [payer], amount=units)
        await watching.settle_and_finish()
    await world.reverse(program, await proving.settling.value(_COMMISSION), "0.3")
    await world.advance(program, days=31)
    await proving.follow()
    return program


@dataclass(frozen=True)
class Planting:
    """A program that lived, all of it rolled up and sealed, and is left as it is."""

    proving: Proving
    program: PayoutProgram

    async def wrong(self, plants: Mapping[str, Plant]) -> dict[str, tuple[Found, Found]]:
        """Of which plants something else is found than was expected: what, and what instead."""
        told = {}
        for what, (statement, expected) in plants.items():
            found, named = await self.found(statement)
            hoped = sorted((kind, place.format(**named)) for kind, place in expected)
            if found != hoped:
                told[what] = (hoped, found)
        return told

    async def found(self, statement: str) -> tuple[Found, dict[str, Any]]:
        """Kind and reference of what a whole run would come upon; and what the statement returned, by column."""
        settling, program = self.proving.settling, self.program
        view = ChainView(settling.chain, self.proving.chain.deployment.gateway)
        async with settling.admin.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(_UNGUARD)
            planted = await connection.fetchrow(statement, program.id)
            session = ReadSession(connection, program.id)
            now = settling.clock()
            run = Run(new_id(), program.id, whole=True, asked_at=now, taken_by="a test")
            scope = await read_scope(session, run, now)
            results = [await check(session, scope) for _, check in CHECKS.database]
            results += [await check(session, view, scope) for _, check in CHECKS.chain]
            await transaction.rollback()
        told = [one for result in results for one in result.found]
        for one in told:
            assert (one.severity is Severity.WARNING) == (one.kind in _WARNINGS), one
        found = sorted({(one.kind.value, one.reference) for one in told})
        return found, {} if planted is None else _named(planted)


def _named(planted: Any) -> dict[str, Any]:
    return {"n": planted[0], "a": planted[-1], **planted}
