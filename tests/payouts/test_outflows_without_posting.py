"""An outflow is over when its money is out of SUSPENSE, or was never there: what a stolen web process says does not do."""

from datetime import datetime
from uuid import UUID

import asyncpg
import pytest

from app.domain.explanations import Explanation, explaining_journal
from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.permissions import Authority
from app.store.database import UnitOfWork
from app.store.discrepancies.rows import resolve
from app.store.ledger.posting import post
from tests.contracts.items import USDC
from tests.payouts.outside import Outside
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutProgram

_NEVER_WRITTEN = 10**15


@pytest.fixture
def outside(paying: Paying) -> Outside:
    return Outside(paying)


async def sent(outside: Outside) -> tuple[PayoutProgram, UUID]:
    """What was owed and has left by itself: paid again by the next batch if nobody explained it."""
    program = await outside.world.program()
    affiliate = await outside.world.affiliate(program)
    await outside.world.payable(program, {affiliate: 3 * USDC})
    await outside.send(program, await outside.wallet(program, affiliate), 3 * USDC)
    [id_] = await outside.open(program)
    return program, id_


async def post_some(
    unit: UnitOfWork, program_id: int, reference: UUID, units: int, now: datetime
) -> int:
    said, amount = Explanation.FROM_PROGRAM, Money(units, "USDC")
    journal = explaining_journal(reference, said, amount, None, note="", effective_at=now)
    [journal_id] = await post(unit, program_id, [journal], now, role="api")
    return journal_id


async def by_the_web(outside: Outside, program: PayoutProgram, statements: list[str]) -> None:
    async with outside.world.settling.api.write(program.id) as unit:
        for statement in statements:
            await unit.connection.execute(statement)


@pytest.mark.parametrize("posting", ["none", "unknown", "a part", "another's"])
async def test_what_is_in_suspense_is_not_just_closed(outside: Outside, posting: str) -> None:
    program, id_ = await sent(outside)

    async def close(unit: UnitOfWork, authority: Authority, now: datetime) -> None:
        journal_id = _NEVER_WRITTEN if posting == "unknown" else None
        if posting == "a part":
            journal_id = await post_some(unit, program.id, id_, 1, now)
        if posting == "another's":
            journal_id = await post_some(unit, program.id, new_id(), 3 * USDC, now)
        await resolve(unit, id_, authority.actor, "looked at", journal_id=journal_id, at=now)

    with pytest.raises(asyncpg.PostgresError, match="is not what is posted"):
        await outside.world.run(program, close)
    await outside.explain(program)
    await outside.resume(program)
    assert await outside.world.commissions(program) == {"PAID": 3 * USDC}
    await outside.world.check()


@pytest.mark.parametrize("named", ["0", "987654321", ""])
async def test_nor_is_it_by_who_names_another_program_at_the_commit(
    outside: Outside, named: str
) -> None:
    """Row-level security would show the checks nothing, and nothing equals nothing."""
    world = outside.world
    program = await world.program()
    first, other = await world.affiliates(program, 2)
    await world.payable(program, {first: 3 * USDC, other: 5 * USDC})
    await outside.send(program, await outside.wallet(program, first), 3 * USDC)
    [id_] = await outside.open(program)
    [line] = await world.settling.rows("SELECT id FROM commission WHERE affiliate_id = $1", other)
    close = f"UPDATE discrepancy SET resolved_at = now(), resolved_by = 'x' WHERE id = '{id_}'"
    pay = (
        f"SELECT sge_pay_by_outflow({program.id}, '{id_}', 'COMMISSION', ARRAY['{line['id']}']::uuid[], '{{}}',"
        " now(), now(), 'x', 'x')"
    )
    away = f"SELECT set_config('sge.program_id', '{named}', true)"
    known = "SET CONSTRAINTS outflow_line_explained, commission_listed IMMEDIATE"
    for statements in ([close, away], [pay, close, known, away]):
        with pytest.raises(asyncpg.PostgresError, match="is not what is posted"):
            await by_the_web(outside, program, statements)
    assert await outside.open(program) == [id_]
    await outside.explain(program)


async def test_a_worker_explains_nothing(outside: Outside) -> None:
    program, id_ = await sent(outside)
    for given in ("note = 'x'", "posting_journal_id = 1"):
        change = f"UPDATE discrepancy SET resolved_at = now(), {given} WHERE id = $1"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with outside.world.settling.worker.write(program.id) as unit:
                await unit.connection.execute(change, id_)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with outside.world.settling.worker.write(program.id) as unit:
            await unit.connection.execute("UPDATE discrepancy SET severity = 'INFO'")
    await outside.explain(program)
