"""Account snapshots are exact, come about every so many transfers, and never pass a posting that still runs."""

import asyncio
from random import Random

import asyncpg
from pydantic import SecretStr

from app.processes.snapshot_accounts import snapshot_accounts
from app.runtime import Runtime
from app.settings import Settings
from app.store.database import Database as Pool
from app.store.ledger import snapshots
from app.store.ledger.ledger_proof import snapshot_faults
from app.store.ledger.posting import post
from app.store.reads import accounts, balances_then, entries
from app.store.reads.accounts import AccountFilter
from app.store.reads.journals import JournalFilter
from app.store.reads.values import Slice
from jobs.context import JobContext
from jobs.schedule import JOBS
from tests.storage.bells import SilentBells
from tests.storage.seeds import AT, SeededProgram, payment

_ALL = JournalFilter()
_STRETCHES = "SELECT count(*) FROM journal_stretch WHERE program_id = $1"


async def pay(worker: Pool, program: SeededProgram, start: int, count: int) -> None:
    async with worker.write(program.id) as unit:
        journals = [payment(program, f"intent-{n}", 1000, n) for n in range(start, start + count)]
        await post(unit, program.id, journals, AT)


async def kept(worker: Pool, program: SeededProgram) -> dict[str, int]:
    async with worker.read(None) as session:
        assert await snapshot_faults(session) == []
        rows = await session.connection.fetch(
            "SELECT a.kind, count(*) AS snapshots FROM account_snapshot s JOIN account a ON"
            " a.program_id = s.program_id AND a.id = s.account_id WHERE s.program_id = $1 GROUP BY 1",
            program.id,
        )
    return {row["kind"]: row["snapshots"] for row in rows}


async def test_one_each_time_the_count_passes(worker: Pool, program: SeededProgram) -> None:
    # A payment is 4 transfers on PROGRAM, one on its user and one on each of three affiliates.
    await pay(worker, program, 0, 40)
    assert await snapshot_accounts(worker, SilentBells(), every=50) == 1
    assert await kept(worker, program) == {"PROGRAM": 3}
    await pay(worker, program, 40, 30)
    await snapshot_accounts(worker, SilentBells(), every=50)
    assert await kept(worker, program) == {"PROGRAM": 5, "AFFILIATE": 3, "USER": 1}
    await snapshot_accounts(worker, SilentBells(), every=50)
    assert await kept(worker, program) == {"PROGRAM": 5, "AFFILIATE": 3, "USER": 1}


async def test_a_job_writes_them_each_minute(worker: Pool, program: SeededProgram) -> None:
    """And the stretches: whatever is in none yet is read by each question about an old instant."""
    await pay(worker, program, 0, snapshots.EVERY)
    settings = Settings(_env_file=None, secret_key=SecretStr("a secret of the tests, long enough"))
    runtime = Runtime(settings, SilentBells(), databases={"worker": worker})
    job = JOBS["snapshot_accounts"]
    await job.run(JobContext(runtime, {}, "test"))
    assert job.every_seconds <= 60
    assert (await kept(worker, program))["PROGRAM"] == 4
    async with worker.read(program.id) as session:
        assert await session.connection.fetchval(_STRETCHES, program.id) == 1


async def test_not_beyond_a_posting_that_still_runs(worker: Pool, program: SeededProgram) -> None:
    async with worker.write(program.id) as running:
        await post(running, program.id, [payment(program, "slow", 1000, 900)], AT)
        async with worker.write(None) as unit:
            horizon = await snapshots.mark(unit)
        async with worker.write(None) as unit:
            assert not await snapshots.is_safe(unit, horizon)
    # Transactions are counted for the whole server, and other tests run theirs on it.
    async with asyncio.timeout(30):
        while True:
            async with worker.write(None) as unit:
                if await snapshots.is_safe(unit, horizon):
                    return
            await asyncio.sleep(0.1)


async def test_postings_and_snapshots_at_once_agree(worker: Pool, program: SeededProgram) -> None:
    async def postings(writer: int) -> None:
        for round_ in range(8):
            await pay(worker, program, 10_000 * writer + 100 * round_, 7)

    async def snaps() -> None:
        for _ in range(6):
            await snapshot_accounts(worker, SilentBells(), every=20)

    await asyncio.gather(postings(1), postings(2), postings(3), snaps())
    await snapshot_accounts(worker, SilentBells(), every=20)
    assert (await kept(worker, program))["PROGRAM"] > 10


async def test_running_balances_use_them(worker: Pool, program: SeededProgram) -> None:
    random = Random(1)
    for start in range(0, 60, 6):
        await pay(worker, program, start, 6)
        if random.random() < 0.5:
            await snapshot_accounts(worker, SilentBells(), every=10)
    async with worker.read(program.id) as session:
        (hot,) = await accounts.page(session, AccountFilter(kind=("PROGRAM",)), Slice(10))
        read, after = [], None
        while page := (await entries.of_accounts(session, [hot.key], _ALL, Slice(17, after)))[0]:
            read += page
            after = (page[-1].journal_key, page[-1].seq)
        keys = [(hot.key, entry.journal_key, entry.seq) for entry in read]
        balances = await entries.balances_after(session, keys)
        [as_of] = await balances_then.balances_as_of(session, [(hot.key, AT)])
    assert len(read) == 240
    running = 0
    for entry, balance in zip(reversed(read), reversed(balances), strict=True):
        running += entry.amount.minor * (1 if entry.direction == "CREDIT" else -1)
        assert balance == running
    assert running == hot.credits.minor - hot.debits.minor == as_of


async def test_a_wrong_snapshot_is_found(
    worker: Pool, program: SeededProgram, owner: asyncpg.Connection
) -> None:
    await pay(worker, program, 0, 10)
    await snapshot_accounts(worker, SilentBells(), every=10)
    bend = "UPDATE account_snapshot SET {} WHERE program_id = $1"
    for there, back in (
        ("credits = credits + 1", "credits = credits - 1"),
        ("journal_id = journal_id + 1", ""),
    ):
        await owner.execute(bend.format(there), program.id)
        async with worker.read(None) as session:
            assert len(await snapshot_faults(session)) > 0
        if back:
            await owner.execute(bend.format(back), program.id)
    await owner.execute("DELETE FROM account_snapshot WHERE program_id = $1", program.id)
