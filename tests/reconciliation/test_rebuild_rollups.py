"""Rollups that drifted are made anew beside the consumer, also while events and moves of branches wait for it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Event

import pytest

from app.domain.reconciliation import RunStatus
from app.processes.rebuild_rollups import RollupsBusy, rebuild_between
from app.processes.snapshot_accounts import snapshot_accounts
from app.store.advisory_locks import KEPT_SUMS
from app.store.database import Database
from app.store.rollups.rebuild import Progress
from tests.fixtures.databases import Database as OwnDatabase
from tests.reconciliation.busy import Busy
from tests.reconciliation.reconciled import Reconciled
from tests.reconciliation.test_runs import resolve

pytestmark = pytest.mark.long

_BEND = (
    "UPDATE affiliate_rollup SET members = members + 1, volume = volume + 7 WHERE program_id = $1",
    "DELETE FROM program_series WHERE program_id = $1 AND bucket = 'HOUR'",
    "UPDATE program_series SET latency[3] = latency[3] + 7 WHERE program_id = $1 AND bucket = 'DAY'",
    "UPDATE program_series_amount SET volume = volume + 1 WHERE program_id = $1",
    "UPDATE program_counter SET value = value - 1 WHERE program_id = $1 AND name = 'users'",
    "UPDATE account_sum SET above_zero = above_zero + 1 WHERE program_id = $1 AND kind = 'AFFILIATE'",
    "UPDATE payable_sum SET day = day + interval '1 day', amount = amount + 1 WHERE program_id = $1",
    "DELETE FROM earned_sum WHERE program_id = $1",
    "INSERT INTO earned_sum SELECT program_id, id, 'USDC', 0, 5, 0, 0 FROM affiliate WHERE program_id = $1 LIMIT 1",
    "UPDATE stretch_sum SET accounts = accounts + 1, debits = debits - 1 WHERE program_id = $1 AND kind = 'USER'",
    "DELETE FROM stretch_sum WHERE program_id = $1 AND kind = 'AFFILIATE'",
)
_TABLES = [
    ("ROLLUP_DRIFT", name)
    for name in (
        "account_sum",
        "affiliate_rollup",
        "earned_sum",
        "payable_sum",
        "program_counter",
        "program_series",
        "program_series.latency",
        "program_series_amount",
        "stretch_sum",
    )
]
_OPEN = "SELECT id FROM discrepancy WHERE program_id = $1 AND resolved_at IS NULL"
_HOLD = "SELECT pg_advisory_xact_lock($1::integer, hashint8($2))"
_AUDITED = "SELECT actor FROM audit WHERE program_id = $1 AND action = 'program.rollups_rebuilt'"


async def _rebuild(
    reconciled: Reconciled, progress: Progress, database: Database | None = None
) -> None:
    books = reconciled.books
    await rebuild_between(
        database or books.worker,
        books.world.bells,
        lambda: books.now,
        reconciled.program,
        "a test",
        progress=progress,
    )


def test_what_drifted_is_found_made_anew_and_clean(reconciled: Reconciled) -> None:
    books = reconciled.books
    books.runner.run(snapshot_accounts(books.worker, books.world.bells, every=2))
    assert reconciled.found() == []
    for statement in _BEND:
        reconciled.plant(statement)
    # Waits for the consumer, a move of a branch among it: what it has is what drifted.
    codes: dict[int, str] = {}
    for _ in range(2):
        reconciled.line.append(reconciled.books.affiliate(None, codes))
    reconciled.books.move(reconciled.line[-1], reconciled.line[-2], codes)
    reconciled.pay(3_000_000)
    reconciled.books.reverse(reconciled.paid[1], None)
    reconciled.books.move(reconciled.line[-1], None, codes)
    assert reconciled.found() == _TABLES
    steps: list[str] = []
    reconciled.books.runner.run(_rebuild(reconciled, steps.append))
    assert len(steps) == 6
    assert [row["actor"] for row in reconciled.fetch(_AUDITED, reconciled.program)] == ["a test"]
    for row in reconciled.fetch(_OPEN, reconciled.program):
        resolve(reconciled, row["id"])
    assert reconciled.run() == (RunStatus.CLEAN, [])
    # What waited is added by the consumer, once.
    reconciled.follow()
    assert reconciled.run() == (RunStatus.CLEAN, [])
    assert reconciled.fetch(_OPEN, reconciled.program) == []


def test_sums_that_postings_change_meanwhile_are_mended(
    module_database: OwnDatabase, reconciled: Reconciled
) -> None:
    """A program that settles writes them all the time: its rebuild neither waits for a quiet moment nor begins again."""
    reconciled.plant(_BEND[5])
    steps: list[str] = []
    begun, posted = Event(), Event()

    def at(step: str) -> None:
        steps.append(step)
        begun.set()
        assert posted.wait(30)

    async def rebuild() -> None:
        database = await Database.connect(module_database.dsn("sge_worker"))
        await _rebuild(reconciled, at, database)
        await database.close()

    with ThreadPoolExecutor() as beside:
        rebuilt = beside.submit(asyncio.run, rebuild())
        assert begun.wait(30)
        reconciled.pay(1_000_000)
        posted.set()
        rebuilt.result()
    assert len(set(steps)) == len(steps)
    reconciled.follow()
    assert reconciled.run() == (RunStatus.CLEAN, [])


def test_whoever_holds_what_is_mended_is_not_waited_for_without_end(reconciled: Reconciled) -> None:
    """Any login may hold an advisory lock."""
    books = reconciled.books
    reconciled.plant(_BEND[5])

    async def beside_a_holder() -> None:
        patience = partial(rebuild_between, books.worker, books.world.bells, lambda: books.now)
        async with books.worker.write(None) as holder, asyncio.timeout(30):
            await holder.connection.execute(_HOLD, KEPT_SUMS, reconciled.program)
            with pytest.raises(RollupsBusy, match=f"pg_locks.*{KEPT_SUMS}"):
                await patience(reconciled.program, "a test", patience_seconds=0.5)
        await patience(reconciled.program, "a test")

    books.runner.run(beside_a_holder())
    reconciled.follow()
    assert reconciled.run() == (RunStatus.CLEAN, [])


def test_it_goes_on_beside_a_busy_program(
    pools: tuple[asyncio.Runner, list[Database]], reconciled: Reconciled
) -> None:
    busy = Busy(reconciled, Random(3))

    async def rebuild() -> int:
        times = 0
        while not busy.ended:
            await _rebuild(reconciled, lambda _: None)
            times += 1
            await asyncio.sleep(0.05)
        return times

    async def live() -> int:
        rebuilding = asyncio.create_task(rebuild())
        await busy.run(10)
        return await rebuilding

    assert pools[0].run(live()) >= 2
    assert reconciled.run() == (RunStatus.CLEAN, [])
