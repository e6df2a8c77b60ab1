"""Hash chains over journals and audit rows: written in order, and what is bent afterwards shows."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import asyncpg
import pytest

from app.domain.ids import new_id
from app.domain.seals import SealStream
from app.services import seals
from app.services.audit import audit_event
from app.services.ledger_verification import verify_ledger
from app.services.seals import ChainReport, verify_chain
from app.store.audit import AuditRow, insert_audit
from app.store.database import Database as Pool
from app.store.database import ReadSession, UnitOfWork
from app.store.ledger.posting import post
from tests.fixtures.databases import Database
from tests.storage.bells import SettableClock
from tests.storage.following import seal
from tests.storage.seeds import AT, SeededProgram, payment


@pytest.fixture
async def superuser(database: Database) -> AsyncIterator[UnitOfWork]:
    """Nothing stops this one; what it bends is straight again afterwards."""
    pool = await Pool.connect(database.superuser_dsn, maximum=1)
    with suppress(Undo):
        async with pool.write(None) as unit:
            for table in ("journal", "transfer", "movement", "audit", "seal"):
                await unit.connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            yield unit
            raise Undo
    await pool.close()


class Undo(Exception):
    """Rolls back."""


async def write(worker: Pool, program: SeededProgram, number: int) -> None:
    async with worker.write(program.id) as unit:
        places = range(number * 10, number * 10 + 3)
        await post(unit, program.id, [payment(program, f"intent-{n}", 1000, n) for n in places], AT)
        audit = AuditRow(new_id(), AT, "test", "did", None, None, {"n": number}, "why", None)
        await insert_audit(unit, [audit])
        unit.record(audit_event([audit.id], AT))


async def check(worker: Pool, program: SeededProgram, clock: SettableClock) -> list[ChainReport]:
    async with worker.read(None) as session:
        return [await verify_chain(session, stream, program.id, clock()) for stream in SealStream]


@pytest.fixture
async def sealed(worker: Pool, program: SeededProgram) -> SettableClock:
    clock = SettableClock()
    for number in range(4):
        await write(worker, program, number)
        await seal(worker, clock)
    return clock


async def test_everything_is_sealed_in_order(
    worker: Pool, program: SeededProgram, sealed: SettableClock, owner: asyncpg.Connection
) -> None:
    reports = await check(worker, program, sealed)
    assert [(report.seals, report.faults) for report in reports] == [(12, ()), (4, ())]
    through = await owner.fetch(
        "SELECT through::bigint AS id FROM seal WHERE stream = 'JOURNAL' AND program_id = $1 ORDER BY n",
        program.id,
    )
    ids = [row["id"] for row in through]
    assert ids == sorted(ids)
    await seal(worker, sealed)
    assert await check(worker, program, sealed) == reports


OWN = "program_id = {0}"
BENT = {
    "a journal": f"UPDATE journal SET description = 'bent' WHERE id = (SELECT min(id) FROM journal WHERE {OWN})",
    "an amount": "UPDATE transfer SET amount = amount + 1 WHERE purpose = 'payment' AND journal_id ="
    f" (SELECT max(journal_id) FROM transfer WHERE {OWN})",
    "a transfer more": "INSERT INTO transfer SELECT program_id, journal_id, 99, purpose, currency, debit_account_id,"
    f" credit_account_id, amount FROM transfer WHERE {OWN} LIMIT 1",
    "a movement": f"DELETE FROM movement WHERE journal_id = (SELECT min(journal_id) FROM movement WHERE {OWN})",
    "a journal gone": f"DELETE FROM journal WHERE id = (SELECT min(id) FROM journal WHERE {OWN})",
    "an audit row": f"UPDATE audit SET reason = 'another' WHERE {OWN}",
    "a seal": f"UPDATE seal SET hash = sha256('x') WHERE n = 2 AND stream = 'JOURNAL' AND {OWN}",
    "a seal gone": f"DELETE FROM seal WHERE n = 3 AND stream = 'AUDIT' AND {OWN}",
    "the newest seal gone": f"DELETE FROM seal WHERE n = 12 AND stream = 'JOURNAL' AND {OWN}",
}
NOTHING = ("UPDATE 0", "DELETE 0", "INSERT 0 0")


@pytest.mark.parametrize("what", BENT)
async def test_what_was_bent_shows(
    what: str,
    program: SeededProgram,
    sealed: SettableClock,
    superuser: UnitOfWork,
) -> None:
    assert await superuser.connection.execute(BENT[what].format(program.id)) not in NOTHING
    session = ReadSession(superuser.connection, None)  # type: ignore[arg-type]
    chains = [await verify_chain(session, stream, program.id, sealed()) for stream in SealStream]
    assert any(report.faults for report in chains)
    assert not (await verify_ledger(session, sealed())).sound


async def test_what_stays_unsealed_for_a_minute_shows(
    worker: Pool, program: SeededProgram, sealed: SettableClock
) -> None:
    await write(worker, program, 9)
    sealed.now = AT + seals.GRACE - timedelta(seconds=1)
    assert not any(report.faults for report in await check(worker, program, sealed))
    sealed.now += timedelta(seconds=2)
    faults = [fault for report in await check(worker, program, sealed) for fault in report.faults]
    assert len(faults) == 4
    await seal(worker, sealed)
    assert not any(report.faults for report in await check(worker, program, sealed))


async def test_a_sound_ledger_is_sound(
    worker: Pool, program: SeededProgram, sealed: SettableClock
) -> None:
    async with worker.read(None) as session:
        report = await verify_ledger(session, sealed())
    assert report.sound
    assert report.chains[program.id, SealStream.JOURNAL].seals == 12
